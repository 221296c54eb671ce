"""Devices, their readings and alarms, what was refused, and the inventory, within what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import code_of, is_code, place_span
from zhijin.core.scope import scope_q
from zhijin.core.signals import BY_NUMBER, DEVICE_KINDS
from zhijin.people.api import visible_households
from zhijin.sensing.models import Alarm, Asset, Device, DeviceState, Reading, Refused

SHOWS = ("", "silent", "shut", "stopped", "battery")
LOW_BATTERY = 20
#: Points of a chart.
POINTS = 96


@dataclass(frozen=True)
class DeviceView:
    """A device with how it is, for lists, maps and its page."""

    device: Device
    state: DeviceState | None
    place: str = ""

    @property
    def id(self) -> int:
        return self.device.id

    @property
    def title(self) -> str:
        return self.device.label

    @property
    def point(self) -> tuple[float, float] | None:
        lon, lat = self.device.lon, self.device.lat
        return None if lon is None or lat is None else (lon, lat)

    @property
    def health(self) -> str:
        """``ok``, ``never``, ``silent``, ``shut``, ``held``, ``battery``, or the state that people set."""
        device, state = self.device, self.state
        if device.state != Device.State.ACTIVE:
            return device.state
        if device.shut_until is not None and device.shut_until > clock.now():
            return "shut"
        if device.held_at is not None:
            return "held"
        if state is None or state.last_at is None:
            return "never"
        if state.dead_since is not None:
            return "silent"
        low = state.battery is not None and state.battery < LOW_BATTERY
        return "battery" if low else "ok"

    @property
    def is_late(self) -> bool:
        """Whether somebody should look at it (maps draw it so)."""
        return self.health in {"silent", "shut", "held", "battery"}


def reading_text(kind: int | None, value: int | None, second: int | None, lang: str = "zh") -> str:
    """“电压 198.5 V，负载率 80 %”"""
    found = BY_NUMBER.get(kind) if kind else None
    if found is None:
        return ""
    parts = []
    for measure, figure in zip(found.measures, (value, second), strict=False):
        if figure is not None:
            name = measure.en if lang.startswith("en") else measure.zh
            parts.append(f"{name} {measure.show(figure, lang)}")
    return ", ".join(parts) if lang.startswith("en") else "，".join(parts)


def alarm_text(alarm: Alarm, lang: str = "zh") -> str:
    """The figure that raised it, with its measure: “负载率 120 %”."""
    found = BY_NUMBER.get(alarm.kind)
    if found is None or not found.measures or alarm.value is None:
        return found.zh if found else ""
    measure = found.measures[min(alarm.about // 1000, len(found.measures) - 1)]
    name = measure.en if lang.startswith("en") else measure.zh
    return f"{name} {measure.show(alarm.value, lang)}"


def visible(actor: Actor) -> QuerySet[Device]:
    """Devices in the reader's places or of their organisations."""
    return Device.objects.filter(scope_q(actor, "place_key", orgs="org_key"))


def within(code: str) -> Q:
    """Rows at or below a place; everything for no code."""
    if not is_code(code):
        return Q()
    lo, hi = place_span(code)
    return Q(place_key__gte=lo, place_key__lt=hi)


def listing(actor: Actor, place: str = "", kind: str = "", show: str = "") -> QuerySet[Device]:
    """Devices below ``place``, of a kind, and in a condition (one of SHOWS), by label."""
    rows = visible(actor).filter(within(place))
    if kind in DEVICE_KINDS:
        rows = rows.filter(kind=kind)
    if show == "stopped":
        return rows.exclude(state=Device.State.ACTIVE).order_by("label", "id")
    rows = rows.exclude(state=Device.State.RETIRED)
    if show == "shut":
        rows = rows.filter(_kept_away())
    elif show == "silent":
        rows = rows.filter(id__in=_states(actor).filter(dead_since__isnull=False))
    elif show == "battery":
        rows = rows.filter(id__in=_states(actor).filter(battery__lt=LOW_BATTERY))
    return rows.order_by("label", "id")


def _kept_away() -> Q:
    """Shut out by the flood guard for a while, or in quarantine until somebody has looked."""
    return Q(shut_until__gt=clock.now()) | Q(held_at__isnull=False)


def _states(actor: Actor) -> Any:
    return DeviceState.objects.filter(scope_q(actor, "place_key")).values("device_id")


