"""What the writes of this room share: the locked row, its journal row and fact, real time, and the rules in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from zhijin.broadcast import errors, programme
from zhijin.broadcast.models import Broadcast
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.ids import ancestor_codes, is_code
from zhijin.core.roles import ROLES, Role, resolve
from zhijin.core.scope import scope_q
from zhijin.playbooks.api import Published

SYSTEM = Actor.system("broadcast")


def locked(actor: Actor, pk: UUID) -> Broadcast:
    """The broadcast, locked. Raises CO404."""
    rows = Broadcast.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def in_state(row: Broadcast, *states: str) -> None:
    """Raise BC006 unless it is in one of these."""
    if row.state not in states:
        raise errors.WRONG_STATE(state=row.get_state_display())


def note(
    actor: Actor,
    row: Broadcast,
    verb: str,
    *,
    value: int = 1,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """A journal row and a fact about a broadcast, in the transaction of the change."""
    told = {"level": row.level, **(detail or {})}
    journal.write(actor, f"broadcast.{verb}", row.record, place_key=row.place_key, detail=told)
    facts.record(
        f"broadcast.{verb}", at=clock.now(), place_code=row.place_code, subject=row.level, actor=actor,
        record=row.record, value=value, playbook=row.programme,
        attrs={**told, "simulated": row.simulated, "exercise": row.exercise},
    )  # fmt: skip


def real(moment: datetime) -> datetime:
    """A moment of the platform as the devices' clocks have it: a demonstration's may be moved ahead."""
    return moment - clock.demo_offset()


def millis(moment: datetime) -> int:
    return int(real(moment).timestamp() * 1000)


def common_place(areas: Iterable[str]) -> str:
    """The narrowest place that holds all areas; a province or wider is empty when they share none."""
    codes = list(areas)
    if len(set(codes)) == 1:
        return codes[0]
    shared = ""
    for code in [*ancestor_codes(codes[0]), codes[0]]:
        if all(one == code or (len(code) <= 12 and one.startswith(code)) for one in codes):
            shared = code
    return shared if is_code(shared) else ""


def needed(row: Broadcast) -> Role:
    """The role that may let it go out, by level and urgency. Raises BC009."""
    rule = rules(row.place_code).model.levels.of(row.level)
    found = resolve(rule.urgent if row.urgent else rule.send)
    assert found is not None
    return found


def rules(place_code: str) -> Published[programme.BroadcastProgramme]:
    """The programme in force at a place. Raises BC009."""
    try:
        return programme.current(place_code)
    except Refusal as error:
        raise errors.NO_PROGRAMME() from error


def may_send(actor: Actor, row: Broadcast) -> bool:
    """Whether the actor stands high enough, over every area, for this level and urgency."""
    if actor.is_system:
        return True
    if not actor.can("broadcast.make", row.place_key):
        return False
    held = [ROLES[name].level for name in actor.roles_at(row.place_key) if name in ROLES]
    return max(held, default=-1) >= needed(row).level
