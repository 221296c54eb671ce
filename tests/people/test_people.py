"""Residents under seal: what is stored, what is shown, who may open it, and what consent carries."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, places, refusing
from zhijin.core import clock
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import ages, catalogue, households, moving, revealing, selectors, services
from zhijin.people.models import Consent, Person
from zhijin.people.selectors import Filter

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
ID = "11010519491231002X"
PAPER = {
    "id_number": "2026-03-01 纸质授权书",
    "phone": "2026-03-01 当面",
    "party": "2026-03-01 当面",
}


def register(name: str = "示例甲", place_code: str = GRID, **values: object) -> Person:
    """With the consents that the values need."""
    values.setdefault("consents", PAPER)
    with scoped(SYSTEM):
        return services.register_person(actor=SYSTEM, place_code=place_code, name=name, **values)  # type: ignore[arg-type]


def test_nothing_that_identifies_lies_open_in_the_table() -> None:
    register(phone="129-0000-0001", id_number=ID, consents=PAPER)
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM people_person p")
        (text,) = cursor.fetchone()
    for value in ("示例甲", "12900000001", ID):
        assert value not in text
        assert value.encode().hex() not in text
    assert "示**" in text
    assert "129****0001" in text


def test_the_year_and_sex_come_from_the_number_but_not_the_day() -> None:
    person = register(id_number=ID, consents=PAPER)
    assert (person.birth_year, person.gender) == (1949, "f")
    names = {field.name for field in Person._meta.get_fields()}
    assert not names & {"birth", "birthday", "birth_date"}


def test_every_sealed_field_has_its_purpose_and_basis() -> None:
    stored = {"name", "phone", "id_number", "address"}
    assert set(catalogue.SEALED) == stored
    assert all(str(f.why) and str(f.basis) and str(f.kept) for f in catalogue.FIELDS)
    open_fields = {"gender", "birth_year", "party"}
    assert open_fields <= set(catalogue.BY_KEY)


def test_an_identity_number_needs_its_own_consent() -> None:
    with scoped(SYSTEM):
        with refusing() as caught:
            services.register_person(actor=SYSTEM, place_code=GRID, name="示例甲", id_number=ID)
        person = services.register_person(actor=SYSTEM, place_code=GRID, name="示例甲")
        with refusing() as again:
            services.change_person(actor=SYSTEM, person_id=person.id, id_number=ID)
        revealing.give_consent(
            actor=SYSTEM, person_id=person.id, purpose="id_number", how="纸质授权书"
        )
        services.change_person(actor=SYSTEM, person_id=person.id, id_number=ID)
        assert Person.objects.get(id=person.id).id_number is not None
        revealing.withdraw_consent(actor=SYSTEM, person_id=person.id, purpose="id_number")
        assert Person.objects.get(id=person.id).id_number is None
        assert Consent.objects.get(person=person).withdrawn_at is not None
    assert (caught.value.id, again.value.id) == ("PE007", "PE007")


def test_the_same_identity_number_stands_once() -> None:
    register(id_number=ID, consents=PAPER)
    with scoped(SYSTEM), refusing() as caught:
        services.register_person(
            actor=SYSTEM, place_code=GRID, name="示例乙", id_number=ID, consents=PAPER
        )
    assert caught.value.id == "PE006"


def test_an_identity_number_registered_out_of_sight_is_refused_too(cast: Cast) -> None:
    register(place_code=OTHER_VILLAGE, id_number=ID, consents=PAPER)
    secretary = cast.branch_secretary.actor
    with scoped(secretary), refusing() as caught:
        services.register_person(
            actor=secretary, place_code=GRID, name="示例乙", id_number=ID, consents=PAPER
        )
    assert caught.value.id == "PE006"


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"name": " "}, "PE003"),
        ({"phone": "12"}, "PE004"),
        ({"id_number": "1101", "consents": PAPER}, "PE005"),
        ({"birth_year": 1700}, "PE011"),
        ({"place_code": "530602"}, "PE010"),
        ({"place_code": "530602105207099"}, "PL001"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, object], number: str) -> None:
    call: dict[str, object] = {"place_code": GRID, "name": "示例甲", **values}
    with scoped(SYSTEM), refusing() as caught:
        services.register_person(actor=SYSTEM, **call)  # type: ignore[arg-type]
    assert caught.value.id == number
    assert caught.value.help


def test_unmasking_states_a_purpose_and_is_journalled(cast: Cast) -> None:
    person = register(phone="12900000001")
    officer = cast.township_officer.actor
    with scoped(officer):
        for purpose, reason in (
            ("", "上门走访核对"),
            ("visit", "看看"),
            ("curiosity", "上门走访核对"),
        ):
            with refusing() as caught:
                revealing.reveal(
                    actor=officer,
                    person_id=person.id,
                    fields=["phone"],
                    purpose=purpose,
                    reason=reason,
                )
            assert caught.value.id == "PE008"
        with refusing() as unsealed:
            revealing.reveal(
                actor=officer,
                person_id=person.id,
                fields=["party"],
                purpose="visit",
                reason="上门走访核对",
            )
        assert unsealed.value.id == "PE009"
        opened = revealing.reveal(
            actor=officer, person_id=person.id, fields=["name", "phone", "address"],
            purpose="visit", reason="上门走访核对",
        )  # fmt: skip
    assert opened == {"name": "示例甲", "phone": "12900000001", "address": ""}
    with scoped(SYSTEM):
        entry = JournalEntry.objects.get(action="person.reveal")
    assert entry.actor == officer.label
    assert entry.detail["reason"] == "上门走访核对"
    assert entry.detail["fields"] == ["address", "name", "phone"]


def test_whoever_may_see_may_not_yet_unmask(cast: Cast) -> None:
    person = register(phone="12900000001")
    worker = cast.grid_worker.actor
    with scoped(worker):
        assert selectors.get(worker, person.id).phone_masked == "129****0001"
        with refusing() as caught:
            revealing.reveal(
                actor=worker,
                person_id=person.id,
                fields=["phone"],
                purpose="visit",
                reason="上门走访核对",
            )
    assert caught.value.id == "CO403"


def test_the_database_itself_shows_only_the_scope(cast: Cast) -> None:
    register("示例甲", GRID)
    register("示例乙", VILLAGE)
    register("示例丙", OTHER_VILLAGE)
    seen = {}
    members = ("grid_worker", "branch_secretary", "outsider", "department_officer", "auditor")
    for name in members:
        with scoped(getattr(cast, name).actor):
            seen[name] = sorted(p.place_code for p in Person.objects.all())
    assert seen == {
        "grid_worker": [GRID],
        "branch_secretary": [VILLAGE, GRID],
        "outsider": [OTHER_VILLAGE],
        "department_officer": [],
        "auditor": [],
    }


def test_people_are_found_by_the_whole_value_and_never_by_a_part(cast: Cast) -> None:
    person = register(phone="12900000001", id_number=ID, consents=PAPER)
    officer = cast.county_officer.actor
    with scoped(officer):
        for text in ("示例甲", " 示例甲 ", "129 0000 0001", ID.lower()):
            assert [p.id for p in selectors.listing(officer, Filter(q=text))] == [person.id]
        for text in ("示例", "1290000", ID[:6]):
            assert not selectors.listing(officer, Filter(q=text)).exists()


@pytest.mark.parametrize(("age", "minors"), [(17, 1), (18, 1), (19, 0)])
def test_whoever_may_be_below_eighteen_stands_in_the_list_of_minors(
    cast: Cast, age: int, minors: int
) -> None:
    """Only the year is kept: whoever turns 18 this year may be a minor until it is over, as in every rule."""
    register("乙乙", birth_year=clock.today().year - age, consents={})
    officer = cast.county_officer.actor
    with scoped(officer):
        assert selectors.counts(officer, VILLAGE)["minors"] == minors
        listed = selectors.listing(officer, Filter(who="minors"))
        assert [ages.may_be_below(one, 18, date(clock.today().year, 1, 1)) for one in listed] == [
            True
        ] * minors


def test_the_list_counts_elders_members_and_minors(cast: Cast) -> None:
    this_year = date.today().year  # noqa: DTZ011 - a year is enough here
    register("甲甲", birth_year=this_year - 70, party="member")
    register("乙乙", birth_year=this_year - 10, consents={})
    register("丙丙", birth_year=this_year - 40, party="activist")
    officer = cast.county_officer.actor
    with scoped(officer):
        assert selectors.counts(officer, VILLAGE) == {
            "people": 3, "members": 1, "elders": 1, "minors": 1,
        }  # fmt: skip
        page, after = selectors.page_after(selectors.listing(officer, Filter()), "", size=2)
        rest, end = selectors.page_after(selectors.listing(officer, Filter()), after, size=2)
    assert (len(page), len(rest), end) == (2, 1, "")


def test_leaving_removes_the_telephone_number() -> None:
    person = register(phone="12900000001")
    with scoped(SYSTEM):
        moving.leave(actor=SYSTEM, person_id=person.id)
        gone = Person.objects.get(id=person.id)
        with refusing() as caught:
            services.change_person(actor=SYSTEM, person_id=person.id, phone="12900000002")
        kinds = list(Fact.objects.filter(record=person.record).values_list("kind", flat=True))
    assert gone.phone is None
    assert gone.phone_blind is None
    assert caught.value.id == "PE014"
    assert set(kinds) == {"person.registered", "person.left"}


def test_a_household_takes_its_people_into_its_grid_and_gaps_are_counted(cast: Cast) -> None:
    with scoped(SYSTEM):
        home = households.register_household(
            actor=SYSTEM, place_code=VILLAGE, number="01-001", address="示例寨 1 号", head="示例甲"
        )
        person = services.register_person(
            actor=SYSTEM, place_code=VILLAGE, name="示例甲", household=home, relation="户主"
        )
        before = selectors.household_gaps(SYSTEM, VILLAGE)
        households.place_household(actor=SYSTEM, household_id=home.id, place_code=GRID)
        after = selectors.household_gaps(SYSTEM, VILLAGE)
        with refusing() as twice:
            households.register_household(actor=SYSTEM, place_code=GRID, number="01-001")
        with refusing() as unknown:
            households.place_household(actor=SYSTEM, household_id=uuid4(), place_code=GRID)
    assert home.head_masked == "示**"
    assert (before.households, before.without_grid, before.without_leader) == (1, 1, 1)
    assert (after.without_grid, after.is_clean) == (0, False)
    assert (twice.value.id, unknown.value.id) == ("PE013", "PE002")
    worker = cast.grid_worker.actor
    with scoped(worker):
        assert selectors.get(worker, person.id).place_code == GRID


def test_anothers_resident_is_not_found(cast: Cast) -> None:
    person = register()
    outsider = cast.outsider.actor
    with scoped(outsider):
        with refusing() as caught:
            selectors.get(outsider, person.id)
        with refusing() as change:
            services.change_person(actor=outsider, person_id=person.id, gender="m")
    assert (caught.value.id, change.value.id) == ("PE001", "PE001")
