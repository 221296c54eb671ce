"""A branch's members: enrolled with consent, moved with their past, seen by name only through a gate that journals."""

from __future__ import annotations

import base64
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE
from tests.orgs.conftest import SYSTEM, places, refusing, register
from zhijin.core import clock
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import branches, member_links, revealing, services
from zhijin.people.branches import MemberDraft
from zhijin.people.models import BranchMember, Person

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
HOW = "2026-03-01 书面同意"


def do(actor: Any, service: Any, **arguments: Any) -> Any:
    with scoped(actor):
        return service(actor=actor, **arguments)


def enrol(org: Any, name: str = "张小满", actor: Any = SYSTEM, **more: Any) -> BranchMember:
    return do(actor, branches.enrol_member, org_key=org.key, draft=MemberDraft(name, HOW, **more))


@pytest.fixture
def org(places: None) -> Any:
    return register("大耆老村党支部")


def test_a_members_name_lies_sealed_in_the_table(org):
    enrol(org)
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM people_branch_member m")
        (text,) = cursor.fetchone()
    assert "张小满" not in text
    assert "张小满".encode().hex() not in text
    assert "张**" in text


def test_without_consent_nobody_is_enrolled(org):
    for how in ("", "同意", "   "):
        with refusing() as caught:
            do(SYSTEM, branches.enrol_member, org_key=org.key, draft=MemberDraft("张小满", how))
        assert caught.value.id == "PE023"


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        (MemberDraft("", HOW), "PE003"),
        (MemberDraft("张小满", HOW, standing="activist"), "PE025"),
        (MemberDraft("张小满", HOW, person_id=uuid4()), "PE001"),
    ],
)
def test_what_cannot_be_enrolled_is_refused(org, draft, refusal):
    with refusing() as caught:
        do(SYSTEM, branches.enrol_member, org_key=org.key, draft=draft)
    assert caught.value.id == refusal


def test_nobody_is_enrolled_for_a_day_ahead_or_into_a_firm(org):
    with refusing() as caught:
        enrol(org, since=clock.today() + timedelta(days=1))
    assert caught.value.id == "PE025"
    with refusing() as caught:
        enrol(register("示例公司", kind="firm", sector=7, industry=120))
    assert caught.value.id == "PE021"


def test_the_same_name_twice_needs_a_mark(org):
    enrol(org)
    with refusing() as caught:
        enrol(org, " 张小满 ")
    assert caught.value.id == "PE022"
    assert enrol(org, "张小满（东街）").name_masked


def test_a_residents_card_says_what_the_branchs_list_says(org):
    with scoped(SYSTEM):
        person = services.register_person(actor=SYSTEM, place_code=GRID, name="张小满")
    row = enrol(org, person_id=person.id, floating=True, whereabouts="浙江义乌")
    card = do_read(lambda: Person.objects.get(id=person.id))
    assert (card.party, card.branch_key, card.floating) == ("member", org.key, True)
    do(SYSTEM, branches.change_member, member_id=row.id, standing="probationary", floating=False)
    card = do_read(lambda: Person.objects.get(id=person.id))
    assert (card.party, card.floating) == ("probationary", False)
    assert do_read(lambda: BranchMember.objects.get(id=row.id)).whereabouts == ""
    do(SYSTEM, branches.end_member, member_id=row.id, why="迁往外省")
    assert do_read(lambda: Person.objects.get(id=person.id)).branch_key is None


def do_read(query: Any) -> Any:
    with scoped(SYSTEM):
        return query()


def test_withdrawn_consent_ends_the_membership(org):
    with scoped(SYSTEM):
        person = services.register_person(
            actor=SYSTEM, place_code=GRID, name="张小满", consents={"party": HOW}
        )
    row = enrol(org, person_id=person.id)
    do(SYSTEM, revealing.withdraw_consent, person_id=person.id, purpose="party")
    assert do_read(lambda: BranchMember.objects.get(id=row.id)).valid_to == clock.today()


def test_a_move_ends_one_row_and_begins_another(org):
    other = register("大耆老村第二党支部")
    since = clock.today() - timedelta(days=100)
    row = enrol(org, since=since, committee=True, group="第一党小组")
    day = clock.today() - timedelta(days=40)
    moved = do(SYSTEM, branches.move_member, member_id=row.id, to_org=other.key, on=day)
    assert (moved.org_key, moved.valid_from, moved.committee, moved.group) == (
        other.key,
        day,
        False,
        "",
    )
    before, after = day - timedelta(days=1), day
    with scoped(SYSTEM):
        assert [m.id for m in branches.members_on(org.key, before)] == [row.id]
        assert branches.members_on(org.key, after) == []
        assert branches.members_on(other.key, before) == []
        assert [m.id for m in branches.members_on(other.key, after)] == [moved.id]
    with refusing() as caught:
        do(SYSTEM, branches.change_member, member_id=row.id, committee=True)
    assert caught.value.id == "PE024"


