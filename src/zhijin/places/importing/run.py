"""One import from beginning to end: find the source, check, load, outline counties, keep the run."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhijin.core import journal
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, place_key
from zhijin.places import errors
from zhijin.places.importing import checking, loading, outlines, sources
from zhijin.places.importing.loading import Outcome


def import_divisions(
    source: sources.Source,
    *,
    actor: Actor,
    only: tuple[str, ...] = (),
    as_of: date | None = None,
    allow_vanish: bool = False,
    using: str = "owner",
) -> Outcome:
    """Import `source`; history is dated `as_of` (by default the day the source is of).

    Only rows inside the places where `actor` may import are taken. Raises PL304 (too many would
    vanish) and PL305 (no good row).
    """
    actor.require("place.import")
    started, connection = time.perf_counter(), connections[using]
    day = as_of or source.as_of
    with no_garbage_collection():
        allowed = _allowed(actor)
        checked = checking.check(source.rows(), only, _known(connection), allowed)
        if not checked.rows:
            raise errors.NO_GOOD_ROWS(path=source.label)
        out = loading.load(
            connection,
            checked,
            covers=_narrowed(_covered(source, only, checked), allowed),
            as_of=day,
            allow_vanish=allow_vanish,
        )
    outlines.store(connection)
    out.seconds = time.perf_counter() - started
    loading.keep_run(connection, out, source=source.label, as_of=day, actor=actor.label)
    with transaction.atomic():
        journal.write(actor, "place.import", f"import:{out.run}", detail=_summary(source, out))
    return out


def import_shipped(actor: Actor) -> Outcome:
    """Import the table that comes along: Guizhou, Zhaotong and Haixi."""
    return import_divisions(sources.shipped(), actor=actor)


def find_source(text: str | None) -> sources.Source:
    """The source that the command line names: nothing, "shipped", or a path."""
    if text == "shipped":
        return sources.shipped()
    cache = Path(settings.ZHIJIN_FILES).parent / "packages"
    return sources.find(Path(text) if text else None, cache)


def _allowed(actor: Actor) -> tuple[str, ...]:
    """The codes of the subtrees in which the actor may import; everything is ("",)."""
    if actor.is_system:
        return ("",)
    codes = (grant.place_code for grant in actor.grants if grant.over_place)
    return tuple(c for c in codes if is_code(c) and actor.can("place.import", place_key(c)))


def _narrowed(covers: list[str], allowed: tuple[str, ...]) -> list[str]:
    """The parts of the covered subtrees that lie inside the allowed ones."""
    inside = [code for code in covers if code.startswith(allowed)]
    return inside + [c for c in allowed if c and c.startswith(tuple(covers)) and c not in inside]


def _known(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """Codes above the village that may be parents of rows in a partial table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM places_place WHERE valid_to IS NULL"
            " AND level IN ('province', 'prefecture', 'county', 'township')"
        )
        return frozenset(code for (code,) in cursor.fetchall())


def _covered(source: sources.Source, only: tuple[str, ...], checked: checking.Checked) -> list[str]:
    """The subtrees that the rows hold completely: only there may a place vanish."""
    covers = source.covers
    if covers is None:
        covers = tuple(code for code in checked.rows if len(code) == 2)
    if not only:
        return list(covers)
    inside = [code for code in only if code.startswith(covers)] if covers else []
    return inside + [code for code in covers if code.startswith(only) and code not in inside]


def _summary(source: sources.Source, out: Outcome) -> dict[str, object]:
    return {
        "source": source.label,
        "rows": out.rows,
        "added": out.added,
        "renamed": out.renamed,
        "vanished": out.vanished,
        "restored": out.restored,
        "findings": len(out.findings),
    }


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Two million small objects live until the end: looking for cycles among them costs seconds."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
