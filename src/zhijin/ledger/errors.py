"""Refusals of the ledger (LG…): each says what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

UNBALANCED = define(
    "LG001",
    400,
    _("这笔账借贷不平：各方合计应当为零，现在是 {sum}。"),
    help=_("请检查每一方的数额；每笔至少两方，数额不能为零，同一账户只能出现一次。"),
)
OVERSPENT = define(
    "LG002",
    409,
    _("“{account}”余额不足：现有 {balance}，这笔要用 {amount}。"),
    help=_("请减少数额，或等余额足够后再办。"),
)
NO_ACCOUNT = define(
    "LG003",
    404,
    _("没有找到这个账户，或已经注销。"),
    help=_("请从账簿的账户列表里选择；它也可能不在您的管辖范围内。"),
)
PERIOD_CLOSED = define(
    "LG004",
    409,
    _("{day} 所在的账期已经结账（结到 {through}）。"),
    help=_("已结的账不能再改；请在当前账期记一笔更正，写明更正哪一笔。"),
)
ALREADY_REVERSED = define(
    "LG005", 409, _("这笔账已经冲正过。"), help=_("一笔账只能冲正一次；请查看已有的冲正。")
)
NOT_REVERSIBLE = define(
    "LG006", 409, _("冲正本身不能再冲正。"), help=_("请按正确的内容重新记一笔。")
)
OTHER_CONTENT = define(
    "LG007",
    409,
    _("同一个编号的账已经记过，内容不同。"),
    help=_("请刷新页面查看已记的那一笔；要记新的，请重新填写。"),
)
NOT_YET_OVER = define(
    "LG008",
    400,
    _("{through} 还没有过完，不能结账。"),
    help=_("请结到昨天或更早的一天。"),
)
CLOSED_BEFORE = define("LG009", 409, _("账已经结到 {through}。"), help=_("请选择更晚的一天。"))
BOOKS_WRONG = define(
    "LG010",
    409,
    _("账簿核对不上，没有结账：{what}。"),
    help=_("请运行 zhijin ledger verify 查看是哪一个账户，再联系运维。"),
)
NOT_EMPTY = define(
    "LG011", 409, _("账户还有余额 {balance}，不能注销。"), help=_("请先转出或用完余额。")
)
BAD_DAY = define(
    "LG012", 400, _("记账日期 {day} 不对。"), help=_("日期不能晚于今天，也不能早于建账的那天。")
)


# -- points (PS…) --------------------------------------------------------------------------------

NO_PROGRAMME = define(
    "PS001", 404, _("这里没有生效的积分方案。"), help=_("请县里先上传并公布积分方案。")
)
NO_VILLAGE = define("PS002", 400, _("积分账簿要建在村或社区。"), help=_("请选择一个村或社区。"))
NO_HOLDER = define(
    "PS003", 404, _("没有找到这一户（这名党员）。"),
    help=_("请核对户号；党员积分只能记给本村登记的党员。"),
)  # fmt: skip
NO_RULE = define("PS004", 400, _("请选择一条规则。"), help=_("只能选登记行为的规则。"))
BAD_DEED_DAY = define(
    "PS005", 400, _("这一天不能登记。"), help=_("可以登记最近六十天内、建账以后的事。")
)
PHOTO_NEEDED = define("PS006", 400, _("这条规则要有照片。"), help=_("请附上现场照片。"))
NOTE_NEEDED = define(
    "PS007", 400, _("请写清做了什么。"), help=_("写四个字以上，说明时间、地点和经过。")
)
PERSONAL = define(
    "PS008", 400, _("文字里有不该写的个人信息：{found}。"),
    help=_("请删去电话、证件号、卡号、详细住址和健康状况再提交。"),
)  # fmt: skip
A_MINOR = define(
    "PS009", 409, _("不给未成年人记积分，也不列入任何榜。"),
    help=_("可以口头或书面表扬，告诉监护人。"),
)  # fmt: skip
NOTHING_TO_CLAIM = define(
    "PS010", 404, _("这个查询码没有可以认领的积分。"),
    help=_("事项办结后才有积分；每件只能认领一次，只能记到本村的户。"),
)  # fmt: skip
OWN_ENTRY = define(
    "PS011", 409, _("这是您自己经手的，要由另一个人办。"), help=_("请另一名有权限的同志办理。")
)
WRONG_STATE = define(
    "PS012", 409, _("现在是“{state}”，不能这样办。"), help=_("请刷新页面查看最新情况。")
)
WHY_NEEDED = define("PS013", 400, _("请写明情况。"), help=_("写四个字以上，二百字以内。"))
APPEAL_TEXT = define("PS014", 400, _("请写明您的意见。"), help=_("写五个字以上，五百字以内。"))
TOO_LATE = define(
    "PS015", 409, _("申诉期已经过了。"), help=_("还有意见的，请到村（居）委会当面反映。")
)
APPEALED_BEFORE = define(
    "PS016", 409, _("这一笔已经申诉过。"), help=_("请查看答复；还有意见的，请到村（居）委会反映。")
)
NO_CARD = define(
    "PS017", 404, _("没有找到这张积分卡。"),
    help=_("请核对卡上的 10 位字母和数字；换过卡的，旧卡不能再用。"),
)  # fmt: skip
NO_SHOP = define("PS018", 409, _("这个方案没有积分超市。"), help=_("请选择有积分超市的方案。"))
BAD_ITEM = define(
    "PS019", 400, _("商品填得不对。"),
    help=_("写名称（六十字以内）、一万以内的分数和不为零的数量；减少数量请用盘点。"),
)  # fmt: skip
SOLD_OUT = define(
    "PS020", 409, _("“{title}”不够了，现有 {stock}。"), help=_("请少换一些，或换别的。")
)
BAD_QUANTITY = define("PS021", 400, _("一次最多换 {most} 件。"), help=_("请改数量。"))
NO_REDEMPTION = define(
    "PS022", 404, _("没有找到待领取的兑换。"), help=_("请核对六位领取码；领过的、退回的不能再领。")
)
NO_TITLE = define("PS023", 400, _("请选择方案里的称号。"), help=_("称号由积分方案规定。"))
CONSENT_NEEDED = define(
    "PS024", 400, _("上光荣榜要本人同意。"), help=_("请写明本人怎样同意的，例如 当面书面同意。")
)
REMINDERS_OFF = define(
    "PS025", 409, _("这里没有启用提醒榜。"),
    help=_("提醒榜默认不开；由县里在积分方案里写明告知、申辩、批准和期限后才能启用。"),
)  # fmt: skip
NOTICE_RUNS = define(
    "PS026", 409, _("告知还不满 {days} 天，不能听取申辩。"), help=_("请等告知期满。")
)
OTHER_PRICE = define(
    "PS027", 409, _("“{title}”现在要 {price} 分，和您看到的不一样，没有兑换。"),
    help=_("请看一下新的分数，再决定换不换。"),
)  # fmt: skip
