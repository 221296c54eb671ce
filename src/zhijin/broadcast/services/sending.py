"""Letting a broadcast go out: asked, approved or refused; sent again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from zhijin.broadcast import circles, errors
from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Alert, Broadcast, Target
from zhijin.broadcast.services import posting, replacing
from zhijin.broadcast.services.common import in_state, locked, may_send, needed, note
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import place_span
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.sensing.api import Device

KIND = "loudspeaker"
MOST_ROWS = 400_000
State, Heard = Broadcast.State, Target.State
#: It is about to play, or playing: waited for as long as it may begin, and as long as it then sounds.
HOPE = (Heard.RECEIVED, Heard.VERIFIED, Heard.QUEUED, Heard.INTERRUPTED, Heard.PLAYING)
#: A receipt may take so long once the sound has ended.
RECEIPT = timedelta(minutes=2)
NEVER = datetime.max.replace(tzinfo=UTC)


def within(code: str) -> Q:
    """What stands at or below a place."""
    lo, hi = place_span(code)
    return Q(place_key__gte=lo, place_key__lt=hi)


def loudspeakers(areas: Iterable[str], circle: Circle | None = None) -> Q:
    """Loudspeakers in use at or below the areas, and within the circle where there is one."""
    where = Q(pk__in=())
    for code in areas:
        where |= within(code)
    where &= Q(kind=KIND, state=Device.State.ACTIVE)
    return where & circle.within() if circle else where


def submit(*, actor: Actor, pk: UUID) -> Broadcast:
    """Send it out where one may, else ask for approval. Raises BC003, BC005, BC006, BC012, BC021, CO403, CO404."""
    with scoped(actor):
        row = locked(actor, pk)
        actor.require("broadcast.make", row.place_key)
        in_state(row, State.DRAFT)
        if may_send(actor, row):
            return _go(actor, row)
        _some(row)
        row.state, row.asked_at, row.approver = State.WAITING, clock.now(), needed(row).key
        row.save(update_fields=["state", "asked_at", "approver"])
        note(actor, row, "ask", detail={"approver": row.approver})
    return row


def approve(*, actor: Actor, pk: UUID) -> Broadcast:
    """Let somebody's broadcast go out. Raises BC003, BC005, BC006, BC007, BC012, BC021, CO403, CO404."""
    with scoped(actor):
        row = locked(actor, pk)
        actor.require("broadcast.approve", row.place_key)
        in_state(row, State.WAITING)
        if not may_send(actor, row):
            raise errors.NOT_YOURS(level=row.get_level_display(), role=needed(row).title())
        return _go(actor, row)


def refuse(*, actor: Actor, pk: UUID, why: str) -> Broadcast:
    """Do not let it go out. Raises BC006, CO400, CO403, CO404."""
    why = why.strip()
    if not 1 <= len(why) <= 200:
        raise BAD_REQUEST(fields={"why": _("请写明原因。")})
    with scoped(actor):
        row = locked(actor, pk)
        actor.require("broadcast.approve", row.place_key)
        in_state(row, State.WAITING)
        row.state, row.why = State.REFUSED, why
        row.save(update_fields=["state", "why"])
        note(actor, row, "refuse", detail={"why": why})
    return row


