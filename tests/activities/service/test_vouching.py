"""Those served confirm by themselves: a code from other hands, or their own name and telephone; never the doers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.activities.service.conftest import DONE, HOW, SYSTEM, World, do, facts, refusing, see
from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast, Part, make_member
from zhijin.activities.models import Claim, Thanks
from zhijin.activities.service import claiming, reporting, teams, vouching
from zhijin.core import ratelimit
from zhijin.core.models import JournalEntry
from zhijin.people import services
from zhijin.people.models import BranchMember, Person

NAME, PHONE = "罗立夏", "12900000001"


def resident(name: str = NAME, phone: str = PHONE, place: str = GRID) -> Person:
    found = do(
        SYSTEM,
        services.register_person,
        place_code=place,
        name=name,
        phone=phone,
        consents={"phone": HOW},
    )
    assert isinstance(found, Person)
    return found


@pytest.fixture
def own(world: World) -> Claim:
    """What the village's own team did, taken up and written down by its one account."""
    team = world.team()
    claim = do(
        world.secretary, claiming.claim_team, need_id=world.need().id, team_id=team.id, people=2
    )
    found = do(world.secretary, claiming.report_done, claim_id=claim.id, done=DONE)
    assert isinstance(found, Claim)
    return found


def named(claim: Claim, name: str = NAME, phone: str = PHONE, **more: Any) -> Claim:
    return vouching.confirm_named(claim_id=claim.id, name=name, phone=phone, satisfied=True, **more)


def test_a_resident_confirms_what_the_only_account_wrote_down(world: World, own: Claim) -> None:
    person = resident()
    row = named(own, " 罗立夏 ", "129 0000 0001")
    assert (row.state, row.confirmed_how, row.confirmed_by, row.satisfied) == (
        "confirmed", "named", "", True,
    )  # fmt: skip
    (fact,) = facts("activity.service.confirmed")
    assert fact.attrs["how"] == "named"
    assert NAME not in str(fact.attrs)
    (entry,) = see(lambda: list(JournalEntry.objects.filter(action="service.named")))
    assert (entry.object, entry.detail["person"]) == (row.record, person.record)
    assert see(lambda: list(Claim.objects.filter(told__contains=PHONE))) == []


@pytest.mark.parametrize(
    ("name", "phone"),
    [
        (NAME, "12900000009"),
        ("罗小满", PHONE),
        ("罗", PHONE),
        ("", PHONE),
        (NAME, ""),
        ("罗**", PHONE),
    ],
)
def test_name_and_telephone_have_to_be_those_of_one_resident(
    world: World, own: Claim, name: str, phone: str
) -> None:
    resident()
    resident("罗小满", "12900000009")
    with refusing() as refused:
        named(own, name, phone)
    assert refused.value.id == "AV170"
    assert world.fresh(own).state == "done"


def test_a_resident_of_elsewhere_or_who_left_confirms_nothing(world: World, own: Claim) -> None:
    resident(place=OTHER_VILLAGE)
    left = resident("王芒种", "12900000002")
    see(lambda: Person.objects.filter(id=left.id).update(valid_to="2026-01-01"))
    for name, phone in ((NAME, PHONE), ("王芒种", "12900000002")):
        with refusing() as refused:
            named(own, name, phone)
        assert refused.value.id == "AV170"


def test_the_account_that_wrote_it_down_does_not_confirm_it(world: World, own: Claim) -> None:
    resident()
    with refusing() as refused:
        named(own, by=world.secretary)
    assert refused.value.id == "AV105"
    assert named(own, by=world.second).state == "confirmed"


def test_nobody_of_the_team_confirms_it(world: World, own: Claim) -> None:
    """Known by the register's link, by the telephone on a branch's list, as a guardian, and after they left."""
    linked, by_phone = resident(), resident("王芒种", "12900000002")
    member = world.locals[1]
    see(lambda: BranchMember.objects.filter(id=member.id).update(phone_blind=by_phone.phone_blind))
    do(SYSTEM, teams.join_member, team_id=own.team_id, member_id=member.id, consent_how=HOW)
    see(lambda: Person.objects.filter(id=linked.id).update(birth_year=1980))
    seat = do(SYSTEM, teams.join_person, team_id=own.team_id, person_id=linked.id, consent_how=HOW)
    do(SYSTEM, teams.leave, volunteer_id=seat.id)
    for name, phone in ((NAME, PHONE), ("王芒种", "12900000002")):
        with refusing() as refused:
            named(own, name, phone)
        assert refused.value.id == "AV105"


