"""Whose a fact is: the organisation's own, its place's, or those of everybody below it.

Organisations are taken as they were at the end of each month: one that moved keeps its past where it
was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from zhijin.assessment.engine.dialects import Dialect
from zhijin.assessment.engine.periods import Period, micros, shifted
from zhijin.assessment.engine.shared_model import LEVEL_DIGITS, LEVEL_SUB

#: How deep an organisation may lie below another.
DEPTH: Final = 6


def valid_on(alias: str, day: date) -> str:
    """The spell holds on ``day`` (its end is the first day on which it does not)."""
    return (
        f"({alias}.valid_from IS NULL OR {alias}.valid_from <= DATE '{day}')"
        f" AND ({alias}.valid_to IS NULL OR {alias}.valid_to > DATE '{day}')"
    )


def month_of(period: Period) -> str:
    """The number of the month (from 0) in which a fact lies."""
    if period.count == 1:
        return "CAST(0 AS BIGINT)"
    cases = " ".join(
        f"WHEN at_us < {micros(shifted(month, 1))} THEN {number}"
        for number, month in enumerate(period.months[:-1])
    )
    return f"CAST(CASE {cases} ELSE {period.count - 1} END AS BIGINT)"


def floored(key: str, level: str, how: Dialect) -> str:
    """The place key of the ancestor at ``level`` (see core.ids) of a place key."""
    width = 10 ** (18 - LEVEL_DIGITS[level])
    return f"({how.cut(key, str(width))} * {width} + {LEVEL_SUB[level]})"


def _month_ends(period: Period) -> Iterator[tuple[int, date]]:
    for number, month in enumerate(period.months):
        yield number, shifted(month, 1) - timedelta(days=1)


def place_step(period: Period) -> str:
    """(mon, org_key, unit): where each assessed organisation was at the end of each month."""
    return " UNION ALL ".join(
        f"SELECT CAST({number} AS BIGINT) AS mon, o.org_key, s.place_key AS unit FROM org o"
        f" JOIN orgs s ON s.org_key = o.org_key AND {valid_on('s', day)}"
        for number, day in _month_ends(period)
    )


def closure_steps(period: Period) -> Iterator[tuple[str, str]]:
    """``below`` (mon, org_key, member): each assessed organisation with itself and all below it."""
    yield (
        "below0",
        " UNION ALL ".join(
            f"SELECT CAST({number} AS BIGINT) AS mon, org_key, org_key AS member FROM org"
            for number, _ in _month_ends(period)
        ),
    )
    for depth in range(1, DEPTH + 1):
        yield (
            f"below{depth}",
            " UNION ALL ".join(
                f"SELECT b.mon, b.org_key, s.org_key AS member FROM below{depth - 1} b"
                f" JOIN orgs s ON s.parent_key = b.member AND b.mon = {number} AND {valid_on('s', day)}"
                for number, day in _month_ends(period)
            ),
        )
    # UNION and not UNION ALL: a chain of parents that bites its own tail counts everyone once.
    yield "below", " UNION ".join(f"SELECT * FROM below{depth}" for depth in range(DEPTH + 1))


def rows(query: str, columns: str, who: str, how: Dialect, levels: tuple[str, ...]) -> str:
    """Facts joined to whose they are: ``query`` gives mon, org_key, place_key and ``columns``."""
    named = ", ".join(f"r.{name.strip()}" for name in columns.split(","))
    if who == "org":
        return f"SELECT r.org_key, {named} FROM ({query}) r WHERE r.org_key IS NOT NULL"
    if who == "tree":
        return (
            f"SELECT t.org_key, {named} FROM ({query}) r"
            " JOIN below t ON t.mon = r.mon AND t.member = r.org_key"
        )
    return " UNION ALL ".join(
        f"SELECT p.org_key, {named} FROM ({query}) r JOIN place_unit p"
        f" ON p.mon = r.mon AND p.unit = {floored('r.place_key', level, how)}"
        for level in levels
    )
