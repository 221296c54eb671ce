"""Standings computed from facts, on small worlds whose results can be reckoned by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bench import standing_ground as ground
from tests.assessment.engine.facts import JULY, World, fact, org, village
from tests.assessment.engine.support import SMALL, sound
from zhijin.assessment.engine.compile import compile  # noqa: A004
from zhijin.assessment.engine.compile_measures import _made_of
from zhijin.assessment.engine.duckrun import DuckRun, Inputs
from zhijin.assessment.engine.periods import Period

DONGSHAN = 520181002


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def computed(world, text=SMALL, period=JULY, **inputs):
    world.write()
    with DuckRun(sound(text), world.folder, world.orgs_file, period, Inputs(**inputs)) as run:
        run.compute()
        return {
            name: {row["org_key"]: row for row in run.rows(name)}
            for name in ("value", "score", "mark")
        }


def closed(key, place, solved, others, day=date(2026, 7, 5)):
    """``solved`` cases closed as solved and ``others`` closed otherwise."""
    return [
        fact("case.closed", day, place, key, record=f"{key}-{n}",
             a_outcome="solved" if n < solved else "refused")
        for n in range(solved + others)
    ]  # fmt: skip


def test_37_of_50_is_7400(world):
    world.orgs = [org(1, village(DONGSHAN, 1)), org(2, village(DONGSHAN, 2))]
    world.facts = closed(1, village(DONGSHAN, 1), 37, 13)
    found = computed(world)
    assert found["value"][1]["numerators"] == [37]
    assert found["value"][1]["denominators"] == [50]
    assert found["value"][1]["vals"] == [7400]
    assert found["value"][1]["states"] == [0]
    assert found["score"][1]["total"] == 7400


def test_nothing_to_divide_by_is_no_data_and_not_zero(world):
    world.orgs = [org(1, village(DONGSHAN, 1)), org(2, village(DONGSHAN, 2))]
    world.facts = closed(1, village(DONGSHAN, 1), 0, 4)
    found = computed(world)
    assert (found["value"][1]["vals"], found["value"][1]["states"]) == ([0], [0])
    assert (found["value"][2]["vals"], found["value"][2]["states"]) == ([None], [1])
    assert found["score"][2]["total"] is None
    assert found["score"][2]["rank_no"] is None
    for rule, state, total in (("full", 2, 10_000), ("zero", 3, 0)):
        found = computed(world, SMALL.replace("no_data: exempt", f"no_data: {rule}"))
        assert found["value"][2]["states"] == [state]
        assert found["score"][2]["total"] == total


def test_a_group_of_one_is_ranked_and_not_named(world):
    world.orgs = [org(1, village(DONGSHAN, 1))]
    world.facts = closed(1, village(DONGSHAN, 1), 1, 9)
    found = computed(world)
    assert (found["score"][1]["rank_no"], found["score"][1]["rank_of"]) == (1, 1)
    assert found["mark"] == {}
    # Not even where small groups are named as well: one alone is neither last nor first.
    text = SMALL.replace("rank_only", "mark").replace("least: 2, else", "least: 3, else")
    assert computed(world, text)["mark"] == {}
    world.orgs.append(org(2, village(DONGSHAN, 2)))
    world.facts += closed(2, village(DONGSHAN, 2), 9, 1)
    assert set(computed(world, text)["mark"]) == {1}
    assert (
        computed(world, text.replace("still_small: mark", "still_small: rank_only"))["mark"] == {}
    )


def test_where_all_are_equal_nobody_is_last(world):
    """A month without facts: with no_data: zero everybody has nothing, and nobody is named."""
    rule = "ties: all, running: {last: 3, of: [township], months: 2, least: 6, ties: all}}"
    text = SMALL.replace("no_data: exempt", "no_data: zero").replace("ties: all}", rule)
    world.orgs = [org(key, village(DONGSHAN, key)) for key in range(1, 9)]
    found = computed(world, text, earlier=[("laggard", key, 1) for key in range(1, 9)])
    assert {row["rank_no"] for row in found["score"].values()} == {1}
    assert found["mark"] == {}


def test_a_small_group_is_compared_with_the_wider_one(world):
    """Two in one township, three in the next; a group needs three."""
    text = SMALL.replace("least: 2", "least: 3")
    for key in range(1, 6):
        place = village(DONGSHAN if key <= 2 else DONGSHAN + 1, key)
        world.orgs.append(org(key, place))
        world.facts += closed(key, place, key, 10 - key)
    score = computed(world, text)["score"]
    assert [score[key]["used"] for key in range(1, 6)] == [1, 1, 0, 0, 0]
    assert [score[key]["rank_of"] for key in range(1, 6)] == [5, 5, 3, 3, 3]
    assert [score[key]["rank_no"] for key in range(1, 6)] == [5, 4, 3, 2, 1]
    assert score[1]["group_key"] == "520181"
    assert score[5]["group_key"] == "520181003"


@pytest.mark.parametrize(("ties", "named"), [("all", {1, 2, 3}), ("none", {1})])
def test_equals_at_the_line_are_named_together_or_not_at_all(world, ties, named):
    """Ten units; 20% are two places; the second to last place is shared by two."""
    for key in range(1, 11):
        place = village(DONGSHAN, key)
        world.orgs.append(org(key, place))
        solved = {1: 0, 2: 2, 3: 2}.get(key, key)
        world.facts += closed(key, place, solved, 10 - solved)
    found = computed(world, SMALL.replace("ties: all}", f"ties: {ties}}}"))
    assert set(found["mark"]) == named
    assert found["score"][2]["tied"] == 2
    assert found["score"][2]["rank_no"] == found["score"][3]["rank_no"] == 8


def test_dongshan_is_among_the_last_three_for_three_months_running(world):
    """东山社区 520181002018, as document 000 tells; its neighbours were never there thrice."""
    rule = "running: {last: 3, of: [township], months: 3, least: 6, ties: all}"
    text = SMALL.replace("proportion: 2000, round: up, least: 0, ties: all", rule)
    for key in range(10, 21):
        world.orgs.append(org(key, village(DONGSHAN, key)))
        for month in (5, 6, 7):
            worst = key == 18 or (key - 10) % 3 == month % 3
            solved = 3 if worst else 9
            world.facts += closed(
                key, village(DONGSHAN, key), solved, 10 - solved, date(2026, month, 9)
            )
    text = text.replace("ties: all}", "ties: all}", 1)
    tails = []
    for month in (5, 6, 7):
        world.write()
        with DuckRun(sound(text), world.folder, world.orgs_file, Period(date(2026, month, 1)),
                     Inputs(earlier=())) as run:  # fmt: skip
            tails.append({org for _, org in run.compute().tail()})
    assert all(18 in tail for tail in tails)
    marks = computed(world, text)["mark"]
    assert set(marks) == set.intersection(*tails)
    assert marks[18]["rule"] == "running"
    given = [("laggard", 18, 1), ("laggard", 18, 2), ("laggard", 12, 1)]
    assert 18 in computed(world, text, earlier=given)["mark"]
    assert computed(world, text, earlier=[("laggard", 18, 2)])["mark"] == {}


def test_a_fact_that_came_late_counts_as_if_it_had_always_been_there(world):
    place = village(DONGSHAN, 1)
    world.orgs = [org(1, place), org(2, village(DONGSHAN, 2))]
    every = closed(1, place, 5, 5) + closed(2, village(DONGSHAN, 2), 6, 4)
    world.facts = every[:-3]
    before = computed(world)
    world.facts = every
    assert computed(world) != before
    world.facts = every[-3:] + every[:-3]
    late = computed(world)
    world.facts = every
    assert computed(world) == late


def test_an_organisation_that_moves_keeps_its_past_where_it_was(world):
    """It moved on 1 August: July's cases of the old village stay its own, August's are the new one's."""
    old, new = village(DONGSHAN, 1), village(DONGSHAN + 1, 7)
    day = date(2026, 8, 1)
    world.orgs = [
        org(1, old, valid_to=day),
        org(1, new, valid_from=day),
        org(2, village(DONGSHAN, 2)),
    ]
    text = SMALL.replace("who: org", "who: place").replace("period: month", "period: quarter")
    world.facts = (
        closed(None, old, 1, 1, date(2026, 7, 5)) + closed(None, new, 9, 0, date(2026, 7, 6))
        + closed(None, new, 2, 0, date(2026, 8, 6)) + closed(None, old, 0, 7, date(2026, 9, 6))
    )  # fmt: skip
    found = computed(world, text, Period(date(2026, 7, 1), "quarter"))
    assert found["value"][1]["numerators"] == [1 + 2]
    assert found["value"][1]["denominators"] == [2 + 2]
    assert found["score"][1]["group_key"] == "520181"
    july = computed(world, text.replace("period: quarter", "period: month"))
    assert july["value"][1]["denominators"] == [2]


