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

    Raises PL304 (too many would vanish) and PL305 (no good row).
    """
    actor.require("place.import")
    started, connection = time.perf_counter(), connections[using]
    day = as_of or source.as_of
    with no_garbage_collection():
        checked = checking.check(source.rows(), only, _known(connection))
        if not checked.rows:
            raise errors.NO_GOOD_ROWS(path=source.label)
        out = loading.load(
            connection,
            checked,
            covers=_covered(source, only, checked),
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
