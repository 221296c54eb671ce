"""Refusals of the demonstration (HD…)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

REAL_INSTALLATION = define(
    "HD001",
    409,
    _("这里已经有真实的账号或组织，不能再生成演示数据。"),
    help=_("演示账号的密码是公开的。请换一个数据目录：ZHIJIN_HOME=… zhijin up。"),
)
