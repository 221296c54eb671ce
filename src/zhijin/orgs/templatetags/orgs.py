"""`{% org_field picked label %}`: an organisation chosen by its name."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhijin.orgs.picking import Picked
from zhijin.ui.picking import drawn

register = template.Library()


@register.simple_tag
def org_field(
    picked: Picked, label: str = "", help: str = "", *, required: bool = False,  # noqa: A002
    optional: bool = False, width: str = "", id: str = "",  # noqa: A002
) -> SafeString:  # fmt: skip
    """The field in which an organisation is chosen; `picked` is what its view made of the request."""
    return drawn(
        picked, label or _("组织"), help, required=required, optional=optional, width=width, id=id
    )
