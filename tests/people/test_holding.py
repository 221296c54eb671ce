"""The copy handed to somebody holds everything that is held of them, wherever it lies, and nothing of anybody else."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from tests.activities.service.conftest import HOW, SYSTEM, do, see
from tests.cast import COUNTY, GRID, VILLAGE, Cast
from tests.orgs.conftest import places, register
from zhijin.activities.service import claiming, helping, reporting, teams
from zhijin.activities.service.helping import Linking
from zhijin.core import clock
from zhijin.orgs import api as orgs
from zhijin.people import branches, holding, households, particulars, requests, retention, services
from zhijin.people.branches import MemberDraft
from zhijin.people.models import BranchMember, Particulars, Person
from zhijin.ui import spans

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
NUMBER = "11010519491231002X"


@pytest.fixture
def person(places: None) -> Person:
    home = do(
        SYSTEM, households.register_household, place_code=GRID, number="01-001", address="示例寨 1 号",
        lon=103.7, lat=27.3,
    )  # fmt: skip
    return do(
        SYSTEM, services.register_person, place_code=GRID, name="罗立夏", phone="12900000001",
        id_number=NUMBER, household=home, relation="户主",
        consents={"phone": HOW, "id_number": HOW},
    )  # fmt: skip


@pytest.fixture
def member(person: Person) -> BranchMember:
    """On the list of a bureau of the county, out of the village's sight."""
    bureau = register("供电局党支部", COUNTY)
    draft = MemberDraft(
        "罗立夏", HOW, person_id=person.id, since=date(2026, 1, 1), floating=True, whereabouts="昆明",
        group="第一党小组", joined_on=date(2001, 7, 1), phone="12900000002",
    )  # fmt: skip
    return do(SYSTEM, branches.enrol_member, org_key=bureau.key, draft=draft)


def held(person: Person) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in see(lambda: holding.of(Person.objects.get(id=person.id))):
        for title, value in part.lines:
            found.setdefault(title, []).append(value)
    return found


def test_the_card_and_where_they_live(person: Person) -> None:
    found = held(person)
    assert found["姓名"] == ["罗立夏"]
    assert found["身份证号"] == [NUMBER]
    assert found["住址"] == ["示例寨 1 号"]
    assert found["性别"] == ["女"]
    assert found["住处位置"] == ["103.700000, 27.300000"]
    assert found["所在户"][0].startswith("01-001 户主")
    assert found["用电话联系我"] == [f"{HOW} {spans.dated(clock.today())}"]


def test_what_a_branch_out_of_sight_holds_is_in_it(
    person: Person, member: BranchMember, cast: Cast
) -> None:
    client = cast.branch_secretary.client
    asked = do(
        SYSTEM, requests.receive, person_id=person.id, kind="access", how="本人到窗口书面提出"
    )
    answer = client.post(f"/desk/data-requests/{asked.id}/", {"do": "access"})
    with ZipFile(BytesIO(answer.content)) as file:
        words = file.read("word/document.xml").decode()
    for value in (
        "供电局党支部",
        "第一党小组",
        "2001年7月1日",
        "昆明",
        "12900000002",
        "12900000001",
    ):
        assert value in words


def test_what_they_do_for_others_is_in_it_and_of_nobody_else(
    person: Person, member: BranchMember
) -> None:
    village = register("大耆老村党总支", VILLAGE)
    other = do(SYSTEM, branches.enrol_member, org_key=village.key, draft=MemberDraft("王芒种", HOW))
    reporting.report_self(member=member, place_code=VILLAGE, offers="修电器")
    home = do(SYSTEM, households.register_household, place_code=VILLAGE, number="88")
    for one, org in ((member, member.org_key), (other, village.key)):
        do(
            SYSTEM, helping.post_duty, org_key=org, member_id=one.id,
            title=f"{'治安' if one is member else '宣传'}岗", duties="夜里巡一圈",
        )  # fmt: skip
        do(SYSTEM, helping.link, org_key=org, wanted=Linking("link", home.id, one.id))
    team = do(SYSTEM, teams.found, org_key=village.key, name="南关小红")
    do(SYSTEM, teams.join_member, team_id=team.id, member_id=member.id, consent_how=HOW)
    now = clock.now()
    need = do(
        SYSTEM, claiming.publish, org_key=village.key,
        wanted=claiming.Wanted(
            kind="clean", title="清理排水沟", what="带铁锹", where="村口", starts_at=now,
            ends_at=now + timedelta(hours=2), seats=2,
        ),
    )  # fmt: skip
    claiming.claim_self(member=member, need_id=need.id)
    found = held(person)
    assert "修电器" in found["社区报到"][0]
    assert [one.split(" · ")[0] for one in found["岗位职责"]] == ["治安岗"]
    assert len(found["联系的户"]) == 1
    assert "88 号户" in found["联系的户"][0]
    assert found["志愿服务队"][0].startswith("南关小红")
    assert found["认领的服务"][0].startswith("清理排水沟 · 已认领")
    assert "王芒种" not in str(found)


def test_a_room_is_asked_once_however_often_it_registers(person: Person) -> None:
    asked: list[Any] = []

    def room(who: Person, lists: Any) -> list[tuple[str, str]]:
        asked.append((who.id, list(lists)))
        return [("别处", "一条")]

    holding.register("elsewhere", room)
    holding.register("elsewhere", room)
    try:
        assert held(person)["别处"] == ["一条"]
        with pytest.raises(ValueError, match="elsewhere"):
            holding.register("elsewhere", lambda _who, _lists: [])
    finally:
        del holding._holders["elsewhere"]
    assert asked == [(person.id, [])]


@pytest.fixture
def declared(person: Person) -> Particulars:
    """What somebody declared with a post that they held until some years ago."""
    post = do(SYSTEM, orgs.ensure_post, kind="neighbour_leader", place_code=GRID, seats=5)
    term = orgs.Term(date(2015, 1, 1))
    appointment = do(
        SYSTEM, orgs.appoint, post_id=post.id, holder="罗立夏", term=term, person_id=person.id
    )
    return do(
        SYSTEM, particulars.record_particulars, appointment_id=appointment.id,
        education=4, birth_year=1980, talent=True,
    )  # fmt: skip


def test_what_was_declared_with_a_post_is_in_the_copy(
    person: Person, declared: Particulars
) -> None:
    (said,) = [value for title, value in held(person).items() if "学历" in title]
    assert "本科" in said[0]
    assert "中高端人才" in said[0]


@pytest.mark.parametrize(("years", "kept"), [(0, True), (4, True), (6, False)])
def test_what_was_declared_is_erased_a_term_after_the_post_ended(
    declared: Particulars, years: int, kept: bool
) -> None:
    held_ = declared.appointment
    ended = clock.today() - timedelta(days=365 * years + 2)
    see(lambda: type(held_).objects.filter(id=held_.id).update(valid_to=ended))
    retention.sweep()
    row = see(lambda: Particulars.objects.get(id=declared.id))
    assert (row.education, row.birth_year, row.talent) == ((4, 1980, True) if kept else (None,) * 3)
    assert retention.sweep() == 0, "what is erased is not erased again"
