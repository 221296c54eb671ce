"""Short messages to persons: who agreed is written down by id, then each telephone is read when its message is sent."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.db.models import Count

from zhijin.broadcast import channels
from zhijin.broadcast.channels import wording
from zhijin.broadcast.channels.sms import text_of
from zhijin.broadcast.models import Broadcast, Channel, Letter, Post
from zhijin.broadcast.services.channels import POST, QUEUE, takes_texts
from zhijin.broadcast.services.common import SYSTEM
from zhijin.broadcast.services.exchanging import WAITS, close, count, exchange
from zhijin.core import clock, jobs, ratelimit
from zhijin.core.scope import scoped
from zhijin.people import api as people

#: Letters and seconds of one turn of the worker; the rest comes with the next.
BATCH, SECONDS = 50, 25.0
MINUTE = 60
#: A letter is tried so often.
TRIES = 3
State, Done = Letter.State, Post.State


def send_some(
    post: Post, channel: Channel, kind: channels.Channel, message: channels.Message, row: Broadcast
) -> bool:
    """Send what is due, as far as the time and the channel's minute go; returns whether all are through."""
    _write_down(post, channel, message, row)
    begun, pause = time.monotonic(), timedelta()
    for pk in _due(post):
        if time.monotonic() - begun > SECONDS:
            break
        if ratelimit.count(channel.record, MINUTE) > kind.per_minute:
            pause = timedelta(seconds=MINUTE - int(time.time()) % MINUTE)
            break
        if not _send(post, pk, channel, kind, message, row):
            break
    return _finish(post, channel, pause)


def _write_down(post: Post, channel: Channel, message: channels.Message, row: Broadcast) -> None:
    """Everybody who may be told, once: those who agree later hear of the next broadcast."""
    with scoped(SYSTEM):
        locked = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
        if locked.segments or locked.state != Done.WAITING:
            return
        now = clock.now()
        found = people.reachable(SYSTEM, row.areas).values_list("id", "place_key")
        Letter.objects.bulk_create(
            (
                Letter(county=post.county, place_key=key, post_id=post.id, person_id=one, next_at=now)
                for one, key in found.iterator(chunk_size=2000)
            ),
            batch_size=2000, ignore_conflicts=True,
        )  # fmt: skip
        locked.total = Letter.objects.filter(post_id=post.id).count()
        locked.segments = wording.segments(text_of(message, channel.settings))
        locked.save(update_fields=["total", "segments"])


def _due(post: Post) -> list[UUID]:
    with scoped(SYSTEM):
        rows = Letter.objects.filter(post_id=post.id, state=State.WAITING, next_at__lte=clock.now())
        return list(rows.order_by("person_id").values_list("person_id", flat=True)[:BATCH])


def _send(
    post: Post, person_id: UUID, channel: Channel, kind: channels.Channel, message: channels.Message, row: Broadcast
) -> bool:  # fmt: skip
    """One letter; False when the message was withdrawn meanwhile."""
    with scoped(SYSTEM):
        if not Post.objects.filter(pk=post.id, state=Done.WAITING).exists():
            return False
        number = people.number_for_notice(actor=SYSTEM, person_id=person_id, record=row.record)
    ref = f"{post.id.hex}{person_id.hex[-12:]}"
    skipped = not takes_texts(number)
    if skipped:
        # The consent is gone, or it is no mobile: not a failure.
        verdict = channels.Verdict("refused", "no mobile" if number else "consent")
    else:
        verdict = exchange(channel, kind, message, number, ref)
    with scoped(SYSTEM):
        rows = Letter.objects.select_for_update(no_key=True)
        _note(rows.get(post_id=post.id, person_id=person_id), verdict, skipped=skipped)
    return True


def _note(letter: Letter, verdict: channels.Verdict, *, skipped: bool) -> None:
    if letter.state != State.WAITING:
        # Another worker's attempt has ended it meanwhile.
        return
    now = clock.now()
    letter.tries += 1
    letter.reason = verdict.reason
    if verdict.state == "again" and letter.tries < TRIES:
        letter.next_at = now + max(WAITS[letter.tries - 1], timedelta(seconds=verdict.wait))
    else:
        state = {"sent": State.SENT, "refused": State.REFUSED}.get(verdict.state, State.GIVEN_UP)
        letter.state, letter.next_at, letter.done_at = state, None, now
        if skipped:
            letter.state = State.SKIPPED
    letter.save(update_fields=["tries", "reason", "state", "next_at", "done_at"])


def _finish(post: Post, channel: Channel, pause: timedelta) -> bool:
    with scoped(SYSTEM):
        row = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
        letters = Letter.objects.filter(post_id=post.id)
        found = dict(letters.values_list("state").annotate(n=Count("*")))
        row.done = found.get(State.SENT, 0)
        row.failed = found.get(State.REFUSED, 0) + found.get(State.GIVEN_UP, 0)
        row.total = sum(found.values()) - found.get(State.SKIPPED, 0)
        row.save(update_fields=["total", "done", "failed"])
        if row.state != Done.WAITING:
            return False
        waiting = letters.filter(state=State.WAITING).order_by("next_at").first()
        if waiting is not None and waiting.next_at is not None:
            now = clock.now()
            row.next_at = max(waiting.next_at, now + pause)
            row.save(update_fields=["next_at"])
            if row.next_at <= now:
                jobs.defer(POST, queue=QUEUE, lock=channel.record, post=str(row.id))
            return False
        bad = (
            letters.filter(state__in=(State.REFUSED, State.GIVEN_UP)).order_by("person_id").first()
        )
        reason = bad.reason if bad is not None else "" if row.total else "nobody"
        close(row, _state(row, bad), reason)
        locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        count(locked, well=bool(row.done) or not row.total, why=reason)
    return not row.failed


def _state(row: Post, bad: Letter | None) -> str:
    if bad is None:
        return Done.SENT
    if row.done:
        return Done.PARTLY
    return Done.REFUSED if bad.state == State.REFUSED else Done.GIVEN_UP
