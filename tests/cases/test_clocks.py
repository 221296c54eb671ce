"""Clocks of stages: on the minute, over holidays, exactly once though two sweep or one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.cases.conftest import PLAYBOOK, opened, publish
from tests.cases.steps import (
    MINUTE,
    SYSTEM,
    accepted,
    ask,
    at,
    decide,
    handled,
    in_grid,
    kinds,
    lines,
    move,
    one,
    photo,
    shown,
    sweep_at,
    together,
    written,
)
from tests.cast import Cast
from zhijin.cases.models import Case, CaseEvent
from zhijin.cases.services import clocks, consent
from zhijin.cases.services.clocks import PUT_OFF, sweep, sweep_all
from zhijin.core import clock
from zhijin.core.scope import scoped

REMIND, DUE, COUNTY_RUNG = at("2026-06-09 10:30"), at("2026-06-09 11:00"), at("2026-06-10 18:00")


@pytest.mark.usefixtures("ground")
class TestLadder:
    @pytest.mark.parametrize(
        ("when", "expected"),
        [
            (REMIND - MINUTE, []),
            (REMIND, ["reminded"]),
            (DUE - MINUTE, ["reminded"]),
            (DUE, ["reminded", "escalated"]),
            (COUNTY_RUNG - MINUTE, ["reminded", "escalated"]),
            (COUNTY_RUNG, ["reminded", "escalated", "escalated"]),
        ],
    )
    def test_each_step_fires_at_its_minute(self, when: datetime, expected: list[str]) -> None:
        made = opened()
        assert sweep_at(when) == len(expected)
        assert kinds(made.case_id) == ["opened", *expected]

    def test_no_clock_fires_while_a_story_of_the_past_is_told(self) -> None:
        """As the demonstration does beside a running platform; the lock goes with its process, too."""
        opened()
        told = connection.get_connection_params()
        told.pop("context", None)
        told.pop("cursor_factory", None)
        with psycopg.connect(**told, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [clocks.SWEEPING])
            assert sweep_at(DUE) == 0
        with clocks.held():
            assert sweep_at(REMIND) == 1, "whoever holds the clocks may fire them"
        assert sweep_at(DUE) == 1

    def test_a_late_sweep_stamps_each_step_with_when_it_was_due(self) -> None:
        made = opened()
        sweep_at(at("2026-07-01 09:00"))
        fired = lines(made.case_id)[1:]
        assert [line.at for line in fired] == [REMIND, DUE, COUNTY_RUNG]
        assert [(line.visit, line.fire) for line in fired] == [(1, 0), (1, 1), (1, 2)]
        assert [line.role for line in fired] == ["", "township_officer", "county_officer"]

    def test_whom_it_was_raised_to_stands_on_the_case(self) -> None:
        made = opened()
        sweep_at(DUE)
        assert one(made.case_id).raised_to == "township_officer"
        sweep_at(COUNTY_RUNG)
        case = one(made.case_id)
        assert (case.raised_to, case.next_fire_at, case.is_open) == ("county_officer", None, True)

    def test_the_reporter_sees_escalation_but_no_reminders(self) -> None:
        made = opened()
        sweep_at(DUE)
        assert [(line.kind, line.public) for line in lines(made.case_id)] == [
            ("opened", True), ("reminded", False), ("escalated", True),
        ]  # fmt: skip

    def test_sweeping_again_fires_nothing(self) -> None:
        made = opened()
        assert sweep_at(DUE) == 2
        assert sweep_at(DUE) == 0
        assert written(made.case_id) == (3, 3, 3)

    def test_a_move_in_time_stops_the_stage(self, cast: Cast) -> None:
        made = in_grid()
        move(cast.grid_worker, made, "handling", DUE - MINUTE)
        assert sweep_at(DUE) == 0
        case = one(made.case_id)
        assert (case.response_late, case.late_stages) == (False, 0)

    def test_entering_a_stage_starts_its_own_clock(self, cast: Cast) -> None:
        case = one(accepted(cast).case_id)
        assert (shown(case.due_at), case.fired, case.raised_to) == ("2026-06-12 18:00", 0, "")


@pytest.mark.usefixtures("ground")
class TestByItself:
    def test_a_silent_reporter_s_case_closes_when_the_time_has_passed(self, cast: Cast) -> None:
        made = handled(cast)
        # Five days from Tuesday end on Sunday; the next workday is the last one.
        assert shown(one(made.case_id).due_at) == "2026-06-16 00:00"
        assert sweep_at(at("2026-06-15 23:59")) == 0
        sweep_at(at("2026-06-18 10:00"))
        case = one(made.case_id)
        assert (case.state, case.is_open, case.outcome) == ("closed", False, "solved")
        assert shown(case.closed_at) == "2026-06-16 00:00"
        assert (case.resolved, case.rating, case.next_fire_at) == (True, None, None)
        last = lines(made.case_id)[-1]
        assert (last.kind, last.actor, last.before, last.after) == (
            "closed", "system:clock", "verifying", "closed",
        )  # fmt: skip

    def test_the_next_stage_counts_from_when_it_began_not_from_the_sweep(self, cast: Cast) -> None:
        text = PLAYBOOK.replace("id: test-hazard", "id: test-chain").replace(
            "late: [{escalate: township}, {after: 1 workday, escalate: county}]",
            "late: {move: handling}",
        )
        publish(text, number=2)
        made = opened(playbook="test-chain")
        sweep_at(at("2026-06-11 09:00"))
        case = one(made.case_id)
        assert (case.state, shown(case.state_since)) == ("handling", "2026-06-09 11:00")
        assert shown(case.due_at) == "2026-06-12 18:00"
        sweep_at(at("2026-06-13 09:00"))
        assert kinds(made.case_id) == ["opened", "reminded", "moved", "escalated"]


@pytest.mark.usefixtures("ground")
class TestWorkingCalendar:
    """The notices of 2026: May Day 1–5 May with 9 May worked; Spring Festival 15–23 February with 14
    and 28 February worked."""

    @pytest.mark.parametrize(
        ("begun", "due"),
        [
            ("2026-04-30 17:00", "2026-05-06 09:30"),
            ("2026-05-03 10:00", "2026-05-06 10:30"),
            ("2026-05-08 17:30", "2026-05-09 10:00"),
            ("2026-05-09 17:30", "2026-05-11 10:00"),
            ("2026-02-13 17:00", "2026-02-14 09:30"),
            ("2026-02-14 17:00", "2026-02-24 09:30"),
            ("2026-02-27 17:00", "2026-02-28 09:30"),
            ("2026-06-09 11:30", "2026-06-09 16:00"),
        ],
    )
    def test_two_work_hours(self, begun: str, due: str) -> None:
        made = opened(at(begun))
        assert shown(one(made.case_id).due_at) == due
        sweep_at(at(due) - MINUTE)
        assert "escalated" not in kinds(made.case_id)
        sweep_at(at(due))
        assert kinds(made.case_id)[-1] == "escalated"

    @pytest.mark.parametrize(
        ("begun", "due"),
        [
            ("2026-02-12 10:00", "2026-02-24 18:00"),
            ("2026-02-14 10:00", "2026-02-26 18:00"),
            ("2026-02-26 10:00", "2026-03-02 18:00"),
            ("2026-04-30 10:00", "2026-05-08 18:00"),
            ("2026-05-07 10:00", "2026-05-11 18:00"),
        ],
    )
    def test_three_workdays(self, cast: Cast, begun: str, due: str) -> None:
        made = accepted(cast, at(begun))
        assert shown(one(made.case_id).due_at) == due
        sweep_at(at(due) - MINUTE)
        assert kinds(made.case_id) == ["opened", "moved"]
        sweep_at(at(due))
        assert kinds(made.case_id) == ["opened", "moved", "escalated"]


def _all_fired(made: list[Any]) -> None:
    """Every step of every case once: three lines of the clock each, all different."""
    with scoped(SYSTEM):
        found = CaseEvent.objects.exclude(fire=None).values_list("case_id", "visit", "fire")
        counted = Counter(found)
    assert len(counted) == 3 * len(made)
    assert set(counted.values()) == {1}
    for one_made in made:
        assert written(one_made.case_id) == (4, 4, 4)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ground")
class TestOnce:
    def test_two_sweeps_at_once_share_the_work(self) -> None:
        made = [opened() for _ in range(24)]

        def act(_number: int) -> int:
            with clock.freeze(COUNTY_RUNG):
                return sum(sweep(limit=5) for _ in range(20))

        assert sum(together(3, act)) == 72
        _all_fired(made)

    def test_a_move_and_a_sweep_at_once_never_both_count(self, cast: Cast) -> None:
        made = [in_grid() for _ in range(12)]
        worker = cast.grid_worker

        def act(number: int) -> None:
            if number == 0:
                with clock.freeze(DUE):
                    sweep(limit=100)
                return
            for case in made:
                move(worker, case, "handling", DUE - MINUTE)

        together(2, act)
        for case in made:
            fired = [
                (line.visit, line.fire) for line in lines(case.case_id) if line.fire is not None
            ]
            assert len(fired) == len(set(fired))
            assert [line.seq for line in lines(case.case_id)] == list(
                range(1, one(case.case_id).version + 1)
            )

    def test_a_sweep_killed_in_the_middle_leaves_everything_to_the_next(
        self, database_environment: dict[str, str]
    ) -> None:
        """A process that is killed while it holds the rows, with half of its lines written."""
        made = [opened() for _ in range(10)]
        child = subprocess.Popen(
            [sys.executable, "-c", _KILLED], env={**os.environ, **database_environment},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "five written\n"
            # Its rows are locked: another sweep passes them by and does not wait.
            assert sweep_at(COUNTY_RUNG) == 0
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.wait(120)
            child.stdout.close()
        deadline = 200
        while deadline and sum(written(m.case_id)[0] for m in made) < 40:
            sweep_at(COUNTY_RUNG)
            deadline -= 1
        _all_fired(made)


#: A sweep that stops dead after five lines, with its transaction open.
_KILLED = """
import time
import django; django.setup()
from datetime import datetime
from zhijin.cases.services import clocks
from zhijin.core import clock
real, count = clocks.write, 0
def slow(*args, **more):
    global count
    line = real(*args, **more)
    count += 1
    if count == 5:
        print("five written", flush=True)
        time.sleep(60)
    return line
