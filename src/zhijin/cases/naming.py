"""What the journal calls cases and what was done to them. Auditors see numbers, never contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.cases.models import Case
from zhijin.cases.presenting import KINDS

ACTIONS: dict[str, str | Promise] = {
    **{f"case.{kind}": title for kind, title in KINDS.items()},
    "case.private.read": _("查看上报人的个人信息"),
    "case.private.asked": _("打开上报人信息的查看页"),
    "case.receipt": _("查看或打印查询码"),
    "case.unsealed": _("读取加密的上报内容"),
}
#: Looks at somebody's personal data.
SIGHTS = ("case.private.read", "case.receipt", "case.unsealed")


def cases(ids: Sequence[str]) -> Mapping[str, str]:
    """Case numbers."""
    rows = Case.objects.filter(id__in=[UUID(one) for one in ids]).values_list("id", "number")
    return {str(key): number for key, number in rows}
