"""The pages: a branch's whole way by its secretary, a member without an account, a leader who counts, and strangers."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.activities.meetings.conftest import enrol, enrol_life, minutes, see
from tests.cast import VILLAGE
from tests.orgs.conftest import register
from zhijin.activities.meetings import presence, proof, voting, writing
from zhijin.activities.models import Attendee, Branch, Meeting, Resolution
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.people import api as people
from zhijin.people.models import BranchMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(places: None, shipped: None, cast: Any) -> Any:
    """A branch at the real time of day, whose secretary signs in."""
    return enrol_life(register("大耆老村党支部"), cast.branch_secretary.actor)


def post(client: Client, url: str, **data: Any) -> str:
    """Send a form; the page that follows, which must not show a refusal."""
    answer = client.post(url, data, follow=True)
    text = answer.content.decode()
    refused = re.search(r'role="alert".*?</div>', text, re.DOTALL)
    assert answer.status_code == 200, text[:800]
    assert refused is None, refused.group(0)
    return text


def get(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def link(member: BranchMember) -> str:
    return f"/my-branch/{people.member_link(member)}/"


def now(**ahead: int) -> str:
    return f"{clock.local(clock.now() + timedelta(**ahead)):%Y-%m-%dT%H:%M}"


def test_a_branch_takes_its_calendar_up_and_enrols_its_members(places, shipped, cast):
    org = register("大耆老村党支部")
    secretary = cast.branch_secretary.client
    assert "还没有启用组织生活日历" in get(secretary, "/desk/meetings/")
    page = post(
        secretary,
        "/desk/meetings/",
        do="begin",
        org=org.key,
        begins="2026-01-01",
        place="村委会",
        link="",
    )
    assert "支部党员大会" in page
    url = f"/desk/branches/{org.key}/members/"
    page = post(
        secretary, url, name="张小满", standing="full", committee="on", floating="on", whereabouts="浙江义乌",
        consent_how="2026-03-01 书面同意",
    )  # fmt: skip
    assert "张小满" in page
    assert "浙江义乌" in page
    row = see(lambda: BranchMember.objects.get(org_key=org.key))
    assert people.member_link(row) in page
    assert see(lambda: JournalEntry.objects.filter(action="member.names").exists())
    # The township above has the whole branch in sight; a line department none of it.
    assert "张小满" in get(cast.township_officer.client, url)
    get(cast.department_officer.client, url, 404)


def test_a_member_is_changed_moved_and_let_go_on_the_pages(live, cast):
    secretary = cast.branch_secretary.client
    other = register("大耆老村第二党支部")
    url = f"/desk/branch-members/{live.members[3].id}/"
    page = get(secretary, url)
    assert "李星辰" in page
    post(secretary, url, do="change", standing="full", committee="on", group="第一党小组")
    assert see(lambda: BranchMember.objects.get(id=live.members[3].id)).committee
    old = link(live.members[3])
    post(secretary, url, do="link")
    get(Client(), old, 404)
    post(secretary, url, do="move", to=other.key, on="")
    assert see(lambda: BranchMember.objects.filter(org_key=other.key, valid_to=None).count()) == 1
    get(secretary, url, 404)
    gone = f"/desk/branch-members/{live.members[2].id}/"
    assert 'role="alert"' in secretary.post(gone, {"do": "end", "why": " "}).content.decode()
    post(secretary, gone, do="end", why="迁往外省", on="")
    assert see(lambda: BranchMember.objects.get(id=live.members[2].id)).ended_why == "迁往外省"


def test_a_meeting_is_recorded_on_one_page(live, cast):
    secretary, org = cast.branch_secretary.client, live.org.key
    assert "主题党日" in get(secretary, f"/desk/meetings/record/?org={org}")
    page = get(secretary, f"/desk/meetings/record/?org={org}&kind=theme-day")
    # Those who are near stand as present, those who work away as not there.
    ticked = re.findall(r'name="(m-[0-9a-f-]+)" checked', page)
    assert len(ticked) == 5
    # Beside what stands there already: the words, and one tap for whoever joined from afar.
    fields = dict.fromkeys([*ticked, f"m-{live.members[4].id}"], "on")
    page = post(
        secretary, "/desk/meetings/record/", org=org, kind="theme-day", starts_at=now(minutes=-50), place="村委会",
        s0="清理村道", **fields,
    )  # fmt: skip
    assert "清理村道" in page
    found = see(lambda: Meeting.objects.get(org_key=org))
    assert (found.due, found.present, found.remote, found.recorded) == (7, 6, 1, True)
    # Whoever works away and came to the room, and whoever was near and joined from afar, the other way round.
    fields = {
        f"m-{live.members[0].id}": "on",
        f"x-{live.members[5].id}": "on",
        f"x-{live.members[1].id}": "on",
    }
    post(
        secretary,
        "/desk/meetings/record/",
        org=org,
        kind="lesson",
        starts_at=now(minutes=-50),
        s0="讲课",
        **fields,
    )
    lesson = see(lambda: Meeting.objects.get(org_key=org, kind="lesson"))
    assert (lesson.present, lesson.remote) == (3, 1)
    assert live.row(lesson, 1).remote
    # A meeting that is to come, or one without a word, is refused and what was typed stays.
    for wrong in (
        {"starts_at": now(hours=3), "s0": "清理"},
        {"starts_at": now(minutes=-9), "s0": ""},
    ):
        text = secretary.post(
            "/desk/meetings/record/", {"org": org, "kind": "group", **wrong}
        ).content.decode()
        assert 'role="alert"' in text
    assert see(Meeting.objects.count) == 2


def test_a_meeting_from_the_call_to_the_word_file(live, cast):
    secretary, org = cast.branch_secretary.client, live.org.key
    post(
        secretary, "/desk/meetings/new/", org=org, kind="assembly", starts_at=now(minutes=5), place="村委会",
        link="https://meeting.example.com/9", agenda="第一项\n第二项", title="",
    )  # fmt: skip
    meeting = see(lambda: Meeting.objects.get(org_key=org))
    url = f"/desk/meetings/{meeting.id}/"
    away, near = Client(), Client()
    page = get(away, link(live.members[4]))
    assert "第二项" in page
    assert "https://meeting.example.com/9" in page
    assert "李春禾" not in page
    post(secretary, url, do="start")
    page = get(secretary, f"{url}code/")
    code = "".join(re.search(r'data-size="wall">(\d{3}) (\d{3})<', page).groups())  # type: ignore[union-attr]
    assert "data:image/svg" in page
    page = post(away, link(live.members[4]), do="sign", meeting=meeting.id, code=code, remote="1")
    assert "您已签到" in page
    post(near, link(live.members[3]), do="leave", meeting=meeting.id, why="收玉米")
    rows = {
        row.member_id: row
        for row in see(lambda: list(Attendee.objects.filter(meeting_id=meeting.id)))
    }
    marks = {f"a-{row.id}": "expected" for row in rows.values() if row.state == "expected"}
    marks |= {f"a-{rows[live.members[at].id].id}": "here" for at in (0, 1, 2)}
    assert "改了 3 人" in post(secretary, url, do="marks", **marks)
    post(secretary, url, do="put", what="同意收益分配方案", minutes="")
    row = see(lambda: Resolution.objects.get(meeting_id=meeting.id))
    assert "您已投票" in post(
        away, link(live.members[4]), do="vote", resolution=row.id, choice="yes"
    )
    hands = {f"h-{rows[live.members[at].id].id}": "yes" for at in (0, 1, 2)}
    post(secretary, url, do="hands", resolution=row.id, **hands)
    assert "通过" in post(secretary, url, do="count", resolution=row.id)
    post(
        secretary, url, do="finish", s0="大家同意", chair="李春禾", law="《民法典》", first_topic=""
    )
    answer = secretary.get(f"{url}minutes.docx")
    assert answer["Cache-Control"] == "no-store"
    text = zipfile.ZipFile(io.BytesIO(answer.content)).read("word/document.xml").decode()
    for wanted in (
        "大家同意",
        "应到：7 人",
        "韩清明（线上）",
        "请假：李星辰",
        "赞成 4 票",
        "《民法典》",
        "记名表决",
    ):
        assert wanted in text
    assert see(lambda: JournalEntry.objects.filter(action="meeting.file").exists())
    assert "请假" in get(near, link(live.members[3]))


def test_the_picture_in_the_room_signs_whose_phone_it_is(live):
    meeting = live.open()
    _, code, _ = live.do(presence.show_code, meeting_id=meeting.id)
    url = f"/sign/{meeting.id}/{code}/"
    phone, strange = Client(), Client()
    assert code in get(strange, url)
    assert strange.post(url).status_code == 400
    get(phone, link(live.members[1]))
    assert "在会场签到" in get(phone, url)
    assert "签到好了" in post(phone, url)
    assert live.row(meeting, 1).proof == "code"
    wrong = phone.post(f"/sign/{meeting.id}/000000x/")
    assert wrong.status_code in {200, 400}
    get(phone, f"/sign/{uuid4()}/000000/", 404)


def test_the_phone_of_another_branchs_member_does_not_sign(live, cast):
    other = enrol_life(register("大耆老村第二党支部"), cast.branch_secretary.actor, mark="乙")
    meeting = live.open()
    _, code, _ = live.do(presence.show_code, meeting_id=meeting.id)
    phone = Client()
    get(phone, link(other.members[0]))
    assert phone.post(f"/sign/{meeting.id}/{code}/").status_code == 400


def test_the_first_page_of_the_desk_reminds_the_secretary(live, cast):
    page = get(cast.branch_secretary.client, "/desk/")
    assert f"/desk/meetings/record/?org={live.org.key}" in page
    assert "组织生活" in get(cast.branch_secretary.client, "/desk/activities/")


def test_a_branchs_year_of_a_hundred_members_takes_few_statements(
    live, cast, django_assert_max_num_queries
):
    for number in range(93):
        enrol(live.org, f"党员{number:03d}")
    for days in range(1, 50, 2):
        live.do(
            writing.record, org_key=live.org.key, minutes=minutes(),
            wanted=writing.Call("theme-day", clock.now() - timedelta(days=days)),
        )  # fmt: skip
    url = f"/desk/meetings/?org={live.org.key}"
    get(cast.branch_secretary.client, url)
    with django_assert_max_num_queries(15):
        get(cast.branch_secretary.client, url)


def test_a_member_sees_the_meeting_under_way_first_then_the_next(live, cast):
    secretary, org = cast.branch_secretary.client, live.org.key
    for kind, ahead in (("assembly", 60 * 48), ("lesson", 60 * 24), ("theme-day", 5)):
        post(
            secretary, "/desk/meetings/new/", org=org, kind=kind, starts_at=now(minutes=ahead), place="村委会",
            link="", agenda="一项", title=f"{kind}的会",
        )  # fmt: skip
    later, tomorrow, soon = see(lambda: list(Meeting.objects.order_by("-starts_at")))
    shown = get(Client(), link(live.members[0]))
    in_order = [shown.index(one.title) for one in (soon, tomorrow, later)]
    assert in_order == sorted(in_order)
    see(lambda: Meeting.objects.filter(id=later.id).update(state=Meeting.State.OPEN))
    shown = get(Client(), link(live.members[0]))
    assert shown.index(later.title) < shown.index(soon.title) < shown.index(tomorrow.title)


def test_a_members_page_is_private(live):
    answer = Client().get(link(live.members[0]))
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    cookie = answer.cookies["zhijin_member"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/sign/", "Lax")
    get(Client(), "/my-branch/nonsense/", 404)
    wrong = Client().post(link(live.members[0]), {"do": "sign", "meeting": "x"})
    assert wrong.status_code == 400


def test_a_secret_vote_shows_its_receipt_once(live):
    meeting = live.open()
    for at in range(5):
        row = live.row(meeting, at)
        live.do(presence.mark, meeting_id=meeting.id, attendee_id=row.id, state="present")
    put = live.do(voting.put, meeting_id=meeting.id, what="推荐人选", secret=True)
    phone = Client()
    page = post(phone, link(live.members[0]), do="vote", resolution=put.id, choice="no")
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", page)
    again = phone.post(link(live.members[0]), {"do": "vote", "resolution": put.id, "choice": "yes"})
    assert again.status_code == 409
    assert not re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", get(phone, link(live.members[0])))


def test_the_calendars_address_is_private_and_can_be_renewed(live, cast):
    secretary = cast.branch_secretary.client
    live.call()
    old = f"/calendars/{proof.feed_token(live.org.key, 1)}.ics"
    assert old in get(secretary, f"/desk/meetings/?org={live.org.key}")
    answer = Client().get(old)
    assert answer["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in answer.content
    post(secretary, "/desk/meetings/", do="feed", org=live.org.key)
    get(Client(), old, 404)
    get(Client(), f"/calendars/{proof.feed_token(live.org.key, 2)}.ics")
    get(Client(), "/calendars/nonsense.ics", 404)
    get(Client(), f"/calendars/{proof.feed_token(1, 1)}.ics", 404)


def test_counts_open_to_their_records(live, cast):
    for kind in ("centre-group", "centre-group", "lecture"):
        live.record(kind)
    live.do(
        writing.record, org_key=live.org.key, minutes=minutes(law="《民法典》"),
        wanted=writing.Call("office", clock.now() - timedelta(hours=1)),
    )  # fmt: skip
    officer, year = cast.township_officer.client, clock.today().year
    page = get(officer, "/desk/meetings/counts/")
    assert "理论学习中心组学习" in page
    href = re.search(
        rf'href="([^"]*meetings/list/[^"]*org={live.org.key}[^"]*kind=centre-group)"', page
    )
    assert href is not None
    assert "共 2 条" in get(officer, href.group(1).replace("&amp;", "&"))
    assert "《民法典》" in get(officer, f"/desk/meetings/list/?year={year}&opening=law")
    assert "没有记录" in get(cast.outsider.client, "/desk/meetings/list/")
    for odd in ("?year=abcd&org=x&kind=;&page=999999", "?place=' or 1&page=0", "?org=" + "9" * 30):
        get(officer, f"/desk/meetings/list/{odd}")


def test_who_came_is_for_the_branch_alone(live, cast):
    found = live.record()
    assert "李春禾" in get(cast.branch_secretary.client, f"/desk/meetings/{found.id}/")
    get(cast.outsider.client, f"/desk/meetings/{found.id}/", 404)
    get(cast.department_officer.client, f"/desk/meetings/{found.id}/minutes.docx", 404)


def test_what_does_not_exist_is_refused_plainly(live, cast):
    secretary, org = cast.branch_secretary.client, live.org.key
    get(secretary, f"/desk/meetings/new/?org={org}&kind=nonsense", 400)
    get(secretary, "/desk/meetings/?org=abc", 404)
    get(secretary, f"/desk/meetings/record/?org={register('还没启用的支部').key}", 409)
    meeting = live.call()
    get(secretary, f"/desk/meetings/{meeting.id}/code/", 409)
    get(secretary, f"/desk/meetings/{meeting.id}/minutes.docx", 404)
    assert secretary.post(f"/desk/meetings/{meeting.id}/", {"do": "nonsense"}).status_code == 400
    odd = secretary.post(f"/desk/meetings/{meeting.id}/", {"do": "marks", "a-xyz": "here"})
    assert 'role="alert"' in odd.content.decode()
    assert see(Branch.objects.count) == 1
    assert live.org.place_code == VILLAGE
    assert enrol(live.org, "新来的人").valid_to is None


def test_the_pages_are_english_for_who_reads_english(live, cast):
    found = live.record()
    for url in (
        f"/desk/meetings/?org={live.org.key}",
        f"/desk/meetings/{found.id}/",
        "/desk/meetings/counts/",
    ):
        client = cast.branch_secretary.client
        client.cookies["lang"] = "en"
        assert "Organisational life" in get(client, url)


def test_a_screen_that_shows_the_code_of_a_meeting_that_is_over_asks_no_more(live, cast):
    """286 ends the polling of htmx; whoever opens the page is told as ever."""
    secretary, held = cast.branch_secretary.client, live.record()
    path = f"/desk/meetings/{held.id}/code/"
    answer = secretary.get(path, headers={"HX-Request": "true"})
    assert answer.status_code == 286
    assert "签到已经结束" in answer.content.decode()
    get(secretary, path, 409)
    assert cast.outsider.client.get(path, headers={"HX-Request": "true"}).status_code == 404


def test_the_list_of_members_is_found_before_the_calendar_is_taken_up(live, cast):
    """Members serve, and need their private links, in branches whose calendar nobody has taken up yet."""
    other = register("第二党支部")
    page = get(cast.branch_secretary.client, f"/desk/meetings/?org={other.key}")
    assert "启用" in page
    assert f"/desk/branches/{other.key}/members/" in page
    get(cast.branch_secretary.client, f"/desk/branches/{other.key}/members/")
