"""Figures in Chinese words. Plain arithmetic on digits; what a figure means, :mod:`.normalise` decides."""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
#: Telephone numbers, rooms, roads and plates: 1 is 幺, so that nobody hears 七.
PHONE = "零幺二三四五六七八九"
_GROUPS = ("", "万", "亿", "万亿")


def number(value: int) -> str:
    """A whole number in words: 12000 → 一万二千, 110 → 一百一十, 15 → 十五."""
    if value < 0:
        return "负" + number(-value)
    if value >= 10**16:
        return digits(str(value))
    groups, rest = [], value
    while True:
        rest, group = divmod(rest, 10_000)
        groups.append(group)
        if not rest:
            break
    out = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group:
            gap = out and (group < 1000 or groups[index + 1] % 10 == 0)
            out += ("零" if gap and not out.endswith("零") and group < 1000 else "") + _group(group)
            out += _GROUPS[index]
    if out.startswith("一十"):
        out = out[1:]
    if out.startswith("二") and out[1:2] in {"千", "万", "亿"}:
        out = "两" + out[1:]
    return out or "零"


def _group(value: int) -> str:
    """1 to 9999."""
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            out += ("零" if zero else "") + _DIGITS[digit] + name
            zero = False
        else:
            zero = bool(out)
    return out


def digits(text: str, words: str = _DIGITS) -> str:
    """Digit by digit."""
    return "".join(words[int(c)] for c in text if c.isdigit())


def amount(text: str) -> str:
    """A number as written, with a comma every three digits and a decimal part: 1,250.5 → 一千二百五十点五."""
    whole, _, part = text.replace(",", "").partition(".")
    spoken = number(int(whole or "0"))
    return f"{spoken}点{digits(part)}" if part else spoken