clocks.write = slow
with clock.freeze(datetime(2026, 6, 10, 18, 0, tzinfo=clock.TZ)):
    clocks.sweep()
"""


@pytest.mark.usefixtures("ground")
class TestFailing:
    def test_a_row_that_fails_is_put_off_and_the_others_fire(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        good, bad = opened(), opened()
        real = clocks._step

        def step(case: Case, fire: Any) -> None:
            real(case, fire)
            if case.id == bad.case_id:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1/0")

        monkeypatch.setattr(clocks, "_step", step)
        assert sweep_at(DUE) == 2
        assert kinds(good.case_id) == ["opened", "reminded", "escalated"]
        case = one(bad.case_id)
        assert (kinds(bad.case_id), case.fired, case.version) == (["opened"], 0, 1)
        assert case.next_fire_at == DUE + PUT_OFF
        assert str(bad.case_id) in caplog.text
        assert sweep_at(DUE + PUT_OFF - MINUTE) == 0
        monkeypatch.undo()
        assert sweep_at(DUE + PUT_OFF) == 2
        assert [line.at for line in lines(bad.case_id)[1:]] == [REMIND, DUE]

    def test_sweeping_ends_though_every_row_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls = []

        def step(case: Case, fire: Any) -> None:
            calls.append(case.id)
            raise RuntimeError("no")

        for _ in range(5):
            opened()
        monkeypatch.setattr(clocks, "_step", step)
        with clock.freeze(DUE):
            assert sweep_all() == 0
        assert len(calls) == 5


@pytest.mark.usefixtures("ground")
class TestSuspension:
    """Three workdays from Tuesday end on Friday 18:00; days on which the clock stood do not count."""

    def suspended(self, cast: Cast) -> Any:
        made = accepted(cast)
        when = at("2026-06-10 10:00")
        request = ask(cast.grid_worker, made, when, "suspend", until=at("2026-06-12 10:00"))
        decide(cast.township_officer, request, when)
        return made

    def test_nothing_fires_while_the_clock_stands(self, cast: Cast) -> None:
        made = self.suspended(cast)
        case = one(made.case_id)
        assert shown(case.next_fire_at) == "2026-06-12 10:00"
        assert sweep_at(at("2026-06-12 09:59")) == 0
        assert one(made.case_id).suspended_at is not None

    def test_it_ends_by_itself_and_the_time_is_given_back(self, cast: Cast) -> None:
        made = self.suspended(cast)
        sweep_at(at("2026-06-13 09:00"))
        case = one(made.case_id)
        assert (case.suspended_at, len(case.pauses)) == (None, 1)
        assert shown(case.due_at) == "2026-06-17 18:00"
        last = lines(made.case_id)[-1]
        assert (last.kind, last.actor, shown(last.at)) == (
            "resumed", "system:clock", "2026-06-12 10:00",
        )  # fmt: skip
        assert sweep_at(at("2026-06-17 17:59")) == 0
        assert sweep_at(at("2026-06-17 18:00")) == 1
        assert kinds(made.case_id)[-1] == "escalated"

    def test_one_late_sweep_resumes_and_fires_what_came_due_since(self, cast: Cast) -> None:
        made = self.suspended(cast)
        assert sweep_at(at("2026-06-30 09:00")) == 2
        assert kinds(made.case_id)[-2:] == ["resumed", "escalated"]

    def test_it_can_be_ended_early(self, cast: Cast) -> None:
        made = self.suspended(cast)
        actor = cast.grid_worker.actor
        with clock.freeze(at("2026-06-11 09:00")):
            case = consent.resume(actor=actor, case_id=made.case_id)
        assert shown(case.due_at) == "2026-06-16 18:00"
        assert sweep_at(at("2026-06-12 18:00")) == 0


@pytest.mark.usefixtures("ground")
class TestExtension:
    def extended(self, cast: Cast, made: Any, when: str) -> Case:
        request = ask(cast.grid_worker, made, at(when))
        return decide(cast.township_officer, request, at(when))

    def test_it_shifts_the_deadline_and_the_ladder(self, cast: Cast) -> None:
        made = accepted(cast)
        case = self.extended(cast, made, "2026-06-11 10:00")
        assert shown(case.due_at) == "2026-06-16 18:00"
        assert sweep_at(at("2026-06-16 17:59")) == 0
        assert sweep_at(at("2026-06-16 18:00")) == 1
        assert sweep_at(at("2026-06-20 18:00")) == 0

    def test_granted_when_already_late_it_takes_the_escalation_back_and_can_fire_again(
        self, cast: Cast
    ) -> None:
        made = accepted(cast)
        sweep_at(at("2026-06-12 18:00"))
        assert one(made.case_id).raised_to == "township_officer"
        case = self.extended(cast, made, "2026-06-13 09:00")
        assert (case.raised_to, case.fired) == ("", 0)
        assert sweep_at(at("2026-06-16 18:00")) == 1
        fired = [(x.visit, x.fire) for x in lines(made.case_id) if x.fire is not None]
        assert fired == [(2, 0), (3, 0)]
        assert one(made.case_id).raised_to == "township_officer"

    def test_a_reminder_that_lies_ahead_again_comes_again(self, cast: Cast) -> None:
        text = PLAYBOOK.replace("id: test-hazard", "id: test-remind").replace(
            "    within: 3 workdays\n", "    within: 3 workdays\n    remind: [1 workday]\n"
        )
        publish(text, number=2)
        made = accepted(cast, playbook="test-remind")
        assert sweep_at(at("2026-06-12 09:00")) == 1
        self.extended(cast, made, "2026-06-12 10:00")
        assert sweep_at(at("2026-06-16 09:00")) == 1
        assert sweep_at(at("2026-06-16 18:00")) == 1
        assert [k for k in kinds(made.case_id) if k in {"reminded", "escalated"}] == [
            "reminded", "reminded", "escalated",
        ]  # fmt: skip

    def test_lateness_is_judged_by_the_extended_deadline(self, cast: Cast) -> None:
        made = accepted(cast)
        self.extended(cast, made, "2026-06-11 10:00")
        case = move(
            cast.grid_worker, made, "verifying", at("2026-06-15 10:00"),
            photos={"after": [photo()]},
        )  # fmt: skip
        assert case.late_stages == 0


@pytest.mark.usefixtures("ground")
def test_the_worker_looks_after_the_clocks() -> None:
    from zhijin.core.tasks import registered

    assert any(tick.chore is sweep_all for tick in registered())


@pytest.mark.usefixtures("ground")
def test_a_clock_that_was_never_swept_is_seen_late_all_the_same(cast: Cast) -> None:
    """The list says 'overdue' from the stored deadline, whether or not a worker has run."""
    from zhijin.cases.selectors import Wanted, page

    made = opened()
    actor = cast.township_officer.actor
    with clock.freeze(DUE + MINUTE), scoped(actor):
        rows = page(actor, Wanted(view="overdue")).rows
    assert [row.id for row in rows] == [made.case_id]
