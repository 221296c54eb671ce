"""Time spent and names of places as the pages of service say them."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhijin.activities.service.picking import Picked
from zhijin.ui.picking import drawn

register = template.Library()


@register.filter
def spent(minutes: int) -> str:
    """Minutes as hours and minutes: 90 → 1 小时 30 分钟."""
    hours, rest = divmod(int(minutes or 0), 60)
    if not hours:
        return _("{m} 分钟").format(m=rest)
    if not rest:
        return _("{h} 小时").format(h=hours)
    return _("{h} 小时 {m} 分钟").format(h=hours, m=rest)


@register.simple_tag
def team_field(picked: Picked, label: str, help: str = "") -> SafeString:  # noqa: A002
    """The field in which a team is chosen; `picked` is what its view made of the request."""
    return drawn(picked, label, help)


@register.filter
def at(places: Mapping[str, str], code: str) -> str:
    """The place's name; its code when it is not known."""
    return places.get(code, code)
