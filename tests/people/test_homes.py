"""What a village clerk does at the desk: a household registered, its people added, moved, gone; with consent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import COUNTY, GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, places, refusing
from tests.orgs.conftest import register as organisation
from tests.people.test_bulk import line, take
from tests.people.test_people import register
from zhijin.activities.models import HouseholdLink
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import branches, households, moving, revealing, services
from zhijin.people.branches import MemberDraft
from zhijin.people.models import BranchMember, Consent, Household, Membership, Person

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
HOW = "2026-03-01 当面"


def home(number: str = "01-001", place: str = GRID, **more: Any) -> Household:
    with scoped(SYSTEM):
        return households.register_household(actor=SYSTEM, place_code=place, number=number, **more)


def fresh(row: Any) -> Any:
    with scoped(SYSTEM):
        return type(row).objects.get(id=row.id)


def where(person: Person) -> list[tuple[str, str, bool]]:
    """Each household they were in: number, relation, whether they still are."""
    with scoped(SYSTEM):
        rows = Membership.objects.filter(person=person).select_related("household").order_by("id")
        return [(row.household.number, row.relation, row.valid_to is None) for row in rows]


# -- households ---------------------------------------------------------------------------------


def test_a_household_is_registered_and_its_people_added_one_after_another(cast: Cast) -> None:
    client = cast.branch_secretary.client
    assert "登记一户" in client.get("/desk/households/").content.decode()
    answer = client.post(
        "/desk/households/new/", {"number": "03-017", "place_code": GRID, "address": "示例寨 3 号"}
    )
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "这一户还没有人" in page
    with scoped(SYSTEM):
        made = Household.objects.get()
    add = f"/desk/people/new/?household={made.id}"
    assert add in page
    form = client.get(add).content.decode()
    assert 'name="relation"' in form
    assert 'name="place_code"' not in form
    for name, relation in (("罗立夏", "户主"), ("王芒种", "配偶")):
        done = client.post(add, {"name": name, "relation": relation})
        assert done["Location"] == f"/desk/households/{made.id}/"
    made = fresh(made)
    assert (made.head_masked, made.place_code) == ("罗**", GRID)
    with scoped(SYSTEM):
        assert set(Person.objects.values_list("place_code", flat=True)) == {GRID}
    page = client.get(f"/desk/households/{made.id}/").content.decode()
    assert "王**" in page
    assert "注销这一户" not in page


def test_a_number_stands_once_in_a_village_and_the_clerk_is_told(cast: Cast) -> None:
    home("03-017")
    answer = cast.branch_secretary.client.post(
        "/desk/households/new/", {"number": "03-017", "place_code": VILLAGE}
    )
    assert answer.status_code == 400
    assert "户编号不能为空，最多 32 个字，村内不能重复" in answer.content.decode()


@pytest.mark.parametrize("asked", ["x", "5f6f1a52-0000-4000-8000-000000000000", "0" * 36])
def test_nobody_is_added_to_a_household_out_of_sight(cast: Cast, asked: str) -> None:
    client = cast.branch_secretary.client
    assert client.get(f"/desk/people/new/?household={asked}").status_code == 404
    far = home("09-001", OTHER_VILLAGE)
    assert client.post(f"/desk/people/new/?household={far.id}", {"name": "x"}).status_code == 404


def test_an_empty_household_is_closed_and_what_was_linked_to_it_ends(cast: Cast) -> None:
    row, client = home(), cast.branch_secretary.client
    person = register("罗立夏", household=row, relation="户主")
    url = f"/desk/households/{row.id}/"
    refused = client.post(url, {"do": "end"})
    assert (
        refused.status_code,
        "PE038" in refused.content.decode() or "还有人" in refused.content.decode(),
    ) == (409, True)
    org = organisation("大耆老村党总支", VILLAGE)
    with scoped(SYSTEM):
        moving.leave(actor=SYSTEM, person_id=person.id)
        link = HouseholdLink.objects.create(
            county=530602, place_code=VILLAGE, place_key=org.place_key, org_key=org.key, kind="link",
            member_id=uuid4(), name_masked="李**", household_id=row.id, home_key=row.place_key,
            number=row.number, since=clock.today(),
        )  # fmt: skip
    assert "注销这一户" in client.get(url).content.decode()
    assert client.post(url, {"do": "end"}).status_code == 302
    assert fresh(row).valid_to == clock.today()
    assert fresh(link).until == clock.today()
    page = client.get(url).content.decode()
    assert "已注销" in page
    assert "添一人" not in page
    assert client.post(url, {"do": "end"}).status_code == 404
    with scoped(SYSTEM):
        assert Fact.objects.filter(kind="household.ended").count() == 1
    assert home().id != row.id, "its number is free again"


# -- moving and leaving -------------------------------------------------------------------------


def test_a_resident_moves_to_another_household_and_keeps_their_history(cast: Cast) -> None:
    old, new = home("01-001"), home("02-002", VILLAGE)
    person = register("罗立夏", household=old, relation="户主", phone="12900000001")
    assert fresh(old).head_masked == "罗**"
    url, client = f"/desk/people/{person.id}/", cast.branch_secretary.client
    assert "迁到另一户" in client.get(url).content.decode()
    lost = client.post(url, {"do": "move", "number": "99-999"})
    assert (lost.status_code, "没有找到这一户" in lost.content.decode()) == (404, True)
    assert (
        client.post(url, {"do": "move", "number": " 02-002 ", "relation": "父母"}).status_code
        == 302
    )
    assert where(person) == [("01-001", "户主", False), ("02-002", "父母", True)]
    assert (fresh(person).place_code, fresh(old).head_masked, fresh(new).head_masked) == (
        VILLAGE,
        "",
        "",
    )
    with scoped(SYSTEM):
        assert set(Consent.objects.values_list("place_key", flat=True)) == {new.place_key}


def test_nobody_is_moved_to_where_the_clerk_has_no_say(cast: Cast) -> None:
    home("02-002", OTHER_VILLAGE)
    person = register("罗立夏", household=home(), relation="户主")
    url, client = f"/desk/people/{person.id}/", cast.branch_secretary.client
    answer = client.post(url, {"do": "move", "number": "02-002", "village": OTHER_VILLAGE})
    assert answer.status_code in {200, 404}
    assert where(person) == [("01-001", "户主", True)]


def test_who_moves_away_keeps_their_branch_and_who_died_does_not(cast: Cast) -> None:
    bureau = organisation("供电局党支部", COUNTY)
    made = {}
    for name in ("罗立夏", "王芒种"):
        person = register(name, phone="12900000001", household=home(name), relation="户主")
        draft = MemberDraft(name, HOW, person_id=person.id)
        with scoped(SYSTEM):
            made[name] = (
                person,
                branches.enrol_member(actor=SYSTEM, org_key=bureau.key, draft=draft),
            )
    client = cast.branch_secretary.client
    for name, why in (("罗立夏", "moved"), ("王芒种", "died")):
        person, _member = made[name]
        answer = client.post(
            f"/desk/people/{person.id}/",
            {"do": "leave", "why": why, "on": clock.today().isoformat()},
        )
        assert answer.status_code == 302
        page = client.get(f"/desk/people/{person.id}/").content.decode()
        assert "已迁出" in page
        assert "迁到另一户" not in page
        assert (fresh(person).phone, where(person)[0][2]) == (None, False)
    assert fresh(made["罗立夏"][1]).valid_to is None
    gone: BranchMember = fresh(made["王芒种"][1])
    assert (gone.valid_to, gone.ended_why) == (clock.today(), "去世")
    with scoped(SYSTEM):
        told = JournalEntry.objects.filter(action="person.left").order_by("id")
        assert [entry.detail["died"] for entry in told] == [False, True]


def test_nobody_leaves_tomorrow_and_an_earlier_day_is_taken(cast: Cast) -> None:
    person = register("罗立夏", household=home(), relation="户主")
    url, client = f"/desk/people/{person.id}/", cast.branch_secretary.client
    ahead = (clock.today() + timedelta(days=1)).isoformat()
    answer = client.post(url, {"do": "leave", "why": "moved", "on": ahead})
    assert (answer.status_code, "迁出日期不对" in answer.content.decode()) == (400, True)
    before = clock.today() - timedelta(days=40)
    client.post(url, {"do": "leave", "why": "moved", "on": before.isoformat()})
    assert fresh(person).valid_to == before
    with scoped(SYSTEM):
        held = Membership.objects.get()
    assert held.valid_to == held.valid_from, "a place in a household does not end before it began"


# -- consent ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "title"),
    [("phone", "12900000001", "电话"), ("party", "member", "政治面貌")],
)
def test_what_rests_on_consent_is_kept_only_with_it(
    cast: Cast, field: str, value: str, title: str
) -> None:
    client = cast.branch_secretary.client
    asked = {"name": "罗立夏", "place_code": GRID, field: value}
    answer = client.post("/desk/people/new/", asked)
    assert answer.status_code == 403
    assert f"保存“{title}”需要本人单独同意" in answer.content.decode()
    with scoped(SYSTEM):
        assert not Person.objects.exists()
    assert client.post("/desk/people/new/", asked | {"consent": HOW}).status_code == 302
    with scoped(SYSTEM):
        person, (given,) = Person.objects.get(), Consent.objects.all()
    assert (given.purpose, given.how) == (field, HOW)
    with scoped(SYSTEM):
        revealing.withdraw_consent(actor=SYSTEM, person_id=person.id, purpose=field)
    assert not getattr(fresh(person), field)


def test_what_stands_already_is_not_asked_for_again(cast: Cast) -> None:
    person = register("罗立夏", party="member")
    with scoped(SYSTEM):
        Consent.objects.all().delete()  # as in the time before it was asked for
    url = f"/desk/people/{person.id}/"
    edit = {"do": "edit", "version": 1, "party": "member", "birth_year": 1960, "gender": "f"}
    client = cast.branch_secretary.client
    assert client.post(url, edit).status_code == 302
    assert fresh(person).birth_year == 1960
    assert client.post(url, edit | {"version": 2, "party": "activist"}).status_code == 403


def test_a_telephone_is_taken_off_without_a_consent_to_take_back(cast: Cast) -> None:
    person = register("罗立夏", phone="12900000001")
    client, url = cast.branch_secretary.client, f"/desk/people/{person.id}/"
    assert client.post(url, {"do": "edit", "version": 1, "no_phone": "on"}).status_code == 302
    assert (fresh(person).phone, fresh(person).phone_masked) == (None, "")
    assert 'name="no_phone"' not in client.get(url).content.decode()


def test_a_branchs_list_leaves_a_consent_that_can_be_taken_back(cast: Cast) -> None:
    person = register("罗立夏")
    org = organisation("大耆老村党支部", VILLAGE)
    with scoped(SYSTEM):
        Consent.objects.filter(person=person).delete()
        draft = MemberDraft("罗立夏", HOW, person_id=person.id)
        row = branches.enrol_member(actor=SYSTEM, org_key=org.key, draft=draft)
        assert Consent.objects.get(person=person, purpose="party").how == HOW
    answer = cast.branch_secretary.client.post(
        f"/desk/people/{person.id}/", {"do": "withdraw", "purpose": "party"}
    )
    assert answer.status_code == 302
    assert (fresh(row).ended_why, fresh(person).party) == ("撤回同意", "")


def test_with_a_clock_set_back_nothing_is_taken_back_before_it_was_given() -> None:
    person = register("罗立夏", phone="12900000001")
    with clock.freeze(clock.now() - timedelta(days=30)), scoped(SYSTEM):
        revealing.withdraw_consent(actor=SYSTEM, person_id=person.id, purpose="phone")
    with scoped(SYSTEM):
        held = Consent.objects.get(person=person, purpose="phone")
    assert held.withdrawn_at == held.given_at


# -- minors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "refused"), [(9, True), (17, True), (18, False), (40, False)])
@pytest.mark.parametrize("party", ["member", "probationary", "activist"])
def test_no_minor_is_called_a_member(age: int, refused: bool, party: str) -> None:
    born = clock.today().year - age
    if not refused:
        assert register(birth_year=born, party=party).party == party
        return
    with refusing() as caught:
        register(birth_year=born, party=party, consents={"party": "监护人同意"})
    assert caught.value.id == "PE027"
    person = register(birth_year=born, consents={})
    with scoped(SYSTEM), refusing() as changed:
        services.change_person(
            actor=SYSTEM, person_id=person.id, party=party, consents={"party": "监护人同意"}
        )
    assert changed.value.id == "PE027"


@pytest.mark.parametrize(("age", "asked"), [(6, True), (14, True), (15, False)])
def test_of_a_child_the_guardian_decides(cast: Cast, age: int, asked: bool) -> None:
    """The register knows years: whoever may still be 13 counts as a child (PIPL article 31)."""
    person = register(birth_year=clock.today().year - age, consents={})
    client, url = cast.branch_secretary.client, f"/desk/people/{person.id}/"
    assert ("可能不满 14 岁" in client.get(url).content.decode()) is asked
    given = {"do": "consent", "purpose": "notice", "how": HOW}
    answer = client.post(url, given)
    assert (answer.status_code, "要由监护人同意" in answer.content.decode()) == (
        (409, True) if asked else (302, False)
    )
    assert client.post(url, given | {"how": "2026-03-01 监护人书面同意"}).status_code == 302
    with scoped(SYSTEM):
        assert Consent.objects.filter(person=person, withdrawn_at=None).count() == 1


def test_a_childs_number_tells_their_age() -> None:
    born = clock.today().year - 8
    body = f"110105{born}0105001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    with refusing() as caught:
        register(id_number=number)
    assert caught.value.id == "PE036"
    assert register(id_number=number, consents={"id_number": "监护人签字"}).birth_year == born


# -- a table without consents -------------------------------------------------------------------


def test_a_messy_table_comes_in_without_what_nobody_agreed_to(cast: Cast) -> None:

    outcome = take(
        cast, [line(2, consent="", id="", party="党员"), line(4, consent="", id="", phone="")]
    )
    assert outcome.saved == 2
    assert [(f.id, f.level, f.row) for f in outcome.findings] == [("PE007", "warning", 2)] * 2
    assert {f.column for f in outcome.findings} == {"同意方式"}
    with scoped(SYSTEM):
        assert not Person.objects.exclude(phone=None, party="").exists()
        assert not Consent.objects.exists()
    # The same table with the column filled in brings what was left out, and the consent it rests on.
    again = take(cast, [line(2, id="", party="党员")])
    assert (again.count("changed"), again.findings) == (1, [])
    with scoped(SYSTEM):
        assert Person.objects.filter(party="member", phone__isnull=False).count() == 1
        assert sorted(Consent.objects.values_list("purpose", flat=True)) == ["party", "phone"]
    # And once agreed to, it needs no column any more.
    later = take(cast, [line(2, consent="", id="", party="党员", phone="12900000099")])
    assert (later.count("changed"), later.findings) == (1, [])


def test_permissions_hold_for_whoever_only_looks(cast: Cast) -> None:
    row = home()
    person = register("罗立夏", household=row, relation="户主")
    worker = cast.grid_worker.client
    page = worker.get(f"/desk/people/{person.id}/").content.decode()
    assert "迁到另一户" not in page
    for asked in (
        {"do": "leave", "why": "moved", "on": date(2026, 1, 1)},
        {"do": "move", "number": "01-001"},
    ):
        assert worker.post(f"/desk/people/{person.id}/", asked).status_code == 403
    assert worker.post(f"/desk/households/{row.id}/", {"do": "end"}).status_code == 403
    assert fresh(person).valid_to is None
    actor: Actor = cast.grid_worker.actor
    with scoped(actor), refusing() as caught:
        households.end_household(actor=actor, household_id=row.id)
    assert caught.value.id == "CO403"
