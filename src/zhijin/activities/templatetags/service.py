"""Time spent and names of places as the pages of service say them."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def spent(minutes: int) -> str:
    """Minutes as hours and minutes: 90 → 1 小时 30 分."""
    hours, rest = divmod(int(minutes or 0), 60)
    if not hours:
        return _("{m} 分").format(m=rest)
    if not rest:
        return _("{h} 小时").format(h=hours)
    return _("{h} 小时 {m} 分").format(h=hours, m=rest)


@register.filter
def at(places: Mapping[str, str], code: str) -> str:
    """The place's name; its code when it is not known."""
    return places.get(code, code)
