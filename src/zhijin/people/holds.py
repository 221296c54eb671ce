"""What is about to be erased, for whoever answers for it, and holds that keep a record longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import code_of
from zhijin.core.scope import scope_q, scoped
from zhijin.core.texts import clean
from zhijin.people import errors, keeping
from zhijin.people.keeping import Kept
from zhijin.people.models import Erasure, Hold

PERMISSION: Final = "retention.manage"
#: A hold ends by itself; whoever needs it longer says so again.
LONGEST: Final = timedelta(days=2 * 366)
SHOWN: Final = 50


@dataclass(frozen=True)
class Coming:
    """What of one kind will be erased within thirty days: how many, the first of them, each with its day."""

    kept: Kept
    count: int
    rows: list[tuple[Any, date]]
    held: list[Hold]


def coming(actor: Actor) -> list[Coming]:
    """Per kind, in the viewer's scope; the same question the sweep asks, put thirty days ahead. Raises CO403."""
    actor.require(PERMISSION)
    found = []
    for kept in keeping.kinds():
        with scoped(keeping.KEEPER):
            terms = keeping.terms(kept)
        ahead = keeping.due(kept, kept.days() - keeping.AHEAD.days).filter(
            scope_q(actor, "place_key")
        )
        with scoped(actor):
            rows = list(ahead.order_by(kept.ended, "id")[:SHOWN])
            count = ahead.count() if len(rows) == SHOWN else len(rows)
            held = list(_standing(actor, kept.key))
        with scoped(keeping.KEEPER):
            needed = keeping.still_needed(kept, rows)
            told = [(row, terms.day_of(kept.end_of(row))) for row in rows if row.id not in needed]
        found.append(Coming(kept, count - len(needed), told, held))
    return found


def _standing(actor: Actor, key: str) -> Any:
    return keeping.standing_holds(key).filter(scope_q(actor, "place_key")).order_by("until", "id")


def past(actor: Actor) -> list[Erasure]:
    """What was erased last, in the viewer's scope."""
    return list(Erasure.objects.filter(scope_q(actor, "place_key")).order_by("-at", "id")[:SHOWN])


@transaction.atomic(savepoint=False)
def hold(
    *, actor: Actor, kind: str, subject: UUID, why: str, words: str, until: date | None
) -> Hold:
    """Keep one record until a day. Raises CO403, CO404, PE043."""
    kept = keeping.kind(kind)
    row = (
        None
        if kept is None
        else kept.rows().filter(scope_q(actor, "place_key"), id=subject).first()
    )
    if kept is None or row is None:
        raise NOT_FOUND()
    actor.require(PERMISSION, row.place_key)
    # The sweep locks what it erases: whoever comes first wins, and a hold never stands on what is gone.
    locked = kept.rows().select_for_update(no_key=True, of=("self",)).filter(id=subject).first()
    if locked is None:
        raise NOT_FOUND()
    said, today = " ".join(str(clean(words)).split())[:200], clock.today()
    if (
        why not in Hold.Why.values
        or len(said) < 4
        or until is None
        or not today < until <= today + LONGEST
    ):
        raise errors.HOLD_WORDS()
    made = Hold.objects.create(
        county=facts.county_of(code_of(row.place_key)), place_key=row.place_key, kind=kind, subject=subject,
        label=kept.label(row)[:64], why=why, words=said, until=until, made_at=clock.now(),
        made_by=actor.label, made_name=actor.name[:64],
    )  # fmt: skip
    _tell(actor, "retention.held", made, kept.record(row))
    return made


@transaction.atomic(savepoint=False)
def lift(*, actor: Actor, hold_id: UUID) -> Hold:
    """End a hold before its day. Raises CO403, CO404."""
    found = Hold.objects.select_for_update(no_key=True).filter(id=hold_id, lifted_at=None).first()
    if found is None:
        raise NOT_FOUND()
    actor.require(PERMISSION, found.place_key)
    found.lifted_at, found.lifted_by = clock.now(), actor.label
    found.save(update_fields=["lifted_at", "lifted_by"])
    _tell(actor, "retention.lifted", found, f"{found.kind}:{found.subject}")
    return found


def _tell(actor: Actor, what: str, row: Hold, record: str) -> None:
    detail = {"why": row.why, "until": row.until.isoformat(), "hold": str(row.id)}
    journal.write(actor, what, record, place_key=row.place_key, detail=detail)
    facts.record(
        what, at=clock.now(), place_code=code_of(row.place_key), subject=row.record, actor=actor,
        record=record, attrs={"why": row.why},
    )  # fmt: skip
