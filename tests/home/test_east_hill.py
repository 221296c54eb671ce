"""东山社区's cases are real: opened and moved by day, in the order of time, and the facts they leave open them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cases.conftest import files
from tests.home.test_demo import only
from zhijin.assessment import demo as drawn
from zhijin.cases.models import Case, CaseEvent
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.home import demo_east_hill
from zhijin.home.demo import making
from zhijin.home.demo.making import DEFAULT_SEED
from zhijin.home.demo.registry import Demo, Scale
from zhijin.playbooks.api import forget

__all__ = ["files"]
SYSTEM = Actor.system("test")
CODE = demo_east_hill.CODE
TODAY = date(2026, 11, 27)


def demo(today: date = TODAY) -> Demo:
    return Demo(Scale.VILLAGE, DEFAULT_SEED, today)


def own_facts(**where: Any) -> list[Fact]:
    lo, hi = place_span(CODE)
    return list(Fact.objects.filter(place_key__gte=lo, place_key__lt=hi, **where).order_by("at"))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_its_months_are_worked_and_counted_once(files: Any) -> None:
    # Grids of a later day would not be there yet.
    with clock.freeze(clock.now().replace(year=2026, month=11, day=27, hour=3)):
        with only("shipped", "divisions", "grids"):
            making.make(Scale.VILLAGE)
        forget()
        made = demo()
        assert demo_east_hill.make(made) == {CODE: date(2026, 5, 1)}
        count = made.notes["cases"]
        again = demo()
        demo_east_hill.make(again)
    assert again.notes["cases"] == 0, "the same reports are the same cases"
    with scoped(SYSTEM):
        _cases_are_whole(count)
        _facts_open_them()
        _work_gets_better()
    forget()


def _cases_are_whole(count: int) -> None:
    rows = list(Case.objects.filter(place_code__startswith=CODE))
    assert len(rows) == count >= 6 * 7
    assert all(row.simulated for row in rows)
    assert {row.playbook for row in rows} == set(demo_east_hill.KINDS)
    assert sum(row.is_open for row in rows) <= 3, "nearly all have come to their end"
    own = CaseEvent.objects.filter(case_id__in=[row.id for row in rows])
    people = own.exclude(actor__startswith="system").exclude(
        kind__in=("late", "reminded", "escalated")
    )
    hours = {clock.local(one.at).hour for one in people if one.kind != "opened"}
    assert hours <= set(range(7, 22)), "nobody works at night"


def _facts_open_them() -> None:
    found = own_facts(kind__startswith="case.")
    records = {fact.record for fact in found}
    ids = {f"case:{one}" for one in Case.objects.values_list("id", flat=True)}
    assert records <= ids
    assert {"case.opened", "case.moved", "case.closed", "case.reopened"} <= {f.kind for f in found}


def _work_gets_better() -> None:
    def late(month: int) -> float:
        closed = [
            f for f in own_facts(kind__in=("case.moved", "case.closed"))
            if clock.local(f.at).month == month
        ]  # fmt: skip
        return sum(f.attrs.get("late") is True for f in closed) / len(closed)

    assert late(7) > 0.35 > late(10)


def test_nothing_is_made_where_its_grids_are_not_drawn(db: None) -> None:
    made = demo()
    assert demo_east_hill.make(made) == {}
    assert made.notes == {}


def test_nights_become_mornings(db: None) -> None:
    (life, *_rest) = demo_east_hill._lives(demo(), [date(2026, 7, 1)])
    for hour, kept in ((6, False), (7, True), (20, True), (21, False), (23, False)):
        at = clock.now().astimezone(clock.TZ).replace(hour=hour, minute=10)
        moved = life.by_day(at)
        assert (moved == at) is kept
        assert 7 <= moved.astimezone(clock.TZ).hour < 21
        assert moved >= at


def test_the_same_seed_gives_the_same_lives(db: None) -> None:
    months = [date(2026, 5, 1), date(2026, 6, 1)]
    one, two = (list(demo_east_hill._lives(demo(), months)) for _ in range(2))
    assert [(a.number, a.begins, a.kind) for a in one] == [
        (b.number, b.begins, b.kind) for b in two
    ]
    assert len({life.number for life in one}) == len(one)


def test_no_cases_are_drawn_for_what_was_really_worked() -> None:
    village = drawn.Village(CODE, 0.5, [1])
    facts = drawn._year(demo().rng, [village], TODAY, {CODE: date(2026, 5, 1)})
    months = {clock.local(f.at).strftime("%Y-%m") for f in facts if f.kind == "case.opened"}
    assert max(months) == "2026-04"
    both = drawn._year(demo().rng, [village], TODAY, {})
    assert "2026-07" in {f.at.strftime("%Y-%m") for f in both if f.kind == "case.opened"}


def test_what_an_organisation_did_opens_the_organisation() -> None:
    village = drawn.Village(CODE, 0.9, [520181002018200001])
    facts = drawn._year(demo().rng, [village], TODAY, {})
    own = [f for f in facts if f.org_key is not None]
    assert {f.record for f in own} == {"org:520181002018200001"}
