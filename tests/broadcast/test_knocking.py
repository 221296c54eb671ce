"""Sending people to the doors: asked in a moment, done by the worker, place by place, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.broadcast.conftest import SYSTEM, heard, sent
from tests.cast import GRID, VILLAGE
from zhijin.broadcast import errors, tasks
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.services import drafting, knocking, sending
from zhijin.broadcast.speech import making
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mute(monkeypatch):
    """Nobody speaks: what is said is of no matter here, and takes seconds."""
    audio = making.Audio("0" * 64, "audio/mpeg", 1000, 9000, "test")
    monkeypatch.setattr(drafting, "_at_once", lambda _text, _fixed: audio)


def now(row: Broadcast) -> Broadcast:
    with scoped(SYSTEM):
        return Broadcast.objects.get(pk=row.pk)


def doors() -> list[Case]:
    with scoped(SYSTEM):
        return list(Case.objects.filter(playbook="knock-doors").order_by("place_code"))


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name=knocking.KNOCK).count()


def many(row: Broadcast, places: int) -> None:
    """As many more silent loudspeakers, each in a village of its own."""
    one = heard(row)["村委会云喇叭"]
    with scoped(SYSTEM):
        Target.objects.bulk_create(
            Target(
                county=one.county, broadcast_id=row.id, turn=0, device_id=10_000 + n, code=f"X{n:06}",
                label=f"{n} 号喇叭", place_code=GRID, place_key=one.place_key + n * 1000, at=one.at,
                until=one.until,
            )
            for n in range(places)
        )  # fmt: skip


def test_asking_opens_no_case_and_takes_as_many_statements_for_few_and_many(village, cast):
    client, few, lots = cast.branch_secretary.client, sent(SYSTEM), sent(SYSTEM)
    many(lots, 400)
    with CaptureQueriesContext(connection) as first:
        assert client.post(f"/desk/broadcasts/{few.id}/", {"do": "knock"}).status_code == 302
    with CaptureQueriesContext(connection) as second:
        assert client.post(f"/desk/broadcasts/{lots.id}/", {"do": "knock"}).status_code == 302
    assert abs(len(first) - len(second)) <= 2
    assert doors() == []
    assert jobs() == 2
    assert (now(few).errand_of, now(few).on_errand) == (2, True)


def test_asked_twice_it_is_one_errand(village, cast):
    row, actor = sent(SYSTEM), cast.branch_secretary.actor
    assert knocking.knock(actor=actor, pk=row.id) == 2
    assert knocking.knock(actor=actor, pk=row.id) == 2
    assert jobs() == 1
    assert JournalEntry.objects.filter(action="broadcast.knock", object=row.record).count() == 1


def test_the_worker_acts_for_whoever_asked(village, cast):
    row = sent(SYSTEM)
    knocking.knock(actor=cast.branch_secretary.actor, pk=row.id)
    tasks.knock(str(row.id))
    tasks.knock(str(row.id))
    assert len(doors()) == 2
    assert {case.reporter for case in doors()} == {cast.branch_secretary.actor.label}
    done = now(row)
    assert (done.errand_done, done.errand_failed, done.on_errand) == (2, 0, False)


def test_whoever_left_meanwhile_leaves_the_work_to_the_platform(village, cast):
    row = sent(SYSTEM)
    knocking.knock(actor=cast.branch_secretary.actor, pk=row.id)
    with scoped(SYSTEM):
        Broadcast.objects.filter(pk=row.id).update(
            errand_by="account:00000000-0000-0000-0000-000000000000"
        )
    assert knocking.run(row.id) == 2


def test_a_worker_that_dies_half_way_is_followed_by_one_that_goes_on(village, cast, monkeypatch):
    row = sent(SYSTEM)
    knocking.knock(actor=cast.branch_secretary.actor, pk=row.id)
    real, calls = knocking._at, []

    def dies(*args):
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(*args)

    monkeypatch.setattr(knocking, "_at", dies)
    with pytest.raises(RuntimeError):
        knocking.run(row.id)
    monkeypatch.undo()
    assert (now(row).errand_done, now(row).on_errand, len(doors())) == (1, True, 1)
    assert knocking.pick_up() == 0
    with clock.freeze(clock.now() + timedelta(minutes=3)):
        assert knocking.pick_up() == 1
        assert knocking.pick_up() == 0
        assert jobs() == 2
        assert knocking.run(row.id) == 1
    assert (now(row).errand_done, len(doors())) == (2, 2)


def test_one_place_that_refuses_keeps_no_other_from_its_case(village, cast, monkeypatch):
    row = sent(SYSTEM)
    knocking.knock(actor=cast.branch_secretary.actor, pk=row.id)
    real = knocking._open

    def refuses(one, actor, place_code, silent):
        if place_code == GRID:
            raise BAD_REQUEST()
        real(one, actor, place_code, silent)

    monkeypatch.setattr(knocking, "_open", refuses)
    assert knocking.run(row.id) == 1
    done = now(row)
    assert (done.errand_done, done.errand_failed, done.on_errand) == (1, 1, False)
    page = cast.branch_secretary.client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    assert "1 处没有派成" in page
    assert "CO400" in page
    monkeypatch.undo()
    # Asked again, only the place that is left.
    assert knocking.knock(actor=cast.branch_secretary.actor, pk=row.id) == 1
    assert knocking.run(row.id) == 1
    assert len(doors()) == 2


def test_the_page_tells_how_far_it_is_and_looks_again(village, cast):
    row = sent(SYSTEM)
    client = cast.branch_secretary.client
    client.post(f"/desk/broadcasts/{row.id}/", {"do": "knock"})
    page = client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    assert "正在派人上门：2 处里已派 0 处" in page
    assert '<progress class="broadcast-errand" max="2" value="0"' in page
    assert 'hx-trigger="every 2s"' in page
    assert 'value="knock"' not in page
    knocking.run(row.id)
    page = client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    assert "已给 2 处派人上门" in page
    client.cookies["lang"] = "en"
    assert (
        "People were sent to 2 places" in client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    )


def test_nothing_is_said_again_while_people_are_being_sent(village, cast):
    row, actor = sent(SYSTEM), cast.branch_secretary.actor
    knocking.knock(actor=actor, pk=row.id)
    with pytest.raises(Refusal) as caught:
        sending.resend(actor=actor, pk=row.id)
    assert caught.value.id == errors.ON_ERRAND().id
    knocking.run(row.id)
    with pytest.raises(Refusal) as caught:
        sending.resend(actor=actor, pk=row.id)
    assert caught.value.id == errors.NOTHING_LEFT().id


def test_saying_it_again_takes_one_statement_however_many_are_silent(village, cast):
    few, lots, actor = sent(SYSTEM), sent(SYSTEM), cast.branch_secretary.actor
    many(lots, 800)
    with CaptureQueriesContext(connection) as first:
        assert sending.resend(actor=actor, pk=few.id) == 3
    with CaptureQueriesContext(connection) as second:
        assert sending.resend(actor=actor, pk=lots.id) == 803
    assert len(first) == len(second)


def test_others_may_not_send_anybody(village, cast):
    row = sent(SYSTEM, areas=[VILLAGE])
    for who in (cast.grid_worker, cast.outsider):
        answer = who.client.post(f"/desk/broadcasts/{row.id}/", {"do": "knock"})
        assert answer.status_code in {403, 404}
    assert jobs() == 0


def test_a_place_that_nobody_foresaw_keeps_no_other_from_being_visited(
    village, monkeypatch, caplog
):
    row = sent(SYSTEM)
    knocking.knock(actor=SYSTEM, pk=row.id)
    honest, first = knocking.cases.open_case, []

    def open_case(**given):
        if not first:
            first.append(given["report"].place_code)
            raise KeyError("nobody foresaw this")
        return honest(**given)

    monkeypatch.setattr(knocking.cases, "open_case", open_case)
    assert knocking.run(row.id) == 1
    done = now(row)
    assert (done.errand_done, done.errand_failed, done.on_errand) == (1, 1, False)
    assert done.errand_why.startswith("CO500")
    assert f"nobody was sent to {first[0]}" in caplog.text
    assert first[0] not in {case.place_code for case in doors()}