def views_of(rows: Iterable[Device], names: dict[str, str] | None = None) -> list[DeviceView]:
    """With their states, in one more query."""
    found = list(rows)
    states = DeviceState.objects.in_bulk([row.id for row in found])
    names = names or {}
    return [
        DeviceView(row, states.get(row.id), names.get(row.place_code, row.place_code))
        for row in found
    ]


def get(actor: Actor, device_id: int) -> DeviceView:
    """One device. Raises CO404."""
    row = visible(actor).filter(pk=device_id).first()
    if row is None:
        raise NOT_FOUND()
    return views_of([row])[0]


def in_households(actor: Actor, household: UUID | None = None) -> list[DeviceView]:
    """Devices that are fitted in households (in one of them), not retired, by label; two statements."""
    rows = visible(actor).exclude(state=Device.State.RETIRED)
    rows = rows.filter(household=household) if household else rows.exclude(household=None)
    return views_of(rows.order_by("label", "id")[:5000])


def free_in(actor: Actor, village: str) -> list[Device]:
    """Devices of a village that are in use and fitted in no household, by label."""
    rows = visible(actor).filter(within(village), household=None, state=Device.State.ACTIVE)
    return list(rows.order_by("label", "id")[:500])


def alarms_of(
    actor: Actor, device_ids: Iterable[int], since: datetime | None = None
) -> list[Alarm]:
    """The alarms of some devices, newest first."""
    rows = Alarm.objects.filter(scope_q(actor, "place_key"), device_id__in=list(device_ids))
    if since is not None:
        rows = rows.filter(at__gte=since)
    return list(rows.order_by("-at")[:5000])


def alarms(actor: Actor, device_id: int | None = None, size: int = 20) -> list[Alarm]:
    """The newest alarms, of one device or of everything in scope."""
    rows = Alarm.objects.filter(scope_q(actor, "place_key"))
    if device_id is not None:
        rows = rows.filter(device_id=device_id)
    return list(rows.order_by("-made_at")[:size])


def refused(actor: Actor, device_id: int | None = None, size: int = 100) -> list[Refused]:
    """What was not taken in, newest first."""
    rows = Refused.objects.filter(scope_q(actor, "place_key"))
    if device_id is not None:
        rows = rows.filter(device_id=device_id)
    return list(rows.order_by("-last_at")[:size])


@dataclass(frozen=True)
class Point:
    """The mean, least and most of one stretch of time."""

    at: datetime
    mean: float
    least: int
    most: int


def series(device: Device, kind: int, position: int, hours: int) -> list[Point]:
    """At most 96 points of one measure over the last ``hours``, empty stretches left out."""
    column = "second" if position else "value"
    step = f"{hours * 3600 // POINTS} seconds"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT date_bin(%s::interval, at, 'epoch'), avg({column}), min({column}), max({column})"
            " FROM sensing_reading WHERE county = %s AND device_id = %s AND kind = %s"
            f" AND at > %s AND {column} IS NOT NULL GROUP BY 1 ORDER BY 1",
            [step, device.county, device.id, kind, clock.now() - timedelta(hours=hours)],
        )
        return [Point(at, float(mean), low, high) for at, mean, low, high in cursor.fetchall()]


#: What is received so long after it was measured came late.
LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class Late:
    """Readings that were sent on later: how many, measured from when to when, and when the last of them came."""

    count: int
    first: datetime
    last: datetime
    received: datetime


