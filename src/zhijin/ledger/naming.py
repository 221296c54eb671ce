"""What the journal calls books and the actions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.ledger.models import Book

ACTIONS: dict[str, str | Promise] = {
    "book.opened": _("建立账簿"),
    "book.posted": _("记账"),
    "book.reversed": _("冲正"),
    "book.closed": _("结账"),
    "book.account-opened": _("开立账户"),
    "book.account-closed": _("注销账户"),
    "points.started": _("启用积分方案"),
    "points.found": _("按事实生成积分"),
    "points.entered": _("登记积分"),
    "points.claimed": _("认领积分"),
    "points.checked": _("核对积分"),
    "points.refused": _("不予记分"),
    "points.told": _("告知积分"),
    "points.taken-back": _("撤销积分"),
    "points.replied": _("积分申辩"),
    "points.appealed": _("积分申诉"),
    "points.answered": _("答复积分申诉"),
    "points.card-issued": _("发积分卡"),
    "points.card-shown": _("查看积分卡的码"),
    "points.item-changed": _("修改超市商品"),
    "points.stocked": _("超市进货、盘点"),
    "points.redeemed": _("积分兑换"),
    "points.handed-out": _("兑换领取"),
    "points.given-back": _("兑换退回"),
    "points.list-proposed": _("拟列入榜"),
    "points.list-told": _("告知拟列入榜"),
    "points.list-heard": _("听取申辩"),
    "points.list-approved": _("批准列入榜"),
    "points.list-ended": _("撤下榜"),
    "points.statement-exported": _("导出积分账"),
    "points.statement-read": _("经接口读取积分账"),
    "points.accounts-listed": _("经接口读取各户的账"),
}

#: What a transfer of points is called.
KINDS: dict[str, str | Promise] = {
    "award": _("记分"),
    "deduction": _("扣分"),
    "redemption": _("兑换"),
    "reversal": _("冲正"),
}


def kind_title(kind: str) -> str:
    """What a kind of transfer is called; the kind itself where it has no name."""
    return str(KINDS.get(kind, kind))


def books(ids: Sequence[str]) -> Mapping[str, str]:
    """Titles of books, as far as the reader may see them."""
    rows = Book.objects.filter(id__in=[UUID(one) for one in ids]).values_list("id", "title")
    return {str(key): title for key, title in rows}
