"""A resident chosen by the whole name, masked, in a village of any size; or somebody who is not registered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, places
from tests.people.test_homes import home
from tests.people.test_people import register
from zhijin.core import copying
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import services
from zhijin.people.api import pick_resident
from zhijin.people.picking import NOBODY, SHOWN, Picked

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
URL = "/desk/people/choices/?field=name&free=1"


def picked(cast: Cast, text: str, code: str = "", *, free: bool = True, was: str = "") -> Picked:
    actor = cast.branch_secretary.actor
    data = {"name": text, "name.code": code, "name.was": was or (text if code else "")}
    with scoped(actor):
        return pick_resident(actor, data, "name", free=free)


def test_those_of_the_name_are_offered_masked_and_told_apart(cast: Cast) -> None:
    row = home("03-017")
    one = register("罗立夏", household=row, relation="户主", birth_year=1952)
    register("罗立夏", place_code=VILLAGE)
    register("罗立夏", place_code=OTHER_VILLAGE)
    found = picked(cast, "罗立夏")
    assert [choice.name for choice in found.choices] == ["罗**", "罗**", "都不是：没有登记的人"]
    paths = [choice.path for choice in found.choices]
    assert paths[-1] == ""
    assert "03-017 号户 · 大耆老村 第一网格 · 1952 年生" in paths
    assert (found.open, found.settled, found.code) == (True, False, "")
    assert "请选是哪一位" in found.wrong()
    chosen = picked(cast, "罗立夏", str(one.id))
    assert (chosen.settled, chosen.person_id) == (True, one.id)
    nobody = picked(cast, "罗立夏", NOBODY)
    assert (nobody.settled, nobody.person_id) == (True, None)


def test_one_of_the_name_is_not_taken_unasked(cast: Cast) -> None:
    register("罗立夏")
    assert picked(cast, "罗立夏").open


@pytest.mark.parametrize("free", [True, False])
def test_a_name_that_nobody_has_stands_where_it_may(cast: Cast, free: bool) -> None:
    found = picked(cast, "钱白露", free=free)
    assert (found.settled, found.lost, found.person_id) == (free, not free, None)
    assert "没有叫“钱白露”的人" in found.wrong()


@pytest.mark.parametrize("text", ["罗", "罗立", "立夏", "%", ""])
def test_a_part_of_a_name_finds_nobody(cast: Cast, text: str) -> None:
    register("罗立夏")
    assert picked(cast, text).choices == ()


def test_a_choice_of_another_name_or_out_of_sight_is_none(cast: Cast) -> None:
    other, far = register("王芒种"), register("罗立夏", place_code=OTHER_VILLAGE)
    register("罗立夏")
    for code in (str(other.id), str(far.id), "x", NOBODY + "x"):
        assert picked(cast, "罗立夏", code).code == ""
    one = register("罗小满")
    assert picked(cast, "罗小满", str(one.id), was="罗立夏").open, "the words were changed since"


def test_in_a_large_village_the_choice_stays_short_and_costs_the_same(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    with scoped(SYSTEM):
        copying.save([
            services.drafted(GRID, f"罗立夏{n:04d}" if n % 100 else "罗立夏", {}, {}, look=False)
            for n in range(3000)
        ])  # fmt: skip
    actor = cast.branch_secretary.actor
    with scoped(actor), django_assert_max_num_queries(8):
        found = pick_resident(actor, {"name": "罗立夏"}, "name", free=True)
    assert len(found.choices) == SHOWN + 1


def test_the_fragment_shows_no_name_and_looking_is_journalled(cast: Cast) -> None:
    register("罗立夏")
    client = cast.branch_secretary.client
    answer = client.get(URL, {"field": "name", "free": "1", "name": "罗立夏"})
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "罗**" in page
    assert page.count("罗立夏") == 1, "only as what was typed"
    assert page.count(" checked") == 1
    with scoped(SYSTEM):
        (entry,) = JournalEntry.objects.filter(action="person.found")
    assert entry.detail == {"hits": 1}
    empty = client.get(URL, {"field": "name", "name": "钱白露"}).content.decode()
    assert "居民册里没有叫“钱白露”的人" in empty
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="person.found").count() == 1


def test_who_left_is_not_offered(cast: Cast) -> None:
    person = register("罗立夏")
    with scoped(SYSTEM):
        type(person).objects.filter(id=person.id).update(valid_to="2026-01-01")
    assert picked(cast, "罗立夏").choices == ()
