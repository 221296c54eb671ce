"""How much a rule gives: pure arithmetic, used by the services and by the scenarios alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhijin.ledger.rules.model import Per, Rule


@dataclass(frozen=True, slots=True)
class Decision:
    """``amount`` to book; ``why`` it is less than asked (``cap``, ``minor``), else empty."""

    amount: int
    why: Literal["", "cap", "minor"] = ""


def period(on: date, per: Per) -> tuple[date, date]:
    """First and last day of the month, quarter or year that ``on`` lies in."""
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    month = (on.month - 1) // months * months + 1
    first = date(on.year, month, 1)
    after = date(on.year + (month + months > 12), (month + months - 1) % 12 + 1, 1)
    return first, date.fromordinal(after.toordinal() - 1)


def decide(rule: Rule, amount: int, earlier: int, *, minor: bool = False) -> Decision:
    """What is booked of ``amount`` when the rule gave ``earlier`` in its period before (both signed).

    Nothing for a minor, ever. The cap holds for what is given and, by its size, for what is taken.
    """
    if minor:
        return Decision(0, "minor")
    if rule.cap is None or not amount:
        return Decision(amount)
    left = max(rule.cap.points - abs(earlier), 0)
    size = min(abs(amount), left)
    return Decision(size if amount > 0 else -size, "cap" if size < abs(amount) else "")


def matches(rule: Rule, kind: str, attrs: Mapping[str, object]) -> bool:
    """Whether a fact of ``kind`` with these attributes is what the rule is given by."""
    return rule.given_by == kind and all(
        str(attrs.get(name, "")) == value for name, value in rule.where.items()
    )
