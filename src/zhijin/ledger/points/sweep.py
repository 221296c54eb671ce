"""The chores of points: facts become awards, deductions are booked when their days are over, times end."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_span
from zhijin.core.scope import scoped
from zhijin.core.tasks import register_tick
from zhijin.ledger.models import Award, Book, Listing, Redemption, Sweep
from zhijin.ledger.points import awards, lists, shop
from zhijin.ledger.points.common import HAND, in_force
from zhijin.ledger.rules import matches, sources

log = logging.getLogger("zhijin.points")
#: How long something waits for whoever did it.
CLAIM_WITHIN = timedelta(days=180)
PIECE = 500
#: The database is gone: the next turn begins anew.
_AWAY = (OperationalError, InterfaceError)

_COLUMNS = "SELECT id, at, place_code, kind, subject, value, attrs, record FROM core_fact"
_SINCE = f"{_COLUMNS} WHERE tx::text::bigint >= %s AND kind = ANY(%s) ORDER BY at, id"
_AT = (
    f"{_COLUMNS} WHERE place_key >= %s AND place_key < %s AND kind = ANY(%s) AND at >= %s"
    " ORDER BY at, id"
)


def take_facts() -> int:
    """Awards of every fact written since the last time; returns how many were made.

    Facts are found by the order of their transactions: one that committed late is not missed, one that
    was seen before makes nothing a second time.
    """
    made = 0
    with scoped(HAND), connection.cursor() as cursor:
        sweep = Sweep.objects.select_for_update().get(id=1)
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        mark = int(cursor.fetchone()[0])
        books: dict[str, list[Book]] = {}
        for fact in _facts(_SINCE, [sweep.upto, list(sources())]):
            village = fact["place_code"][:12]
            if village not in books:
                books[village] = list(Book.objects.filter(place_code=village).exclude(programme=""))
            made += sum(_taken(fact, book) for book in books[village])
        sweep.upto = mark
        sweep.save(update_fields=["upto"])
    return made


def catch_up(book: Book) -> int:
    """Awards of the facts since a book was opened, for one that begins on a day before today."""
    values = [
        *place_span(book.place_code),
        list(sources()),
        datetime.combine(book.opened_on, time.min, clock.TZ),
    ]
    return sum(_taken(fact, book) for fact in _facts(_AT, values))


def _facts(query: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
    for row in rows:
        yield dict(zip(names, row, strict=True))


def _taken(fact: dict[str, Any], book: Book) -> int:
    if clock.local(fact["at"]).date() < book.opened_on:
        return 0
    attrs = fact["attrs"] if isinstance(fact["attrs"], dict) else json.loads(fact["attrs"])
    source = sources()[fact["kind"]]
    try:
        rules = in_force(book).rules
    except Refusal:
        # The programme has ended here; the facts of every other village are taken up all the same.
        return 0
    except _AWAY:
        raise
    except Exception:
        log.exception("fact %s gave no points: the programme of book %s", fact["id"], book.id)
        return 0
    made = 0
    for rule in rules:
        if not matches(rule, fact["kind"], attrs):
            continue
        holder = fact["subject"] if source.holder == "subject" else ""
        try:
            with transaction.atomic():
                made += awards.take_fact(fact, book, rule, holder) is not None
        except Refusal as refusal:
            # A household that moved away, say: nobody is left to give to; the others go on.
            log.warning("fact %s by rule %s: %s", fact["id"], rule.id, refusal.id)
        except _AWAY:
            raise
        except Exception:
            # One fact that nobody foresaw must not keep the points of all villages back.
            log.exception("fact %s by rule %s gave no points", fact["id"], rule.id)
    return made


def _each(rows: Any, act: Any) -> int:
    """``act`` on every id, each in a transaction of its own; a refusal is told and does not stop the rest."""
    with scoped(HAND):
        ids = list(rows().values_list("id", flat=True)[:PIECE])
    done = 0
    for one in ids:
        try:
            with scoped(HAND):
                done += bool(act(one))
        except Refusal as refusal:
            log.warning("points chore on %s: %s", one, refusal.id)
        except _AWAY:
            raise
        except Exception:
            log.exception("points chore on %s", one)
    return done


def end_times() -> int:
    """Deductions whose days are over, uncollected pieces, lists past their end, what nobody claimed."""
    now = clock.now()
    done = _each(
        lambda: Award.objects.filter(state=Award.State.CHECKED, appeal_until__lte=now),
        awards.book_due,
    )
    done += _each(
        lambda: Redemption.objects.filter(state=Redemption.State.RESERVED, keep_until__lte=now),
        shop.expire,
    )
    done += _each(
        lambda: Listing.objects.filter(state=Listing.State.SHOWN, shown_until__lte=now),
        lists.expire,
    )
    with scoped(HAND):
        done += Award.objects.filter(
            state=Award.State.UNCLAIMED, proposed_at__lte=now - CLAIM_WITHIN
        ).update(state=Award.State.LAPSED)
    return done


def register() -> None:
    """Called when the application is ready."""
    register_tick("points.take_facts", 10.0, take_facts)
    register_tick("points.end_times", 60.0, end_times)
