"""What is due when, what was missed, what is settled and told; counts by organisation; the phones' calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.meetings.conftest import (
    NOW,
    SYSTEM,
    do,
    facts,
    make_life,
    minutes,
    refusing,
    see,
)
from tests.orgs.conftest import register
from zhijin.activities.meetings import ical, programme, reading, settling, writing
from zhijin.activities.meetings.format import Kind, load
from zhijin.activities.meetings.periods import ended_between
from zhijin.activities.meetings.reading import Wanted
from zhijin.activities.meetings.writing import Call
from zhijin.activities.models import Branch, Obligation
from zhijin.activities.selectors import duties
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.playbooks import errors as playbook_errors

pytestmark = pytest.mark.django_db


def year(life, number: int = 2030) -> reading.Year:
    found = see(lambda: reading.year_of(life.branch, number))
    assert isinstance(found, reading.Year)
    return found


def states(life, kind: str) -> str:
    row = next(row for row in year(life).rows if row.kind.id == kind)
    return "".join(cell.state[0] for cell in row.cells)


def test_the_year_shows_what_was_missed_what_is_due_and_what_lies_ahead(life):
    life.record("theme-day", on=NOW - timedelta(days=40))
    life.record("assembly")
    # October is done, the nine before missed; November is due, December lies ahead.
    assert states(life, "theme-day") == "m" * 9 + "dda"
    assert states(life, "assembly") == "mmmd"
    assert states(life, "appraisal") == "d"


def test_done_and_due_are_told_apart(life):
    life.record("assembly")
    row = next(row for row in year(life).rows if row.kind.id == "assembly")
    assert [cell.state for cell in row.cells] == ["missed", "missed", "missed", "done"]
    assert len(row.cells[3].held) == 1
    assert row.now == row.cells[0]
    due = [(kind.id, cell.period.name) for kind, cell in year(life).due]
    assert due[0][1] == "2030-01"
    assert ("assembly", "2030Q4") not in due
    assert year(life).needed == year(life).done + sum(
        c.state == "missed" for r in year(life).rows for c in r.cells
    )


def test_in_the_days_of_grace_it_is_still_due(life):
    with clock.freeze(datetime(2030, 12, 4, 9, 0, tzinfo=clock.TZ)):
        assert states(life, "theme-day")[10] == "d"
    with clock.freeze(datetime(2030, 12, 6, 9, 0, tzinfo=clock.TZ)):
        assert states(life, "theme-day")[10] == "m"


def test_nothing_is_owed_for_the_period_in_which_the_calendar_began(places, shipped, cast):
    with clock.freeze(NOW):
        life = make_life(cast, begins=date(2030, 9, 15))
        assert states(life, "theme-day") == "b" * 9 + "mda"
        assert states(life, "assembly") == "bbbd"
        assert see(lambda: settling.settle(life.branch)) == 3  # three monthly kinds, October


def test_the_page_of_a_year_takes_few_statements(life, django_assert_num_queries):
    for days in range(0, 300, 15):
        life.record("theme-day", on=NOW - timedelta(days=days, hours=1))
    with scoped(SYSTEM), django_assert_num_queries(1):
        reading.year_of(life.branch, 2030)


def test_a_secretary_is_reminded_of_what_is_due_soon_and_of_what_was_missed(life, cast):
    with clock.freeze(datetime(2030, 11, 24, 9, 0, tzinfo=clock.TZ)):
        life.record("group")
        life.call("committee", starts=clock.now() + timedelta(days=1))
        with scoped(life.secretary):
            rows = duties.life(life.secretary)
        now = [row.about for row in rows if "2030年11月" in row.about]
        # The group met, the committee is called; the quarter has a month to go.
        assert [one.split(" · ")[0] for one in now] == ["主题党日"]
        assert not [row for row in rows if "2030年第四季度" in row.about]
        assert rows[0].due_at is not None
        assert rows[0].due_at < clock.now()
        with scoped(cast.township_officer.actor):
            assert duties.life(cast.township_officer.actor) == []


def test_without_its_programme_nothing_is_due(life, monkeypatch):
    def gone(place_code: str, name: str = "") -> None:
        raise playbook_errors.UNKNOWN_PLAYBOOK(playbook=name)

    monkeypatch.setattr(programme, "current", gone)
    with scoped(life.secretary):
        assert duties.life(life.secretary) == []


# -- settling -----------------------------------------------------------------------------------


def test_periods_that_are_over_are_settled_once_and_told(life):
    life.record("theme-day", on=NOW - timedelta(days=20))
    assert settling.sweep() > 0
    assert settling.sweep() == 0
    told = {(f.attrs["kind"], f.attrs["period"]): f for f in facts("activity.obligation")}
    assert told["theme-day", "2030-10"].attrs["met"] is True
    assert told["theme-day", "2030-09"].attrs["met"] is False
    assert told["theme-day", "2030-10"].org_key == life.org.key
    assert ("theme-day", "2030-11") not in told
    assert told["assembly", "2030Q3"].at == datetime(2030, 9, 30, 23, 59, tzinfo=clock.TZ)
    # One for each kind and period: 10 months × 3 kinds, 3 quarters × 2 kinds.
    assert len(told) == 36 == see(Obligation.objects.count)


def test_what_was_settled_stays_though_it_is_made_up_for(life):
    settling.sweep()
    late = life.record("theme-day", on=NOW - timedelta(days=50))
    assert late.late
    settling.sweep()
    row = see(lambda: Obligation.objects.get(kind="theme-day", period="2030-09"))
    assert not row.met
    assert states(life, "theme-day")[8] == "d"
    with pytest.raises(ProgrammingError), transaction.atomic(), scoped(SYSTEM):
        Obligation.objects.filter(id=row.id).update(met=True)


def test_a_clock_set_back_settles_nothing_anew(life):
    settling.sweep()
    before = see(Obligation.objects.count)
    with clock.freeze(NOW - timedelta(days=60)):
        assert settling.sweep() == 0
    assert settling.sweep() == 0
    assert see(Obligation.objects.count) == before


def test_one_branch_that_fails_holds_up_no_other(life, cast, monkeypatch, caplog):
    other = make_life(cast, "大耆老村第二党支部", mark="乙")
    settle = settling.settle

    def broken(branch: Branch, today: date | None = None) -> int:
        if branch.org_key == life.org.key:
            raise RuntimeError("broken")
        return settle(branch, today)

    monkeypatch.setattr(settling, "settle", broken)
    assert settling.sweep() == 36
    assert "were not settled" in caplog.text
    assert see(lambda: set(Obligation.objects.values_list("org_key", flat=True))) == {other.org.key}


@given(
    begins=st.dates(date(2029, 1, 1), date(2030, 12, 31)),
    today=st.dates(date(2029, 1, 1), date(2031, 12, 31)),
)
def test_what_the_year_calls_missed_is_what_is_settled_as_unmet(begins, today):
    """The page and the facts never contradict each other, whenever a branch began and whatever the day."""
    kind = Kind.model_validate(
        {"id": "kk", "title": {"zh": "会"}, "each": "month", "minutes": ["纪要"]}
    )
    life = load(
        "life: 1\nid: x1\ntitle: 会\nbasis: 例\nkinds:\n  - {id: kk, title: 会, each: month, minutes: [纪要]}\n"
    )[0]
    assert life is not None
    settled = {p.name for p in ended_between("month", begins, today - timedelta(days=life.grace))}
    shown = {
        cell.period.name
        for number in (2029, 2030, 2031)
        for cell in reading.cells(kind, life, begins, number, (), today)
        if cell.state == "missed"
    }
    assert shown == settled


# -- counts -------------------------------------------------------------------------------------


def test_a_count_and_its_list_run_the_same_filter(life, cast):
    other = make_life(cast, "大耆老村第二党支部", mark="乙")
    for at in range(3):
        life.record("centre-group", on=NOW - timedelta(days=at + 1))
    other.record("lecture")
    do(SYSTEM, writing.record, org_key=other.org.key, wanted=Call("office", NOW - timedelta(hours=2)),
       minutes=minutes(law="《民法典》"))  # fmt: skip
    actor = cast.township_officer.actor
    with scoped(actor):
        totals = reading.totals(actor, Wanted(2030))
        assert totals["by_kind"] == {"centre-group": 3, "lecture": 1, "office": 1}
        assert (totals["law"], totals["orgs"]) == (1, 2)
        rows = {row["key"]: row for row in reading.by_org(actor, Wanted(2030))}
        assert rows[life.org.key]["kinds"] == {"centre-group": 3}
        assert rows[other.org.key]["law"] == 1
        for kind, n in totals["by_kind"].items():
            assert reading.held(actor, Wanted(2030, kind=kind)).count() == n
        assert reading.held(actor, Wanted(2030, opening="law", org=other.org.key)).count() == 1
        assert reading.held(actor, Wanted(2030, place="530621")).count() == 0
        assert reading.held(actor, Wanted(2029)).count() == 0
    with scoped(cast.outsider.actor):
        assert reading.totals(cast.outsider.actor, Wanted(2030))["by_kind"] == {}


def test_study_is_told_apart_from_what_is_due(life):
    life.record("centre-group")
    life.record("theme-day")
    assert [f.attrs["kind"] for f in facts("activity.study.held")] == ["centre-group"]
    assert [f.attrs["kind"] for f in facts("activity.meeting.held")] == ["theme-day"]


# -- the calendar -------------------------------------------------------------------------------


def test_the_feed_holds_meetings_and_what_is_due_and_no_names(life):
    called = life.call(starts=NOW + timedelta(days=2), title="大会，议题；多")
    life.record("theme-day")
    text = ical.feed(year(life), NOW, "zhijin.example").decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") >= 3
    plain = text.replace("\r\n ", "")
    assert f"UID:{called.id}@zhijin.example" in plain
    assert "DTSTART:20301117T010000Z" in plain
    assert "SUMMARY:大会，议题；多" in plain
    assert "（2030年1月截止）" in plain
    # The assembly of this quarter is called already, so it is not due a second time; the lesson is.
    assert "支部党员大会（2030年第四季度" not in plain
    assert "党课（2030年第四季度截止）" in plain
    for row in life.members:
        assert row.name_masked not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_programme_of_the_place_holds_before_the_shipped(life):
    assert programme.current(life.org.place_code).model.id == "branch-life"
    assert programme.kind_at(life.org.place_code, "assembly") is not None
    assert programme.kind_at(life.org.place_code, "nothing") is None
    assert programme.PROGRAMMES.check("life: 1", "x").errors
    with refusing() as caught:
        programme.current(life.org.place_code, "no-such")
    assert caught.value.id == "PR001"
    assert register("又一个党支部").is_party
