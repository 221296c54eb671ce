"""Alarms that wait for the morning, and devices that are silent: what the worker's ticks look after."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, transaction

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.sensing import rules
from zhijin.sensing.faults import open_fault
from zhijin.sensing.models import Alarm, Device, DeviceState
from zhijin.sensing.registry import known_of

log = logging.getLogger("zhijin.sensing")
HEALTH = Actor.system("health")
MOST = 200
#: An alarm whose case could not be opened is tried again after this long.
AGAIN = timedelta(minutes=10)
#: A silent device is missed after this many of its beats.
BEATS = 2


def open_held() -> int:
    """Open the cases of alarms whose quiet hours are over; returns how many."""
    with scoped(rules.RULES):
        due = Alarm.objects.select_for_update(skip_locked=True, no_key=True).filter(
            state=Alarm.State.HELD, open_at__lte=clock.now()
        )
        rows = list(due.order_by("open_at")[:MOST])
        devices = Device.objects.in_bulk([row.device_id for row in rows])
        return sum(_opened(alarm, devices) for alarm in rows)


def _opened(alarm: Alarm, devices: Mapping[int, Device]) -> bool:
    """Open one alarm's case; whether there is one now. One that fails is tried later, and holds up no other."""
    try:
        with transaction.atomic():
            device = devices[alarm.device_id]
            spec = rules.specs(alarm.playbook, alarm.rule, device.place_code)
            if spec is None:
                alarm.state, alarm.why = Alarm.State.DROPPED, "the rule is no more"
            else:
                rules.open_case(alarm, spec, known_of(device))
            alarm.save(update_fields=["state", "why", "case_id", "case_number"])
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the case of alarm %s was not opened", alarm.id)
        Alarm.objects.filter(id=alarm.id, county=alarm.county).update(open_at=clock.now() + AGAIN)
        return False
    return alarm.case_id is not None


def look_for_silent() -> int:
    """Devices that have not been heard of for twice their beat: told once, with a case for the grid worker
    where the programme is in force; returns how many are newly silent."""
    now = clock.now()
    with scoped(HEALTH), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.device_id FROM sensing_state s JOIN sensing_device d"
            " ON d.id = s.device_id AND d.county = s.county"
            " WHERE s.dead_since IS NULL AND d.state = 'active' AND d.beat > 0"
            " AND s.last_at IS NOT NULL AND s.last_at < %s - make_interval(secs => d.beat * %s)"
            " ORDER BY s.last_at LIMIT %s FOR UPDATE OF s SKIP LOCKED",
            [now, BEATS, MOST],
        )
        found = [row[0] for row in cursor.fetchall()]
        for device in Device.objects.in_bulk(found).values():
            try:
                with transaction.atomic():
                    _miss(device)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("nobody was told that %s is silent", device.code)
        DeviceState.objects.filter(device_id__in=found).update(dead_since=now)
    return len(found)


def _miss(device: Device) -> None:
    now = clock.now()
    what = f"{device.label}：失联超过 {_hours(device.beat * BEATS)}"
    detail = {"case": str(open_fault(device, "silent", what) or "")}
    journal.write(HEALTH, "device.silent", device.record, place_key=device.place_key, detail=detail)
    facts.record(
        "device.silent", at=now, place_code=device.place_code, subject=device.kind, actor=HEALTH,
        record=device.record, org_key=device.org_key,
        attrs={**detail, "simulated": device.simulated},
    )  # fmt: skip


def _hours(seconds: int) -> str:
    span = timedelta(seconds=seconds)
    hours = span.total_seconds() / 3600
    return f"{hours:g} 小时" if hours >= 1 else f"{span.total_seconds() / 60:g} 分钟"
