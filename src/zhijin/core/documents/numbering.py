"""The numbers before headings: 一、（一）1.（1） (GB/T 9704, 7.3.3), written as text.

Written out, a number stays what it was when a paragraph is copied into another document.
"""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """1 to 99 as a heading counts: 一, 十, 十二, 二十, 二十一."""
    if not 1 <= number <= 99:
        raise ValueError(f"headings are counted from 1 to 99, not {number}")
    tens, ones = divmod(number, 10)
    left = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return left + (_DIGITS[ones] if ones else "")


class Counter:
    """Counts headings as they come; a higher level starts the lower ones anew."""

    def __init__(self, *, latin: bool = False) -> None:
        self._counts = [0, 0, 0, 0]
        self._latin = latin

    def next(self, level: int) -> str:
        """The number of the next heading of ``level`` (1 to 4)."""
        self._counts[level - 1] += 1
        self._counts[level:] = [0] * (4 - level)
        number = self._counts[level - 1]
        if self._latin:
            return ".".join(str(n) for n in self._counts[:level]) + " "
        return (
            f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}.", f"（{number}）",
        )[level - 1]  # fmt: skip
