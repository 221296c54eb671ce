"""`{% resident_field picked label %}`: a resident chosen by their whole name."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from zhijin.people.picking import Picked
from zhijin.ui.picking import drawn

register = template.Library()


@register.simple_tag
def resident_field(
    picked: Picked, label: str, help: str = "", *, required: bool = False, width: str = "",  # noqa: A002
) -> SafeString:  # fmt: skip
    """The field; `picked` is what its view made of the request."""
    return drawn(picked, label, help, required=required, width=width)
