"""The boards on which affairs are published, and the words of their states. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Board:
    """One board: 党务、村务、财务、商务、服务公开. ``supervised``: the village supervisor looks first."""

    key: str
    title: Text
    icon: str
    says: Text
    supervised: bool = False


BOARDS: Final[dict[str, Board]] = {
    board.key: board
    for board in (
        Board("party", _("党务公开"), "flag", _("组织生活、换届、述职")),
        Board("village", _("村务公开"), "landmark", _("议事决定、工程、惠民政策")),
        Board("finance", _("财务公开"), "scale", _("收入、支出、资产、债权债务"), supervised=True),
        Board("commerce", _("商务公开"), "handshake", _("合同、招租、采购、电商")),
        Board("service", _("服务公开"), "heart-handshake", _("事项办理、便民服务")),
    )
}

STATES: Final[dict[str, Text]] = {
    "draft": _("草稿"),
    "submitted": _("等待审核"),
    "supervised": _("监督已审"),
    "published": _("已公开"),
    "withdrawn": _("已撤下"),
}
TONES: Final[dict[str, str]] = {
    "draft": "", "submitted": "warn", "supervised": "info", "published": "ok", "withdrawn": "late",
}  # fmt: skip

EVERY: Final[dict[str, Text]] = {
    "month": _("每月"),
    "quarter": _("每季度"),
    "year": _("每年"),
}

#: Never published, whoever checked it (domain: identity number, bank account, health).
NEVER: Final = frozenset({"id_number", "bank_card", "health"})