def test_one_that_ended_is_not_ranked_and_one_that_was_founded_is(world):
    world.orgs = [
        org(1, village(DONGSHAN, 1), valid_to=date(2026, 7, 31)),
        org(2, village(DONGSHAN, 2), valid_from=date(2026, 7, 31)),
        org(3, village(DONGSHAN, 3), valid_to=date(2026, 8, 1)),
        org(4, village(DONGSHAN, 4), kind="firm"),
    ]
    assert set(computed(world)["score"]) == {2, 3}


def test_facts_of_a_place_are_those_at_or_below_it(world):
    place = village(DONGSHAN, 1)
    text = SMALL.replace("who: org", "who: place")
    grid = place - 4 + 100_300
    world.orgs = [org(1, place), org(2, DONGSHAN * 10**9 + 3), org(3, village(DONGSHAN, 2))]
    world.facts = closed(None, grid, 1, 1) + closed(None, village(DONGSHAN, 2), 1, 3)
    value = computed(world, text)["value"]
    assert [value[key]["denominators"][0] for key in (1, 2, 3)] == [2, 6, 4]


def test_facts_of_a_tree_are_ones_own_and_those_below(world):
    text = SMALL.replace("who: org", "who: tree")
    world.orgs = [
        org(1, village(DONGSHAN, 1)),
        org(2, village(DONGSHAN, 2), parent_key=1),
        org(3, village(DONGSHAN, 3), parent_key=2, kind="group"),
        org(4, village(DONGSHAN, 4), parent_key=5),
        org(5, village(DONGSHAN, 5), parent_key=4),
    ]
    world.facts = [f for key in range(1, 6) for f in closed(key, village(DONGSHAN, key), 1, 0)]
    value = computed(world, text)["value"]
    assert [value[key]["denominators"][0] for key in (1, 2, 4, 5)] == [3, 2, 2, 2]


