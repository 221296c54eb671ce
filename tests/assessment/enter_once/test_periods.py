"""The time that a sheet speaks of."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.assessment.enter_once.periods import RULES, Period, apply, month, read_period, rule_of

TODAY = date(2026, 8, 5)


@pytest.mark.parametrize(
    ("title", "start", "last"),
    [
        ("2026年7月工作情况统计表", "2026-07-01", "2026-07-31"),
        ("2026年1-7月情况", "2026-01-01", "2026-07-31"),
        ("2026 年 1 月 至 6 月", "2026-01-01", "2026-06-30"),
        ("２０２６年第三季度", "2026-07-01", "2026-09-30"),
        ("2026年二季度调度表", "2026-04-01", "2026-06-30"),
        ("2026年上半年", "2026-01-01", "2026-06-30"),
        ("2025年下半年", "2025-07-01", "2025-12-31"),
        ("2025年度统计年报", "2025-01-01", "2025-12-31"),
        ("2025年12月", "2025-12-01", "2025-12-31"),
        ("没有说", "2026-07-01", "2026-07-31"),
        ("2026年13月", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_title_says_its_period(title: str, start: str, last: str) -> None:
    period = read_period([title], TODAY)
    assert (period.start.isoformat(), period.last.isoformat()) == (start, last)


def test_in_january_the_last_month_is_december() -> None:
    assert read_period([], date(2026, 1, 9)) == month(2025, 12)


@pytest.mark.parametrize(
    ("cue", "rule"),
    [("", "sheet"), ("累计", "year"), ("1-7月", "year"), ("本月", "month"), ("去年", "last_year"),
     ("上月", "before"), ("截至", "ever"), ("年末", "ever")],
)  # fmt: skip
def test_a_header_may_ask_for_its_own(cue: str, rule: str) -> None:
    assert rule_of(cue) == rule


def test_rules_move_the_sheets_days() -> None:
    july = month(2026, 7)
    assert apply("sheet", july) == july
    assert apply("year", july) == Period(date(2026, 1, 1), date(2026, 8, 1))
    assert apply("before", july) == month(2026, 6)
    assert apply("before", month(2026, 1, 3)) == month(2025, 10, 3)
    assert apply("last_year", july) == month(2025, 7)
    assert apply("month", month(2026, 1, 7)) == july
    assert apply("ever", july).end == july.end
    odd = Period(date(2024, 2, 29), date(2024, 3, 10))
    assert apply("last_year", odd).start == date(2023, 2, 28)
    assert apply("before", odd) == Period(date(2024, 2, 19), date(2024, 2, 29))


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 900), st.sampled_from(RULES))
def test_every_rule_gives_a_period(start: date, days: int, rule: str) -> None:
    sheet = Period(start, date.fromordinal(start.toordinal() + days))
    found = apply(rule, sheet)
    assert found.start < found.end