def test_neither_a_member_nor_their_unit_confirms_what_they_did(world: World) -> None:
    person, mate = resident(), resident("王芒种", "12900000002")
    one, two = world.members[:2]
    for member, who in ((one, person), (two, mate)):
        see(lambda m=member, w=who: BranchMember.objects.filter(id=m.id).update(person_id=w.id))
    reporting.report_self(member=one, place_code=VILLAGE)
    alone = claiming.claim_self(member=one, need_id=world.need().id)
    claiming.report_done_self(member=one, claim_id=alone.id, done=DONE)
    unit = world.done()
    for claim in (alone, unit):
        with refusing() as refused:
            named(claim)
        assert refused.value.id == "AV105"
    with refusing() as refused:
        named(unit, "王芒种", "12900000002")
    assert refused.value.id == "AV105"
    assert named(alone, "王芒种", "12900000002").state == "confirmed", (
        "a colleague whom they helped"
    )


def test_it_is_confirmed_once_and_only_when_it_is_done(world: World, own: Claim) -> None:
    resident()
    named(own)
    early = world.claim(world.need())
    for claim in (own, early):
        with refusing() as refused:
            named(claim)
        assert refused.value.id == "AV001"


# -- hands and pages ----------------------------------------------------------------------------


def test_village_staff_hand_out_the_code_and_confirm_nothing(world: World, own: Claim) -> None:
    clerk = make_member("clerk", Part("文书甲", "village_staff", VILLAGE))
    page = f"/desk/service/needs/{own.need_id}/"
    shown = clerk.client.get(page).content.decode()
    assert 'value="code"' in shown
    assert 'value="confirm"' not in shown
    assert 'value="back"' not in shown
    handed = clerk.client.post(page, {"do": "code", "claim": str(own.id)})
    code = do(clerk.actor, vouching.show_code, claim_id=own.id)
    assert code[:5] in handed.content.decode()
    with refusing() as refused:
        do(clerk.actor, claiming.confirm, claim_id=own.id, satisfied=True)
    assert refused.value.id == "CO403"


def test_a_grid_worker_and_the_unit_see_no_code(world: World, own: Claim, cast: Cast) -> None:
    for actor in (cast.grid_worker.actor, world.leader.actor):
        with refusing() as refused:
            do(actor, vouching.show_code, claim_id=own.id)
        assert refused.value.id in {"CO403", "CO404"}


def test_it_stands_on_the_public_page_and_is_confirmed_there_with_a_word_of_thanks(
    world: World, own: Claim
) -> None:
    resident()
    guest = Client()
    page = guest.get(f"/needs/{VILLAGE}/").content.decode()
    link = f"/served/{own.id}/"
    assert link in page
    assert "清了两条巷子" not in page + guest.get(link).content.decode(), (
        "what they told is not public"
    )
    wrong = guest.post(link, {"name": NAME, "phone": "12900000009", "satisfied": "1"})
    assert wrong.status_code == 404
    assert "AV170" in wrong.content.decode()
    assert "12900000009" in wrong.content.decode(), "what was typed stays"
    private = {
        "name": NAME,
        "phone": PHONE,
        "satisfied": "1",
        "text": "身份证 11010519491231002X 的那位真好",
    }
    assert guest.post(link, private).status_code == 400
    assert world.fresh(own).state == "done", "a letter that is refused confirms nothing"
    done = guest.post(link, private | {"text": "扫得真干净"})
    assert "谢谢您，已经确认" in done.content.decode()
    assert see(Thanks.objects.get).text == "扫得真干净"
    assert world.fresh(own).confirmed_how == "named"
    assert guest.get(link).status_code == 404
    assert link not in guest.get(f"/needs/{VILLAGE}/").content.decode()


def test_nobody_reads_the_register_by_trying_from_many_addresses(world: World, own: Claim) -> None:
    resident()
    for _ in range(39):
        ratelimit.count(f"named:{VILLAGE}", 3600)
    link, right = f"/served/{own.id}/", {"name": NAME, "phone": PHONE, "satisfied": "1"}
    assert Client(REMOTE_ADDR="10.0.0.1").post(link, right | {"name": "别人"}).status_code == 404
    refused = Client(REMOTE_ADDR="10.0.0.2").post(link, right)
    assert refused.status_code == 429
    assert world.fresh(own).state == "done"
