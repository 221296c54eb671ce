"""What the journal's actions of this room are called."""

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
}
