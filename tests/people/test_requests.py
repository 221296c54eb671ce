"""What people ask about their own data is closed with evidence; what is past its time is erased by itself."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from tests.cast import COUNTY, GRID
from tests.orgs.conftest import SYSTEM, places, refusing, register
from zhijin.core import clock
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import branches, keeping, moving, requests, retention, revealing, services
from zhijin.people.branches import MemberDraft
from zhijin.people.models import BranchMember, Consent, DataRequest, Person

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
PAPER = "2026-03-01 纸质授权书"
NUMBER = "11010519491231002X"


def do(service: Any, **arguments: Any) -> Any:
    with scoped(SYSTEM):
        return service(actor=SYSTEM, **arguments)


@pytest.fixture
def person(places: None) -> Person:
    return do(
        services.register_person, place_code=GRID, name="罗立夏", phone="12900000001", id_number=NUMBER,
        party="member", consents={"phone": PAPER, "id_number": PAPER, "party": PAPER},
    )  # fmt: skip


def ask(person: Person, kind: str) -> DataRequest:
    return do(requests.receive, person_id=person.id, kind=kind, how="本人到窗口书面提出")


def fresh(row: Any) -> Any:
    with scoped(SYSTEM):
        return type(row).objects.get(id=row.id)


def row_text(table: str) -> str:
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return "".join(row[0] for row in cursor.fetchall())


def test_seeing_ones_data_on_the_page(cast, person):
    client = cast.township_officer.client
    page = reverse("desk:person", args=[person.id])
    form = {"do": "ask", "kind": "access", "how": "本人到窗口，核对过证件"}
    assert client.post(page, form)["Location"] == page
    with scoped(SYSTEM):
        row = DataRequest.objects.get()
    where = reverse("desk:data-request", args=[row.id])
    assert "查阅和复制" in client.get(reverse("desk:data-requests")).content.decode()
    answer = client.post(where, {"do": "access"})
    with ZipFile(BytesIO(answer.content)) as file:
        words = file.read("word/document.xml").decode()
    for value in ("罗立夏", "12900000001", NUMBER, PAPER):
        assert value in words, value
    row = fresh(row)
    assert row.evidence["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert row.evidence["sha256"] in client.get(where).content.decode()
    told = JournalEntry.objects.get(action="person.reveal")
    assert (told.detail["purpose"], told.detail["reason"]) == ("request", str(row.id))
    assert client.post(where, {"do": "access"}).status_code == 409, "closed once"
    assert "12900000001" not in row_text("people_data_request")


def test_a_correction_is_shown_by_the_version(cast, person):
    row = ask(person, "correct")
    with refusing() as caught:
        do(requests.corrected, request_id=row.id, answer="电话改了")
    assert caught.value.id == "PE034"
    do(services.change_person, person_id=person.id, phone="12900000002")
    done = do(requests.corrected, request_id=row.id, answer="电话改为新号")
    assert done.evidence == {"version_then": 1, "version_now": 2}
    with scoped(SYSTEM):
        (fact,) = Fact.objects.filter(kind="person.request.closed")
    assert fact.attrs == {"kind": "correct", "state": "done", "on_time": True}


def test_an_erasure_removes_what_rests_on_consent_and_tells_what_stays(person):
    org = register("大耆老村党支部")
    draft = MemberDraft("罗立夏", PAPER, person_id=person.id, phone="12900000001", id_number=NUMBER)
    do(branches.enrol_member, org_key=org.key, draft=draft)
    done = do(requests.erase, request_id=ask(person, "erase").id)
    now = fresh(person)
    assert (now.phone, now.id_number, now.id_blind, now.party) == (None, None, None, "")
    assert now.name_masked == "罗**", "kept by legal duty while they live here"
    assert done.evidence["erased"] == ["phone", "id_number", "party"]
    assert "name" in done.evidence["kept"]
    with scoped(SYSTEM):
        assert not Consent.objects.filter(person=person, withdrawn_at=None).exists()
        member = BranchMember.objects.get()
    assert (member.phone, member.id_blind) == (None, None)
    assert member.valid_to == clock.today()


def test_of_somebody_who_left_everything_goes(person):
    do(moving.leave, person_id=person.id)
    do(requests.erase, request_id=ask(person, "erase").id)
    now = fresh(person)
    assert (bytes(now.name), bytes(now.name_blind), now.name_masked) == (b"", b"", "—")
    assert (now.birth_year, now.gender) == (None, "")


def test_a_request_is_refused_with_a_reason_and_only_once(cast, person):
    row = ask(person, "erase")
    with refusing() as caught:
        do(requests.refuse, request_id=row.id, why="不")
    assert caught.value.id == "PE032"
    do(requests.refuse, request_id=row.id, why="正在办理的事项还要用")
    for service, more in ((requests.erase, {}), (requests.refuse, {"why": "再说一次原因"})):
        with refusing() as caught:
            do(service, request_id=row.id, **more)
        assert caught.value.id == "PE033"
    assert fresh(row).state == "refused"


@pytest.mark.parametrize(("kind", "service", "more"), [
    ("erase", requests.corrected, {"answer": "电话改了"}), ("access", requests.erase, {}),
    ("correct", requests.give_access, {"copy": b"x", "held": {}}),
])  # fmt: skip
def test_each_kind_is_closed_its_own_way(person, kind, service, more):
    row = ask(person, kind)
    with refusing() as caught:
        do(service, request_id=row.id, **more)
    assert caught.value.id == "PE035"


def test_late_ones_stand_first_and_others_see_none(cast, person):
    ask(person, "access")
    with clock.freeze(clock.now() + timedelta(days=31)):
        text = cast.township_officer.client.get(reverse("desk:data-requests")).content.decode()
        assert "逾期" in text
    actor = cast.outsider.actor
    with scoped(actor):
        assert requests.listed(actor) == []


def test_what_was_closed_is_not_changed(person):
    row = do(requests.refuse, request_id=ask(person, "erase").id, why="正在办理的事项还要用")
    with pytest.raises(DatabaseError), scoped(SYSTEM), transaction.atomic():
        DataRequest.objects.filter(id=row.id).update(answer="改")


# -- consent taken back, and time passed ------------------------------------------------------


def test_a_consent_taken_back_is_taken_back_on_the_branchs_list_too(person):
    org = register("大耆老村党支部")
    draft = MemberDraft("罗立夏", PAPER, person_id=person.id, phone="12900000001", id_number=NUMBER)
    member = do(branches.enrol_member, org_key=org.key, draft=draft)
    do(revealing.withdraw_consent, person_id=person.id, purpose="phone")
    assert (fresh(member).phone, fresh(member).phone_masked) == (None, "")
    assert fresh(member).id_blind is not None
    do(revealing.withdraw_consent, person_id=person.id, purpose="id_number")
    assert fresh(member).id_blind is None


def test_a_year_after_they_left_nobody_can_be_told(person):
    org = register("大耆老村党支部")
    draft = MemberDraft(
        "罗立夏", PAPER, phone="12900000001", id_number=NUMBER, floating=True, whereabouts="昆明"
    )
    member = do(branches.enrol_member, org_key=org.key, draft=draft)
    do(branches.end_member, member_id=member.id, why="转到外省")
    do(moving.leave, person_id=person.id)
    assert retention.sweep() == 0
    with clock.freeze(clock.now() + timedelta(days=367)):
        assert retention.sweep() == 2
        assert retention.sweep() == 0, "once"
    gone, ended = fresh(person), fresh(member)
    assert (gone.name_masked, bytes(gone.name), gone.phone, gone.id_number) == (
        "—",
        b"",
        None,
        None,
    )
    assert (bytes(ended.name), ended.phone, ended.id_blind, ended.whereabouts) == (
        b"",
        None,
        None,
        "",
    )
    assert ended.name_masked == "罗**", "minutes keep the mask"
    names = do(branches.member_names, org=org, ids=[member.id], about="minutes")
    assert names == {member.id: "罗**"}
    assert JournalEntry.objects.filter(action__in=("person.erased", "member.erased")).count() == 2


def test_a_withdrawal_counts_on_a_list_that_the_village_cannot_see(cast, person):
    """Somebody of the village is on the list of a county's bureau, where they work."""
    bureau = register("供电局党支部", COUNTY)
    draft = MemberDraft(
        "罗立夏", PAPER, person_id=person.id, phone="12900000001", id_number=NUMBER
    )  # fmt: skip
    member = do(branches.enrol_member, org_key=bureau.key, draft=draft)
    secretary = cast.branch_secretary.actor
    with scoped(secretary):
        assert not branches.visible_members(secretary).exists()
        for purpose in ("phone", "id_number", "party"):
            revealing.withdraw_consent(actor=secretary, person_id=person.id, purpose=purpose)
    member = fresh(member)
    assert (member.phone, member.phone_masked, member.id_blind) == (None, "", None)
    assert (member.valid_to, member.ended_why) == (clock.today(), "撤回同意")


