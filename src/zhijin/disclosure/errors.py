"""Refusals of disclosure (DS…): each says what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NEVER_PUBLIC = define(
    "DS001",
    409,
    _("内容里有不能公开的个人信息：{found}。"),
    help=_("身份证号、银行账号和健康状况一律不公开；请删去后再提交，附件里的请换一份遮住的。"),
)
CHECK_NEEDED = define(
    "DS002",
    409,
    _("内容里可能有个人信息：{found}。"),
    help=_(
        "请逐条核对：不该公开的删去或遮住；确实可以公开的（如村委会办公电话），勾选“已逐条核对”。"
    ),
)
NOT_YOUR_OWN = define(
    "DS003",
    403,
    _("自己起草的内容要由另一个人{step}。"),
    help=_("请让有权限的同事来{step}。"),
)
WRONG_STATE = define(
    "DS004", 409, _("这一份现在是“{state}”，不能这样做。"), help=_("请刷新页面查看现在的状态。")
)
NOTHING_IN_IT = define(
    "DS005", 400, _("标题和内容不能为空。"), help=_("请填写标题，并填写正文或表格。")
)
BAD_TABLE = define(
    "DS006",
    400,
    _("表格不对：{why}。"),
    help=_("请从 Excel 里连同表头一起复制，粘贴到表格框里；最多 {columns} 列、{rows} 行。"),
)
WHY_NEEDED = define(
    "DS007", 400, _("请写明原因（至少 4 个字）。"), help=_("原因会公开，也会记入日志。")
)
NO_PERIOD = define(
    "DS008", 400, _("“{period}”不是可以公开的时段。"), help=_("请写成 2026-09、2026Q3 或 2026。")
)
PERIOD_TAKEN = define(
    "DS009",
    409,
    _("{period} 的这一项已经有了。"),
    help=_("请打开已有的那一份修改；已经公开的，请做更正。"),
)
NOTHING_TO_COUNT = define(
    "DS010",
    409,
    _("{period} 在 {place} 没有可以统计的记录。"),
    help=_("没有发生的事不会编造出来；可以自己写一份说明。"),
)
QUESTION_TEXT = define(
    "DS011",
    400,
    _("请写下您的问题，5 到 500 个字。"),
    help=_("不要写身份证号、银行卡号等个人信息。"),
)
NO_QUESTION = define(
    "DS012", 404, _("没有找到这个编号的提问。"), help=_("请核对编号：10 位字母和数字。")
)
BAD_FILE = define(
    "DS013",
    400,
    _("这不是一份可以核对的文件：{why}。"),
    help=_("请选择从公开页面下载的 .json 文件和它的 .sig 文件。"),
)
TOO_MANY_FILES = define(
    "DS014", 400, _("附件最多 {most} 个。"), help=_("请合并成一个 PDF，或分几次公开。")
)
CORRECTED_ALREADY = define(
    "DS015",
    409,
    _("原来的一份已经由另一份更正代替。"),
    help=_("请退回这一份，在已公开的更正上再起草更正。"),
)
REASON_PERSONAL = define(
    "DS016", 400, _("原因会公开，里面有：{found}。"), help=_("请去掉，只写为什么撤下，不写是谁。")
)
NOT_YOURS_TO_DISCARD = define(
    "DS017",
    403,
    _("这一份是{name}起草的，您不能作废。"),
    help=_("请让起草人自己作废，或者请有权批准公开的人作废。"),
)
LOOK_YOURSELF = define(
    "DS018",
    409,
    _("有附件没法自动查：{names}。"),
    help=_(
        "请打开看一遍，确认里面没有身份证号、银行账号、健康状况和不该公开的姓名电话，再勾选“已打开看过”。"
    ),
)
