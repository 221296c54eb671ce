"""The same message to robots, gateways and the portal: queued with the broadcast, sent by the worker, again where it
failed, and its outcome written down. Whatever happens here, the loudspeakers know nothing of it.

At least once: a worker that dies between sending and writing down sends again; a warning twice in a group does less
harm than none.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from zhijin.broadcast import channels
from zhijin.broadcast.models import Alert, Broadcast, Channel, Post
from zhijin.broadcast.services import letters
from zhijin.broadcast.services.channels import NUMBER, POST, QUEUE
from zhijin.broadcast.services.common import SYSTEM
from zhijin.broadcast.services.exchanging import WAITS, close, count, exchange
from zhijin.core import clock, crypto, jobs, ratelimit
from zhijin.core.ids import pad12
from zhijin.core.scope import scoped
from zhijin.places import api as places

#: While one worker sends, another leaves the message alone for so long.
LEASE = timedelta(seconds=60)
MINUTE = 60
#: So long it is worth telling a group that what it was told has ended.
STOPPED_FOR = timedelta(hours=1)
State = Post.State


def begin(row: Broadcast, moments: list[datetime]) -> None:
    """Queue the broadcast for its channels at its first moment; in the transaction in which it goes out."""
    alert = Alert.objects.filter(pk=row.alert_id).first() if row.alert_id else None
    ends = [one for one in (row.ends_at, alert.until if alert else None) if one is not None]
    row.shown_until = max(ends)
    _queue(row, "say", min(moments), row.shown_until)


def withdraw(row: Broadcast) -> None:
    """Take back what waits, and tell the groups that were told; in the transaction that stops the broadcast."""
    now = clock.now()
    posts = Post.objects.filter(broadcast_id=row.id, what="say")
    posts.filter(state=State.WAITING).update(state=State.WITHDRAWN, next_at=None, done_at=now)
    # Only now: one that was just being written down as sent has been waited for.
    had = set(posts.exclude(state=State.WITHDRAWN).values_list("channel_id", flat=True))
    row.shown_until = now
    _queue(row, "stop", now, now + STOPPED_FOR, had)


def _queue(
    row: Broadcast, what: str, at: datetime, until: datetime, only: set[UUID] | None = None
) -> None:
    now, wanted = clock.now(), [UUID(one) for one in row.channels]
    with scoped(SYSTEM):
        rows = list(Channel.objects.filter(pk__in=wanted).order_by("id")) if wanted else []
    for channel in rows:
        kind, active = channels.kind(channel.kind), channel.state == Channel.State.ACTIVE
        if only is not None and (channel.id not in only or kind is None or kind.personal):
            continue
        post = Post(
            county=row.county, place_code=row.place_code, place_key=row.place_key, broadcast_id=row.id,
            channel_id=channel.id, kind=channel.kind, label=channel.label, what=what, next_at=at, until=until,
            made_at=now,
        )  # fmt: skip
        if not active:
            # It stands on the board all the same: somebody ticked it.
            post.state, post.reason, post.next_at, post.done_at = (
                State.WITHDRAWN,
                "suspended",
                None,
                now,
            )
        post.save(force_insert=True)
        if active and at <= now:
            jobs.defer(POST, queue=QUEUE, lock=channel.record, post=str(post.id))


def deliver(pk: UUID) -> bool:
    """Send one message if it is due; returns whether the channel took it. Safe to run twice at once.

    No transaction is open while the other side answers.
    """
    found = _claim(pk)
    if found is None:
        return False
    post, channel, row = found
    kind = channels.kind(channel.kind)
    if kind is None:
        return _settle(post, channels.Verdict("refused", "not installed"))
    message = message_of(row, post)
    if kind.personal and post.number is None and row is not None:
        return letters.send_some(post, channel, kind, message, row)
    number = crypto.unseal(NUMBER, post.number) if post.number is not None else ""
    return _settle(post, exchange(channel, kind, message, number, str(post.id)))


def _claim(pk: UUID) -> tuple[Post, Channel, Broadcast | None] | None:
    """Take the message for this worker, if it is due, its channel in use and its minute not full."""
    now = clock.now()
    with scoped(SYSTEM):
        rows = Post.objects.select_for_update(skip_locked=True, no_key=True)
        post = rows.filter(pk=pk, state=State.WAITING, next_at__lte=now).first()
        if post is None:
            return None
        channel = Channel.objects.get(pk=post.channel_id)
        row = Broadcast.objects.filter(pk=post.broadcast_id).first()
        if now > post.until:
            post.failed = post.total - post.done
            close(post, State.GIVEN_UP, post.reason or "expired")
            return None
        kind = channels.kind(channel.kind)
        full = kind is not None and ratelimit.count(channel.record, MINUTE) > kind.per_minute
        # Letters count for themselves; a full minute is no attempt.
        if full and kind is not None and not kind.personal:
            post.next_at = now + timedelta(seconds=MINUTE - int(time.time()) % MINUTE)
            post.save(update_fields=["next_at"])
            return None
        post.tries, post.next_at = post.tries + 1, now + LEASE
        post.save(update_fields=["tries", "next_at"])
    return post, channel, row


def _told_after_all(post: Post) -> None:
    """The broadcast was stopped while its message was on the way: who got it is told of the end like the others."""
    rows = Broadcast.objects.filter(pk=post.broadcast_id, state=Broadcast.State.STOPPED)
    row = rows.first()
    if row is None or post.what != "say" or post.state != State.WITHDRAWN:
        return
    close(post, State.SENT, "")
    now = clock.now()
    _queue(row, "stop", now, now + STOPPED_FOR, {post.channel_id})


def _settle(post: Post, verdict: channels.Verdict) -> bool:
    """Write down what became of an attempt; returns whether it was taken."""
    with scoped(SYSTEM):
        row = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
        if row.state != State.WAITING:
            if verdict.state == "sent":
                _told_after_all(row)
            return False
        channel = Channel.objects.select_for_update(no_key=True).get(pk=row.channel_id)
        if verdict.state == "again" and row.tries <= len(WAITS):
            pause = max(WAITS[row.tries - 1], timedelta(seconds=verdict.wait))
            row.next_at, row.reason = clock.now() + pause, verdict.reason
            row.save(update_fields=["next_at", "reason"])
            return False
        state = {"sent": State.SENT, "refused": State.REFUSED}.get(verdict.state, State.GIVEN_UP)
        close(row, state, "" if state == State.SENT else verdict.reason)
        count(channel, well=state == State.SENT, why=verdict.reason)
    return verdict.state == "sent"


def message_of(row: Broadcast | None, post: Post) -> channels.Message:
    """What the channel is told. Chinese, as the loudspeakers speak."""
    if row is None:
        return channels.Message("织锦渠道测试", "", what="test", place=post.label)
    drill = "演练" if row.exercise else "模拟" if row.simulated else ""
    level = "" if row.level == "plain" else _LEVELS[row.level]
    code = pad12(row.place_code[:12])[:12]
    link = f"{settings.ZHIJIN_ORIGIN}/p/{code}/" if row.portal and len(row.place_code) >= 12 else ""
    return channels.Message(
        row.title, row.text, post.what, level, places.label(row.place_code, skip=2) or row.place_code,
        link, drill, row.why if post.what == "stop" else "",
    )  # fmt: skip


_LEVELS = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}


def requeue(limit: int = 200) -> int:
    """Queue a job for each message that is due (again); also what a killed worker had in hand. Returns how many."""
    with scoped(SYSTEM):
        due = Post.objects.filter(state=State.WAITING, next_at__lte=clock.now())
        found = list(due.order_by("next_at").values_list("id", "channel_id")[:limit])
    queued = 0
    for pk, channel_id in found:
        task = app.configure_task(
            POST, queue=QUEUE, lock=f"channel:{channel_id}", queueing_lock=f"post:{pk}"
        )
        try:
            with transaction.atomic():
                task.defer(post=str(pk))
        except AlreadyEnqueued:
            continue
        queued += 1
    return queued
