"""What the journal calls organisations, tables and the actions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs import sheeting
from zhijin.orgs.models import Organisation
from zhijin.orgs.words import Text

ACTIONS: dict[str, Text] = {
    "org.registered": _("登记组织"),
    "org.changed": _("修改组织"),
    "org.ended": _("撤销组织"),
    "post.created": _("设立岗位"),
    "post.closed": _("撤销岗位"),
    "appointment.began": _("任职"),
    "appointment.ended": _("离任"),
    "sheet.import": _("导入表格"),
    "sheet.export": _("导出表格"),
    "sheet.answer": _("下载导入答复"),
}


def organisations(ids: Sequence[str]) -> Mapping[str, str]:
    """Names of organisations by key, as far as the reader may see them."""
    keys = [int(one) for one in ids if one.isdigit()]
    rows = Organisation.objects.filter(key__in=keys).values_list("key", "name")
    return {str(key): name for key, name in rows}


def granted(ids: Sequence[str]) -> Mapping[str, str]:
    """Names of organisations to which a grant is narrowed. Whoever gives grants sees no organisation, and must know
    what they give: of these the name alone is told."""
    with scoped(Actor.system("labels")):
        return organisations(ids)


def sheets(ids: Sequence[str]) -> Mapping[str, str]:
    """Titles of the registered tables."""
    return {sheet.key: str(sheet.title) for sheet in sheeting.sheets() if sheet.key in ids}
