"""How long what is personal is kept, and how it goes: one machinery for every room that keeps some.

A room registers what it keeps: from which day the period counts, and how a row forgets. The sweep erases what is past
its period and held by nobody, a batch in one transaction with its journal entry and its record; the list shows it
thirty days before. The rows stay for the counts and the journal; nobody can be told from them any more (PIPL articles
19 and 47).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import DateField, DateTimeField, Q, QuerySet

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import code_of
from zhijin.core.scope import scoped
from zhijin.core.tasks import AWAY, apart
from zhijin.people import erased_log
from zhijin.people.catalogue import Text
from zhijin.people.models import Erasure, Hold, KeepPeriod

log = logging.getLogger("zhijin.people")
CHUNK: Final = 200
#: Batches of one kind in one turn: the next turn goes on.
ROUNDS: Final = 50
#: So long something stands in the list before it is erased, also when the period was shortened meanwhile.
AHEAD: Final = timedelta(days=30)
#: For what nobody had counted before: nothing is past it.
_NEVER: Final = 36_500
KEEPER: Final = Actor.system("people.retention")


@dataclass(frozen=True)
class Kept:
    """One kind of record with something personal in it.

    ``days`` after the day in the column ``ended`` of one of ``rows()`` (those that still hold something) it is given to
    ``forget``, locked, in the platform's scope and the batch's transaction. ``label`` is what the list calls it, never
    the person; ``link`` the name of its page. ``of_person``: those of one resident, who may ask for it sooner.
    ``known``: it was kept so before there were lists; ``tells``: ``forget`` writes the journal itself.
    """

    key: str
    title: Text
    gone: Text
    days: Callable[[], int]
    rows: Callable[[], QuerySet[Any]]
    ended: str
    forget: Callable[[Sequence[Any]], None]
    label: Callable[[Any], str]
    record: Callable[[Any], str]
    link: str = ""
    of_person: Callable[[UUID], QuerySet[Any]] | None = None
    known: bool = False
    tells: bool = False

    @property
    def action(self) -> str:
        return f"{self.key}.erased"

    def end_of(self, row: Any) -> date:
        """The day from which its period counts."""
        found: Any = row
        for name in self.ended.split("__"):
            found = getattr(found, name)
        return clock.local(found).date() if isinstance(found, datetime) else found


_kinds: dict[str, Kept] = {}
#: Which of some rows of a kind somebody still needs: an appeal, a check.
Needed = Callable[[str, Sequence[Any]], set[UUID]]
_needed: list[Needed] = []
#: What else goes with the rows of a kind: copies in rooms above.
_along: dict[str, list[Callable[[Sequence[Any]], None]]] = {}


def register(kept: Kept) -> None:
    """Called when a room is ready. Raises ValueError when the kind is taken."""
    if kept.key in _kinds:
        raise ValueError(f"{kept.key} is kept twice")
    _kinds[kept.key] = kept


def register_need(needed: Needed) -> None:
    """``needed`` names, in the platform's scope, which rows must stay for now."""
    _needed.append(needed)


def register_along(key: str, forget: Callable[[Sequence[Any]], None]) -> None:
    """``forget`` erases what a room above copied of these rows, in the same transaction."""
    _along.setdefault(key, []).append(forget)


def kinds() -> list[Kept]:
    """Every kind, in order."""
    return [_kinds[key] for key in sorted(_kinds)]


def kind(key: str) -> Kept | None:
    return _kinds.get(key)


# -- when --------------------------------------------------------------------------------


def days_of(kept: Kept) -> int:
    """The period that holds today. One that is new or shorter holds when the list has told of it for thirty days."""
    now, today = kept.days(), clock.today()
    row, _made = KeepPeriod.objects.select_for_update(no_key=True).get_or_create(
        key=kept.key,
        defaults={"days": now, "before": now if kept.known else _NEVER, "since": today},
    )
    if row.days != now:
        row.before = max(row.days, row.before if today < row.since + AHEAD else 0)
        row.days, row.since = now, today
        row.save(update_fields=["days", "before", "since"])
    return max(now, row.before) if today < row.since + AHEAD else now


@dataclass(frozen=True, slots=True)
class Terms:
    """The period that holds today, the one that is configured, and the day from which that holds."""

    now: int
    then: int
    opens: date

    def day_of(self, end: date) -> date:
        """The first day on which what ended on ``end`` may be erased."""
        later = max(end + timedelta(days=self.then + 1), self.opens)
        return min(end + timedelta(days=self.now + 1), later)


def terms(kept: Kept) -> Terms:
    """Within the platform's scope."""
    now = days_of(kept)
    since = KeepPeriod.objects.get(key=kept.key).since
    return Terms(now, kept.days(), since + AHEAD)


def _before(kept: Kept, days: int) -> Q:
    """Whose period of ``days`` is over."""
    last: date | datetime = clock.today() - timedelta(days=days)
    field: Any = kept.rows().model._meta
    for name in kept.ended.split("__"):
        field = (field.related_model._meta if hasattr(field, "related_model") else field).get_field(
            name
        )
    if isinstance(field, DateTimeField):
        last = datetime.combine(last, time(0), clock.TZ)
    elif not isinstance(field, DateField):
        raise TypeError(f"{kept.key}: {kept.ended} is no day")
    return Q(**{f"{kept.ended}__lt": last})


