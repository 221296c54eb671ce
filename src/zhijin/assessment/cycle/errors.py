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
NOT_REPRODUCED = define(
    "AE103",
    409,
    _("有 {n} 个数值，现在的记录和组织信息给不出当时的数。"),
    help=_("组织信息可能被追溯改动过。请重新计算、公布，再冻结。"),
)
STILL_OPEN = define(
    "AE104",
    409,
    _("还不能冻结：{why}。"),
    help=_("公布满 15 天、申诉都已答复、没有等着公布的新结果，才能冻结。"),
)
