"""What is due when, drafts counted from the facts, questions, and what programs read."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.cast import COUNTY, GRID, VILLAGE, Cast
from tests.disclosure.conftest import TABLE, Office
from tests.orgs.conftest import refusing
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.ids import show_receipt
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.disclosure import documents, duties, feeds, periods, producing, questions, tables
from zhijin.disclosure.models import Duty, Question
from zhijin.disclosure.views import portal

SYSTEM = Actor.system("test")
#: A Friday; September's ten days end on a holiday's eve, and move.
TODAY = date(2026, 10, 30)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [("2026-02", date(2026, 2, 1), date(2026, 2, 28)), ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
     ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)), ("2026", date(2026, 1, 1), date(2026, 12, 31))],
)  # fmt: skip
def test_periods_are_read(key: str, first: date, last: date) -> None:
    period = periods.read(key)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "key", ["", "2026-00", "2026-13", "2026Q0", "26", "２０２６", "2026-1", "2026Q12"]
)
def test_what_is_no_period_is_none(key: str) -> None:
    assert periods.read(key) is None


@given(
    st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.sampled_from(["month", "quarter", "year"])
)
def test_every_day_lies_in_its_period_and_periods_touch(day: date, every: str) -> None:
    period = periods.of(every, day)
    assert period.first <= day <= period.last
    assert periods.read(period.key) == period
    assert period.every == every
    (before,) = periods.ended(every, day, 1)
    assert before.last + timedelta(days=1) == period.first


def calendar(today: date = TODAY) -> dict[tuple[str, str], duties.Item]:
    with scoped(Actor.resident()):
        items = duties.calendar_of(VILLAGE, int(COUNTY), today)
    return {(item.duty.key, item.period.key): item for item in items}


def test_a_deadline_on_a_day_off_moves_to_the_next_workday(db: None) -> None:
    item = calendar()["finance-monthly", "2026-09"]
    # 10 October 2026 is a Saturday that is worked: the make-up day of the National Day holiday.
    assert item.due_on == date(2026, 10, 10)
    assert calendar()["village-quarterly", "2026Q3"].due_on == date(2026, 10, 15)


def test_the_calendar_tells_what_is_done_due_and_late(office: Office) -> None:
    with clock.freeze(datetime(2026, 10, 9, 9, tzinfo=clock.local(clock.now()).tzinfo)):
        office.published(board="finance", duty="finance-monthly", period="2026-09", **TABLE)
    with clock.freeze(datetime(2026, 10, 20, 9, tzinfo=clock.local(clock.now()).tzinfo)):
        document = office.published(duty="village-quarterly", period="2026Q3")
    found = calendar()
    assert found["finance-monthly", "2026-09"].state == "done"
    assert found["village-quarterly", "2026Q3"].state == "late_done"
    assert found["matters-handled", "2026-09"].state == "late"
    assert calendar(date(2026, 10, 5))["party-quarterly", "2026Q3"].state == "due"
    with scoped(SYSTEM):
        fact = Fact.objects.get(kind="disclosure.published", record=document.record)
        assert fact.attrs["on_time"] is False


def test_the_most_pressing_stands_first(db: None) -> None:
    with scoped(Actor.resident()):
        items = duties.calendar_of(VILLAGE, int(COUNTY), TODAY)
    states = [item.state for item in items]
    assert states == sorted(states, key=["late", "due", "late_done", "done"].index)


def test_a_countys_own_rule_takes_the_place_of_the_general_one(db: None) -> None:
    Duty.objects.create(
        county=int(COUNTY), key="finance-monthly", board="finance", title="财务收支", title_en="Finance",
        every="month", within=20, basis="本县规定", valid_from=date(2026, 1, 1),
    )  # fmt: skip
    assert calendar()["finance-monthly", "2026-09"].due_on == date(2026, 10, 20)
    with scoped(Actor.resident()):
        elsewhere = duties.calendar_of("530621100201", 530621, TODAY)
    assert {
        i.due_on for i in elsewhere if i.period.key == "2026-09" and i.duty.key == "finance-monthly"
    } == {date(2026, 10, 10)}


def test_nobody_is_late_for_what_was_before_they_began(office: Office) -> None:
    assert ("finance-monthly", "2026-08") not in calendar()
    with clock.freeze(datetime(2026, 8, 20, 9, tzinfo=clock.local(clock.now()).tzinfo)):
        office.published()
    assert calendar()["finance-monthly", "2026-08"].state == "late"


def test_the_calendar_takes_three_queries(db: None, django_assert_num_queries) -> None:
    with scoped(Actor.resident()), django_assert_num_queries(3):
        duties.calendar_of(VILLAGE, int(COUNTY), TODAY)


def on_day(month: int, day: int) -> Any:
    return clock.freeze(datetime(2026, month, day, 9, tzinfo=clock.TZ))


def test_a_correction_changes_nothing_about_when_it_was_published(office: Office) -> None:
    """While it is drafted nothing is late; once it is public the day is that of what it corrects."""
    item = ("finance-monthly", "2026-09")
    with on_day(10, 9):
        public = office.published(board="finance", duty=item[0], period=item[1], **TABLE)
    with on_day(10, 20):
        draft = office.does(office.staff, "correct", public)
        assert calendar()[item].state == "done"
        assert calendar()[item].document.id == public.id
        office.does(office.staff, "submit", draft, checked=True)
        office.does(office.supervisor, "supervise", draft)
        corrected = office.does(office.secretary, "approve", draft)
    assert calendar()[item].state == "done"
    assert calendar()[item].document.id == corrected.id


def test_a_late_publication_is_not_made_punctual_by_correcting_it(office: Office) -> None:
    with on_day(10, 30):
        public = office.published(duty="village-quarterly", period="2026Q3")
        for _twice in range(2):
            draft = office.does(office.staff, "correct", public)
            office.does(office.staff, "submit", draft, checked=True)
            public = office.does(office.secretary, "approve", draft)
    assert calendar()["village-quarterly", "2026Q3"].state == "late_done"
    with scoped(SYSTEM):
        told = Fact.objects.filter(kind="disclosure.published").values_list("attrs", flat=True)
        assert [one["on_time"] for one in told] == [False] * 3


def test_a_rule_that_changes_later_makes_nobody_late_afterwards(office: Office) -> None:
    with on_day(10, 14):
        office.published(duty="village-quarterly", period="2026Q3")
    Duty.objects.filter(key="village-quarterly").update(within=1)
    assert calendar()["village-quarterly", "2026Q3"].state == "done"


@pytest.mark.parametrize(
    ("key", "period", "day"),
    [
        ("finance-monthly", "2026-09", date(2026, 10, 10)),  # a Saturday on which everybody works
        ("assets-yearly", "2025", date(2026, 3, 2)),  # 60 days end on a Sunday
        ("matters-handled", "2026-01", date(2026, 2, 10)),
        ("matters-handled", "2026-04", date(2026, 5, 11)),  # a Sunday after the holiday of May
    ],
)
def test_a_day_moves_past_holidays_and_not_past_days_on_which_people_work(
    db: None, key: str, period: str, day: date
) -> None:
    assert duties.due_on(int(COUNTY), key, period) == day


# -- counted ------------------------------------------------------------------------------------


def happened(kind: str, number: int, day: date, **attrs: object) -> None:
    at = datetime(day.year, day.month, day.day, 23, 30, tzinfo=clock.local(clock.now()).tzinfo)
    facts.record_many(
        [NewFact(kind, at, GRID, "road-hazard", "system:test", f"case:{number}", attrs=attrs)]
    )


@pytest.fixture
def lived(office: Office) -> Office:
    """September: three opened, two closed, one of them solved, one late; and one on the day after."""
    with scoped(SYSTEM):
        for number in (1, 2, 3):
            happened("case.opened", number, date(2026, 9, 30))
        happened("case.closed", 1, date(2026, 9, 30), outcome="solved")
        happened("case.closed", 2, date(2026, 9, 30), outcome="unsolved")
        happened("case.late", 2, date(2026, 9, 29))
        happened("case.late", 2, date(2026, 9, 30))
        happened("case.opened", 4, date(2026, 10, 1))
    return office


def produced(office: Office, period: str = "2026-09") -> documents.Draft:
    with scoped(office.staff.actor):
        return producing.produce(
            actor=office.staff.actor, place_code=VILLAGE, duty="matters-handled", period_key=period
        )


def test_a_draft_is_counted_from_the_facts(lived: Office) -> None:
    draft = produced(lived)
    assert draft.rows == [["road-hazard", "3", "2", "1", "1"]]
    assert "共收到 3 件，办结 2 件，其中已解决 1 件；1 件曾经逾期" in draft.body
    assert (draft.origin, draft.board, draft.period) == ("counted", "service", "2026-09")
    assert draft.sources == ["事项记录：5 件的开立、办结和逾期"]


def test_what_did_not_happen_is_not_made_up(lived: Office) -> None:
    with refusing() as caught:
        produced(lived, "2026-08")
    assert caught.value.id == "DS010"
    with refusing() as caught:
        produced(lived, "2026-9")
    assert caught.value.id == "DS008"


def test_an_outsider_counts_nothing_there(lived: Office, cast: Cast) -> None:
    with scoped(cast.outsider.actor), refusing() as caught:
        producing.produce(
            actor=cast.outsider.actor,
            place_code=VILLAGE,
            duty="matters-handled",
            period_key="2026-09",
        )
    assert caught.value.id == "DS010"


def test_figures_changed_by_hand_are_no_longer_called_counted(lived: Office) -> None:
    with scoped(lived.staff.actor):
        document = documents.write(
            actor=lived.staff.actor, place_code=VILLAGE, draft=produced(lived)
        )
    assert document.origin == "counted"
    draft = documents.Draft(
        board="service", title=document.title, columns=document.columns,
        rows=[["road-hazard", "3", "3", "3", "0"]], period="2026-09", duty="matters-handled",
    )  # fmt: skip
    document = lived.does(lived.staff, "change", document, draft=draft, version=document.version)
    assert (document.origin, document.sources) == ("typed", [])


# -- tables ---------------------------------------------------------------------------------------


def test_a_table_pasted_from_excel_is_read() -> None:
    columns, rows = tables.read("项目\t金额\r\n垃圾清运\t3,200\r\n\r\n路灯\r\n")
    assert (columns, rows) == (["项目", "金额"], [["垃圾清运", "3,200"], ["路灯", ""]])
    assert tables.read(tables.write(columns, rows)) == (columns, rows)
    assert tables.numeric(columns, rows) == [False, True]


@pytest.mark.parametrize(
    "text", ["只有表头\t两列", "a\tb\n1\t2\t3", "\t".join("a" * 21) + "\n1", "a\n" + "长" * 201]
)
def test_a_table_that_cannot_be_read_is_refused_with_the_row(text: str) -> None:
    with refusing_plain() as caught:
        tables.read(text)
    assert caught.value.id == "DS006"


def refusing_plain():
    from zhijin.core.errors import Refusal

    return pytest.raises(Refusal)


# -- questions --------------------------------------------------------------------------------------


def ask(office: Office, text: str = "垃圾清运费为什么比上月多？") -> Question:
    return questions.ask(code=show_receipt(office.published(**TABLE).code), text=text)


def test_a_question_is_answered_for_everybody(office: Office) -> None:
    question = ask(office)
    with scoped(Actor.resident()):
        assert not Question.objects.exists(), "only the code finds it until it is answered"
    assert questions.find(show_receipt(question.code)).id == question.id
    with scoped(office.staff.actor):
        done = questions.answer(
            actor=office.staff.actor, question_id=question.id, text="多清运了两次。"
        )
    assert done.state == "answered"
    with scoped(Actor.resident()):
        assert Question.objects.get().answer == "多清运了两次。"
    with scoped(SYSTEM):
        assert Fact.objects.get(kind="disclosure.answered").attrs["on_time"] is True


def test_a_question_with_something_personal_is_cleaned_before_it_is_public(office: Office) -> None:
    question = ask(office, "请打 13912345678 告诉我为什么")
    assert question.found == ["phone"]
    with scoped(office.staff.actor):
        with refusing() as caught:
            questions.answer(actor=office.staff.actor, question_id=question.id, text="因为……")
        assert caught.value.id == "DS002"
        done = questions.answer(
            actor=office.staff.actor, question_id=question.id, text="因为……", cleaned="请说明为什么"
        )
    assert done.text == "请说明为什么"


@pytest.mark.parametrize("text", ["", "短", "长" * 501])
def test_a_question_says_something(office: Office, text: str) -> None:
    with refusing() as caught:
        ask(office, text)
    assert caught.value.id == "DS011"


def test_a_question_set_aside_is_answered_to_its_asker_only(office: Office) -> None:
    question = ask(office)
    with scoped(office.staff.actor):
        questions.set_aside(actor=office.staff.actor, question_id=question.id, why="与本次公开无关")
        with refusing() as caught:
            questions.answer(actor=office.staff.actor, question_id=question.id, text="再答")
    assert caught.value.id == "DS004"
    assert questions.find(question.code).answer == "与本次公开无关"
    with scoped(Actor.resident()):
        assert not Question.objects.exists()


def test_drafts_cannot_be_asked_about(office: Office) -> None:
    with refusing() as caught:
        questions.ask(code=office.draft().code, text="这是什么意思呢")
    assert caught.value.id == "CO404"


# -- for programs -----------------------------------------------------------------------------------


def test_the_open_data_is_what_its_schema_says(office: Office) -> None:
    from jsonschema_rs import Draft202012Validator

    office.published(board="finance", period="2026-09", **TABLE)
    office.published("=HYPERLINK(1)")
    data = json.loads(Client().get(f"/p/{VILLAGE}/affairs/data.json").content)
    assert len(data) == 2
    Draft202012Validator(feeds.SCHEMA, validate_formats=True).validate(data)


def test_the_table_for_excel_holds_no_formula(office: Office) -> None:
    office.published("=HYPERLINK(1)")
    text = Client().get(f"/p/{VILLAGE}/affairs/data.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["title"] == "'=HYPERLINK(1)"
    assert row["period"] == "", "nothing stays nothing"


def test_the_feed_is_atom_by_the_grammar_of_its_rfc(office: Office) -> None:
    """RELAX NG of RFC 4287; also where a title holds what XML cannot."""
    grammar = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
    empty = Client().get(f"/p/{VILLAGE}/affairs/feed.atom").content
    office.published("甲\x0b乙\x1b <b>&\ufffe", body="第一份\x08\x00"[:-1])
    office.published("无正文", body="", **TABLE)
    full = Client().get(f"/p/{VILLAGE}/affairs/feed.atom")
    for content in (empty, full.content):
        root = etree.fromstring(content)
        assert grammar.validate(root), grammar.error_log
    assert full.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    ids = root.xpath("//*[local-name()='entry']/*[local-name()='id']/text()")
    assert len(set(ids)) == 2
    assert "甲乙 <b>&" in root.xpath("//*[local-name()='entry']/*[local-name()='title']/text()")
    broken = full.content.replace(b"<updated>", b"<updated>x", 1)
    assert not grammar.validate(etree.fromstring(broken)), "the grammar bites"


def test_open_data_is_whole_however_much_there_is(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(portal, "MOST", 2)
    for number in range(5):
        office.published(f"第{number}份")
    for form in ("json", "csv"):
        titles, address = [], f"/p/{VILLAGE}/affairs/data.{form}"
        while address:
            answer = Client().get(address)
            text = answer.content.decode("utf-8-sig")
            rows = json.loads(text) if form == "json" else list(csv.DictReader(io.StringIO(text)))
            titles += [row["title"] for row in rows]
            found = re.match(r"<https?://[^/]+(/.*)>; rel=\"next\"", answer.headers.get("Link", ""))
            address = found[1] if found else ""
        assert titles == [f"第{number}份" for number in reversed(range(5))]


def test_the_table_is_the_schema_read_as_text(office: Office) -> None:
    """A row of the CSV, with the types of the schema, is an entry of the JSON."""
    from jsonschema_rs import Draft202012Validator

    office.published(board="finance", period="2026-09", **TABLE)
    text = Client().get(f"/p/{VILLAGE}/affairs/data.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row["simulated"] = {"true": True, "false": False}[row["simulated"]]
    Draft202012Validator(feeds.SCHEMA, validate_formats=True).validate(rows)
    assert rows == json.loads(Client().get(f"/p/{VILLAGE}/affairs/data.json").content)