def late(device: Device, hours: int) -> Late | None:
    """What was measured in the last ``hours`` and came more than ten minutes late; None when nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(at), max(at), max(received) FROM sensing_reading"
            " WHERE county = %s AND device_id = %s AND at > %s"
            " AND received - at > make_interval(secs => %s)",
            [device.county, device.id, clock.now() - timedelta(hours=hours), LATE.total_seconds()],
        )
        found = cursor.fetchone()
    return Late(*found) if found and found[0] else None


def readings(device: Device, since: datetime, most: int = 100_000) -> tuple[list[Reading], bool]:
    """Raw readings for an export, oldest first; of more than ``most`` the newest, and whether some were left out."""
    rows = Reading.objects.filter(county=device.county, device_id=device.id, at__gte=since)
    found = list(rows.order_by("-at", "-seq")[: most + 1])
    return found[:most][::-1], len(found) > most


@dataclass(frozen=True)
class Coverage:
    """One kind of equipment below a place. ``share`` in basis points of households, rounded down."""

    kind: str
    title: str
    count: int
    households: int
    share: int | None


def assets(actor: Actor, place: str = "") -> QuerySet[Asset]:
    """The inventory below a place."""
    rows = Asset.objects.filter(scope_q(actor, "place_key", orgs="org_key")).filter(within(place))
    return rows.order_by("place_key", "kind")


def coverage(actor: Actor, place: str) -> list[Coverage]:
    """Totals of each kind below a place; ports against households as stated, else as registered."""
    rows = assets(actor, place).values("kind").order_by("kind")
    out = []
    registered: int | None = None
    for row in rows.annotate(total=Sum("count"), homes=Sum("households")):
        kind, total = row["kind"], int(row["total"] or 0)
        homes = int(row["homes"] or 0)
        if kind == Asset.Kind.PORT and not homes:
            if registered is None:
                registered = visible_households(actor).filter(within(place)).count()
            homes = registered
        share = total * 10_000 // homes if homes and kind == Asset.Kind.PORT else None
        out.append(Coverage(kind, str(Asset.Kind(kind).label), total, homes, share))
    return out


def counts(actor: Actor, place: str = "") -> dict[str, int]:
    """How many devices there are, by condition, for the head of the list: one statement, however many they are."""
    state = DeviceState.objects.filter(device_id=OuterRef("id"), county=OuterRef("county"))
    asked = {
        name: Subquery(state.values(name)[:1]) for name in ("last_at", "dead_since", "battery")
    }
    rows = listing(actor, place).order_by().annotate(**asked).annotate(health=_health())
    out = dict(rows.values_list("health").annotate(n=Count("id")))
    return {"all": sum(out.values()), **out}


def _health() -> Case:
    """The same as :attr:`DeviceView.health`, for the database."""
    away = [
        (~Q(state=Device.State.ACTIVE), F("state")), (Q(shut_until__gt=clock.now()), Value("shut")),
        (Q(held_at__isnull=False), Value("held")), (Q(last_at=None), Value("never")),
        (Q(dead_since__isnull=False), Value("silent")), (Q(battery__lt=LOW_BATTERY), Value("battery")),
    ]  # fmt: skip
    found = [When(test, then=word) for test, word in away]
    return Case(*found, default=Value("ok"), output_field=CharField())


@dataclass(frozen=True)
class Sensed:
    """How many devices are in use below a place, and how many of them are silent or shut out."""

    devices: int
    silent: int
    shut: int


def sensed(actor: Actor, place: str) -> Sensed:
    """Counted in two queries, whatever the number of devices."""
    rows = visible(actor).filter(within(place), state=Device.State.ACTIVE)
    found = rows.aggregate(n=Count("id"), shut=Count("id", filter=_kept_away()))
    silent = DeviceState.objects.filter(
        scope_q(actor, "place_key"), within(place), dead_since__isnull=False
    )
    return Sensed(found["n"], silent.count(), found["shut"])


@dataclass(frozen=True)
class Signal:
    """A rule that fired, without the device: what was sensed (in the reader's language), where and when."""

    kind: str
    place_code: str
    at: datetime
    state: str
    opened: bool


def signals(actor: Actor, place: str, since: datetime, lang: str, size: int = 4) -> list[Signal]:
    """The newest alarms below a place."""
    rows = Alarm.objects.filter(scope_q(actor, "place_key"), within(place), made_at__gte=since)
    # What came late is no signal of now.
    rows = rows.exclude(state=Alarm.State.LATE)
    return [
        Signal(
            _kind_title(row.kind, lang), code_of(row.place_key), row.at,
            str(row.get_state_display()), row.state == Alarm.State.OPENED,
        )
        for row in rows.order_by("-made_at")[:size]
    ]  # fmt: skip


def _kind_title(number: int, lang: str) -> str:
    kind = BY_NUMBER.get(number)
    if kind is None:
        return str(number)
    return kind.en if lang.startswith("en") else kind.zh


def reasons() -> dict[str, str]:
    """Why messages are refused, in the reader's words."""
    return {
        "json": _("不是 JSON"),
        "schema": _("内容不在允许的项目里"),
        "range": _("数值超出范围"),
        "size": _("太长"),
        "kind": _("这种设备不报这种事件"),
        "old": _("编号太旧，无法判断是否重复"),
        "stopped": _("设备已停用"),
        "flood": _("发得太多"),
        "twice": _("反复重连：可能有两台用了同一个编号和密钥，或网络不稳"),
    }


def devices_by_id(actor: Actor, ids: Sequence[int]) -> dict[int, Device]:
    """Devices of some rows, those that the reader may see."""
    return {row.id: row for row in visible(actor).filter(pk__in=set(ids))}
