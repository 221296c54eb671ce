"""What the journal's actions and the groups of comparison are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: Final[dict[str, str | Promise]] = {
    "assessment.request": _("要求计算考核结果"),
    "assessment.published": _("公布考核结果"),
    "assessment.appealed": _("对考核提出申诉"),
    "assessment.answered": _("答复考核申诉"),
    "assessment.appeal_withdrawn": _("撤回考核申诉"),
    "assessment.adjustment_proposed": _("提出加减分"),
    "assessment.adjustment_decided": _("复核加减分"),
    "assessment.entered": _("手填考核数值"),
    "assessment.simulated": _("演算改动的考核方案"),
    "facility.begun": _("登记乡村设施"),
    "facility.ended": _("停用乡村设施"),
}
#: By what organisations are grouped to be compared.
LEVELS: Final[dict[str, str | Promise]] = {
    "village": _("村（社区）"),
    "township": _("乡镇（街道）"),
    "county": _("县（市、区）"),
    "prefecture": _("市（州）"),
    "province": _("省"),
    "sector": _("领域"),
    "industry": _("行业"),
    "kind": _("组织类型"),
    "size": _("规模"),
}
