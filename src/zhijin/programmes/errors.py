"""What programmes refuse, and what to do instead."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

BAD_ADDRESS = define(
    "PG001",
    400,
    _("这个回调地址不能使用（{reason}）。"),
    help=_("请填写公网的 https 地址；内网地址要先由运维写进 ZHIJIN_WEBHOOK_ALLOW。"),
)
PERSONAL_DATA_FOUND = define(
    "PG002",
    409,
    _("要公开的内容里可能有个人信息：{found}。"),
    help=_("请删去或遮住这些内容；确认可以公开的，请勾选“已逐条核对”再公开。"),
)
ALREADY_DECIDED = define(
    "PG003", 409, _("这一条已经处理过了。"), help=_("请刷新页面查看现在的状态。")
)
WHY_NEEDED = define("PG004", 400, _("请写明原因。"), help=_("原因会记入审计日志。"))
