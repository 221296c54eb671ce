"""A year of 84 units on the virtual clock: reminders, dispatch lists, mutual reviews, a frozen result that openssl
verifies. And the plain calendar, exactly once, waiting, and what is refused."""

from __future__ import annotations

import json
import subprocess
import threading
from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from django.test import Client

from tests.activities.conftest import as_system, do, facts, places, refusing, units
from tests.assessment.cycle import yearly
from tests.assessment.cycle.yearly import YEAR, at
from tests.cast import PREFECTURE
from zhijin.activities import calendar as planning
from zhijin.activities import pairing
from zhijin.activities.models import Cycle, CycleStep, Event, Reminder, Sheet
from zhijin.activities.scoring import Criterion
from zhijin.activities.selectors import cycles as reading
from zhijin.activities.services import cycles, mutual, undertakings
from zhijin.activities.services.undertakings import Draft, Item
from zhijin.assessment import services
from zhijin.assessment.models import Batch, Run, Score, Value
from zhijin.core import calendar, signing
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped

__all__ = ["places", "units"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SYSTEM = Actor.system("test")
CRITERIA = [Criterion("c1", "党建", 60), Criterion("c2", "服务", 40)]


def begin(made, **more):
    draft = cycles.Draft(PREFECTURE, "市直机关工作周期", CRITERIA, sector=3, programme=yearly.YEARLY,
                         begins=date(YEAR, 1, 1), **more)  # fmt: skip
    return do(made.officer.actor, cycles.begin, draft=draft)


def run_days(first: date, last: date, on_day=lambda _day: None) -> int:
    """Let the platform sweep on the working days of a stretch, those about which nothing can fall due left out."""
    taken, day = 0, first
    while day <= last:
        if (day.day < 12 or 20 < day.day < 27) and calendar.current().is_workday(day):
            with at(day):
                on_day(day)
                taken += cycles.sweep()
        day += timedelta(days=1)
    return taken


def hand_in_all_but(event_id, lazy: int, day: date) -> None:
    """Every unit hands its reviews in, except one."""
    rows = as_system(
        lambda: list(Sheet.objects.filter(event_id=event_id, state="open").exclude(from_org=lazy))
    )
    # One transaction: what is tested here is the year, and 250 commits would be waited for.
    with transaction.atomic():
        for number, sheet in enumerate(rows):
            marks = {"c1": 60 + number % 40, "c2": 50 + number % 50}
            do(
                SYSTEM,
                mutual.hand_in,
                sheet_id=sheet.id,
                marks=marks,
                reasons="制度落实好，窗口评价高，台账清楚。",
            )


@pytest.mark.django_db(transaction=True)
def test_the_year_of_84_units_runs_by_itself(units, tmp_path):
    """Facts → twelve months, each computed and published → the year, computed, published, frozen, signed."""
    made = units(84)
    yearly.publish_programmes(yearly.MONTHLY, yearly.YEARLY)
    cycle = begin(made)
    lazy = made.keys[5]
    yearly.work(made.orgs, range(1, 13))
    with at(date(YEAR, 1, 6)):
        row = do(SYSTEM, undertakings.draw_up, org_key=made.keys[0],
                 draft=Draft("annual", "年度承诺", "书记", date(YEAR, 1, 1), date(YEAR, 12, 31)),
                 items=[Item("修好窗口排队机", date(YEAR, 2, 20)), Item("下基层调研", date(YEAR, 11, 30))])  # fmt: skip
        do(SYSTEM, undertakings.publish, undertaking_id=row.id)

    def life(day: date) -> None:
        if (day.month, day.day) == (7, 8):
            event = as_system(lambda: Event.objects.filter(kind="mutual").latest("made_at"))
            hand_in_all_but(event.id, lazy, day)
        month_of(day)

    run_days(date(YEAR, 1, 1), date(YEAR + 1, 1, 8), life)
    _what_happened(made, cycle)
    run = publish_year()
    waiting = run_days(date(YEAR + 1, 1, 9), date(YEAR + 1, 1, 20))
    assert waiting == 0, "whoever is named may still appeal"
    with yearly.later(run):
        assert cycles.sweep() == 1
        assert cycles.sweep() == 0
    step = as_system(lambda: CycleStep.objects.get(cycle_id=cycle.id, kind="annual"))
    _computed_from_the_facts(run, made, lazy)
    _anybody_verifies(step, tmp_path, made)


def month_of(day: date) -> None:
    """In the first working days of a month the one before is asked for, computed, and published by an officer."""
    if day.month == 1 and day.year == YEAR:
        return
    if services.request_due():
        batches = yearly.compute_all()
        assert {batch.state for batch in batches} == {"done"}
        before = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
        yearly.publish(yearly.MONTHLY, before)


def publish_year() -> Run:
    """December's publication asked for the year anew; it is computed from what is published, and published."""
    with at(date(YEAR + 1, 1, 8)):
        with scoped(SYSTEM):
            asked = Batch.objects.get(state="waiting")
        assert (asked.programme, asked.reason) == (yearly.YEARLY, "joined")
        yearly.compute_all()
        return yearly.publish(yearly.YEARLY, date(YEAR, 1, 1))


def _computed_from_the_facts(run: Run, made, lazy: int) -> None:
    """Every number again by hand: from the facts, the twelve months, the peers' marks."""
    with scoped(SYSTEM):
        months = Run.objects.filter(programme=yearly.MONTHLY, state="published")
        assert months.count() == 12
        totals = {key: [] for key in made.keys}
        for row in Score.objects.filter(run_id__in=months.values("id")):
            totals[row.org_key].append(row.total)
        scores = {row.org_key: row for row in Score.objects.filter(run_id=run.id)}
        values = {row.org_key: row for row in Value.objects.filter(run_id=run.id)}
    marks = {key: [] for key in made.keys}
    for fact in facts("activity.mutual.scored"):
        marks[fact.org_key].append(fact.value)
    assert run.indicators == ["pledges", "topics", "reviews", "rectified", "mutual"]
    assert run.dimensions == ["work", "peers", "months", "contest", "review"]
    for number, key in enumerate(made.keys):
        assert len(totals[key]) == 12
        work, peers, mean, contest, review = scores[key].dims
        assert (mean, contest, review) == (sum(totals[key]) // 12, None, None)
        assert peers == values[key].scores[4] == sum(marks[key]) // len(marks[key])
        in_time = sum(yearly.quality(number + month) for month in range(1, 13))
        assert (values[key].numerators[0], values[key].denominators[0]) == (in_time, 120)
        assert values[key].states[2] == (3 if key == lazy else 0), "nobody reviewed: that is zero"
        assert scores[key].total == (40 * work + 20 * peers + 20 * mean) // 80
    by_rank = sorted(scores.values(), key=lambda row: row.rank)
    assert [row.total for row in by_rank] == sorted((r.total for r in by_rank), reverse=True)


def _what_happened(made, cycle):
    steps = as_system(lambda: list(CycleStep.objects.filter(cycle_id=cycle.id).order_by("due_on")))
    kinds = [step.kind for step in steps]
    assert kinds.count("remind") == 13  # January's of the next year too
    assert kinds.count("dispatch") == 5
    assert (kinds.count("review"), kinds.count("collect"), kinds.count("annual")) == (2, 2, 0)
    assert not any(
        step.outcome.get("skipped") for step in steps if step.period.startswith(str(YEAR))
    )

    reminded = as_system(
        lambda: list(Reminder.objects.filter(org_key=made.keys[0]).order_by("period"))
    )
    assert [one.period for one in reminded][:12] == [f"{YEAR}-{m:02d}" for m in range(1, 13)]
    by_month = {one.period: one.lines for one in reminded}
    assert by_month[f"{YEAR}-02"] == [["task", "修好窗口排队机", f"{YEAR}-02-20", False]]
    assert by_month[f"{YEAR}-03"] == [["task", "修好窗口排队机", f"{YEAR}-02-20", True]]
    assert as_system(Reminder.objects.count) == 13 * 84

    lists = [step for step in steps if step.kind == "dispatch" and step.period == f"{YEAR}Q1"]
    assert lists[0].outcome["units"] == 84
    assert lists[0].outcome["rows"][0] == {
        "org": str(made.keys[0]),
        "name": made.orgs[0].name,
        "owed": 1,
        "late": 1,
    }

    first, second = (step for step in steps if step.kind == "review")
    with scoped(SYSTEM):
        rounds = [mutual.pairs_of(Event.objects.get(id=step.event_id)) for step in (first, second)]
    assert pairing.faults(rounds[0], made.keys, 3) == []
    assert pairing.faults(rounds[1], made.keys, 3, rounds[0]) == []
    collected = [step.outcome["missing"] for step in steps if step.kind == "collect"]
    assert collected == [3, 252]


def _anybody_verifies(step, folder, made):
    """The public files, checked by openssl and nothing of ours."""
    client = Client()
    data = client.get(f"/cycles/{step.id}/result.json").content
    side = client.get(f"/cycles/{step.id}/result.json.sig").content.decode()
    kid = signing.read_side_file(side).kid
    (folder / "result.json").write_bytes(data)
    (folder / "result.json.sig").write_text(side)
    (folder / "key.pem").write_bytes(client.get(f"/keys/{kid}.pem").content)
    script = (
        "sed -n 's/^signature: //p' result.json.sig | base64 -d > signature.bin\n"
        "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in result.json -sigfile signature.bin\n"
    )
    told = subprocess.run(
        ["sh", "-ec", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    result = json.loads(data)
    assert result["zhijin"] == "assessment.result/1"
    assert len(result["organisations"]) == 84
    ranks = [row["rank"] for row in result["organisations"] if row["rank"]]
    assert ranks == sorted(ranks)
    named = [mark["kind"] for row in result["organisations"] for mark in row["marks"]]
    assert set(named) <= {"advanced", "laggard"}
    assert named.count("advanced") <= 8  # a tenth of 84, rounded down
    for row in result["organisations"]:
        assert set(row["evidence"]) == {*result["indicators"], "contest", "review"}
        assert row["evidence"]["pledges"][0] == int(row["values"][0][1])
    assert {row["name"] for row in result["organisations"]} == {org.name for org in made.orgs}
    (folder / "result.json").write_bytes(data.replace(b'"rank":1,', b'"rank":2,', 1))
    told = subprocess.run(
        ["sh", "-ec", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert told.returncode != 0


# -- The calendar


def test_steps_fall_on_working_days_of_the_real_calendar():
    steps = planning.steps(calendar.current(), date(2026, 1, 1), date(2027, 1, 31))
    assert all(calendar.current().is_workday(step.due_on) for step in steps)
    when = {(step.kind, step.period): step.due_on for step in steps}
    # The Spring Festival of 2026 is 15 to 23 February, National Day 1 to 7 October, by the State Council's notice.
    assert when["remind", "2026-10"] == date(2026, 10, 8)
    assert when["dispatch", "2026Q3"] == date(2026, 10, 8)
    assert when["remind", "2026-01"] > date(2026, 1, 1)
    assert when["annual", "2026"] >= date(2027, 1, 10)
    assert when["collect", "2026H2"] < when["annual", "2026"]
    assert steps == sorted(steps)
    assert len({(step.kind, step.period) for step in steps}) == len(steps)


# -- Once, and not made up for


def test_what_was_missed_while_the_platform_stood_is_not_sent_late(units):
    made = units(3)
    cycle = begin(made)
    with at(date(YEAR, 4, 15)):
        cycles.sweep()
    steps = as_system(
        lambda: {
            s.period: s.outcome for s in CycleStep.objects.filter(cycle_id=cycle.id, kind="remind")
        }
    )
    assert steps[f"{YEAR}-03"] == {"skipped": True}
    assert steps[f"{YEAR}-04"]["units"] == 3
    assert as_system(Reminder.objects.count) == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_sweep_at_once_take_each_step_once(units):
    made = units(3)
    cycle = begin(made, each=1)
    gate, taken = threading.Barrier(3), []

    def work() -> None:
        try:
            gate.wait()
            with at(date(YEAR, 7, 2)):
                taken.append(cycles.sweep())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steps = as_system(lambda: CycleStep.objects.filter(cycle_id=cycle.id).count())
    assert sum(taken) == steps
    assert as_system(lambda: Event.objects.filter(kind="mutual").count()) == 1
    assert as_system(Reminder.objects.count) == 3


def test_a_round_that_cannot_be_held_is_said_once_and_does_not_stop_the_rest(units):
    made = units(2)
    cycle = begin(made)
    with at(date(YEAR, 7, 1)):
        assert cycles.sweep() > 0
        assert cycles.sweep() == 0, "said once, and not tried for ever"
    with at(date(YEAR, 7, 28)):
        cycles.sweep()
    assert as_system(Event.objects.count) == 0
    assert as_system(lambda: Reminder.objects.filter(period=f"{YEAR}-07").count()) == 2
    of_half = CycleStep.objects.filter(cycle_id=cycle.id, period=f"{YEAR}H1").order_by("due_on")
    steps = as_system(lambda: list(of_half))
    assert [(one.kind, one.outcome) for one in steps] == [
        ("review", {"few": 2}), ("collect", {"few": 2}),
    ]  # fmt: skip
    assert cycles.kept(steps[0]) == "只有 2 家，互评不出来，这一次不评"


def test_few_units_review_fewer_others_so_that_nobody_reviews_its_reviewer(units):
    begin(units(4), each=3)
    with at(date(YEAR, 7, 1)):
        cycles.sweep()
    pairs = as_system(lambda: set(Sheet.objects.values_list("from_org", "org_key")))
    assert len(pairs) == 4, "one each: with three each everybody would review back"
    assert not {(b, a) for a, b in pairs} & pairs


def test_a_stopped_cycle_does_nothing_and_another_may_begin(units):
    made = units(3)
    cycle = begin(made)
    with refusing() as caught:
        begin(made)
    assert caught.value.id == "AV070"
    do(made.officer.actor, cycles.stop, cycle_id=cycle.id)
    with at(date(YEAR, 4, 1)):
        assert cycles.sweep() == 0
    begin(made)


def test_only_the_host_begins_and_sees_a_cycle(units, cast):
    made = units(1)
    with refusing() as caught, scoped(made.actor(0)):
        cycles.begin(actor=made.actor(0), draft=cycles.Draft(PREFECTURE, "x", CRITERIA))
    assert caught.value.id == "CO403"
    cycle = begin(made)
    outsider = cast.outsider.actor
    with refusing() as caught, scoped(outsider):
        reading.get(outsider, cycle.id)
    assert caught.value.id == "CO404"
    with scoped(outsider):
        assert not Cycle.objects.exists()


def test_what_all_units_owe_takes_few_queries(units, django_assert_max_num_queries):
    made = units(9)
    cycle = begin(made)
    with scoped(SYSTEM):
        listed = reading.units(cycle)
        with django_assert_max_num_queries(8):
            assert len(reading.owed_by(listed, date(YEAR, 7, 1))) == 9


# -- The pages


def test_a_cycle_on_the_pages(units):
    made = units(3)
    client = made.officer.client
    answer = client.post("/desk/activities/cycles/new/", {
        "title": "市直机关工作周期", "place_code": PREFECTURE, "sector": "3", "direct": "on",
        "criteria": "党建 60 100", "each": "1", "programme": yearly.YEARLY, "begins": f"{YEAR}-01-01",
    }, follow=True)  # fmt: skip
    page = answer.content.decode()
    assert "工作周期已启用" in page
    cycle = as_system(Cycle.objects.get)
    with at(date(YEAR, 4, 1)):
        cycles.sweep()
    page = client.get(f"/desk/activities/cycles/{cycle.id}/").content.decode()
    assert "调度清单" in page
    assert made.orgs[0].name in page
    assert f"{YEAR}年4月" in made.secretary(0).client.get("/desk/activities/").content.decode()
    assert client.get("/desk/activities/cycles/").status_code == 200
    stopped = client.post(f"/desk/activities/cycles/{cycle.id}/", {"do": "stop"}, follow=True)
    assert "已停用" in stopped.content.decode()
    assert Client().get(f"/cycles/{uuid7()}/result.json").status_code == 404