def test_adjustments_are_cut_to_what_the_programme_allows(world):
    rule = (
        "adjustments:\n  - {id: praise, title: {zh: 表彰, en: Praise}, most: 300,"
        " evidence: required, second_approval: county_officer}\nmarks:"
    )
    world.orgs = [org(key, village(DONGSHAN, key)) for key in (1, 2, 3)]
    world.facts = [f for key in (1, 2, 3) for f in closed(key, village(DONGSHAN, key), 9, 1)]
    score = computed(world, SMALL.replace("marks:", rule), adjusted=[(1, 200), (2, -900)])["score"]
    assert [score[key]["total"] for key in (1, 2, 3)] == [9200, 8700, 9000]
    assert score[2]["adjusted"] == -300


def test_no_facts_at_all_is_a_defined_result(world):
    world.orgs = [org(1, village(DONGSHAN, 1))]
    assert computed(world)["score"][1]["total"] is None
    world.orgs = []
    assert computed(world)["score"] == {}


def test_a_period_must_be_of_the_programmes_kind(world):
    with pytest.raises(ValueError, match="month"):
        DuckRun(sound(SMALL), world.folder, world.orgs_file, Period(date(2026, 7, 1), "quarter"))
    with pytest.raises(ValueError, match="begin"):
        Period(date(2026, 2, 1), "quarter")
    assert Period(date(2026, 7, 1), "half").last_day == date(2026, 12, 31)
    assert Period(date(2026, 1, 1), "year").days == 365
    assert JULY.before().start == date(2026, 6, 1)
    assert JULY.end - JULY.start == timedelta(days=31)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_a_count_of_several_kinds_is_not_taken_again(dialect):
    plan = compile(ground.programme(), dialect, JULY)
    made = _made_of(plan.representation)
    both = [n for n, one in enumerate(plan.representation.measures) if len(one.kinds) == 2]
    assert sorted(made) == both
    (measure,) = (step.sql for step in plan.steps if step.name == "measure")
    counted = sum(one.form == "count" for one in plan.representation.measures)
    assert measure.upper().count("COUNT(*)") == counted - len(made)
