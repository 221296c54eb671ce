"""The registry as the ingest worker holds it: devices by code, with their windows and guards, in memory.

Valid only while the worker holds its lock: then nobody else changes a window.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from zhijin.core import clock
from zhijin.core.signals import DEVICE_KINDS, KINDS
from zhijin.sensing.guard import Guard
from zhijin.sensing.models import Device, DeviceState
from zhijin.sensing.sanity import Watchers
from zhijin.sensing.ticking import Ticking
from zhijin.sensing.windows import Window

FRESH_SECONDS = 2.0
#: A change that was committed late is still seen when one looks back this far.
OVERLAP = timedelta(seconds=30)


@dataclass(slots=True)
class Known:
    """One device in memory."""

    id: int
    code: str
    county: int
    place_code: str
    place_key: int
    label: str
    kinds: frozenset[int]
    lon: float | None
    lat: float | None
    org_key: int | None
    active: bool
    simulated: bool
    secret_at: datetime
    window: Window
    guard: Guard = field(default_factory=Guard)
    ticking: Ticking = field(default_factory=Ticking)
    #: In quarantine: what it says is kept, and opens nothing.
    held: bool = False
    #: None: not looked up yet for the revisions in force.
    watchers: Watchers | None = None


def _kinds(device_kind: str) -> frozenset[int]:
    """Numbers of the events that a device of this kind may report; its own status always."""
    kind = DEVICE_KINDS.get(device_kind)
    return frozenset({0, *(KINDS[name].number for name in (kind.events if kind else ()))})


class Registry:
    """Devices by code. Every method needs a transaction that sees them."""

    def __init__(self) -> None:
        self.known: dict[str, Known | None] = {}
        self.looked_at = time.monotonic()
        self.since = clock.now()
        #: Which revisions the watchers are of, as rules count them.
        self.turn = -1

    def watch_anew(self, turn: int) -> None:
        """Where other revisions are in force than before, look up anew what is a sign of madness."""
        if turn == self.turn:
            return
        self.turn = turn
        for one in self.known.values():
            if one is not None:
                one.watchers = None

    def load(self, codes: Iterable[str]) -> None:
        """Read devices that are not known yet; a code that names none is remembered as such."""
        missing = {code for code in codes if code not in self.known}
        if missing:
            self._take(Device.objects.filter(code__in=missing))
            for code in missing:
                self.known.setdefault(code, None)

    def refresh(self) -> None:
        """Every two seconds: what was changed since, and forget which codes named nobody."""
        if time.monotonic() - self.looked_at < FRESH_SECONDS:
            return
        self.looked_at = time.monotonic()
        self.known = {code: one for code, one in self.known.items() if one is not None}
        began = clock.now()
        self._take(Device.objects.filter(changed_at__gt=self.since - OVERLAP))
        self.since = began

    def _take(self, query: Any) -> None:
        rows = list(query)
        states = {
            row.device_id: row
            for row in DeviceState.objects.filter(device_id__in=[one.id for one in rows])
        }
        for row in rows:
            before, state = self.known.get(row.code), states.get(row.id)
            fresh = _known(row, state)
            if before is not None and before.secret_at == row.secret_at:
                fresh.window, fresh.guard = before.window, before.guard
                fresh.ticking = before.ticking
                if before.held == fresh.held and before.place_code == fresh.place_code:
                    fresh.watchers = before.watchers
            elif before is not None:
                # Set up anew: what was in hand meanwhile may have written the old window back.
                fresh.window = Window()
            self.known[row.code] = fresh


def _known(row: Device, state: DeviceState | None) -> Known:
    window = Window(state.high, bytes(state.seen)) if state else Window()
    return Known(
        row.id, row.code, row.county, row.place_code, row.place_key, row.label, _kinds(row.kind),
        row.lon, row.lat, row.org_key, row.state == Device.State.ACTIVE, row.simulated,
        row.secret_at, window, held=row.held_at is not None,
        ticking=Ticking(
            int(row.registered_at.timestamp() * 1000), state.clock_off * 1000 if state else 0
        ),
    )  # fmt: skip


def plain(  # noqa: PLR0913, PLR0917 - a device has that many columns
    id_: int, code: str, county: int, place_code: str, place_key: int, label: str,
    lon: float | None, lat: float | None, org_key: int | None, simulated: bool,
) -> Known:  # fmt: skip
    """A device that is only looked at: without window and guard."""
    return Known(
        id_, code, county, place_code, place_key, label, frozenset(), lon, lat, org_key, True,
        simulated, clock.now(), Window(),
    )  # fmt: skip


def known_of(row: Device) -> Known:
    """A row of the registry, to be looked at."""
    return _known(row, None)
