"""English pages show headings and agendas in English; what is kept, and the Word file, stays Chinese (GB/T 9704)."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.activities.meetings.conftest import SHIPPED, enrol_life, see
from tests.orgs.conftest import register
from zhijin.activities.meetings import format as life_format
from zhijin.activities.meetings import programme, writing
from zhijin.activities.meetings.writing import Call, Minutes
from zhijin.activities.models import Attendee, Meeting
from zhijin.core import clock
from zhijin.people import api as people

SAID = "讨论了水渠清淤"


@pytest.fixture
def live(places: None, shipped: None, cast: Any) -> Any:
    return enrol_life(register("大耆老村党支部"), cast.branch_secretary.actor)


@pytest.fixture
def english(cast: Any) -> Client:
    client: Client = cast.branch_secretary.client
    client.cookies["lang"] = "en"
    return client


def main(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return str(answer.content.decode().split("<main", 1)[1])


def all_came(client: Client, meeting: Meeting) -> None:
    roll = see(lambda: list(Attendee.objects.filter(meeting_id=meeting.id)))
    marks = {f"a-{row.id}": "here" for row in roll}
    client.post(f"/desk/meetings/{meeting.id}/", {"do": "marks", **marks})


@pytest.mark.django_db
def test_headings_agenda_and_name_are_english_on_the_page_and_chinese_in_the_file(
    live: Any, english: Client
) -> None:
    meeting = live.open("assembly")
    form = main(english, f"/desk/meetings/{meeting.id}/")
    for words in ("Member assembly, ", "Directives from above", ">Discussion", ">Decisions"):
        assert words in form
    all_came(english, meeting)
    live.do(
        writing.finish, meeting_id=meeting.id,
        minutes=Minutes({"讨论情况": SAID, "会议决定": "八月动工"}),
    )  # fmt: skip
    page = main(english, f"/desk/meetings/{meeting.id}/")
    assert ">Discussion</h2>" in page
    assert SAID in page
    for kept in ("讨论情况", "会议决定", "传达学习上级精神", "支部党员大会"):
        assert kept not in page
    row = see(lambda: Meeting.objects.get(id=meeting.id))
    assert [title for title, _body in row.minutes] == ["讨论情况", "会议决定"]
    assert row.title.endswith("月支部党员大会")
    body = english.get(f"/desk/meetings/{meeting.id}/minutes.docx").content
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        words = file.read("word/document.xml").decode()
    for kept in (row.title, "讨论情况", "会议决定", "传达学习上级精神", "会议记录", SAID):
        assert kept in words
    assert "Discussion" not in words
    assert words.index("讨论情况") < words.index("会议决定")


@pytest.mark.django_db
def test_sections_keep_the_order_of_the_programme_also_in_what_was_kept_before(live: Any) -> None:
    """PostgreSQL gives the keys of an object back in another order than it got them."""
    order = ["会议议程", "讨论情况", "会议决定"]
    meeting = live.do(
        writing.record, org_key=live.org.key, wanted=Call("assembly", clock.now()),
        minutes=Minutes(dict.fromkeys(reversed(order), SAID)),
    )  # fmt: skip
    assert [title for title, _body in programme.sections_of(meeting)] == order
    row = see(lambda: Meeting.objects.get(id=meeting.id))
    assert [title for title, _body in programme.sections_of(row)] == order
    row.minutes = {"会议决定": "一", "别的": "二", "讨论情况": "三", "会议议程": "四"}
    assert [title for title, _body in programme.sections_of(row)] == [*order, "别的"]
    row.kind = "gone"
    assert len(programme.sections_of(row)) == 4


@pytest.mark.django_db
def test_every_page_that_names_a_meeting_names_it_in_english(live: Any, english: Client) -> None:
    meeting = live.call("theme-day")
    for url in (f"/desk/meetings/?org={live.org.key}", f"/desk/meetings/{meeting.id}/"):
        assert "Theme day, " in main(english, url), url
    member = Client()
    member.cookies["lang"] = "en"
    page = main(member, f"/my-branch/{people.member_link(live.members[3])}/")
    assert "Theme day, " in page
    assert "Study together" in page
    live.record("lesson")
    assert "Party lesson, " in main(english, "/desk/meetings/list/")
    record = main(english, f"/desk/meetings/record/?org={live.org.key}&kind=lesson")
    assert "Speaker and subject" in record


@pytest.mark.django_db
def test_a_name_that_somebody_chose_is_shown_as_it_is(live: Any) -> None:
    for title in ("专题组织生活会", "2030年11月读书会", "2030年13月主题党日"):
        meeting = live.call("theme-day", title=title)
        assert programme.shown_title(meeting, "en") == title
    plain = live.call("theme-day", title="2030年3月主题党日")
    assert programme.shown_title(plain, "zh-hans") == "2030年3月主题党日"
    with translation.override("en"):
        assert programme.shown_title(plain, "en") == "Theme day, March 2030"


@pytest.mark.django_db
def test_missing_minutes_are_asked_for_in_the_readers_words(live: Any, english: Client) -> None:
    meeting = live.open("committee")
    url = f"/desk/meetings/{meeting.id}/"
    all_came(english, meeting)
    text = english.post(url, {"do": "finish", "s0": " "}).content.decode()
    assert "“Matters considered”" in text


def test_the_shipped_programme_has_english_for_every_line() -> None:
    found, findings = life_format.load(SHIPPED.read_text(encoding="utf-8"))
    assert found is not None, findings
    lines = {line for kind in found.kinds for line in kind.lines}
    assert lines == set(found.english)
    assert not any("一" <= letter <= "鿿" for text in found.english.values() for letter in text)
    assert found.words("zh-hans") == {}
    assert found.words("en")["会议决定"] == "Decisions"


def test_a_programme_without_english_keeps_its_own_words() -> None:
    text = SHIPPED.read_text(encoding="utf-8").split("english:", 1)[0]
    found, findings = life_format.load(text)
    assert findings == []
    assert found is not None
    assert found.words("en") == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [("  会议决定: Decisions", "  会议决义: Decisions"), ("  党课: Party lesson", "  党课: ''")],
)
def test_english_of_a_line_that_is_nowhere_or_is_empty_is_found(old: str, new: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    found, findings = life_format.load(text.replace(old, new, 1))
    assert found is None
    assert findings


@pytest.mark.parametrize(
    ("day", "title"), [(date(2030, 1, 9), "2030年1月党课"), (date(2031, 12, 31), "2031年12月党课")]
)
def test_a_meeting_that_nobody_named_is_named_by_its_month(day: date, title: str) -> None:
    found, _findings = life_format.load(SHIPPED.read_text(encoding="utf-8"))
    assert found is not None
    kind = found.kind("lesson")
    assert kind is not None
    assert programme.title_for(kind, day) == title
