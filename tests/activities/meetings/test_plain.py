"""Periods, codes, feeds and the programme file: what needs no database."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.meetings.conftest import NOW, SHIPPED
from zhijin.activities.meetings import format as life_format
from zhijin.activities.meetings import ical, proof
from zhijin.activities.meetings.periods import MONTHS, ended_between, of_year, period_of
from zhijin.core import clock

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
EACH = st.sampled_from(sorted(MONTHS))


@given(EACH, DAYS)
def test_every_day_lies_in_exactly_one_period(each, day):
    inside = [p for p in of_year(each, day.year) if p.first <= day <= p.last]
    assert inside == [period_of(each, day)]


@given(EACH, st.integers(2000, 2099))
def test_periods_fill_the_year_without_gap(each, year):
    rows = of_year(each, year)
    assert (rows[0].first, rows[-1].last) == (date(year, 1, 1), date(year, 12, 31))
    assert all(a.last + timedelta(days=1) == b.first for a, b in itertools.pairwise(rows))
    assert len({row.name for row in rows}) == len(rows) == 12 // MONTHS[each]


@given(EACH, DAYS, st.integers(0, 900))
def test_what_ended_was_whole_and_is_over(each, since, days):
    until = since + timedelta(days=days)
    for period in ended_between(each, since, until):
        assert since <= period.first <= period.last < until


@pytest.mark.parametrize(
    ("each", "name"),
    [("month", "2026-11"), ("quarter", "2026Q4"), ("half", "2026H2"), ("year", "2026")],
)
def test_periods_are_named(each, name):
    assert period_of(each, date(2026, 11, 27)).name == name


def test_a_branch_that_begins_in_mid_month_owes_nothing_for_it():
    rows = ended_between("month", date(2026, 9, 15), date(2026, 11, 27))
    assert [row.name for row in rows] == ["2026-10"]


# -- proof of presence -----------------------------------------------------------------------


@given(st.uuids(), st.integers(0, 2**40))
def test_a_code_holds_for_its_minute_and_the_next(meeting, step):
    code = proof.code_of(meeting, step)
    assert len(code) == proof.DIGITS
    assert code.isdigit()
    assert proof.is_shown(meeting, f" {code[:3]} {code[3:]}", step)
    assert proof.is_shown(meeting, code, step + 1)


def test_a_code_of_long_ago_and_of_another_meeting_is_refused():
    one, other = uuid.UUID(int=1), uuid.UUID(int=2)
    code = proof.code_of(one, 100)
    assert not proof.is_shown(one, code, 102)
    assert not proof.is_shown(one, code, 99)
    assert not proof.is_shown(other, code, 100)
    assert not proof.is_shown(one, "", 100)
    assert not proof.is_shown(one, "１２３４５６", 100)


def test_a_clock_that_is_set_back_brings_no_old_code_back():
    step = proof.step_at(NOW)
    assert proof.step_at(NOW - timedelta(hours=3), step) == step
    assert proof.step_at(NOW + timedelta(minutes=1), step) == step + 1


@given(st.integers(0, 2**63 - 1), st.integers(1, 2**15 - 1))
def test_a_feed_names_its_branch_and_only_in_its_version(key, version):
    token = proof.feed_token(key, version)
    assert proof.feed_org(token) == key
    assert proof.is_feed(token, version)
    assert not proof.is_feed(token, version + 1)


@given(st.text(max_size=60))
def test_what_is_no_token_is_none(text):
    assert not proof.is_feed(text, 1)


@given(st.integers(0, 2**63 - 1), st.integers(0, 22), st.integers(1, 255))
def test_a_changed_token_is_refused(key, at, flip):
    import base64

    body = bytearray(base64.urlsafe_b64decode(proof.feed_token(key, 1) + "="))
    body[at] ^= flip
    changed = base64.urlsafe_b64encode(bytes(body)).rstrip(b"=").decode()
    assert not proof.is_feed(changed, 1)


# -- iCalendar ---------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_a_folded_line_is_short_and_unfolds_to_itself(text):
    line = ical.escape(text.replace("\0", ""))
    folded = ical.fold(f"SUMMARY:{line}")
    # Only a line end of ours parts lines; what Unicode calls one besides is a character like others.
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == f"SUMMARY:{line}"


@given(st.text(max_size=100))
def test_an_escaped_text_holds_no_line_end(text):
    assert "\n" not in ical.escape(text)
    assert "\r" not in ical.escape(text)


def test_commas_and_semicolons_are_escaped():
    assert ical.escape("甲,乙;丙\\丁\r\n戊") == "甲\\,乙\\;丙\\\\丁\\n戊"


# -- the programme file --------------------------------------------------------------------------


def test_the_shipped_programme_is_sound():
    text = SHIPPED.read_text(encoding="utf-8")
    found, findings = life_format.load(text)
    assert found is not None
    assert findings == []
    assert {kind.id for kind in found.due} == {
        "assembly", "committee", "group", "lesson", "theme-day", "life-meeting", "appraisal",
    }  # fmt: skip
    assert all(kind.title.en for kind in found.kinds)
    assert all(kind.basis for kind in found.due)
    assert found.kind("no-such") is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("each: quarter", "each: quater", "PB104"),
        ("grace: 5", "grace: 50", "PB107"),
        ("who: members", "whom: members", "PB101"),
        ("id: lesson", "id: group", "PB199"),
        ("quorum: 5000", "quorum: half", "PB103"),
        ("minutes: [会议议程, 讨论情况, 会议决定]", "minutes: []", "PB108"),
    ],
)
def test_a_mistake_is_found_where_it_stands(old, new, problem):
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    found, findings = life_format.load(text.replace(old, new, 1))
    assert found is None
    assert problem in {finding.problem.id for finding in findings}


@given(st.text(max_size=200))
def test_nonsense_is_refused_and_never_breaks(text):
    found, _findings = life_format.load(f"life: 1\n{text}")
    assert found is None


def test_it_is_told_in_both_languages(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    zh, en = life_format.explain(text, "zh"), life_format.explain(text, "en")
    assert any("每季度" in line for line in zh[0][1])
    assert any("each quarter" in line for line in en[0][1])
    assert life_format.explain("life: 2", "zh") == []
    told = life_format.told(SHIPPED)
    assert (told.id, told.title.zh) == ("branch-life", "组织生活")
    broken = tmp_path / "life.yaml"
    broken.write_text("life: 1\n", encoding="utf-8")
    assert life_format.told(broken).findings
    assert isinstance(clock.local(NOW), datetime)
