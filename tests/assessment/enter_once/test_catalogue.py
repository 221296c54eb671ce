"""Every measure counts what it says, for whoever may know it, and opens to exactly what it counted."""

from __future__ import annotations

from datetime import date

import pytest

from tests.assessment.enter_once import world
from tests.assessment.enter_once.world import CITY, WANGZHUANG, WEICHENG, expected, villages
from zhijin.assessment.enter_once import catalogue
from zhijin.assessment.enter_once.catalogue import Field, Measure, registry
from zhijin.assessment.enter_once.periods import Period, month
from zhijin.assessment.enter_once.subjects import Subject
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import org_key
from zhijin.core.roles import PERMISSIONS
from zhijin.core.scope import scoped

JULY = month(2026, 7)
YEAR = Period(date(2026, 1, 1), date(2026, 8, 1))
PLACES = [Subject("place", code, name) for code, name in villages()]
#: What the made-up world says of a village, by measure.
SAYS = {
    "place.groups": "groups", "place.grids": "grids", "household.all": "households",
    "person.all": "people", "person.women": "women", "person.elders": "elders",
    "person.minors": "minors", "org.branches": "branches", "org.groups": "party_groups",
    "org.members": "members", "org.firms": "firms", "person.floating": "floating",
    "org.secretary": "secretary", "post.grid_worker.seats": "worker_seats",
    "post.grid_worker.held": "worker_held", "post.grid_worker.vacant": "worker_vacant",
    "post.neighbour_leader.held": "leaders", "case.opened": "opened", "case.closed": "closed",
    "case.open": "open",
}  # fmt: skip


def measure(id_: str) -> Measure | Field:
    found = catalogue.find(id_, CITY)
    assert found is not None
    return found


def one(actor: Actor, id_: str, subject: Subject, period: Period = JULY) -> catalogue.Answer:
    return catalogue.answer_all(actor, CITY, [(measure(id_), period)], [subject])[id_, period][
        subject.ref
    ]


def test_every_village_says_what_the_world_holds(clerk: Actor) -> None:
    wanted = [(measure(id_), JULY) for id_ in SAYS]
    found = catalogue.answer_all(clerk, CITY, wanted, PLACES)
    for i, place in enumerate(PLACES, 1):
        said = {name: found[id_, JULY][place.ref].value for id_, name in SAYS.items()}
        assert said == {name: expected(i)[name] for name in SAYS.values()}, place


def test_many_columns_take_few_queries(clerk: Actor, django_assert_max_num_queries: object) -> None:
    wanted = [(measure(id_), JULY) for id_ in SAYS] + [(measure("case.opened"), YEAR)]
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        catalogue.answer_all(clerk, CITY, wanted, PLACES)


def test_a_township_adds_up_its_villages(clerk: Actor) -> None:
    townships = [Subject("place", code, code) for code in (WEICHENG, WANGZHUANG)]
    found = catalogue.answer_all(clerk, CITY, [(measure("org.members"), JULY)], townships)
    sums = [found["org.members", JULY][t.ref].value for t in townships]
    assert sums == [sum(10 + i for i in range(1, 15)), sum(10 + i for i in range(15, 26))]


def test_rates_have_their_denominator(clerk: Actor) -> None:
    odd, even = PLACES[0], PLACES[1]
    answer = one(clerk, "org.coverage", odd)
    assert (answer.value, answer.numerator, answer.denominator) == (5000, 1, 2)
    nothing = one(clerk, "org.coverage", even)
    assert (nothing.value, nothing.why) == (None, "zero")
    assert one(clerk, "case.satisfaction", odd, YEAR).value == 5000


def test_periods_bound_what_happened_not_what_stands(clerk: Actor) -> None:
    third = PLACES[2]
    assert one(clerk, "case.opened", third).value == 3
    assert one(clerk, "case.opened", third, YEAR).value == 4
    assert one(clerk, "case.opened", third, month(2026, 6)).value == 0
    assert one(clerk, "case.open", third, month(2026, 6)).value == 2


def test_nobody_registered_is_not_nought(clerk: Actor) -> None:
    empty = Subject("place", f"{CITY}003", "巢凤街道")
    assert one(clerk, "person.all", empty).why == "unrecorded"
    assert one(clerk, "org.members", empty).why == "unrecorded"
    assert one(clerk, "case.opened", empty).value == 0
    assert one(clerk, "place.grids", empty).why == "unrecorded"
    assert one(clerk, "place.villages", empty).value == 12


