"""Broadcasts, their boards, loudspeakers and warnings, within what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Alert, Broadcast, Target
from zhijin.broadcast.services.common import SYSTEM
from zhijin.broadcast.services.sending import KIND, hopeful, loudspeakers, unheard, within
from zhijin.broadcast.templates_said import HEADINGS
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_span
from zhijin.core.scope import scope_q, scoped
from zhijin.sensing.api import Device, DeviceState, visible_devices

Heard = Target.State
#: What the board shows first: who has not heard it.
PAGE = 50


def broadcasts(actor: Actor, show: str = "") -> QuerySet[Broadcast]:
    """In scope, newest first; ``waiting`` for approval, or ``out``."""
    rows = Broadcast.objects.filter(scope_q(actor, "place_key"))
    if show in Broadcast.State.values:
        rows = rows.filter(state=show)
    return rows.order_by("-made_at", "-id")


def get(actor: Actor, pk: UUID) -> Broadcast:
    """Raises CO404."""
    row = Broadcast.objects.filter(scope_q(actor, "place_key"), pk=pk).first()
    if row is None:
        raise NOT_FOUND()
    return row


@dataclass(frozen=True)
class Board:
    """What became of one turn. ``listed``: those whose time has come and of which no playing is known.
    ``early``: it is planned, and its time has not come."""

    turn: int
    turns: int
    total: int
    played: int
    playing: int
    received: int
    listed: int
    told: int
    by_state: tuple[tuple[str, int], ...]
    early: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected by itself."""
        return self.total == self.played or not self.total


def board(row: Broadcast, turn: int = 0) -> Board:
    """Counted in one query over the broadcast's rows of a turn."""
    counted = Target.objects.filter(broadcast_id=row.id, turn=turn).values_list("state")
    listed = Count("code", filter=unheard(row))
    rows = list(counted.annotate(n=Count("*"), listed=listed, told=Count("case_id")))
    found = {state: n for state, n, _listed, _told in rows}
    return Board(
        turn, max(1, len(row.turns)), sum(found.values()), found.get(Heard.PLAYED, 0), found.get(Heard.PLAYING, 0),
        sum(found.values()) - found.get(Heard.LISTED, 0), sum(row[2] for row in rows), sum(row[3] for row in rows),
        tuple((str(Heard(state).label), found[state]) for state in sorted(found)),
        turn < len(row.turns) and row.turns[turn] > clock.now().timestamp() * 1000,
    )  # fmt: skip


def targets(row: Broadcast, turn: int = 0) -> QuerySet[Target]:
    """The rows of a board: those that are silent or failed first."""
    order = Case(
        When(state=Heard.PLAYED, then=Value(2)), When(hopeful(row), then=Value(1)), default=Value(0),
        output_field=IntegerField(),
    )  # fmt: skip
    rows = Target.objects.filter(broadcast_id=row.id, turn=turn)
    return rows.alias(shown=order).order_by("shown", "place_key", "code")


def ears(actor: Actor, areas: Iterable[str], circle: Circle | None = None) -> int:
    """How many loudspeakers would be told."""
    rows = Device.objects.filter(scope_q(actor, "place_key", orgs="org_key"))
    return rows.filter(loudspeakers(areas, circle)).count()


def ears_at(actor: Actor, codes: Sequence[str]) -> list[int]:
    """How many loudspeakers in the actor's scope would be told at or below each of the places, in one statement."""
    rows = Device.objects.filter(scope_q(actor, "place_key", orgs="org_key"), loudspeakers(codes))
    counted = {f"n{at}": Count("pk", filter=within(code)) for at, code in enumerate(codes)}
    return list(rows.aggregate(**counted).values()) if counted else []


@dataclass(frozen=True)
class Placed:
    """A loudspeaker for a drawing."""

    title: str
    point: tuple[float, float] | None


def placed(actor: Actor, place: str, most: int = 500) -> list[Placed]:
    """Loudspeakers at or below a place whose position is known."""
    rows = Device.objects.filter(scope_q(actor, "place_key", orgs="org_key"), loudspeakers([place]))
    known = rows.filter(lon__isnull=False, lat__isnull=False).order_by("id")
    return [
        Placed(label, (lon, lat))
        for label, lon, lat in known.values_list("label", "lon", "lat")[:most]
        if lon is not None and lat is not None
    ]


@dataclass(frozen=True)
class Loudspeaker:
    """A loudspeaker and when it was last heard of."""

    device: Device
    state: DeviceState | None


def listed(actor: Actor, place: Q) -> QuerySet[Device]:
    """Loudspeakers in scope."""
    rows = visible_devices(actor).filter(place, kind=KIND).exclude(state=Device.State.RETIRED)
    return rows.order_by("place_key", "label", "id")


def states_of(rows: Iterable[Device]) -> list[Loudspeaker]:
    found = list(rows)
    states = DeviceState.objects.in_bulk([row.id for row in found])
    return [Loudspeaker(row, states.get(row.id)) for row in found]


@dataclass(frozen=True)
class OnAir:
    """A broadcast that is out. ``heading`` is one of a closed list or empty: a title that somebody typed may
    name a person."""

    level: str
    tone: str
    heading: str
    place_code: str
    sent_at: datetime
    board: Board
    exercise: bool


def on_air(actor: Actor, place: str, size: int = 2) -> list[OnAir]:
    """What is being broadcast below a place, the newest first; a plan only while one of its turns is under way."""
    lo, hi = place_span(place)
    out = broadcasts(actor, Broadcast.State.OUT).filter(place_key__gte=lo, place_key__lt=hi)
    rows = [row for row in out.order_by("-sent_at")[:PAGE] if under_way(row, turn_now(row))]
    return [
        OnAir(
            str(row.get_level_display()), row.level, str(HEADINGS.get(row.title, "")), row.place_code,
            row.sent_at or row.made_at, board(row, turn_now(row)), row.exercise,
        )
        for row in rows[:size]
    ]  # fmt: skip


def under_way(row: Broadcast, turn: int) -> bool:
    """Whether receipts of a turn come in now: from its moment on, for as long as it may begin and sound."""
    at = (
        row.turns[turn] / 1000
        if turn < len(row.turns)
        else (row.sent_at or row.made_at).timestamp()
    )
    since = clock.now().timestamp() - at
    again = row.ends_at is not None and row.attempt > 1 and clock.now() < row.ends_at
    return again or -5 <= since <= row.lasts + row.times * row.millis / 1000 + 120


def turn_now(row: Broadcast) -> int:
    """The newest turn whose time has come; the first before that."""
    now = clock.now().timestamp() * 1000
    past = [number for number, at in enumerate(row.turns) if at <= now]
    return past[-1] if past else 0


def alerts(actor: Actor) -> QuerySet[Alert]:
    """Warnings in scope, newest first."""
    return Alert.objects.filter(scope_q(actor, "place_key")).order_by("-received_at")


def alert(actor: Actor, pk: UUID) -> Alert:
    """Raises CO404."""
    row = Alert.objects.filter(scope_q(actor, "place_key"), pk=pk).first()
    if row is None:
        raise NOT_FOUND()
    return row


def public_audio(digest: str) -> Broadcast | None:
    """A broadcast that went out with this audio: loudspeakers fetch it without signing in."""
    with scoped(SYSTEM):
        rows = Broadcast.objects.filter(
            Q(digest=digest) | Q(opus_digest=digest), sent_at__isnull=False
        )
        return rows.order_by("-sent_at").first()


def waiting(actor: Actor) -> int:
    """How many wait for an approval in scope."""
    return broadcasts(actor, Broadcast.State.WAITING).count()