def test_one_that_nobody_foresaw_keeps_no_other_from_being_forgotten(person, monkeypatch, caplog):
    """Of the same kind, and of another."""
    other = do(services.register_person, place_code=GRID, name="王芒种")
    org = register("大耆老村党支部")
    member = do(branches.enrol_member, org_key=org.key, draft=MemberDraft("李立冬", PAPER))
    do(branches.end_member, member_id=member.id, why="转到外省")
    for one in (person, other):
        do(moving.leave, person_id=one.id)
    honest = services.forget_person

    def forget(row):
        if row.id == person.id:
            raise KeyError("nobody foresaw this")
        honest(row)

    monkeypatch.setattr(services, "forget_person", forget)
    with clock.freeze(clock.now() + timedelta(days=367)):
        assert retention.sweep() == 2
    assert (fresh(person).name_masked, fresh(other).name_masked) == (person.name_masked, "—")
    assert bytes(fresh(member).name) == b""
    assert f"person {person.id} was not erased" in caplog.text


def test_a_kind_that_nobody_foresaw_keeps_no_other_from_being_forgotten(
    person, monkeypatch, caplog
):
    do(moving.leave, person_id=person.id)
    honest = keeping.days_of

    def days_of(kept):
        if kept.key == "member":
            raise KeyError("nobody foresaw this")
        return honest(kept)

    monkeypatch.setattr(keeping, "days_of", days_of)
    with clock.freeze(clock.now() + timedelta(days=367)):
        assert retention.sweep() == 1
    assert fresh(person).name_masked == "—"
    assert "what is due of member was not erased" in caplog.text