def standing_holds(key: str) -> QuerySet[Hold]:
    """Holds that keep rows of a kind today."""
    return Hold.objects.filter(kind=key, lifted_at=None, until__gte=clock.today())


def due(kept: Kept, days: int) -> QuerySet[Any]:
    """What is past ``days`` and held by nobody's word; what rooms still need is asked for the rows themselves."""
    held = standing_holds(kept.key).values("subject")
    return kept.rows().filter(_before(kept, days)).exclude(id__in=held)


def still_needed(kept: Kept, rows: Sequence[Any]) -> set[UUID]:
    return set[UUID]().union(*(one(kept.key, rows) for one in _needed)) if rows else set()


def see_periods() -> None:
    """Look at the period of every kind, as each turn does: from here on the list has told of it."""
    with scoped(KEEPER), transaction.atomic():
        for kept in kinds():
            days_of(kept)


def period(key: str) -> int:
    """The configured days of a kind."""
    return _kinds[key].days()


# -- erasing -----------------------------------------------------------------------------


def sweep() -> int:
    """Erase what is due now, of every kind; returns how many. May be cut off anywhere and run twice at once."""
    done = 0
    for kept in kinds():
        try:
            done += _swept(kept)
        except AWAY:
            raise
        except Exception:
            # A room whose rows nobody foresaw keeps no other's from being erased.
            log.exception("what is due of %s was not erased", kept.key)
    return done


def _swept(kept: Kept) -> int:
    done, after = 0, None
    for _round in range(ROUNDS):
        count, after = _batch(kept, after)
        done += count
        if after is None:
            break
    return done


def _batch(kept: Kept, after: UUID | None) -> tuple[int, UUID | None]:
    """One batch in its transaction: how many went, and where the next begins (None: that was all)."""
    with scoped(KEEPER), transaction.atomic():
        rows = due(kept, days_of(kept)).order_by("id")
        if after is not None:
            rows = rows.filter(id__gt=after)
        locked = list(rows.select_for_update(no_key=True, skip_locked=True, of=("self",))[:CHUNK])
        needed = still_needed(kept, locked)
        going = [row for row in locked if row.id not in needed]
        return _erased(kept, going), locked[-1].id if len(locked) == CHUNK else None


def _erased(kept: Kept, rows: Sequence[Any]) -> int:
    """Erase these, all at once; where one of them fails, one by one, so that it keeps no other from its turn."""
    together = "%s: %d rows could not be erased at once"
    return apart(partial(_all, kept, rows), log, together, kept.key, len(rows)) or sum(
        apart(partial(_all, kept, kept.rows().filter(id=row.id)), log, "%s %s was not erased", kept.key, row.id)
        for row in rows
    )  # fmt: skip


def _all(kept: Kept, rows: Iterable[Any]) -> int:
    going = list(rows)
    erase(kept, going, Erasure.Why.PERIOD)
    return len(going)


def erase(kept: Kept, rows: Sequence[Any], why: str, actor: Actor = KEEPER) -> None:
    """Forget these rows, which the caller has locked in the platform's scope, and write down that it happened."""
    if not rows:
        return
    told = [(kept.record(row), row.place_key) for row in rows]
    kept.forget(rows)
    for also in _along.get(kept.key, ()):
        also(rows)
    if not kept.tells:
        journal.write_many(actor, kept.action, told)
    places = Counter(row.place_key for row in rows)
    now = clock.now()
    Erasure.objects.bulk_create(
        Erasure(
            county=facts.county_of(code_of(key)), place_key=key, kind=kept.key, n=n, why=why, at=now
        )
        for key, n in sorted(places.items())
    )
    # Before the commit: a line too many names what was due anyway, a line too few would let a backup bring it back.
    erased_log.add(kept.key, [row.id for row in rows], now)


def erase_of_person(actor: Actor, person_id: UUID) -> dict[str, int]:
    """What rooms hold of a resident and may forget at once, when they asked for it: how many, by kind. The caller has
    the right and the transaction. What somebody still needs stays until its time."""
    done = {}
    with scoped(KEEPER):
        for kept in kinds():
            if kept.of_person is None:
                continue
            held = standing_holds(kept.key).values("subject")
            rows = kept.of_person(person_id).exclude(id__in=held)
            locked = list(rows.select_for_update(no_key=True, of=("self",)).order_by("id"))
            needed = still_needed(kept, locked)
            going = [row for row in locked if row.id not in needed]
            erase(kept, going, Erasure.Why.REQUEST, actor)
            if going:
                done[kept.key] = len(going)
    return done


def again(lines: Iterable[tuple[str, UUID]]) -> int:
    """Erase once more what a restored backup brought back: those that were erased since; returns how many. What is held
    in the backup stays until its hold ends."""
    wanted: dict[str, list[UUID]] = {}
    for key, pk in lines:
        wanted.setdefault(key, []).append(pk)
    done = 0
    for kept in kinds():
        ids = wanted.get(kept.key, [])
        for at in range(0, len(ids), CHUNK):
            with scoped(KEEPER), transaction.atomic():
                held = standing_holds(kept.key).values("subject")
                rows = kept.rows().filter(id__in=ids[at : at + CHUNK]).exclude(id__in=held)
                locked = list(rows.select_for_update(no_key=True, of=("self",)).order_by("id"))
                erase(kept, locked, Erasure.Why.AGAIN)
                done += len(locked)
    return done
