"""The arithmetic of points: caps, periods, minors; and the scenarios run by it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.rules.support import SHIPPED, SMALL
from zhijin.ledger.rules import (
    decide,
    explain,
    load,
    load_file,
    matches,
    period,
    told,
)
from zhijin.ledger.rules.model import Points
from zhijin.ledger.rules.trying import run

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.fixture(scope="module")
def small() -> Points:
    found = load(SMALL).programme
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("per", "on", "first", "last"),
    [
        ("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 11, 27), date(2026, 10, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31)),
        ("year", date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_has_its_days(per, on, first, last):
    assert period(on, per) == (first, last)


@given(days, st.sampled_from(["month", "quarter", "year"]))
def test_every_day_lies_in_its_period_and_periods_do_not_overlap(on, per):
    first, last = period(on, per)
    assert first <= on <= last
    assert period(first, per) == period(last, per) == (first, last)
    before = date.fromordinal(first.toordinal() - 1)
    assert period(before, per)[1] == before


def test_a_cap_gives_what_is_left(small):
    yard = small.rule("yard")
    assert [decide(yard, 3, earlier) for earlier in (0, 3, 4, 6, 9)] == [
        decide(yard, 3, 0), decide(yard, 3, 3), decide(yard, 3, 4), decide(yard, 3, 6), decide(yard, 3, 9),
    ]  # fmt: skip
    assert [decide(yard, 3, earlier).amount for earlier in (0, 3, 4, 6, 9)] == [3, 3, 2, 0, 0]
    assert [decide(yard, 3, earlier).why for earlier in (0, 3, 4, 6)] == ["", "", "cap", "cap"]


def test_a_deduction_has_a_cap_too(small):
    rubbish = small.rule("rubbish")
    assert [decide(rubbish, -2, earlier).amount for earlier in (0, -4, -5, -6)] == [-2, -2, -1, 0]


@given(st.lists(st.integers(1, 100), max_size=30))
def test_a_rule_never_gives_more_than_its_cap(amounts):
    yard = load(SMALL).programme.rule("yard")
    given_so_far = 0
    for amount in amounts:
        found = decide(yard, amount, given_so_far)
        assert 0 <= found.amount <= amount
        given_so_far += found.amount
    assert given_so_far == min(sum(amounts), 6)


@given(st.integers(-100, 100), st.integers(-50, 50))
def test_a_minor_gets_and_loses_nothing(amount, earlier):
    for rule in load(SMALL).programme.rules:
        assert decide(rule, amount, earlier, minor=True).amount == 0


def test_a_fact_matches_by_kind_and_attributes(small):
    hazard = small.rule("hazard")
    assert matches(hazard, "points.due", {"rule": "积分-3", "to": "reporter"})
    assert not matches(hazard, "points.due", {"rule": "积分-5"})
    assert not matches(hazard, "points.due", {})
    assert not matches(hazard, "case.closed", {"rule": "积分-3"})


def test_a_scenario_never_falls_below_zero(small):
    scenario = small.scenarios[0].model_copy(
        update={"steps": [small.scenarios[0].steps[2], small.scenarios[0].steps[0]]}
    )
    assert run(small, scenario) == {"甲": 3}


@pytest.mark.parametrize("path", SHIPPED, ids=[path.parent.name for path in SHIPPED])
def test_the_shipped_scenarios_come_out_and_use_every_rule(path):
    found = load_file(path).programme
    for scenario in found.scenarios:
        held = run(found, scenario)
        assert {who: held.get(who, 0) for who in scenario.expect} == scenario.expect
    used = {step.rule for scenario in found.scenarios for step in scenario.steps}
    assert used == {rule.id for rule in found.rules}


def test_a_programme_is_told_in_both_languages(small):
    assert (
        told(small.rule("yard"), "zh") == "庭院整洁：+3 分（第二条），每月最多 6 分，由另一个人核对"
    )
    assert told(small.rule("rubbish"), "en") == (
        "Dumped rubbish: -2 points (第九条); at most 6 a month; checked by a second person"
    )
    assert "按事项方案的分数" in told(small.rule("hazard"), "zh")
    chinese, english = explain(small, "zh"), explain(small, "en")
    assert [title for title, _ in chinese] == ["依据", "怎样得分", "告知和申诉", "光荣榜"]
    assert "46 agreed" in english[0][1][1]
    assert "应到 90，实到 60，同意 46" in chinese[0][1][1]
    assert "按时间先后" in chinese[3][1][0]
