"""The copy of one's own data holds what was done on one's behalf, learnt and studied, and nothing of another's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.activities.cadres.conftest import ship as ship_cadres
from tests.activities.service.conftest import HOW, SYSTEM, do, refusing, see, ship, world
from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.orgs.conftest import places
from zhijin.activities.cadres import study
from zhijin.activities.cadres.study import Wish
from zhijin.activities.learning import writing
from zhijin.activities.learning.writing import Part
from zhijin.activities.models import Study, StudyResult, Volunteer
from zhijin.activities.service import proxying
from zhijin.activities.service.proxying import Given, Wanted
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.orgs import api as orgs
from zhijin.people import holding, requests, services
from zhijin.people.models import BranchMember, Person
from zhijin.ui import spans

__all__ = ["places", "world"]
NAME, PHONE = "罗立夏", "12900000001"


def resident(name: str = NAME, phone: str = PHONE, place: str = GRID) -> Person:
    found = do(
        SYSTEM, services.register_person, place_code=place, name=name, phone=phone,
        consents={"phone": HOW} if phone else {},
    )  # fmt: skip
    assert isinstance(found, Person)
    return found


def copied(person: Person) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    parts = see(lambda: holding.of(Person.objects.get(id=person.id)))
    (part,) = [one for one in parts if one.room == "activities"]
    for title, value in part.lines:
        found.setdefault(title, []).append(value)
    return found


@pytest.fixture
def helper(world: Any, tmp_path: Path) -> Any:
    """Takes applications on in the village."""
    ship(tmp_path)

    def take_on(name: str = NAME, phone: str = PHONE, **more: Any) -> Any:
        given = Given("spoken", "当面口头，见证人罗某", clock.today() + timedelta(days=30))
        wanted = Wanted(
            "pension-check", name, "送审资格材料", given, phone, (("户口簿", "original"),), **more
        )
        return do(world.secretary, proxying.open_proxy, org_key=world.village.key, wanted=wanted)[0]

    return take_on


def test_an_application_on_their_behalf_stands_in_the_copy_also_when_it_is_over(
    world: Any, helper: Any
) -> None:
    person = resident(phone="")
    row = helper(person_id=person.id)
    found = copied(person)
    assert "送审资格材料" in found["帮办代办"][0]
    assert PHONE in found["帮办代办"][0]
    assert found["代办的委托"][0].startswith("当面口头") or "当面口头" in found["代办的委托"][0]
    assert found["代办的材料"] == ["户口簿 · 原件 · 代办员手里"] or len(found["代办的材料"]) == 1
    do(world.secretary, proxying.withdraw, proxy_id=row.id, how="本人来电")
    paper = see(lambda: proxying.ProxyPaper.objects.get(proxy_id=row.id))
    code = do(world.secretary, proxying.code_for, proxy_id=row.id)
    moved = proxying.Moved("handed", code=code)
    do(world.secretary, proxying.move_paper, proxy_id=row.id, paper_id=paper.id, moved=moved)
    over = copied(person)["帮办代办"][0]
    assert "送审资格材料" not in over, "what was sealed of them is gone"
    assert row.title in over


def test_one_that_names_no_resident_is_theirs_by_name_and_telephone_only(
    helper: Any,
) -> None:
    helper()
    person = resident()
    same_name = resident(phone="12900000009")
    no_phone = resident(phone="")
    far = resident(place=OTHER_VILLAGE)
    assert len(copied(person)["帮办代办"]) == 1
    for other in (same_name, no_phone, far):
        assert "帮办代办" not in copied(other)


def test_nobody_is_linked_whose_name_it_is_not_or_who_is_out_of_sight(
    world: Any, helper: Any
) -> None:
    other, far = resident("王芒种", ""), resident(place=OTHER_VILLAGE)
    for person in (other, far):
        with refusing() as caught:
            helper(person_id=person.id)
        assert caught.value.id == "PE001"


def test_what_was_learnt_stands_by_course(world: Any) -> None:
    person = resident()
    member = world.locals[0]
    see(lambda: BranchMember.objects.filter(id=member.id).update(person_id=person.id))
    row = do(SYSTEM, writing.make, org_key=world.village.key, title="怎样过组织生活")
    parts = [
        do(SYSTEM, writing.add, course_id=row.id, part=Part(f"第{n}节", text="内容"))
        for n in (1, 2)
    ]
    do(SYSTEM, writing.set_state, course_id=row.id, state="open")
    writing.worked_through(member=member, part_id=parts[0].id)
    writing.worked_through(member=world.locals[1], part_id=parts[1].id, screen="desk")
    (said,) = copied(person)["课程学习"]
    assert said == f"怎样过组织生活 · 学了 1 节，共 2 节 · 手机 · {spans.dated(clock.today())}"


def test_a_minor_whom_they_signed_up_stands_masked(world: Any) -> None:
    person, team = resident(), world.team()
    see(lambda: Volunteer.objects.create(
        county=530602, place_key=team.place_key, org_key=team.org_key, team_id=team.id, person_id=None,
        guardian_id=person.id, name_masked="罗**", consent_how=HOW, joined_on=date(2026, 3, 1),
    ))  # fmt: skip
    assert copied(person)["作为监护人同意的志愿服务"] == [f"罗** · 2026年3月1日 – · {HOW}"]


# -- studies ------------------------------------------------------------------------------------


@pytest.fixture
def studying(world: Any, tmp_path: Path) -> Any:
    """Somebody elected by name applies, is enrolled and passes a term."""
    ship_cadres(tmp_path)

    def enrolled(holder: str = NAME, person_id: Any = None) -> Study:
        post = do(
            SYSTEM,
            orgs.create_post,
            kind="committee_member",
            place_code=VILLAGE,
            org_key=world.village.key,
            seats=9,
        )
        held = do(
            SYSTEM, orgs.appoint, post_id=post.id, holder=holder, term=orgs.Term(date(2026, 1, 1)),
            person_id=person_id,
        )  # fmt: skip
        wish = Wish("青海开放大学", "乡村振兴", 3, 740_001)
        row = do(SYSTEM, study.apply, appointment_id=held.id, wish=wish)
        see(lambda: Study.objects.filter(id=row.id).update(
            state="enrolled", public_fen=592_000, own_fen=148_001))  # fmt: skip
        do(SYSTEM, study.record_result, study_id=row.id, term="2026-02", taken=4, passed=3)
        assert isinstance(row, Study)
        return row

    return enrolled


def test_a_study_stands_with_its_shares_and_terms(studying: Any) -> None:
    person = resident()
    studying(person_id=person.id)
    first, term = copied(person)["学历提升"]
    assert first.startswith("青海开放大学 · 乡村振兴 · 大专 · ")
    assert "学费 7400.01 元" in first
    assert "财政 5920.00 元，本人 1480.01 元" in first
    assert term == "2026-02：修读 4 门，通过 3 门"


def test_whoever_was_elected_by_name_finds_their_study_unless_two_bear_it(studying: Any) -> None:
    person = resident()
    studying()
    assert len(copied(person)["学历提升"]) == 2
    resident(phone="")
    assert "学历提升" not in copied(person), "it may be the other one's"
    assert see(StudyResult.objects.count) == 1


def test_how_much_was_handed_over_is_journalled_by_room(cast: Cast, helper: Any) -> None:
    person = resident()
    helper(person_id=person.id)
    asked = do(SYSTEM, requests.receive, person_id=person.id, kind="access", how="本人到窗口提出")
    answer = cast.branch_secretary.client.post(f"/desk/data-requests/{asked.id}/", {"do": "access"})
    assert answer.status_code == 200
    (entry,) = see(lambda: list(JournalEntry.objects.filter(action="person.reveal")))
    held = entry.detail["held"]
    assert held["activities"] == 3
    assert set(held) >= {"people", "activities", "ledger"}
    assert NAME not in str(entry.detail)
    page = cast.branch_secretary.client.get(f"/desk/data-requests/{asked.id}/").content.decode()
    assert f'<dt>副本的条数</dt><dd class="code">{sum(held.values())}</dd>' in page
