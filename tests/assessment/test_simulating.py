"""Simulations as jobs: asked for once, computed one at a time, seen by whoever asked, cleared after a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.urls import reverse

from tests.assessment import drive, standings
from tests.cast import VILLAGE
from zhijin.assessment import forms
from zhijin.assessment.engine.compare import Moved, Reason
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.preview import Named, Preview
from zhijin.assessment.models import Simulation
from zhijin.assessment.services import simulating
from zhijin.assessment.services.comparing import Simulated
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tree")]
SYSTEM = drive.SYSTEM
PERIOD = Period(date(2026, 7, 1))
State = Simulation.State


@pytest.fixture
def world(cast) -> Any:
    """A programme in force, a draft that weighs otherwise, an organisation here and one elsewhere."""
    drive.publish_programme()
    changed = drive.PROGRAMME.replace("weight: 70", "weight: 10").replace(
        "weight: 30", "weight: 90"
    )
    with scoped(SYSTEM):
        row = drive.playbooks.save_draft(
            actor=cast.county_officer.actor, source=changed, scenarios="", place_code="530602"
        )
        draft = forms.read(row)
        current = forms.current("test-drive", VILLAGE)
    drive.add_places("530621100202")
    return {
        "row": row, "draft": draft, "current": current,
        "here": drive.branch(VILLAGE), "there": drive.branch("530621100202"),
    }  # fmt: skip


@pytest.fixture
def computing(world, monkeypatch) -> list[tuple[Any, ...]]:
    """What the engine is asked; it answers at once that both organisations move."""
    asked: list[tuple[Any, ...]] = []

    def simulate(current: Any, draft: Any, period: Any, begun: Any) -> Simulated:
        begun()
        with scoped(SYSTEM):
            asked.append(
                (current.id, draft.id, period.start, Simulation.objects.get(state="computing").id)
            )
        reasons = (Reason("activity", 5000, 6000, 3000, 3600),)
        moved = [
            Moved(key, (5000, 5600), (8, 6), (8, 8), (("laggard",), ()), reasons)
            for key in (world["there"].key, world["here"].key)
        ]
        named = [Named("laggard", 2, 1, 0, 4, 1)]
        return Simulated(
            moved, Preview(9, 8, marks=named), Preview(9, 8, small=1, marks=named), 77, 1.25
        )

    monkeypatch.setattr(simulating, "simulate", simulate)
    return asked


def ask(actor: Actor, world: Any, period: Period = PERIOD) -> Simulation:
    with scoped(actor):
        return simulating.ask(
            actor=actor, current=world["current"], draft=world["draft"], period=period
        )


def look(actor: Actor, pk: Any) -> Simulation:
    with scoped(actor):
        return simulating.get(actor, pk)


def test_what_is_asked_waits_and_is_not_asked_twice(cast, world):
    officer = cast.county_officer.actor
    row = ask(officer, world)
    assert ask(officer, world).id == row.id
    assert ask(officer, world, Period(date(2026, 6, 1))).id != row.id
    assert (row.state, row.programme, row.asked_by) == ("waiting", "test-drive", officer.label)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = %s", [simulating.TASK]
        )
        assert str(row.id) in str(cursor.fetchall())
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="assessment.simulated").count() == 2


def test_only_who_may_compute_may_ask_and_only_the_same_periods_are_compared(cast, world):
    with pytest.raises(Refusal) as refusal:
        ask(cast.branch_secretary.actor, world)
    assert refusal.value.id == "CO403"
    other = world["draft"].model.model_copy(update={"period": "year"})
    draft = forms.Programme(world["draft"].id, "530602", 1, "x", other)
    with pytest.raises(Refusal) as refusal:
        ask(cast.county_officer.actor, {**world, "draft": draft})
    assert refusal.value.id == "AE030"


def test_it_is_computed_by_a_worker_and_keeps_what_the_asker_may_see(cast, world, computing):
    officer = cast.county_officer.actor
    row = ask(officer, world)
    simulating.drain(row.id)
    assert computing == [(world["current"].id, world["row"].pk, PERIOD.start, row.id)]
    done = look(officer, row.id)
    assert (done.state, done.tries, done.is_open) == (State.DONE, 1, False)
    assert done.ended_at is not None
    result = done.result
    assert (result["facts"], result["millis"], result["ranked"], result["more"]) == (77, 1250, 8, 0)
    assert result["after"]["laggard"]["total"] == 3
    (moved,) = simulating.unpacked(result["rows"])
    assert (moved.org_key, moved.rank, moved.marks) == (
        world["here"].key,
        (8, 6),
        (("laggard",), ()),
    )
    assert moved.reasons == (Reason("activity", 5000, 6000, 3000, 3600),)
    assert moved.climbed == 2
    # A job that comes twice computes nothing anew.
    simulating.drain(row.id)
    assert len(computing) == 1


def test_one_job_takes_all_that_waits(cast, world, computing):
    rows = [ask(cast.county_officer.actor, world, Period(date(2026, m, 1))) for m in (5, 6, 7)]
    assert simulating.drain(rows[1].id) == 3
    assert [at for _c, _d, at, _i in computing] == [date(2026, m, 1) for m in (6, 5, 7)]
    assert simulating.drain(rows[0].id) == 0


def test_while_one_is_computed_another_job_leaves_at_once(cast, world, computing):
    row = ask(cast.county_officer.actor, world)
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [simulating._KEY])
        assert simulating.drain(row.id) == 0
        assert simulating.tidy() == 0
        other.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [simulating._KEY])
    assert computing == []
    assert simulating.drain(row.id) == 1


def test_what_fails_is_tried_again_and_then_told(cast, world, monkeypatch):
    def broken(*_args: Any) -> Simulated:
        raise MemoryError

    monkeypatch.setattr(simulating, "simulate", broken)
    officer = cast.county_officer.actor
    row = ask(officer, world)
    assert simulating.drain(row.id) == simulating.TRIES
    failed = look(officer, row.id)
    assert (failed.state, failed.error, failed.tries) == (State.FAILED, "MemoryError", 3)


def test_what_a_killed_worker_left_is_queued_again_and_what_is_old_is_cleared(
    cast, world, computing
):
    officer = cast.county_officer.actor
    row, old, tired = (ask(officer, world, Period(date(2026, m, 1))) for m in (7, 6, 5))
    later = clock.now() - timedelta(minutes=5)
    with scoped(SYSTEM):
        Simulation.objects.filter(id=row.id).update(state=State.COMPUTING, asked_at=later, tries=1)
        Simulation.objects.filter(id=old.id).update(asked_at=later - timedelta(days=1))
        Simulation.objects.filter(id=tired.id).update(asked_at=later, tries=3)
    assert simulating.tidy() == 2
    with scoped(SYSTEM):
        left = dict(Simulation.objects.values_list("id", "state"))
    assert left == {row.id: State.COMPUTING, tired.id: State.FAILED}
    assert simulating.drain(row.id) == 1
    assert look(officer, row.id).state == State.DONE


def test_nobody_else_sees_it_also_for_the_database(cast, world):
    row = ask(cast.county_officer.actor, world)
    for other in (cast.outsider.actor, cast.township_officer.actor):
        with pytest.raises(Refusal) as refusal:
            look(other, row.id)
        assert refusal.value.id == "AE031"
        with scoped(other):
            assert not Simulation.objects.filter(id=row.id).exists()
    officer = cast.county_officer.actor
    with scoped(officer):
        assert Simulation.objects.filter(id=row.id).exists()
        assert Simulation.objects.filter(id=row.id).update(state=State.DONE) == 0
    with (
        pytest.raises(Exception, match="row-level security"),
        transaction.atomic(),
        scoped(officer),
    ):
        Simulation.objects.create(
            programme="x", current=row.current, draft=row.draft, period_start=PERIOD.start,
            asked_by=officer.label, asked_at=clock.now(),
        )  # fmt: skip


def test_the_page_tells_how_far_it_is_and_then_what_came_of_it(cast, world, computing, monkeypatch):
    client = cast.county_officer.client
    monkeypatch.setattr("zhijin.assessment.pages.reading.periods", lambda _name: [PERIOD.start])
    asked = client.post(
        reverse("desk:standing-simulate", args=[world["row"].pk]), {"period": "2026-07-01"}
    )
    with scoped(SYSTEM):
        row = Simulation.objects.get()
    page = reverse("desk:standing-simulation", args=[row.id])
    assert (asked.status_code, asked["Location"]) == (302, page)
    waits = client.get(page).content.decode()
    assert 'hx-trigger="every 2s"' in waits
    assert 'http-equiv="refresh"' in waits
    assert "排队" in waits
    simulating.drain(row.id)
    answer = client.get(page)
    told = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "every 2s" not in told
    assert "77 条记录" in told
    assert f"{VILLAGE}党支部" in told
    assert "530621100202党支部" not in told
    assert "不再认定：后进" in told
    assert cast.outsider.client.get(page).status_code == 404
    with scoped(SYSTEM):
        Simulation.objects.update(state=State.FAILED)
    assert "这次没有算成" in client.get(page).content.decode()


def test_a_period_that_is_none_is_refused(cast):
    planted = standings.plant()
    selectors.forget()
    client = cast.county_officer.client
    url = reverse("desk:standing-simulate", args=[planted.revision.pk])
    assert client.get(url).status_code == 200
    for wrong in ("", "2031-01-01", "x"):
        assert client.post(url, {"period": wrong}).status_code == 400
    with scoped(SYSTEM):
        assert not Simulation.objects.exists()
