"""Who may let what go out, what is written down, stopping, sending again, knocking on doors, receipts, the pages."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.broadcast.conftest import (
    GRID_2,
    NOTICE,
    RULES,
    SYSTEM,
    heard,
    made,
    put_into_force,
    sent,
    tomorrow,
)
from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Part, make_member
from zhijin.broadcast import errors, programme, receipts, selectors, tasks, wire
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.receipts import Said
from zhijin.broadcast.services import drafting, knocking, sending, stopping
from zhijin.broadcast.services.common import common_place
from zhijin.broadcast.speech import making
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
Heard, State = Target.State, Broadcast.State


def refused(definition, function, **kwargs):
    with pytest.raises(Refusal) as caught:
        function(**kwargs)
    assert caught.value.id == definition.id
    return caught.value


def say(row: Broadcast, label: str, state: str, seq: int, **more) -> Said:
    target = heard(row)[label]
    now = int((clock.now() - clock.demo_offset()).timestamp() * 1000)
    body = {
        "seq": seq,
        "at": now,
        "order": str(row.id),
        "turn": target.turn,
        "attempt": target.attempt,
        "state": state,
    }
    return Said(target.code, json.dumps(body | more).encode(), now)


def test_a_secretary_sends_and_everything_is_written_down(village, cast):
    actor = cast.branch_secretary.actor
    row = sent(actor)
    assert (row.state, row.place_code, row.title, row.volume) == (
        State.OUT,
        VILLAGE,
        "夏季防溺水通知",
        70,
    )
    assert {label: one.state for label, one in heard(row).items()} == {
        "村委会云喇叭": 0, "一组云喇叭": 0, "二组云喇叭": 0,
    }  # fmt: skip
    with connection.cursor() as cursor, scoped(SYSTEM):
        cursor.execute(
            "SELECT kind, value, record FROM core_fact WHERE kind LIKE 'broadcast.%' ORDER BY kind"
        )
        assert cursor.fetchall() == [
            ("broadcast.draft", 1, row.record),
            ("broadcast.send", 3, row.record),
        ]
    assert list(JournalEntry.objects.filter(object=row.record).values_list("action", flat=True).order_by("id")) == [
        "broadcast.draft", "broadcast.send",
    ]  # fmt: skip
    refused(errors.WRONG_STATE, sending.submit, actor=actor, pk=row.id)


def test_level_and_urgency_decide_who_must_approve(village, cast):
    secretary, officer = cast.branch_secretary.actor, cast.township_officer.actor
    assert sent(secretary, level="red", urgent=True).state == State.OUT
    row = sent(secretary, level="red")
    assert (row.state, row.approver) == (State.WAITING, "township_officer")
    refused(errors.NOT_YOURS, sending.approve, actor=secretary, pk=row.id)
    assert sending.approve(actor=officer, pk=row.id).state == State.OUT
    other = sent(secretary, level="orange")
    assert sending.refuse(actor=officer, pk=other.id, why="再核实").state == State.REFUSED
    staff = make_member("staff", Part("小周", "village_staff", VILLAGE)).actor
    asked = sent(staff)
    assert (asked.state, asked.approver) == (State.WAITING, "village_secretary")
    assert sending.approve(actor=secretary, pk=asked.id).state == State.OUT


def test_a_place_may_have_rules_of_its_own(village, cast):
    put_into_force(RULES.replace("send: village_secretary", "send: county_officer", 1), VILLAGE)
    assert sent(cast.branch_secretary.actor).approver == "county_officer"


def test_nobody_speaks_where_they_have_no_say(village, cast):
    for actor in (cast.grid_worker.actor, cast.outsider.actor, cast.auditor.actor):
        with pytest.raises(Refusal) as caught:
            made(actor)
        assert caught.value.id == "CO403"
    with pytest.raises(Refusal):
        made(cast.branch_secretary.actor, areas=[OTHER_VILLAGE])


def test_other_places_see_nothing_even_without_a_filter(village, cast):
    row = sent(SYSTEM)
    for actor, count in (
        (cast.outsider.actor, 0),
        (cast.grid_worker.actor, 2),
        (cast.branch_secretary.actor, 3),
    ):
        with scoped(actor):
            assert Target.objects.filter(broadcast_id=row.id).count() == count
    with scoped(cast.outsider.actor):
        assert not Broadcast.objects.exists()
        assert Broadcast.objects.filter(pk=row.pk).update(title="x") == 0
    assert cast.outsider.client.get(f"/desk/broadcasts/{row.id}/").status_code == 404


@pytest.mark.parametrize(
    ("more", "definition"),
    [
        ({"text": ""}, errors.NO_TEXT), ({"text": "……"}, errors.NO_TEXT), ({"text": "字" * 1001}, errors.NO_TEXT),
        ({"areas": []}, errors.NO_AREA), ({"areas": ["999999"]}, errors.NO_AREA),
        ({"text": "请联系11010519491231002X"}, errors.PERSONAL),
        ({"title": "11010519491231002X 的通知"}, errors.PERSONAL),
        ({"turns": [clock.now() - timedelta(minutes=1)]}, errors.BAD_TIMES),
        ({"turns": [clock.now() + timedelta(days=70)]}, errors.BAD_TIMES),
        ({"turns": [clock.now() + timedelta(hours=n) for n in range(1, 70)]}, errors.BAD_TIMES),
        ({"audio": io.BytesIO(b"not audio"), "audio_name": "x.mp3"}, errors.BAD_AUDIO),
        ({"audio": io.BytesIO(b"RIFF1234WAVEjunk"), "audio_name": "x.wav"}, errors.BAD_AUDIO),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused(village, more, definition):
    refused(definition, made, actor=SYSTEM, **more)


def test_where_no_loudspeaker_is_nothing_goes_out(village, cast):
    row = made(SYSTEM, areas=[OTHER_VILLAGE])
    refused(errors.NOBODY, sending.submit, actor=SYSTEM, pk=row.id)


def test_a_recording_is_played_instead_of_a_voice(village):
    tone = making._wav(16_000, (b"\x10\x20" * 8 + b"\xf0\xdf" * 8) * 4000)
    row = made(SYSTEM, text="", audio=io.BytesIO(tone), audio_name="录音.wav")
    assert (row.voice, row.title, 3900 < row.millis < 4200) == ("file", "录音", True)


def test_readings_are_corrected_and_spoken_anew(village, cast):
    actor = cast.branch_secretary.actor
    row = made(actor, text="银行行长来了。")
    fixed = drafting.correct(actor=actor, pk=row.id, readings={1: "xing2", 5: "nonsense"})
    assert fixed.readings == {"1": "xing2"}
    assert fixed.digest != row.digest
    drafting.discard(actor=actor, pk=row.id)
    with scoped(SYSTEM):
        assert not Broadcast.objects.filter(pk=row.pk).exists()


def test_planned_turns_have_rows_of_their_own(village):
    turns = [tomorrow(), tomorrow(days=2)]
    row = sent(SYSTEM, turns=turns, areas=[GRID])
    with scoped(SYSTEM):
        assert Target.objects.filter(broadcast_id=row.id).count() == 4
        assert row.ends_at == Target.objects.filter(turn=1).first().until


def test_receipts_move_forward_only_and_count_once(village):
    row = sent(SYSTEM)
    one, two = "村委会云喇叭", "二组云喇叭"
    receipts.take_in(
        [say(row, one, "received", 5), say(row, one, "verified", 6), say(row, two, "received", 3)]
    )
    assert (heard(row)[one].state, heard(row)[two].state) == (Heard.VERIFIED, Heard.RECEIVED)
    receipts.take_in([say(row, one, "received", 5)])
    assert heard(row)[one].state == Heard.VERIFIED
    receipts.take_in([say(row, one, "played", 9, ms=5000), say(row, one, "playing", 8, ms=100)])
    found = heard(row)[one]
    assert (found.state, found.millis) == (Heard.PLAYED, 5000)
    assert found.received_at <= found.played_at
    assert found.playing_at is not None
    receipts.take_in([say(row, one, "failed", 99, why="cut")])
    assert heard(row)[one].state == Heard.PLAYED


def test_a_refusal_says_something_only_where_nothing_else_is_known(village):
    row = sent(SYSTEM)
    one, two = "村委会云喇叭", "一组云喇叭"
    receipts.take_in([say(row, one, "received", 5)])
    for label, seq in ((one, 6), (two, 7)):
        said = say(row, label, "refused", seq, why="signature")
        receipts.take_in([said])
    assert (heard(row)[one].state, heard(row)[two].state) == (Heard.RECEIVED, Heard.REFUSED)


def test_receipts_of_an_earlier_try_say_nothing_of_this_one(village):
    row = sent(SYSTEM)
    label = "村委会云喇叭"
    receipts.take_in([say(row, label, "failed", 5, why="sound")])
    old = say(row, label, "failed", 6, why="cut")
    assert sending.resend(actor=SYSTEM, pk=row.id) == 3
    receipts.take_in([old])
    assert heard(row)[label].state == Heard.LISTED
    receipts.take_in([say(row, label, "played", 7, ms=900)])
    assert heard(row)[label].state == Heard.PLAYED


def test_another_devices_name_in_a_receipt_changes_nothing_of_its(village):
    row = sent(SYSTEM)
    said = say(row, "村委会云喇叭", "played", 5)
    receipts.take_in([Said("NOBODY", said.data, said.millis)])
    assert {one.state for one in heard(row).values()} == {Heard.LISTED}


_PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_OBJECTS = st.recursive(
    _PLAIN,
    lambda inner: st.dictionaries(
        st.sampled_from(["seq", "at", "order", "turn", "state", "why"]), inner
    ),
)


@given(st.one_of(st.binary(max_size=600), _OBJECTS.map(lambda value: json.dumps(value).encode())))
def test_noise_is_no_receipt(data):
    told = receipts.read(data)
    assert told is None or told["state"] == "hello"


def test_those_listed_become_cases_for_their_grid_workers(village, cast):
    row = sent(cast.branch_secretary.actor)
    receipts.take_in([say(row, "村委会云喇叭", "played", 5, ms=9000)])
    board = _board(row)
    assert (board.total, board.played, board.listed) == (3, 1, 2)
    assert knocking.knock(actor=cast.branch_secretary.actor, pk=row.id) == 2
    assert knocking.run(row.id) == 2
    with scoped(SYSTEM):
        found = {case.place_code: case for case in Case.objects.filter(playbook="knock-doors")}
    assert set(found) == {GRID, GRID_2}
    assert heard(row)["一组云喇叭"].case_id == found[GRID].id
    assert heard(row)["村委会云喇叭"].case_id is None
    refused(errors.NOTHING_LEFT, knocking.knock, actor=cast.branch_secretary.actor, pk=row.id)
    page = cast.grid_worker.client.get("/field/")
    assert "上门告知" in page.content.decode()


def _board(row: Broadcast):
    with scoped(SYSTEM):
        return selectors.board(row)


def test_a_warning_that_ends_unheard_sends_people_by_itself(village):
    row = sent(SYSTEM, level="orange")
    with clock.freeze(clock.now() + timedelta(hours=3)):
        wire.tend(Bus())
        (job,) = ProcrastinateJob.objects.filter(task_name="broadcast.knock")
        assert job.args == {"broadcast": str(row.id)}
        for _again in range(2):
            tasks.knock(**job.args)
    with scoped(SYSTEM):
        assert Broadcast.objects.get(pk=row.pk).state == State.ENDED
        assert Case.objects.filter(playbook="knock-doors").count() == 2


class Bus:
    """Remembers what is said."""

    def __init__(self):
        self.said = []

    def publish_many(self, messages):
        self.said += [(subject, data) for subject, _reply, data in messages]

    def subjects(self):
        out, self.said = [subject for subject, _ in self.said], []
        return out


def test_said_through_the_area_first_then_to_each_alone_later_and_later(village):
    bus, row = Bus(), sent(SYSTEM)
    began = clock.now()
    wire.tend(bus)
    assert bus.subjects() == [f"zj.a.{VILLAGE}.loudspeaker.play"]
    receipts.take_in([say(row, "一组云喇叭", "received", 1)])
    spoken = []
    for seconds in range(0, 400, 2):
        with clock.freeze(began + timedelta(seconds=seconds)):
            wire.tend(bus)
        spoken += [(seconds, subject) for subject in bus.subjects()]
    silent = {
        f"zj.d.{one.code}.in.play" for label, one in heard(row).items() if label != "一组云喇叭"
    }
    assert {subject for _, subject in spoken} == silent
    assert 3 <= len({seconds for seconds, _ in spoken}) <= 6


def test_who_comes_back_is_told_what_was_missed_and_only_that(village):
    bus, row = Bus(), sent(SYSTEM)
    stopped = sent(SYSTEM, text="第二条通知，请注意。")
    wire.tend(bus)
    stopping.stop(actor=SYSTEM, pk=stopped.id)
    wire.tend(bus)
    assert f"zj.a.{VILLAGE}.loudspeaker.stop" in bus.subjects()
    code = heard(row)["二组云喇叭"].code
    wire.answer_back(bus, {code})
    assert bus.subjects() == [f"zj.d.{code}.in.play", f"zj.d.{code}.in.stop"]
    receipts.take_in([say(row, "二组云喇叭", "received", 1)])
    wire.answer_back(bus, {code, "NOBODY"})
    assert bus.subjects() == [f"zj.d.{code}.in.stop"]


def test_the_board_is_a_few_queries_however_many_there_are(
    village, cast, django_assert_max_num_queries
):
    row = sent(SYSTEM)
    with scoped(SYSTEM):
        at = clock.now()
        Target.objects.bulk_create(
            Target(
                county=530602, broadcast_id=row.id, turn=0, device_id=n, code=f"X{n}", label=f"{n}", place_code=GRID,
                place_key=heard(row)["一组云喇叭"].place_key, at=at, until=at,
            )
            for n in range(1000, 3000)
        )  # fmt: skip
    client = cast.branch_secretary.client
    client.get(f"/desk/broadcasts/{row.id}/")
    with django_assert_max_num_queries(26):
        page = client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    assert "2,003 台里播放了 0 台" in page
    assert page.count("data-code=") == selectors.PAGE


def test_audio_is_given_to_loudspeakers_only_once_it_went_out(village, client):
    row = made(SYSTEM)
    address = f"/broadcast/audio/{row.digest}/"
    assert client.get(address).status_code == 404
    sending.submit(actor=SYSTEM, pk=row.id)
    answer = client.get(address)
    assert (answer.status_code, len(answer.content)) == (200, row.size)
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(f"/broadcast/audio/{'0' * 64}/").status_code == 404


def test_places_are_offered_with_their_loudspeakers_in_one_statement(
    village, cast, django_assert_num_queries
):
    actor = cast.branch_secretary.actor
    with scoped(actor):
        with django_assert_num_queries(1):
            found = selectors.ears_at(actor, [VILLAGE, GRID, GRID_2, OTHER_VILLAGE])
        alone = [selectors.ears(actor, [one]) for one in (VILLAGE, GRID, GRID_2, OTHER_VILLAGE)]
        assert selectors.ears_at(actor, []) == []
    assert found == alone == [3, 2, 1, 0]


def test_the_pages_make_correct_send_stop_and_send_again(village, cast):
    client = cast.branch_secretary.client
    assert "夏季防溺水" in client.get("/desk/broadcasts/new/").content.decode()
    bad = client.post("/desk/broadcasts/new/", {"text": "", "areas": VILLAGE, "when": "now"})
    assert (bad.status_code, "请写要广播的内容" in bad.content.decode()) == (400, True)
    bad = client.post(
        "/desk/broadcasts/new/", {"text": NOTICE, "areas": VILLAGE, "when": "once", "at": ""}
    )
    assert bad.status_code == 400
    answer = client.post(
        "/desk/broadcasts/new/",
        {"text": "银行行长来了。", "areas": [GRID, GRID_2], "when": "now", "level": "blue"},
    )
    address = answer.headers["Location"]
    with scoped(SYSTEM):
        row = Broadcast.objects.get()
    assert (row.areas, row.place_code, row.times) == ([GRID, GRID_2], VILLAGE, 2)
    assert client.get(address + "audio/").headers["Content-Type"] == row.media
    client.post(address, {"do": "correct", "r-1": "xing2"})
    assert "xíng" in client.get(address).content.decode()
    for do, state in (("send", State.OUT), ("stop", State.STOPPED)):
        assert client.post(address, {"do": do}).status_code == 302
        with scoped(SYSTEM):
            assert Broadcast.objects.get().state == state
    assert client.post(address, {"do": "resend"}).status_code == 409
    assert client.post(address, {"do": "dance"}).status_code == 400
    assert "已停播" in client.get("/desk/broadcasts/").content.decode()
    assert "二组云喇叭" in client.get("/desk/loudspeakers/").content.decode()


def test_daily_times_begin_with_the_next_one(village, cast):
    until = (clock.today() + timedelta(days=3)).isoformat()
    given = {
        "text": NOTICE,
        "areas": VILLAGE,
        "when": "daily",
        "daily": "07:30",
        "until": until,
        "level": "plain",
    }
    cast.branch_secretary.client.post("/desk/broadcasts/new/", given)
    with scoped(SYSTEM):
        turns = Broadcast.objects.get().turns
    assert len(turns) in {3, 4}
    assert {b - a for a, b in pairwise(turns)} == {86_400_000}


def test_a_file_that_is_no_recording_is_refused_on_the_page(village, cast):
    file = SimpleUploadedFile("x.mp3", b"<html>", "audio/mpeg")
    answer = cast.branch_secretary.client.post(
        "/desk/broadcasts/new/",
        {"text": NOTICE, "areas": VILLAGE, "when": "now", "level": "plain", "audio": file},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("areas", "place"),
    [
        ([GRID], GRID),
        ([GRID, GRID_2], VILLAGE),
        ([VILLAGE, OTHER_VILLAGE], "5306"),
        (["11", "53"], ""),
    ],
)
def test_the_place_of_a_broadcast_holds_all_its_areas(areas, place):
    assert common_place(areas) == place


def test_rules_are_a_programme_file_with_findings():
    found, findings = programme.load(RULES, "broadcast.yaml")
    assert (findings, found.levels.of("red").times, found.levels.of("plain").hours) == (
        [],
        3,
        (1290, 390),
    )
    for change, problem in (
        (("send: village_secretary", "send: mayor"), "PB202"), (("volume: 70", "volume: 700"), "PB"),
        (("quiet: 21:30-06:30", "quiet: night"), "PB"), (("levels:", "level:"), "PB"), (("knock:", "knok:"), "PB"),
    ):  # fmt: skip
        bad, told = programme.load(RULES.replace(*change, 1), "broadcast.yaml")
        assert bad is None
        assert any(one.problem.id.startswith(problem) for one in told)
    for lang in ("zh", "en"):
        assert len(programme.explain(RULES, lang)) == 5


def test_a_device_that_plays_after_the_end_still_counts(village):
    row = sent(SYSTEM)
    with clock.freeze(clock.now() + timedelta(hours=13)):
        wire.tend(Bus())
    receipts.take_in([say(row, "村委会云喇叭", "played", 5, ms=9000)])
    assert _board(row).played == 1


def test_the_same_receipts_in_any_order_end_alike(village):
    import random

    row = sent(SYSTEM)
    label = "村委会云喇叭"
    said = [
        say(row, label, state, n)
        for n, state in enumerate(("received", "verified", "playing", "played"), 1)
    ]
    for seed in range(4):
        with scoped(SYSTEM):
            Target.objects.filter(broadcast_id=row.id).update(state=0, seq=0)
        mixed = said * 2
        random.Random(seed).shuffle(mixed)
        for one in mixed:
            receipts.take_in([one])
        assert heard(row)[label].state == Heard.PLAYED


def test_one_broadcast_over_which_the_voice_stumbles_keeps_no_other_back(village, monkeypatch):
    odd, well = (made(SYSTEM, title=title) for title in ("一号", "二号"))
    for row in (odd, well):
        sending.submit(actor=SYSTEM, pk=row.id)
    tended, now = wire._tend, clock.now()

    def stumble(bus, row, moment):
        if row.pk == odd.pk:
            raise ZeroDivisionError("nobody foresaw it")
        tended(bus, row, moment)

    monkeypatch.setattr(wire, "_tend", stumble)
    bus = Bus()
    assert wire.tend(bus) == 1
    assert bus.said
    with scoped(SYSTEM):
        assert Broadcast.objects.get(pk=odd.pk).due_at >= now + wire.AGAIN, "tried again, later"
        assert Broadcast.objects.get(pk=odd.pk).state == "out"
