"""Refusals of the people room (PE…): each says what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NO_SUCH_PERSON = define(
    "PE001", 404, _("没有找到这个人。"), help=_("可能已经迁出，或不在您的管辖范围内。")
)
NO_SUCH_HOUSEHOLD = define(
    "PE002", 404, _("没有找到这一户。"), help=_("可能已经注销，或不在您的管辖范围内。")
)
NAME_NEEDED = define(
    "PE003", 400, _("姓名不能为空，最多 32 个字。"), help=_("请填写证件上的姓名。")
)
BAD_PHONE = define(
    "PE004", 400, _("电话号码不对。"), help=_("手机 11 位；固定电话要带区号。没有电话就留空。")
)
BAD_ID = define("PE005", 400, _("身份证号不对。"), help=_("请对照证件改正；没有证件号就留空。"))
ALREADY_THERE = define(
    "PE006", 409, _("这个身份证号已经登记过。"), help=_("请在原来的记录上修改，或办理迁居。")
)
CONSENT_NEEDED = define(
    "PE007",
    403,
    _("保存“{field}”需要本人单独同意，还没有登记。"),
    help=_("请先登记本人的同意（写明何时、以何种方式），再填写。"),
)
PURPOSE_NEEDED = define(
    "PE008", 400, _("请说明查看的目的。"), help=_("选择一种目的，并写明事由（至少 4 个字）。")
)
NOT_SEALED = define("PE009", 400, _("没有名为“{field}”的遮盖项。"), help=_("请从页面上选择。"))
BAD_PLACE = define(
    "PE010",
    400,
    _("居民登记在网格或村（社区）里。"),
    help=_("请填写 12 位村代码或 15 位网格代码。"),
)
BAD_BIRTH_YEAR = define("PE011", 400, _("出生年份不对。"), help=_("请写四位年份，例如 1968。"))
BAD_CONSENT = define("PE012", 400, _("没有这种同意事项。"), help=_("请从列表里选择。"))
NUMBER_NEEDED = define(
    "PE013", 400, _("户编号不能为空，最多 32 个字，村内不能重复。"), help=_("例如：03-017。")
)
LEFT = define("PE014", 409, _("{name} 已于 {day} 迁出。"), help=_("迁出的居民不能再改。"))
NO_SUCH_MEMBER = define(
    "PE020", 404, _("没有找到这名党员。"), help=_("可能已经转出，或不属于您的党组织。")
)
NOT_A_BRANCH = define(
    "PE021", 409, _("“{name}”不是党组织，不能登记党员。"), help=_("请选择党支部或党总支。")
)
LISTED_ALREADY = define(
    "PE022",
    409,
    _("这个支部已经有叫 {name} 的党员。"),
    help=_("确实是同名的另一个人时，请在姓名后加区分，例如“张小满（东街）”。"),
)
PARTY_CONSENT = define(
    "PE023",
    400,
    _("请写明本人怎样同意登记党员身份。"),
    help=_("例如：2026年3月1日书面同意；或本人入党志愿书。"),
)
MEMBER_LEFT = define(
    "PE024", 409, _("{name} 已于 {day} 转出。"), help=_("转出以后的变化由现在的支部登记。")
)
BAD_MOVE = define("PE025", 400, _("转接不对：{why}"), help=_("请核对转入的党组织和日期。"))
TOO_YOUNG = define(
    "PE027",
    409,
    _("不满 18 岁，不能登记为党员。"),
    help=_("请核对身份证号和入党日期；未成年人不在党员名册上。"),
)
MASKED_NAME = define(
    "PE028",
    400,
    _("姓名是遮盖过的。"),
    help=_("导出的表里姓名遮盖，不能当作姓名再导入；请写全名。"),
)
BRANCH_UNCLEAR = define(
    "PE029",
    400,
    _("没有找到唯一的党组织“{name}”。"),
    help=_("请写组织编号，或写全称并填写支部所在地代码；不在您管辖范围内的不能导入。"),
)
ON_ANOTHER_LIST = define(
    "PE030",
    409,
    _("这个身份证号已经在本县另一个支部的名册上。"),
    help=_("请由那个支部先转出，或请上级党组织转接。"),
)
MAY_BE_SAME = define(
    "PE031",
    409,
    _("这名党员可能已经在名册上。"),
    help=_("请在导入结果页上逐个选择，或在“疑似重复处理”一列写：同一人、不同的人、先不导入。"),
)
REQUEST_WORDS = define(
    "PE032",
    400,
    _("请写明，至少 4 个字。"),
    help=_("例如：本人到窗口书面提出；或写明更正了什么、为什么不能照办。"),
)
REQUEST_CLOSED = define(
    "PE033", 409, _("这件请求已经答复过。"), help=_("本人再提出时，请另登记一件。")
)
NOTHING_CORRECTED = define(
    "PE034",
    409,
    _("提出以后还没有更正过这名居民的信息。"),
    help=_("请先在居民的页面上更正，再回来答复；不能更正的，请说明原因。"),
)
BAD_REQUEST_KIND = define(
    "PE035", 400, _("不是这一种请求。"), help=_("请从列表里选择：查阅和复制、更正、删除。")
)
GUARDIAN_NEEDED = define(
    "PE036",
    409,
    _("{name} 可能不满 14 岁，要由监护人同意。"),
    help=_("请写明监护人怎样同意，例如：2026年3月1日监护人书面同意。"),
)
BAD_LEAVING = define(
    "PE037",
    400,
    _("迁出日期不对。"),
    help=_("不能在今天以后；还没有迁走的，到时候再登记。"),
)
NOT_EMPTY = define(
    "PE038",
    409,
    _("户 {number} 还有人，不能注销。"),
    help=_("请先把每个人迁到另一户，或登记迁出。"),
)
RESIDENT_MAY_BE_SAME = define(
    "PE039",
    409,
    _("这名居民可能已经登记过。"),
    help=_("请在导入结果页上逐个选择：同一人、不同的人，或先不导入。"),
)
GROUP_UNKNOWN = define(
    "PE040",
    400,
    _("{village}没有叫“{name}”的村民组。现有的组：{groups}"),
    help=_("请从村里现有的组中选一个；还没有建的组，先在“区划与网格”里新建。"),
)
GROUP_TWICE = define(
    "PE041",
    409,
    _("户 {number} 在前面的行里写的村民组是“{other}”，这里是“{name}”。"),
    help=_("一户只属于一个村民组，请改成一样的，或在其他行留空。"),
)
GROUP_HOMELESS = define(
    "PE042",
    400,
    _("没有写户编号，村民组“{name}”没有保存。"),
    help=_("村民组是按户登记的：请填“户编号”一列，再导入一次。"),
)
HOLD_WORDS = define(
    "PE043",
    400,
    _("没有写清为什么要暂缓删除，或到什么时候。"),
    help=_("请选择原因，写明依据（至少四个字），日期要在今天以后、两年以内。"),
)
BAD_PARTICULARS = define(
    "PE026", 400, _("任职人的学历、资格或类别不对。"), help=_("请从列表里选择；不清楚的就留空。")
)
