"""Letting a broadcast go out: asked, approved or refused; stopped; sent again; and people sent to knock on doors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from zhijin.broadcast import circles, errors
from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.services import posting
from zhijin.broadcast.services.common import in_state, locked, may_send, needed, note
from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import place_key, place_span
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.sensing.api import Device

KIND = "loudspeaker"
MOST_ROWS = 400_000
DOORS = "knock-doors"
State, Heard = Broadcast.State, Target.State
#: It played, or is about to: nothing is to be sent again.
WELL = (Heard.PLAYED, Heard.PLAYING, Heard.QUEUED, Heard.VERIFIED, Heard.INTERRUPTED)
_OPENERS = ("county_officer", "township_officer", "village_secretary", "village_staff")


def loudspeakers(areas: Iterable[str], circle: Circle | None = None) -> Q:
    """Loudspeakers in use at or below the areas, and within the circle where there is one."""
    where = Q(pk__in=())
    for code in areas:
        lo, hi = place_span(code)
        where |= Q(place_key__gte=lo, place_key__lt=hi)
    where &= Q(kind=KIND, state=Device.State.ACTIVE)
    return where & circle.within() if circle else where


def submit(*, actor: Actor, pk: UUID) -> Broadcast:
    """Send it out where one may, else ask for approval. Raises BC003, BC005, BC006, BC012, CO403, CO404."""
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
    """Let somebody's broadcast go out. Raises BC003, BC005, BC006, BC007, BC012, CO403, CO404."""
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
    span = timedelta(seconds=row.lasts)
    Target.objects.bulk_create(
        (
            Target(
                county=device.county, broadcast_id=row.id, turn=turn, device_id=device.id, code=device.code,
                label=device.label, place_code=device.place_code, place_key=device.place_key,
                simulated=device.simulated, at=at, until=at + span,
            )
            for turn, at in enumerate(moments)
            for device in devices
        ),
        batch_size=2000,
    )  # fmt: skip
    row.state, row.sent_at, row.sent_by = State.OUT, now, actor.name[:60]
    row.ends_at, row.due_at = max(moments) + span, now
    posting.begin(row, moments)
    row.save(update_fields=["state", "sent_at", "sent_by", "ends_at", "due_at", "shown_until"])
    note(
        actor, row, "send", value=len(devices), detail={"turns": len(moments), "urgent": row.urgent}
    )
    return row


def _some(row: Broadcast) -> list[Device]:
    """Raises BC003 when there is no loudspeaker."""
    meant = loudspeakers(row.areas, circles.of(row.circle))
    found = list(Device.objects.filter(meant).order_by("place_key", "id"))
    if not found:
        raise errors.NOBODY(place=places.label(row.place_code, skip=4) or row.place_code)
    return found


def stop(*, actor: Actor, pk: UUID, why: str = "") -> Broadcast:
    """Fall silent, and play no further turn. Raises BC006, CO403, CO404."""
    with scoped(actor):
        row = locked(actor, pk)
        if not may_send(actor, row):
            actor.require("broadcast.approve", row.place_key)
        in_state(row, State.OUT)
        row.state, row.why, row.due_at = State.STOPPED, why.strip()[:200], clock.now()
        row.ended_at = row.due_at
        posting.withdraw(row)
        row.save(update_fields=["state", "why", "due_at", "ended_at", "shown_until"])
        note(actor, row, "stop", detail={"why": row.why})
    return row


def unheard(row: Broadcast) -> Q:
    """Targets of a broadcast that are listed: nothing is known of a playing, and their time has come."""
    return Q(broadcast_id=row.id, at__lte=clock.now()) & ~Q(state__in=WELL)


def resend(*, actor: Actor, pk: UUID) -> int:
    """Say it again to those that are listed; returns how many. Raises BC006, BC011, CO403, CO404."""
    now = clock.now()
    with scoped(actor):
        row = locked(actor, pk)
        if not may_send(actor, row):
            actor.require("broadcast.approve", row.place_key)
        in_state(row, State.OUT, State.ENDED)
        row.attempt += 1
        until = now + timedelta(seconds=row.lasts)
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


def knock(*, actor: Actor, pk: UUID) -> int:
    """Cases for the grid workers of the places where it was not heard, one a place; returns how many.

    Raises BC011, CO403, CO404, and what opening a case raises.
    """
    with scoped(actor):
        row = locked(actor, pk)
        if not actor.is_system and not may_send(actor, row):
            actor.require("broadcast.approve", row.place_key)
        in_state(row, State.OUT, State.ENDED)
        silent: dict[str, list[Target]] = defaultdict(list)
        for target in Target.objects.filter(unheard(row), case_id=None).order_by(
            "place_key", "code"
        ):
            silent[target.place_code].append(target)
        if not silent:
            raise errors.NOTHING_LEFT()
        for place_code, targets in silent.items():
            _knock_at(actor, row, place_code, targets)
        note(actor, row, "knock", value=len(silent))
    return len(silent)


def _knock_at(actor: Actor, row: Broadcast, place_code: str, targets: list[Target]) -> None:
    labels = "、".join(sorted({target.label for target in targets}))
    roles = actor.roles_at(place_key(place_code))
    opener = (
        "device" if actor.is_system else next((r for r in _OPENERS if r in roles), "village_staff")
    )
    report = cases.Report(
        playbook=DOORS, channel="broadcast", key=f"{row.id}:{place_code}:{row.attempt}", place_code=place_code,
        answers={"what": (row.text or row.title)[:1000], "silent": labels[:1000]},
        simulated=row.simulated or all(target.simulated for target in targets), place_known=True,
    )  # fmt: skip
    opened = cases.open_case(actor=actor, report=report, opener=opener)
    codes = {target.code for target in targets}
    Target.objects.filter(unheard(row), code__in=codes, case_id=None).update(case_id=opened.case_id)
