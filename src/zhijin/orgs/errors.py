"""Refusals of the organisations room (OR…): each says what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NO_SUCH_ORG = define(
    "OR001", 404, _("没有找到这个组织。"), help=_("它可能已经撤销，或不在您的管辖范围内。")
)
BAD_KIND = define(
    "OR002", 400, _("组织类别“{kind}”不在目录里。"), help=_("请从列表里选择一个类别。")
)
BAD_SECTOR = define(
    "OR003", 400, _("每个组织都要归入七个领域中的一个。"), help=_("请选择所属领域。")
)
BAD_INDUSTRY = define("OR004", 400, _("没有编号为 {industry} 的行业。"), help=_("请从列表里选择。"))
NAME_NEEDED = define(
    "OR005", 400, _("组织名称不能为空，最多 120 个字。"), help=_("请填写登记的全称。")
)
CREDIT_CODE_TAKEN = define(
    "OR006",
    409,
    _("统一社会信用代码 {code} 已经登记过。"),
    help=_("请核对代码；如果是同一个单位，请在原来的记录上修改。"),
)
PARENT_WRONG = define(
    "OR007", 400, _("上级组织不对：{reason}。"), help=_("请选择另一个现有的党组织或单位。")
)
ALREADY_ENDED = define(
    "OR008", 409, _("{name} 已于 {day} 撤销。"), help=_("撤销的组织不能再改；需要时请新登记。")
)
PLACE_TOO_NARROW = define(
    "OR009", 400, _("组织登记在村（社区）或以上，不能登记在组和网格。"), help=_("请选择所在的村。")
)
STILL_IN_USE = define(
    "OR010",
    409,
    _("{name} 还有 {children} 个下级组织、{holders} 名在任人员。"),
    help=_("请先把它们转走或结束任职，再撤销。"),
)
ORG_OPEN = define(
    "OR011",
    400,
    _("还不能确定“{text}”是哪个组织。"),
    help=_("请在列出的组织里选一个；没有列出的，多写几个字，或先写地方再写名称。"),
)
NO_SUCH_POST = define(
    "OR101", 404, _("没有找到这个岗位。"), help=_("它可能已经撤销，或不在您的管辖范围内。")
)
BAD_POST_KIND = define(
    "OR102", 400, _("岗位类别“{kind}”不在目录里。"), help=_("请从列表里选择一个类别。")
)
SEATS_FULL = define(
    "OR103",
    409,
    _("{title} 的 {seats} 个名额已满。"),
    help=_("请先结束一人的任职，或增加名额。"),
)
GRID_ONLY = define("OR104", 400, _("{title} 只能设在网格上。"), help=_("请填写 15 位的网格代码。"))
BAD_TERM = define("OR105", 400, _("任期的起止日期不对。"), help=_("结束日期应在开始日期之后。"))
NO_SUCH_ACCOUNT = define(
    "OR106", 404, _("没有用户名为 {username} 的账号。"), help=_("请核对，或先请系统管理员开户。")
)
APPOINTMENT_ENDED = define(
    "OR107", 409, _("这次任职已于 {day} 结束。"), help=_("需要再次任职时，请新登记。")
)
ALREADY_HOLDS = define("OR108", 409, _("{holder} 已经在任 {title}。"), help=_("不用重复登记。"))
HOLDER_NEEDED = define(
    "OR109", 400, _("请填写任职人的姓名，最多 64 个字。"), help=_("与证件上的姓名一致。")
)
RUN_GONE = define(
    "OR201", 404, _("这次导入的答复文件已经清除。"), help=_("答复文件保留七天，请重新导入一次。")
)
TABLE_UNKNOWN = define(
    "OR202", 404, _("没有“{what}”这种表。"), help=_("请从列表里选择要导入或导出的表。")
)
NO_FILE = define("OR203", 400, _("还没有选择文件。"), help=_("请选择 .xlsx、.xls 或 .csv 文件。"))
