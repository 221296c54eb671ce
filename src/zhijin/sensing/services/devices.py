"""Registering devices, giving them new secrets, moving, stopping and retiring them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhijin.core import clock, facts, ids, journal, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q, scoped
from zhijin.core.signals import DEVICE_KINDS
from zhijin.people.api import visible_households
from zhijin.places import api as places
from zhijin.sensing import errors
from zhijin.sensing.gate import digest
from zhijin.sensing.models import Device, DeviceState

MOST_BEAT = 30 * 24 * 3600


@dataclass(frozen=True)
class Entry:
    """What is registered of a device. ``lon``/``lat`` in WGS-84 degrees find the grid; else the place
    named counts. ``beat``: seconds of silence after which it is missed, None for its kind's."""

    kind: str
    label: str
    place_code: str = ""
    lon: float | None = None
    lat: float | None = None
    org_key: int | None = None
    household: UUID | None = None
    serves: int = 0
    model: str = ""
    serial: str = ""
    beat: int | None = None
    simulated: bool = False


def register(*, actor: Actor, entry: Entry) -> tuple[Device, str]:
    """Register a device; returns it and its secret, which is shown this once.

    Raises SE001–SE004, SE006, CO403.
    """
    code = locate(entry)
    actor.require("device.edit", place_key(code))
    beat = _checked(entry)
    name, secret, at = ids.receipt_code(), secrets.token_urlsafe(24), clock.now()
    with scoped(actor):
        device = Device.objects.create(
            county=county_of(code), code=name, kind=entry.kind, label=entry.label.strip(),
            place_code=code, place_key=place_key(code), lon=entry.lon, lat=entry.lat,
            org_key=entry.org_key, household=entry.household, serves=entry.serves,
            model=entry.model.strip(), serial=entry.serial.strip(), beat=beat,
            secret=digest(name, secret), secret_at=at, simulated=entry.simulated,
            registered_at=at, changed_at=at,
        )  # fmt: skip
        DeviceState.objects.create(
            device_id=device.id, county=device.county, place_key=device.place_key
        )
        _told(actor, device, "register", at, {"device_kind": entry.kind})
    return device, secret


def locate(entry: Entry) -> str:
    """The grid under the position, else the place named. Raises SE002."""
    if entry.lon is not None and entry.lat is not None:
        found = places.code_at(entry.lon, entry.lat)
        if found is not None:
            return found
    if entry.place_code and places.known(entry.place_code):
        return entry.place_code
    raise errors.UNKNOWN_PLACE(place=entry.place_code or "—", fields={"place_code": ""})


def _checked(entry: Entry) -> int:
    """The seconds of silence; everything else of ``entry`` is in order after this."""
    kind = DEVICE_KINDS.get(entry.kind)
    if kind is None:
        raise errors.UNKNOWN_KIND(kind=entry.kind)
    label = entry.label.strip()
    if not 1 <= len(label) <= 60:
        raise errors.NO_LABEL(fields={"label": str(errors.NO_LABEL.message)})
    personal(label)
    beat = kind.beat if entry.beat is None else entry.beat
    for field, value, most in (("beat", beat, MOST_BEAT), ("serves", entry.serves, 100_000)):
        if not 0 <= value <= most:
            raise errors.BAD_NUMBER(field=field, least=0, most=most, fields={field: str(value)})
    for field, text in (("model", entry.model), ("serial", entry.serial)):
        if len(text) > 60:
            raise BAD_REQUEST(fields={field: "≤60"})
    return beat


def personal(label: str) -> None:
    """Raise SE006 when a name looks as if it told of a person: it is shown on walls."""
    found = {one.kind for one in pii.find(label)} - {"address"}
    if found:
        words = "、".join(str(pii.KINDS[kind]) for kind in sorted(found))
        raise errors.PERSONAL(found=words, fields={"label": words})


def rotate(*, actor: Actor, device_id: int) -> tuple[Device, str]:
    """A new secret at once; the old one's connection is ended. Raises CO403, CO404, SE005."""
    secret, at = secrets.token_urlsafe(24), clock.now()
    with scoped(actor):
        device = lock(actor, device_id)
        device.secret, device.secret_at = digest(device.code, secret), at
        _save(device, at, "secret", "secret_at")
        # A device that is set up anew may count from one again.
        DeviceState.objects.filter(device_id=device.id).update(high=0, seen=b"")
        _told(actor, device, "rotate", at)
    return device, secret


