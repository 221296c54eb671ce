"""Short messages of a broadcast: who gets one, that no telephone is written down, and what a gateway answers."""

from __future__ import annotations

import pytest

from tests.broadcast.conftest import GRID_2
from tests.broadcast.test_channels import (
    SYSTEM,
    State,
    again,
    channel,
    everything_written,
    posts,
    resident,
    run,
    said,
    tone,
    vendors,
)
from tests.broadcast.test_sending import refused
from tests.cast import OTHER_VILLAGE
from zhijin.broadcast import choosing, errors
from zhijin.broadcast.channels import Verdict
from zhijin.broadcast.models import Letter, Post
from zhijin.broadcast.services import channels, letters, posting, stopping
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import api as people

__all__ = ["tone", "vendors"]
pytestmark = pytest.mark.django_db


def test_only_those_who_agreed_get_a_short_message_and_no_number_is_written_down(village, vendors):
    told = [resident("甲", "13912345601"), resident("乙", "13912345602", GRID_2)]
    resident("丙", "13912345603", consents="phone")
    resident("丁", "13912345604", how="监护人当面签字", birth_year=clock.today().year - 9)
    resident("戊", "13912345605", OTHER_VILLAGE)
    resident("己", "", consents="notice")
    row = said(channel(vendors, "sms"))
    assert choosing.people_reached(row.areas) == 2
    assert run(row) == {"sms": State.SENT}
    assert sorted(body["phone"] for _path, body, _headers in vendors.got) == [
        "13912345601",
        "13912345602",
    ]
    assert vendors.got[0][1]["content"].startswith("【织锦】夏季防溺水通知：请看管好")
    post = posts(row)[0]
    assert (post.total, post.done, post.failed, post.segments) == (2, 2, 0, 1)
    with scoped(SYSTEM):
        looks = JournalEntry.objects.filter(action="person.reveal")
        assert {one.object for one in looks} == {one.record for one in told}
        assert {one.detail["purpose"] for one in looks} == {"notice"}
        assert {one.detail["reason"] for one in looks} == {row.record}
    assert "1391234560" not in everything_written()
    assert again(row, 3600) == {"sms": State.SENT}
    assert len(vendors.got) == 2


def test_a_consent_withdrawn_meanwhile_counts_at_once(village, vendors, monkeypatch):
    monkeypatch.setattr(letters, "BATCH", 1)
    both = [resident("甲", "13912345601"), resident("乙", "13912345602")]
    row = said(channel(vendors, "sms"))
    run(row)
    assert len(vendors.got) == 1
    with scoped(SYSTEM):
        left = Letter.objects.get(state="waiting").person_id
    assert left in {one.id for one in both}
    with scoped(SYSTEM):
        people.withdraw_consent(actor=SYSTEM, person_id=left, purpose="notice")
    assert again(row, 1) == {"sms": State.SENT}
    post = posts(row)[0]
    assert (post.total, post.done, len(vendors.got)) == (1, 1, 1)


def test_what_a_gateway_refuses_stands_on_the_board_without_the_number(village, vendors):
    resident("甲", "13912345601")
    resident("乙", "18912345602")
    row = said(channel(vendors, "sms"))
    assert run(row) == {"sms": State.PARTLY}
    post = posts(row)[0]
    assert (post.total, post.done, post.failed) == (2, 1, 1)
    assert post.reason == "4001 blacklisted ***"
    assert "18912345602" not in everything_written()


def test_nobody_to_tell_is_no_failure_and_a_landline_gets_nothing(village, vendors):
    one = channel(vendors, "sms")
    row = said(one)
    assert run(row) == {"sms": State.SENT}
    assert (posts(row)[0].total, posts(row)[0].reason) == (0, "nobody")
    resident("甲", "0870-2123456")
    row = said(one)
    assert run(row) == {"sms": State.SENT}
    assert vendors.got == []


def test_a_letter_is_tried_three_times(village, vendors):
    resident("甲", "13912345601")
    row = said(channel(vendors, "sms"))
    vendors.told += [(500, {})] * 9
    for at in (0, 10, 60, 600, 1200):
        again(row, at)
    post = posts(row)[0]
    assert (post.state, post.reason, len(vendors.got)) == (State.GIVEN_UP, "HTTP 500", 3)


def test_letters_keep_to_the_gateways_minute(village, vendors, monkeypatch):
    monkeypatch.setattr("zhijin.core.ratelimit.time.time", lambda: 1_780_000_005.0)
    monkeypatch.setattr("zhijin.broadcast.channels.sms.Gateway.per_minute", 3)
    for n in range(4):
        resident(f"人{n}", f"1391234560{n}")
    row = said(channel(vendors, "sms"))
    assert run(row) == {"sms": State.WAITING}
    assert 1 <= len(vendors.got) <= 3


def test_a_stop_in_the_middle_sends_no_further_letter(village, vendors, monkeypatch):
    monkeypatch.setattr(letters, "BATCH", 1)
    resident("甲", "13912345601")
    resident("乙", "13912345602")
    row = said(channel(vendors, "sms"))
    run(row)
    stopping.stop(actor=SYSTEM, pk=row.id)
    again(row, 10)
    assert len(vendors.got) == 1
    assert posts(row)[0].state == State.WITHDRAWN
    assert posts(row, "stop") == []


def test_a_trial_of_a_gateway_keeps_no_number(village, vendors):
    row = channel(vendors, "sms")
    for number in ("", "0870-2123456", "139"):
        refused(errors.BAD_CHANNEL, channels.trial, actor=SYSTEM, pk=row.id, number=number)
    post = channels.trial(actor=SYSTEM, pk=row.id, number="139 1234 5699")
    assert posting.deliver(post.id)
    assert vendors.got[0][1]["phone"] == "13912345699"
    with scoped(SYSTEM):
        assert Post.objects.get(pk=post.pk).number is None
    assert "13912345699" not in everything_written()


def test_a_letter_that_was_sent_is_not_called_failed_by_an_attempt_that_ends_later(
    village, vendors
):
    resident("甲", "13912345601")
    row = said(channel(vendors, "sms"))
    assert run(row) == {"sms": State.SENT}
    with scoped(SYSTEM):
        letter = Letter.objects.get()
        letters._note(letter, Verdict("refused", "late"), skipped=False)
        letter.refresh_from_db()
    assert (letter.state, letter.reason, letter.tries) == ("sent", "", 1)
