"""Registering, changing and ending organisations: who may, what is refused, what is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from tests.cast import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, refusing, register
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.ids import line_key, org_key, place_span
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs import selectors, services
from zhijin.orgs.models import Organisation, Spell

pytestmark = pytest.mark.usefixtures("places")


def refused(number: str, **call: object) -> Refusal:
    with scoped(SYSTEM), refusing() as caught:
        services.register_organisation(actor=SYSTEM, **call)  # type: ignore[arg-type]
    assert caught.value.id == number
    return caught.value


def test_keys_lie_inside_the_places_span_and_count_up() -> None:
    first, second = register("甲支部"), register("乙支部")
    lo, hi = place_span(VILLAGE)
    assert first.key == org_key(VILLAGE, 1)
    assert second.key == first.key + 1
    assert lo <= first.key < second.key < hi


def test_a_key_is_not_given_twice_though_its_holder_moved_out_of_sight(cast: Cast) -> None:
    moved = register("迁出合作社", kind="cooperative")
    with scoped(SYSTEM):
        services.change_organisation(actor=SYSTEM, key=moved.key, place_code=OTHER_VILLAGE)
    secretary = cast.branch_secretary.actor
    with scoped(secretary):
        assert not Organisation.objects.filter(key=moved.key).exists()
        new = services.register_organisation(
            actor=secretary, place_code=VILLAGE, name="新合作社", kind="cooperative", sector=1
        )
    assert new.key == moved.key + 1


def test_registering_writes_keys_spell_fact_and_journal(cast: Cast) -> None:
    officer = cast.township_officer.actor
    with scoped(officer):
        org = services.register_organisation(
            actor=officer, place_code=VILLAGE, name=" 示例  养殖合作社 ", kind="cooperative",
            sector=1, industry=125, members=4, credit_code="91350100M000100Y43",
        )  # fmt: skip
        assert Fact.objects.get(record=org.record).kind == "org.registered"
    assert org.name == "示例 养殖合作社"
    assert org.sector_key == line_key(1, VILLAGE)
    assert org.industry_key == line_key(125, VILLAGE)
    with scoped(SYSTEM):
        assert JournalEntry.objects.get(object=org.record).actor == officer.label
        assert Spell.objects.get(org=org).valid_to is None


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"kind": "gang"}, "OR002"),
        ({"sector": 8}, "OR003"),
        ({"industry": 99}, "OR004"),
        ({"name": "  "}, "OR005"),
        ({"name": "长" * 121}, "OR005"),
        ({"place_code": "530602105207001"}, "OR009"),
        ({"place_code": "530602105999"}, "PL001"),
    ],
)
def test_wrong_fields_are_refused(fields: dict[str, object], number: str) -> None:
    call = {"place_code": VILLAGE, "name": "甲", "kind": "branch", "sector": 1, **fields}
    assert refused(number, **call).help


def test_a_credit_code_stands_once() -> None:
    code = "91350100M000100Y43"
    register("甲公司", kind="firm", sector=7, credit_code=code)
    refused("OR006", place_code=COUNTY, name="乙公司", kind="firm", sector=7, credit_code=code)


def test_a_credit_code_held_out_of_sight_is_refused_too(cast: Cast) -> None:
    code = "91350100M000100Y43"
    register("邻县公司", OTHER_VILLAGE, kind="firm", sector=7, credit_code=code)
    secretary = cast.branch_secretary.actor
    with scoped(secretary):
        call = {
            "actor": secretary,
            "place_code": VILLAGE,
            "name": "甲公司",
            "kind": "firm",
            "sector": 7,
        }
        with refusing() as caught:
            services.register_organisation(**call, credit_code=code)  # type: ignore[arg-type]
        mine = services.register_organisation(**call)  # type: ignore[arg-type]
        with refusing() as changed:
            services.change_organisation(actor=secretary, key=mine.key, credit_code=code)
    assert (caught.value.id, changed.value.id) == ("OR006", "OR006")


def test_nobody_registers_where_they_may_not(cast: Cast) -> None:
    for member in (cast.outsider, cast.grid_worker, cast.department_officer):
        with scoped(member.actor), refusing() as caught:
            services.register_organisation(
                actor=member.actor, place_code=VILLAGE, name="甲", kind="branch", sector=1
            )
        assert caught.value.id == "CO403"


def test_anothers_organisation_is_not_found(cast: Cast) -> None:
    org = register("甲支部")
    outsider = cast.outsider.actor
    with scoped(outsider), refusing() as caught:
        services.change_organisation(actor=outsider, key=org.key, name="改名")
    assert caught.value.id == "OR001"


def test_a_move_keeps_the_past_where_it_was() -> None:
    start = clock.today() - timedelta(days=400)
    org = register("甲公司", kind="firm", sector=7, valid_from=start)
    on = clock.today() - timedelta(days=30)
    with scoped(SYSTEM):
        moved = services.change_organisation(
            actor=SYSTEM, key=org.key, place_code=TOWNSHIP, name="甲集团", on=on
        )
        before = selectors.existed_on(moved, on - timedelta(days=1))
        after = selectors.existed_on(moved, on)
        assert selectors.existed_on(moved, start - timedelta(days=1)) is None
    assert before is not None
    assert after is not None
    assert (before["name"], before["place_code"]) == ("甲公司", VILLAGE)
    assert (after["name"], after["place_code"]) == ("甲集团", TOWNSHIP)
    assert moved.key == org.key
    assert moved.version == 2


def test_a_change_of_nothing_writes_nothing() -> None:
    org = register("甲支部", members=5)
    with scoped(SYSTEM):
        after = services.change_organisation(actor=SYSTEM, key=org.key, name="甲支部", members=5)
        assert Spell.objects.filter(org=org).count() == 1
    assert after.version == 1


def test_somebody_elses_change_is_not_overwritten() -> None:
    org = register("甲支部")
    with scoped(SYSTEM):
        services.change_organisation(actor=SYSTEM, key=org.key, version=1, members=6)
        with refusing() as caught:
            services.change_organisation(actor=SYSTEM, key=org.key, version=1, members=7)
    assert caught.value.id == "CO409"


def test_organisations_do_not_stand_in_a_circle() -> None:
    top = register("镇党委", TOWNSHIP, kind="committee")
    middle = register("村总支", kind="general_branch", parent=top)
    with scoped(SYSTEM), refusing() as caught:
        services.change_organisation(actor=SYSTEM, key=top.key, parent=middle)
    assert caught.value.id == "OR007"


def test_an_organisation_with_others_below_is_not_ended() -> None:
    top = register("镇党委", TOWNSHIP, kind="committee")
    below = register("村支部", parent=top)
    with scoped(SYSTEM):
        with refusing() as caught:
            services.end_organisation(actor=SYSTEM, key=top.key)
        services.end_organisation(actor=SYSTEM, key=below.key, why="合并")
        ended = services.end_organisation(actor=SYSTEM, key=top.key, why="合并")
        with refusing() as again:
            services.change_organisation(actor=SYSTEM, key=top.key, name="改名")
    assert (caught.value.id, again.value.id) == ("OR010", "OR008")
    assert ended.valid_to == clock.today()


def test_the_database_itself_shows_only_the_scope(cast: Cast) -> None:
    register("本村支部")
    register("本区公安局", COUNTY, kind="agency", sector=3, industry=101)
    register("邻县支部", OTHER_VILLAGE)
    sees = {}
    for name in ("branch_secretary", "county_officer", "department_officer", "outsider"):
        with scoped(getattr(cast, name).actor), connection.cursor() as cursor:
            cursor.execute("SELECT name FROM orgs_organisation ORDER BY name")
            sees[name] = [row[0] for row in cursor.fetchall()]
    assert sees == {
        "branch_secretary": ["本村支部"],
        "county_officer": ["本区公安局", "本村支部"],
        "department_officer": ["本区公安局"],
        "outsider": ["邻县支部"],
    }


def test_default_terms_end_on_the_same_day_years_later() -> None:
    assert services.default_term_end("secretary", date(2021, 1, 15)) == date(2026, 1, 15)
    assert services.default_term_end("secretary", date(2024, 2, 29)) == date(2029, 3, 1)
    assert services.default_term_end("grid_worker", date(2021, 1, 15)) is None