def test_moves_that_make_no_sense_are_refused(org):
    row = enrol(org)
    other = register("大耆老村第二党支部")
    tomorrow = clock.today() + timedelta(days=1)
    for to, on in ((org.key, None), (other.key, tomorrow), (other.key, row.valid_from)):
        with refusing() as caught:
            do(SYSTEM, branches.move_member, member_id=row.id, to_org=to, on=on)
        assert caught.value.id == "PE025"
    with refusing() as caught:
        do(SYSTEM, branches.end_member, member_id=row.id, why=" ")
    assert caught.value.id == "PE025"
    with refusing() as caught:
        do(SYSTEM, branches.end_member, member_id=uuid4(), why="转出")
    assert caught.value.id == "PE020"
    with pytest.raises(TypeError), scoped(SYSTEM):
        branches.change_member(actor=SYSTEM, member_id=row.id, link_version=9)


def test_a_secretary_moves_nobody_into_a_branch_they_do_not_answer_for(org, cast):
    elsewhere = register("外县党支部", OTHER_VILLAGE)
    row = enrol(org, since=clock.today() - timedelta(days=9))
    with refusing() as caught:
        do(
            cast.branch_secretary.actor,
            branches.move_member,
            member_id=row.id,
            to_org=elsewhere.key,
        )
    assert caught.value.id == "OR001"


def test_names_are_seen_by_whoever_answers_for_the_branch_and_that_is_kept(org, cast):
    row = enrol(org)
    secretary = cast.branch_secretary.actor
    found = do(secretary, branches.member_names, org=org, ids=[row.id, uuid4()], about="test")
    assert found == {row.id: "张小满"}
    entry = do_read(lambda: JournalEntry.objects.filter(action="member.names").get())
    assert (entry.actor, entry.detail["count"]) == (secretary.label, 2)
    with refusing() as caught:
        do(cast.grid_worker.actor, branches.member_names, org=org, ids=[row.id], about="test")
    assert caught.value.id == "CO403"


def test_another_place_sees_no_member(org, cast):
    enrol(org)
    with scoped(cast.outsider.actor):
        assert not BranchMember.objects.exists()
        assert branches.members_of(cast.outsider.actor, org.key) == []
    with scoped(cast.branch_secretary.actor):
        (row,) = branches.members_of(cast.branch_secretary.actor, org.key)
    assert {"name", "name_blind"} <= row.get_deferred_fields()


def test_what_happens_to_members_leaves_facts_about_the_branch(org):
    row = enrol(org)
    do(SYSTEM, branches.end_member, member_id=row.id, why="转出")
    kinds = do_read(
        lambda: list(Fact.objects.filter(kind__startswith="member.").values_list("kind", "org_key"))
    )
    assert sorted(kinds) == [("member.ended", org.key), ("member.enrolled", org.key)]
    assert org.place_code == VILLAGE


# -- the private link --------------------------------------------------------------------------


def test_a_link_opens_its_members_page_until_it_is_renewed(org):
    row = enrol(org)
    token = member_links.member_link(row)
    assert do_read(lambda: member_links.member_by_link(token)).id == row.id
    renewed = do(SYSTEM, branches.renew_member_link, member_id=row.id)
    assert do_read(lambda: member_links.member_by_link(token)) is None
    assert (
        do_read(lambda: member_links.member_by_link(member_links.member_link(renewed))).id == row.id
    )


def test_a_link_is_worth_nothing_once_the_member_left(org):
    row = enrol(org)
    token = member_links.member_link(row)
    do(SYSTEM, branches.end_member, member_id=row.id, why="转出")
    assert do_read(lambda: member_links.member_by_link(token)) is None


@pytest.mark.parametrize("token", ["", "a", "!!!", "长" * 30, "A" * 42, "=" * 42, "\x00"])
def test_what_is_no_link_opens_nothing(places, token):
    assert do_read(lambda: member_links.member_by_link(token)) is None


@given(at=st.integers(0, 30), flip=st.integers(1, 255))
def test_no_other_member_is_reached_by_changing_a_link(at, flip):
    row = BranchMember(id=uuid4(), link_version=1)
    body = bytearray(base64.urlsafe_b64decode(member_links.member_link(row) + "=="))
    body[at] ^= flip
    changed = base64.urlsafe_b64encode(body).rstrip(b"=").decode()
    assert not member_links.LINKS.opens(changed, 1)


def test_moves_written_before_are_tied_to_their_first_row(places: None) -> None:
    """The migration follows a chain of moves, and ties nobody by a name alone."""
    tie = import_module("zhijin.people.migrations.0010_member_first").TIE
    one, two = register("甲支部", VILLAGE), register("乙支部", VILLAGE)
    days = [clock.today() - timedelta(days=n) for n in (30, 20, 10)]
    with scoped(SYSTEM):
        draft = MemberDraft("周立夏", HOW, since=days[0])
        first = branches.enrol_member(actor=SYSTEM, org_key=one.key, draft=draft)
        second = branches.move_member(actor=SYSTEM, member_id=first.id, to_org=two.key, on=days[1])
        third = branches.move_member(actor=SYSTEM, member_id=second.id, to_org=one.key, on=days[2])
        assert (second.who, third.who) == (first.id, first.id)
        branches.end_member(actor=SYSTEM, member_id=third.id, why="调离", on=clock.today())
        namesake = branches.enrol_member(
            actor=SYSTEM, org_key=two.key, draft=MemberDraft("周立夏", HOW, since=clock.today())
        )
        BranchMember.objects.update(first_id=None)
        with connection.cursor() as cursor:
            cursor.execute(tie)
        known = dict(BranchMember.objects.values_list("id", "first_id"))
    assert known == {first.id: None, second.id: first.id, third.id: first.id, namesake.id: None}