def set_state(*, actor: Actor, device_id: int, state: str) -> Device:
    """Use again, stop or retire. Raises CO400, CO403, CO404, SE005 (a retired one stays so)."""
    if state not in Device.State.values:
        raise BAD_REQUEST(fields={"state": state})
    at = clock.now()
    with scoped(actor):
        device = lock(actor, device_id)
        before, device.state = device.state, state
        _save(device, at, "state")
        _told(actor, device, state, at, {"before": before})
    return device


def admit(*, actor: Actor, device_id: int) -> Device:
    """Let a device in again: before the time for which the flood guard shut it out ends, or out of quarantine."""
    at = clock.now()
    with scoped(actor):
        device = lock(actor, device_id)
        why = device.held_why or device.shut_why
        device.shut_until, device.shut_why = None, ""
        device.held_at, device.held_why, device.held_on = None, "", 0
        _save(device, at, "shut_until", "shut_why", "held_at", "held_why", "held_on")
        _told(actor, device, "admit", at, {"why": why})
    return device


def change(*, actor: Actor, device_id: int, entry: Entry) -> Device:
    """Change label, place, owner and the rest; the kind stays. Raises as :func:`register`."""
    code = locate(entry)
    actor.require("device.edit", place_key(code))
    at = clock.now()
    with scoped(actor):
        device = lock(actor, device_id)
        beat = _checked(entry)
        moved = device.place_code != code
        values: dict[str, Any] = {
            "label": entry.label.strip(), "place_code": code, "place_key": place_key(code),
            "lon": entry.lon, "lat": entry.lat, "org_key": entry.org_key,
            "household": entry.household, "serves": entry.serves, "model": entry.model.strip(),
            "serial": entry.serial.strip(), "beat": beat,
        }  # fmt: skip
        if county_of(code) != device.county:
            raise errors.UNKNOWN_PLACE(place=code, fields={"place_code": code})
        for name, value in values.items():
            setattr(device, name, value)
        _save(device, at, *values)
        if moved:
            DeviceState.objects.filter(device_id=device.id).update(place_key=device.place_key)
        _told(actor, device, "change", at, {"moved": moved})
    return device


def fit(*, actor: Actor, device_id: int, household_id: UUID | None) -> Device:
    """Say in which household of its village a device is fitted, or (None) that it is in none any more.

    Raises CO403, CO404, SE005.
    """
    at = clock.now()
    with scoped(actor):
        device = lock(actor, device_id)
        if household_id is not None:
            home = visible_households(actor).filter(id=household_id, valid_to=None).first()
            if home is None or home.place_code[:12] != device.place_code[:12]:
                raise NOT_FOUND()
        device.household = household_id
        _save(device, at, "household")
        _told(actor, device, "change", at, {"fitted": household_id is not None})
    return device


def lock(actor: Actor, device_id: int) -> Device:
    """The device, locked. Raises CO403, CO404, SE005."""
    q = scope_q(actor, "place_key", orgs="org_key")
    device = Device.objects.select_for_update(no_key=True).filter(q, pk=device_id).first()
    if device is None:
        raise NOT_FOUND()
    actor.require("device.edit", device.place_key)
    if device.state == Device.State.RETIRED:
        raise errors.RETIRED(code=device.code)
    return device


def _save(device: Device, at: datetime, *columns: str) -> None:
    device.changed_at = at
    device.save(update_fields=[*columns, "changed_at"])


def _told(
    actor: Actor, device: Device, verb: str, at: datetime, attrs: dict[str, Any] | None = None
) -> None:
    journal.write(
        actor, f"device.{verb}", device.record, place_key=device.place_key, detail=attrs or {}
    )
    facts.record(
        f"device.{verb}", at=at, place_code=device.place_code, subject=device.kind, actor=actor,
        record=device.record, org_key=device.org_key,
        attrs={**(attrs or {}), "simulated": device.simulated},
    )  # fmt: skip
