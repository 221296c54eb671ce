"""One event that was taken in: what intake and rules share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from zhijin.sensing.messages import Event
from zhijin.sensing.registry import Known


@dataclass(slots=True)
class Taken:
    """An event that is stored; ``at`` and ``received`` in milliseconds since 1970. ``held``: its device is in
    quarantine, and no rule looks at it."""

    device: Known
    event: Event
    at: int
    received: int
    held: bool = False


def moment(millis: int) -> datetime:
    """Milliseconds since 1970 as an aware datetime."""
    return datetime.fromtimestamp(millis / 1000, UTC)
