"""Refusals about freezing a result."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NO_SUCH_RESULT = define(
    "AE101", 404, _("没有找到这次考核结果。"), help=_("它可能不存在，或者不在您的管辖范围内。")
)
NOT_PUBLISHED = define(
    "AE102", 409, _("只有已公布的结果才能冻结。"), help=_("请先公布结果，等申诉办完，再冻结。")
)
