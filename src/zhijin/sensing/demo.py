"""A village's devices and equipment for demonstrations: the figures are those of the documents, the devices are not
there and say so."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.core.signals import KINDS
from zhijin.places import api as places
from zhijin.sensing.intake import Arrived, Outcome, take_in
from zhijin.sensing.models import Asset, Device, DeviceState
from zhijin.sensing.registry import Registry
from zhijin.sensing.services.assets import set_asset
from zhijin.sensing.services.devices import Entry, register

DEMO = Actor.system("demo")
VILLAGE = "530602105207"
#: Kind, name, households served. 大耆老村: fire, water, sanitation, power (documents 002 and 003).
DEVICES: tuple[tuple[str, str, int], ...] = (
    ("smoke", "1 号烤房烟感", 6), ("smoke", "2 号烤房烟感", 5), ("smoke", "村卫生室烟感", 0),
    ("smoke", "小学食堂烟感", 0), ("fire", "1 号烤房火焰探测器", 6), ("fire", "粮仓火焰探测器", 0),
    ("water_level", "大沟水位计", 0), ("drowning_zone", "水库东岸防溺水哨", 0),
    ("drowning_zone", "大沟桥下防溺水哨", 0), ("bin", "村口垃圾箱", 0), ("bin", "小学旁垃圾箱", 0),
    ("power", "1 号烤房台区电表", 6), ("power", "2 号烤房台区电表", 5), ("power", "三组台区电表", 31),
    ("vehicle_count", "进村路口车流量计", 0), ("camera", "水库摄像头", 0), ("camera", "村口摄像头", 0),
    ("door", "防汛仓库门磁", 0), ("loudspeaker", "村委会云喇叭", 0), ("loudspeaker", "二组云喇叭", 0),
)  # fmt: skip
#: 184 ports for 500 households, 500 cameras (document 003); 5G, two loudspeakers, WiFi (document 004).
ASSETS: tuple[tuple[str, str, int, int | None], ...] = (
    (VILLAGE, "port", 184, 500), ("530602", "camera", 500, None), (VILLAGE, "loudspeaker", 2, None),
    (VILLAGE, "base_5g", 1, None), (VILLAGE, "wifi", 3, None),
)  # fmt: skip
#: Plausible figures of a day: kind of device → least and most of both measures.
_DAY: dict[str, tuple[int, int, int | None, int | None]] = {
    "smoke": (5, 60, 180, 290), "water_level": (900, 1300, -20, 25), "bin": (10, 80, None, None),
    "power": (2080, 2290, 35, 92), "vehicle_count": (0, 45, 5, 5),
}  # fmt: skip


def seed(seed: int = 1) -> dict[str, int]:
    """Register what is missing in the village, with a day of readings; returns how many of each."""
    if not places.known(VILLAGE):
        return {}
    with scoped(DEMO):
        have = set(Device.objects.filter(simulated=True).values_list("label", flat=True))
        grids = [place.code for place in places.subtree(VILLAGE, "grid")] or [VILLAGE]
    made = 0
    chance = random.Random(seed)
    for number, (kind, label, serves) in enumerate(DEVICES):
        if label in have:
            continue
        code = grids[number % len(grids)]
        lon, lat = _position(code, chance)
        entry = Entry(kind, label, code, lon, lat, serves=serves, model="模拟", simulated=True)
        device, _secret = register(actor=DEMO, entry=entry)
        _day(device, chance)
        made += 1
    kept = 0
    for place, kind, count, homes in ASSETS:
        kept += _keep(place, kind, count, homes)
    return {"devices": made, "assets": kept}


def _position(code: str, chance: random.Random) -> tuple[float | None, float | None]:
    """Somewhere near the middle of the grid; nowhere when it is not drawn."""
    outline = places.outline_of(code)
    if outline is None:
        return None, None
    lon = (outline.min_lon + outline.max_lon) / 2
    lat = (outline.min_lat + outline.max_lat) / 2
    spread = (outline.max_lon - outline.min_lon) / 12
    return lon + chance.uniform(-spread, spread), lat + chance.uniform(-spread, spread)


def _day(device: Device, chance: random.Random) -> None:
    """A reading every quarter of an hour of the last day, and a state that says so."""
    now = clock.now()
    low, high, second_low, second_high = _DAY.get(device.kind, (0, 0, None, None))
    rows, value, second = [], None, None
    kind = KINDS[device.kind].number if device.kind in _DAY else None
    if kind is not None:
        for step in range(96, 0, -1):
            value = chance.randint(low, high)
            if second_low is not None and second_high is not None:
                second = chance.randint(second_low, second_high)
            at = now - timedelta(minutes=15 * step)
            rows.append(
                (
                    device.county,
                    device.id,
                    at,
                    97 - step,
                    at,
                    device.place_key,
                    kind,
                    value,
                    second,
                    90,
                )
            )
    with scoped(DEMO):
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO sensing_reading (county, device_id, at, seq, received, place_key, kind,"
                " value, second, battery) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                rows,
            )
        DeviceState.objects.filter(device_id=device.id).update(
            high=len(rows), last_at=now, events=len(rows), battery=chance.randint(55, 99),
            kind=kind, value=value, second=second,
        )  # fmt: skip


def speak(said: Iterable[tuple[str, dict[str, Any]]]) -> Outcome:
    """What simulated devices (by code) say, taken in now as from the broker, with what the rules make of it.

    Each message has its ``seq`` and measures; ``ago`` is how many minutes ago the device measured.
    """
    millis = int((clock.now() - clock.demo_offset()).timestamp() * 1000)
    arrived = []
    for code, told in said:
        body: dict[str, Any] = {
            "at": millis - told["ago"] * 60_000,
        }
        body |= {key: value for key, value in told.items() if key != "ago"}
        arrived.append(Arrived(code, json.dumps(body).encode(), millis))
    return take_in(arrived, Registry())


def _keep(place: str, kind: str, count: int, homes: int | None) -> int:
    if not places.known(place):
        return 0
    with scoped(DEMO):
        if Asset.objects.filter(place_code=place, kind=kind).exists():
            return 0
    set_asset(
        actor=DEMO, place_code=place, kind=kind, count=count, households=homes,
        note="演示数据", simulated=True,
    )  # fmt: skip
    return 1
