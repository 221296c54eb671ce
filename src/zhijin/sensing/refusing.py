"""Counts what was not taken in, or was odd, by device, reason and hour; never the content of a message."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from zhijin.core import clock
from zhijin.sensing.models import Device

_COUNT = (
    "INSERT INTO sensing_refused (id, county, place_key, device_id, reason, hour, count, last_at,"
    " detail) VALUES (gen_random_uuid(), %s, %s, %s, %s, date_trunc('hour', %s), %s, %s, %s)"
    " ON CONFLICT (device_id, county, reason, hour) DO UPDATE SET"
    " count = sensing_refused.count + excluded.count, last_at = excluded.last_at,"
    " detail = excluded.detail"
)
#: County, place key, device, reason, how often, detail.
Row = tuple[int, int, int, str, int, str]


def count(rows: Sequence[Row]) -> None:
    """Add to the counts of this hour."""
    now = clock.now()
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                _COUNT,
                [(county, place, device, reason, now, n, now, detail[:200])
                 for county, place, device, reason, n, detail in rows],
            )  # fmt: skip


def count_one(device: Device, reason: str, often: int) -> None:
    count([(device.county, device.place_key, device.id, reason, often, "")])
