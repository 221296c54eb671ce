"""Converters from a cell to a value. Each raises BadCell (SH1xx) with what is wrong and what to write."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.core import identifiers
from zhijin.core.identifiers import Flaw, IdCard
from zhijin.core.ids import is_code
from zhijin.core.sheets.columns import BadCell, Converter, plain_header
from zhijin.core.sheets.reading import Cell

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:T?\d\d:.*)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_HIDDEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_YES = {"是", "有", "yes", "y", "true", "1", "√", "✓", "对"}
_NO = {"否", "无", "没有", "no", "n", "false", "0", "×", "✗", "x"}
FLAWS: dict[Flaw, str | Promise] = {
    Flaw.EMPTY: _("空着。"),
    Flaw.LENGTH: _("位数不对。"),
    Flaw.CHARACTERS: _("有不该有的字符。"),
    Flaw.REGION: _("开头不是地区代码。"),
    Flaw.BIRTH: _("其中的出生日期不存在。"),
    Flaw.CHECK_DIGIT: _("校验位不对，可能有一位写错。"),
    Flaw.ROUNDED: _("末几位被表格变成了 0。"),
    Flaw.UNKNOWN_RANGE: _("不是现有的号段。"),
}


def as_text(raw: Cell) -> str:
    """A cell as people read it: whole numbers without their fraction, no outer or double gaps."""
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, float) and math.isfinite(raw) and raw == int(raw):
        return str(int(raw))
    if isinstance(raw, datetime) and (raw.hour, raw.minute, raw.second) == (0, 0, 0):
        return raw.date().isoformat()
    return " ".join(unicodedata.normalize("NFC", str(raw)).split())


def text(most: int = 64) -> Converter:
    """Text of at most ``most`` characters, without control characters."""

    def convert(raw: Cell) -> str:
        value = as_text(raw)
        if len(value) > most:
            raise BadCell("SH102", _("太长。"), _("最多 {most} 个字。").format(most=most))
        # What can be printed holds none of them, and is told so much faster.
        if not value.isprintable() and any(unicodedata.category(c) in _HIDDEN for c in value):
            raise BadCell("SH103", _("含有看不见的控制字符。"), _("请重新输入这一格。"))
        return value

    return convert


def integer(least: int = 0, most: int = 2**31 - 1) -> Converter:
    """A whole number; ``1,234``, full-width digits and a unit after it (人、户) are understood."""

    def convert(raw: Cell) -> int:
        plain = unicodedata.normalize("NFKC", as_text(raw)).replace(",", "")
        match = re.fullmatch(r"([+-]?\d+)(?:\.0+)?\s*[人户个名家]?", plain)
        if not match:
            raise BadCell("SH104", _("不是整数。"), _("请只写数字。"))
        value = int(match[1])
        if not least <= value <= most:
            help_ = _("应在 {least} 到 {most} 之间。").format(least=least, most=most)
            raise BadCell("SH105", _("数字超出范围。"), help_)
        return value

    return convert


def day(earliest: date = date(1900, 1, 1), latest: date = date(2100, 12, 31)) -> Converter:
    """A day: a date cell, ``2024-03-05``, ``2024.3.5``, ``2024年3月5日``, ``20240305``, or Excel's number.

    A month without its day means the first."""

    def convert(raw: Cell) -> date:
        value = _day(raw)
        if value is None:
            raise BadCell("SH106", _("不是日期。"), _("请写成 2024-03-05 的样子。"))
        if not earliest <= value <= latest:
            help_ = _("应在 {least} 到 {most} 之间。").format(least=earliest, most=latest)
            raise BadCell("SH105", _("日期超出范围。"), help_)
        return value

    return convert


def _day(raw: Cell) -> date | None:
    if isinstance(raw, date):
        return raw.date() if isinstance(raw, datetime) else raw
    plain = unicodedata.normalize("NFKC", as_text(raw)).replace(" ", "")
    compact = re.fullmatch(r"((?:19|20)\d\d)(\d\d)(\d\d)", plain)
    match = compact or _DAY.fullmatch(plain)
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3] or 1))
        if isinstance(raw, int | float) and 1 < raw < 100_000:
            return _EXCEL_EPOCH + timedelta(days=int(raw))
    except ValueError:
        pass
    return None


def yes_no(raw: Cell) -> bool:
    """是 or 否, in the ways people write them."""
    plain = as_text(raw).lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise BadCell("SH107", _("只能写“是”或“否”。"))


def choice(options: Mapping[str, Any], also: Mapping[str, Any] | None = None) -> Converter:
    """One of ``options`` (shown → stored); ``also`` holds other ways of writing them."""
    known = {plain_header(shown): value for shown, value in {**(also or {}), **options}.items()}
    known |= {plain_header(value): value for value in options.values()}

    def convert(raw: Cell) -> Any:
        plain = plain_header(as_text(raw))
        if plain not in known:
            names = "、".join(options)
            raise BadCell(
                "SH108", _("不在可选的范围里。"), _("可以写：{names}。").format(names=names)
            )
        return known[plain]

    return convert


def place_code(raw: Cell) -> str:
    """A division, group or grid code; a number cell keeps up to fifteen digits truly."""
    value = identifiers.plain(as_text(raw))
    if not is_code(value):
        help_ = _("省 2 位、市 4 位、县 6 位、乡 9 位、村 12 位、组 14 位、网格 15 位。")
        raise BadCell("SH109", _("不是区划代码。"), help_)
    return value


def phone(raw: Cell) -> str:
    """A Chinese telephone number as digits; a number in no known range is kept with a warning."""
    value = identifiers.plain_phone(as_text(raw))
    flaw = identifiers.phone_flaw(value)
    if flaw is None:
        return value
    if flaw is Flaw.UNKNOWN_RANGE:
        raise BadCell("SH110", FLAWS[flaw], _("已照原样保存，请核对。"), value=value, warning=True)
    raise BadCell("SH111", FLAWS[flaw], _("手机 11 位；固定电话要带区号。"))


def id_card(raw: Cell) -> str:
    """An identity card number (GB 11643). A wrong check digit is kept with a warning: old data has them."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raise BadCell(
            "SH112", FLAWS[Flaw.ROUNDED],
            _("请把这一列设成“文本”格式，再重新填写号码。"),
        )  # fmt: skip
    value = identifiers.plain(as_text(raw))
    read = identifiers.read_id_card(value)
    if isinstance(read, IdCard):
        return value
    if read is Flaw.CHECK_DIGIT:
        raise BadCell("SH113", FLAWS[read], _("已照原样保存，请核对。"), value=value, warning=True)
    raise BadCell("SH114", FLAWS[read], _("请对照证件改正。"))


def credit_code(raw: Cell) -> str:
    """A unified social credit code (GB 32100). A wrong check digit is kept with a warning."""
    value = identifiers.plain(as_text(raw))
    flaw = identifiers.credit_code_flaw(value)
    if flaw is None:
        return value
    if flaw is Flaw.CHECK_DIGIT:
        raise BadCell("SH115", FLAWS[flaw], _("已照原样保存，请核对。"), value=value, warning=True)
    raise BadCell("SH116", FLAWS[flaw], _("统一社会信用代码是 18 位，不含 I、O、S、V、Z。"))
