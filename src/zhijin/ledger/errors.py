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