def test_what_lies_outside_the_scope_is_not_read(city: None) -> None:
    actor = world.acting("township_officer", WANGZHUANG, "town")
    outside, inside = PLACES[0], PLACES[20]
    with clock.freeze(world.TODAY), scoped(actor):
        for id_ in ("org.members", "person.all", "case.opened", "post.held", "org.secretary"):
            assert one(actor, id_, outside).why == "scope", id_
            assert one(actor, id_, inside).value is not None, id_
        whole = Subject("place", CITY, "清镇市")
        assert one(actor, "case.opened", whole).why == "scope"
        assert one(actor, "place.code", outside).value == outside.id


def test_a_line_of_business_fills_no_figures_of_places(city: None) -> None:
    actor = world.acting("department_officer", CITY, "line", 101)
    with clock.freeze(world.TODAY), scoped(actor):
        assert one(actor, "case.opened", PLACES[0]).why == "scope"
        assert one(actor, "person.all", PLACES[0]).why == "permission"
        assert one(actor, "place.groups", PLACES[0]).value == 2


def test_organisations_are_subjects_too(clerk: Actor) -> None:
    key = org_key(PLACES[0].id, 1)
    branch = Subject("org", str(key), "党支部")
    assert one(clerk, "org.members", branch).value == 11
    assert one(clerk, "org.kind", branch).value == "党支部"
    assert one(clerk, "place.township", branch).value == "卫城镇"
    assert one(clerk, "org.secretary", branch).value == "书记01"
    assert one(clerk, "person.all", branch).why == "grain"
    assert one(clerk, "place.grids", branch).why == "grain"
    gone = Subject("org", "1", "不存在")
    assert one(clerk, "org.members", gone).why == "scope"
    assert one(clerk, "org.kind", PLACES[0]).why == "grain"


def test_months_speak_of_the_office(clerk: Actor) -> None:
    may, july = Subject("month", "2026-05", "5月"), Subject("month", "2026-07", "7月")
    wanted = [(measure("case.opened"), YEAR), (measure("person.all"), YEAR)]
    found = catalogue.answer_all(clerk, CITY, wanted, [may, july])
    assert found["case.opened", YEAR][may.ref].value == 25
    assert found["case.opened", YEAR][july.ref].value == sum(i % 4 for i in range(1, 26))
    assert found["person.all", YEAR][may.ref].why == "past"


def test_groups_and_grids_are_places_too(clerk: Actor) -> None:
    grid = Subject("place", f"{PLACES[0].id}001", "1号网格")
    assert one(clerk, "household.all", grid).value == 3
    assert one(clerk, "household.in_grid", grid).value == 3


@pytest.mark.parametrize(
    "id_", ["case.opened", "org.branches", "post.grid_worker.held", "place.grids"]
)
def test_a_figure_opens_to_exactly_its_records(clerk: Actor, id_: str) -> None:
    opened = catalogue.opened(clerk, CITY, measure(id_), JULY, PLACES[2])
    assert opened.listable
    assert len(opened.counted) == opened.answer.numerator
    assert all(record.url for record in opened.counted)
    assert opened.others == []


def test_a_rate_opens_to_both_its_parts(clerk: Actor) -> None:
    opened = catalogue.opened(clerk, CITY, measure("org.coverage"), JULY, PLACES[0])
    assert [record.text for record in opened.counted] == ["甲公司"]
    assert [record.text for record in opened.others] == ["乙公司"]


def test_people_are_counted_and_never_listed(clerk: Actor) -> None:
    for id_ in ("person.all", "household.all", "person.floating"):
        opened = catalogue.opened(clerk, CITY, measure(id_), JULY, PLACES[1])
        assert opened.answer.value
        assert not opened.listable
        assert opened.counted == []


def test_the_catalogue_is_sound() -> None:
    known = catalogue.measures("")
    titles = [str(one.title) for one in known.values()]
    assert len(set(titles)) == len(titles), sorted(t for t in titles if titles.count(t) > 1)
    assert set(registry.words()) <= set(known)
    assert len(known) > 80
    for one_measure in known.values():
        if isinstance(one_measure, Measure):
            permission = catalogue.source(one_measure.source).permission
        else:
            permission = one_measure.permission
        assert not permission or permission in PERMISSIONS


def test_a_measure_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        catalogue.register(next(iter(catalogue.measures("").values())))
    with pytest.raises(ValueError, match="twice"):
        catalogue.register_source(catalogue.source("orgs"))
    with pytest.raises(ValueError, match="unknown source"):
        catalogue.register(Measure("x.y", "x", "x", "nowhere"))
