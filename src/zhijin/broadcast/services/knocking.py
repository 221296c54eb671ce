"""Sending people to knock on the doors where a broadcast was not heard: asked for in a moment, done by the worker.

One case a place, each in a transaction of its own, so that hundreds of them keep no page waiting and a worker that is
killed loses nothing: whoever goes on finds the places that have no case yet.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from zhijin.access.api import actor_of
from zhijin.broadcast import errors
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.services.common import SYSTEM, in_state, locked, may_send, note
from zhijin.broadcast.services.sending import unheard
from zhijin.cases import api as cases
from zhijin.core import clock, jobs
from zhijin.core.actor import Actor
from zhijin.core.errors import SERVER_ERROR, Refusal
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.core.tasks import AWAY

log = logging.getLogger("zhijin.broadcast")
DOORS = "knock-doors"
KNOCK = "broadcast.knock"
State = Broadcast.State
#: An errand that has not moved for so long has lost its worker.
STILL = timedelta(minutes=2)
_OPENERS = ("county_officer", "township_officer", "village_secretary", "village_staff")


def knock(*, actor: Actor, pk: UUID) -> int:
    """Have the worker open a case at every place where it was not heard; returns at how many. Asked again while it
    is at work, it is the same errand.

    Raises BC011, CO403, CO404.
    """
    with scoped(actor):
        row = locked(actor, pk)
        if not actor.is_system and not may_send(actor, row):
            actor.require("broadcast.approve", row.place_key)
        in_state(row, State.OUT, State.ENDED)
        return begin(actor, row)


def begin(actor: Actor, row: Broadcast) -> int:
    """The errand of a locked broadcast. Raises BC011 when there is nobody to go to."""
    if row.on_errand:
        return row.errand_of
    wanted = len(_places(row))
    if not wanted:
        raise errors.NOTHING_LEFT()
    now = clock.now()
    row.errand_by, row.errand_at, row.errand_moved, row.errand_ended = actor.label, now, now, None
    row.errand_of, row.errand_done, row.errand_failed, row.errand_why = wanted, 0, 0, ""
    row.save(update_fields=_COLUMNS)
    note(actor, row, "knock", value=wanted)
    jobs.defer(KNOCK, broadcast=str(row.id))
    return wanted


_COLUMNS = [
    "errand_by", "errand_at", "errand_moved", "errand_ended", "errand_of", "errand_done", "errand_failed",
    "errand_why",
]  # fmt: skip


def _places(row: Broadcast) -> list[str]:
    rows = Target.objects.filter(unheard(row), case_id=None)
    return sorted(set(rows.values_list("place_code", flat=True)))


def run(pk: UUID) -> int:
    """Open the cases that are still to be opened; returns how many. What is refused at one place is told on the page
    and keeps no other place from its case."""
    with scoped(SYSTEM):
        row = Broadcast.objects.filter(pk=pk).first()
        if row is None or not row.on_errand:
            return 0
        actor = _behalf(row)
        wanted = _places(row)
    done = sum(_at(pk, actor, place_code) for place_code in wanted)
    with scoped(SYSTEM):
        Broadcast.objects.filter(pk=pk, errand_ended=None).update(errand_ended=clock.now())
    return done


def _behalf(row: Broadcast) -> Actor:
    """Whoever asked, with what they may do now; the platform when it asked itself or they have left."""
    kind, _colon, name = row.errand_by.partition(":")
    found = actor_of(name) if kind == "account" else None
    return found if found is not None and may_send(found, row) else SYSTEM


def _at(pk: UUID, actor: Actor, place_code: str) -> bool:
    """One place. The broadcast's row is locked, so that two workers never open two cases."""
    why = ""
    with scoped(SYSTEM):
        row = Broadcast.objects.select_for_update(no_key=True).get(pk=pk)
        silent = list(
            Target.objects.filter(unheard(row), case_id=None, place_code=place_code).order_by(
                "code"
            )
        )
        if not silent or not row.on_errand:
            return False
        try:
            with transaction.atomic():
                _open(row, actor, place_code, silent)
        except Refusal as refusal:
            why = f"{refusal.id} {refusal.message}"[:200]
            log.warning("nobody was sent to %s: %s", place_code, why)
        except AWAY:
            raise
        except Exception:
            # One place that nobody foresaw must not keep every other from being visited.
            why = f"{SERVER_ERROR.id} {SERVER_ERROR.message}"[:200]
            log.exception("nobody was sent to %s", place_code)
        moved = {"errand_moved": clock.now()}
        if why:
            counted = {"errand_failed": F("errand_failed") + 1, "errand_why": why}
        else:
            counted = {"errand_done": F("errand_done") + 1}
        Broadcast.objects.filter(pk=pk).update(**moved, **counted)
    return not why


def _open(row: Broadcast, actor: Actor, place_code: str, silent: list[Target]) -> None:
    labels = "、".join(sorted({target.label for target in silent}))
    roles = actor.roles_at(place_key(place_code))
    opener = (
        "device" if actor.is_system else next((r for r in _OPENERS if r in roles), "village_staff")
    )
    report = cases.Report(
        playbook=DOORS, channel="broadcast", key=f"{row.id}:{place_code}:{row.attempt}", place_code=place_code,
        answers={"what": (row.text or row.title)[:1000], "silent": labels[:1000]},
        simulated=row.simulated or all(target.simulated for target in silent), place_known=True,
    )  # fmt: skip
    opened = cases.open_case(actor=actor, report=report, opener=opener)
    codes = {target.code for target in silent}
    Target.objects.filter(unheard(row), code__in=codes, case_id=None).update(case_id=opened.case_id)


def pick_up() -> int:
    """Queue errands again whose worker is gone; returns how many."""
    now = clock.now()
    with scoped(SYSTEM):
        rows = Broadcast.objects.select_for_update(no_key=True, skip_locked=True).filter(
            errand_at__isnull=False, errand_ended=None, errand_moved__lt=now - STILL
        )
        found = list(rows.order_by("errand_moved")[:20])
        for row in found:
            row.errand_moved = now
            row.save(update_fields=["errand_moved"])
            jobs.defer(KNOCK, broadcast=str(row.id))
    return len(found)