def _go(actor: Actor, row: Broadcast) -> Broadcast:
    """Write down who is to hear it; the voice process says it."""
    now = clock.now()
    turns = [datetime.fromtimestamp(at / 1000, UTC) for at in row.turns]
    if any(turn < now - timedelta(minutes=1) for turn in turns):
        raise errors.BAD_TIMES(what=_("已经过去了"), days=60, most=62)
    moments = turns or [now]
    devices = _some(row)
    if len(devices) * len(moments) > MOST_ROWS:
        raise errors.TOO_MANY(most=MOST_ROWS)
    span, last = timedelta(seconds=row.lasts), _warned_until(row)
    Target.objects.bulk_create(
        (
            Target(
                county=device.county, broadcast_id=row.id, turn=turn, device_id=device.id, code=device.code,
                label=device.label, place_code=device.place_code, place_key=device.place_key,
                simulated=device.simulated, at=at, until=min(at + span, last),
            )
            for turn, at in enumerate(moments)
            for device in devices
        ),
        batch_size=2000,
    )  # fmt: skip
    row.state, row.sent_at, row.sent_by = State.OUT, now, actor.name[:60]
    row.ends_at, row.due_at = min(max(moments) + span, last), now
    posting.begin(row, moments)
    row.save(update_fields=["state", "sent_at", "sent_by", "ends_at", "due_at", "shown_until"])
    note(
        actor, row, "send", value=len(devices), detail={"turns": len(moments), "urgent": row.urgent}
    )
    replacing.take_the_place(row)
    return row


def _warned_until(row: Broadcast) -> datetime:
    """No warning is said after the moment at which it ends. Raises BC021 when that is over."""
    until = None
    if row.alert_id is not None:
        until = Alert.objects.filter(pk=row.alert_id).values_list("until", flat=True).first()
    if until is not None and until <= clock.now():
        raise errors.ALERT_OVER(until=clock.local(until).strftime("%Y-%m-%d %H:%M"))
    return until or NEVER


def _some(row: Broadcast) -> list[Device]:
    """Raises BC003 when there is no loudspeaker."""
    meant = loudspeakers(row.areas, circles.of(row.circle))
    found = list(Device.objects.filter(meant).order_by("place_key", "id"))
    if not found:
        raise errors.NOBODY(place=places.label(row.place_code, skip=4) or row.place_code)
    return found


def hopeful(row: Broadcast) -> Q:
    """Targets that may still be heard of by themselves. One that fell silent in the middle is not, once its time and
    the length of the sound have passed: whoever waited for it would wait for ever."""
    sounds = timedelta(milliseconds=row.millis + 2000) * row.times
    return Q(state__in=HOPE, until__gte=clock.now() - sounds - RECEIPT)


def fell_silent(row: Broadcast, target: Target) -> bool:
    """Whether a target was on its way and is not hoped for any more."""
    sounds = timedelta(milliseconds=row.millis + 2000) * row.times
    return target.state in HOPE and target.until < clock.now() - sounds - RECEIPT


def unheard(row: Broadcast) -> Q:
    """Targets of a broadcast that are listed: nothing is known of a playing, and their time has come."""
    come = Q(broadcast_id=row.id, at__lte=clock.now())
    return come & ~Q(state=Heard.PLAYED) & ~hopeful(row)


def resend(*, actor: Actor, pk: UUID) -> int:
    """Say it again to those that are listed, in one statement however many they are; returns how many.
    Raises BC006, BC011, BC021, BC024, CO403, CO404."""
    now = clock.now()
    with scoped(actor):
        row = locked(actor, pk)
        if not may_send(actor, row):
            actor.require("broadcast.approve", row.place_key)
        in_state(row, State.OUT, State.ENDED)
        if row.on_errand:
            raise errors.ON_ERRAND(done=row.errand_done, of=row.errand_of)
        row.attempt += 1
        until = min(now + timedelta(seconds=row.lasts), _warned_until(row))
        count = Target.objects.filter(unheard(row), case_id=None).update(
            state=Heard.LISTED, why="", attempt=row.attempt, at=now, until=until, sends=0,
        )  # fmt: skip
        if not count:
            raise errors.NOTHING_LEFT()
        row.state, row.due_at, row.ended_at = State.OUT, now, None
        row.ends_at = max(until, row.ends_at or until)
        row.shown_until = max(row.ends_at, row.shown_until or until)
        row.save(update_fields=["attempt", "state", "due_at", "ended_at", "ends_at", "shown_until"])
        note(actor, row, "resend", value=count, detail={"attempt": row.attempt})
    return count
