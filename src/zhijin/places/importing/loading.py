"""Loads checked divisions into the table in one transaction, and keeps history true.

A renamed place keeps its old name, a vanished one gets an end date, one that is back loses it.
Groups and grids are the users' own and are never touched.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from zhijin.core.ids import place_span
from zhijin.places import errors
from zhijin.places.importing.checking import Checked, Division, Finding

DIVISIONS = "('province','prefecture','county','township','village')"
#: Above this share of vanishing places the source is taken to be incomplete.
VANISH_LIMIT = 0.10
#: Findings kept with the run; the whole list goes to the file of the command.
FINDINGS_KEPT = 2000
_COLUMNS = "code, key, name, level, parent_id, kind"
#: Cheaper to build at once than to keep up while a whole country is copied in.
_REBUILT = {
    "places_place_bigrams": "ON places_place USING gin (places_bigrams(name))",
    "places_place_level_key": "ON places_place (level, key)",
}


@dataclass
class Outcome:
    """What one import did. `findings` holds the rows' findings and those of the comparison."""

    rows: int = 0
    added: int = 0
    renamed: int = 0
    vanished: int = 0
    restored: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    covers: list[str] = field(default_factory=list)
    run: uuid.UUID | None = None


def load(
    connection: BaseDatabaseWrapper,
    checked: Checked,
    *,
    covers: Iterable[str],
    as_of: date,
    allow_vanish: bool = False,
) -> Outcome:
    """Bring the table to the state of `checked`, as of the day `as_of`.

    Only places inside `covers` (codes) may vanish. Raises PL304, changing nothing, when more than a
    tenth of those would.
    """
    started = time.perf_counter()
    out = Outcome(rows=len(checked.rows), findings=list(checked.findings))
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE places_place IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"SELECT EXISTS (SELECT FROM places_place WHERE level IN {DIVISIONS})")
        if not cursor.fetchone()[0]:
            with _rebuilt_indexes(cursor):
                _copy(cursor, "places_place", checked.rows.values())
            out.added = len(checked.rows)
        else:
            _merge(cursor, checked, out, list(covers), as_of, allow_vanish)
        out.covers = list(covers)
        cursor.execute("ANALYZE places_place")
    out.seconds = time.perf_counter() - started
    return out


def copy_lines(rows: Iterable[Division]) -> Iterator[bytes]:
    """The rows in COPY's text form, in blocks. Names hold no tab, backslash or line break."""
    iterator = iter(rows)
    while block := list(islice(iterator, 8192)):
        yield "".join(
            f"{code}\t{key}\t{name}\t{level}\t{parent or _NULL}\t{kind}\n"
            for code, key, name, level, parent, kind in block
        ).encode()


_NULL = "\\N"


def _copy(cursor: Any, table: str, rows: Iterable[Division]) -> None:
    with cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as copy:
        for block in copy_lines(rows):
            copy.write(block)


@contextmanager
def _rebuilt_indexes(cursor: Any) -> Iterator[None]:
    cursor.execute(
        "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'places_place'::regclass"
    )
    if not cursor.fetchone()[0]:  # the app role may not drop indexes, and loads small tables only
        yield
        return
    for name in _REBUILT:
        cursor.execute(f"DROP INDEX IF EXISTS {name}")
    yield
    for name, definition in _REBUILT.items():
        cursor.execute(f"CREATE INDEX {name} {definition}")


def _merge(
    cursor: Any,
    checked: Checked,
    out: Outcome,
    covers: list[str],
    as_of: date,
    allow_vanish: bool,
) -> None:
    cursor.execute(
        "CREATE TEMP TABLE incoming (code varchar(15) PRIMARY KEY, key bigint, name varchar(64),"
        " level varchar(10), parent_id varchar(15), kind varchar(12)) ON COMMIT DROP"
    )
    _copy(cursor, "incoming", checked.rows.values())
    cursor.execute("ANALYZE incoming")
    _vanish(cursor, checked, out, covers, as_of, allow_vanish)
    _rename(cursor, out, as_of)
    cursor.execute(
        "UPDATE places_place p SET valid_to = NULL FROM incoming i"
        " WHERE p.code = i.code AND p.valid_to IS NOT NULL AND p.valid_to <= %s"
        " RETURNING p.code, p.name",
        [as_of],
    )
    restored = cursor.fetchall()
    out.restored = len(restored)
    out.findings += [
        _note("PI23", code, _("重新出现：{name}").format(name=name)) for code, name in restored
    ]
    cursor.execute("SELECT count(*) FROM places_place")
    much = len(checked.rows) > 2 * cursor.fetchone()[0]
    with _rebuilt_indexes(cursor) if much else nullcontext():
        out.added = _add(cursor, as_of)
    cursor.execute("DROP TABLE incoming")


def _add(cursor: Any, as_of: date) -> int:
    """Insert what is not there yet; new since `as_of` only where an earlier import looked."""
    cursor.execute(
        f"INSERT INTO places_place ({_COLUMNS}, valid_from)"
        " SELECT i.code, i.key, i.name, i.level, i.parent_id, i.kind,"
        " CASE WHEN i.key <@ %s::int8multirange THEN %s::date END FROM incoming i"
        " LEFT JOIN places_place p ON p.code = i.code WHERE p.code IS NULL",
        [_looked_at(cursor), as_of],
    )
    return int(cursor.rowcount)


def _looked_at(cursor: Any) -> str:
    """The subtrees that earlier imports held completely, as a multirange of keys."""
    cursor.execute("SELECT DISTINCT jsonb_array_elements_text(covers) FROM places_import_run")
    return _spans(code for (code,) in cursor.fetchall())


def _spans(codes: Iterable[str]) -> str:
    return "{" + ",".join("[{},{})".format(*place_span(code)) for code in codes) + "}"


def _vanish(
    cursor: Any,
    checked: Checked,
    out: Outcome,
    covers: list[str],
    as_of: date,
    allow_vanish: bool,
) -> None:
    # What began after the day of the table cannot be missing from it.
    where = (
        f"p.key <@ %s::int8multirange AND p.valid_to IS NULL AND p.level IN {DIVISIONS}"
        " AND (p.valid_from IS NULL OR p.valid_from < %s)"
    )
    cursor.execute(
        "SELECT p.code, p.name, i.code IS NULL AND p.code <> ALL(%s) FROM places_place p"
        f" LEFT JOIN incoming i ON i.code = p.code WHERE {where}",
        [checked.refused, _spans(covers), as_of],
    )
    current = cursor.fetchall()
    gone = [(code, name) for code, name, missing in current if missing]
    if len(gone) > VANISH_LIMIT * len(current) and not allow_vanish:
        raise errors.TOO_MANY_VANISH(count=len(gone), total=len(current))
    if not gone:
        return
    codes = [code for code, _name in gone]
    cursor.execute("UPDATE places_place SET valid_to = %s WHERE code = ANY(%s)", [as_of, codes])
    out.vanished = len(gone)
    cursor.execute(
        "SELECT g.code, s.code FROM unnest(%s::text[]) g(code) JOIN places_place p ON p.code = g.code"
        " JOIN incoming s ON s.name = p.name AND s.level = p.level AND left(s.code, 6) ="
        " left(p.code, 6) LEFT JOIN places_place q ON q.code = s.code WHERE q.code IS NULL",
        [codes],
    )
    likely = dict(cursor.fetchall())
    ended, renumbered = _("不在新表中，已止于 {day}：{name}"), _("，可能改码为 {code}")
    for code, name in gone:
        hint = renumbered.format(code=likely[code]) if code in likely else ""
        out.findings.append(_note("PI21", code, ended.format(day=as_of, name=name) + hint))
    _warn_of_orphans(cursor, out, codes)


def _warn_of_orphans(cursor: Any, out: Outcome, codes: list[str]) -> None:
    cursor.execute(
        "SELECT parent_id, count(*) FROM places_place WHERE parent_id = ANY(%s)"
        " AND level IN ('group', 'grid') AND valid_to IS NULL GROUP BY 1",
        [codes],
    )
    for code, count in cursor.fetchall():
        out.findings.append(
            _note("PI24", code, _("已撤销的村下面还有 {count} 个村民组和网格").format(count=count))
        )


def _rename(cursor: Any, out: Outcome, as_of: date) -> None:
    """Names of the table; one that was changed after the day of the table stays."""
    cursor.execute(
        "WITH changed AS (SELECT p.code, p.name AS old, i.name FROM places_place p"
        " JOIN incoming i ON i.code = p.code WHERE p.name <> i.name AND NOT EXISTS ("
        " SELECT FROM places_former_name f WHERE f.place_id = p.code AND f.valid_to > %s)), kept AS ("
        " INSERT INTO places_former_name (place_id, name, valid_to)"
        " SELECT code, old, %s FROM changed)"
        " UPDATE places_place p SET name = c.name FROM changed c WHERE p.code = c.code"
        " RETURNING p.code, c.old, c.name",
        [as_of, as_of],
    )
    renamed = cursor.fetchall()
    out.renamed = len(renamed)
    out.findings += [
        _note("PI22", code, _("更名：{old} → {new}").format(old=old, new=new))
        for code, old, new in renamed
    ]


def _note(number: str, code: str, message: str) -> Finding:
    return Finding(number, "note", "", 0, code, message)


def keep_run(
    connection: BaseDatabaseWrapper, out: Outcome, *, source: str, as_of: date, actor: str
) -> None:
    """Store the outcome for the import page; sets `out.run`."""
    out.run = uuid.uuid4()
    kept = [list(finding) for finding in out.findings[:FINDINGS_KEPT]]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO places_import_run (id, as_of, source, covers, actor, rows, added, renamed,"
            " vanished, restored, finding_count, findings, seconds)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [out.run, as_of, source[:200], json.dumps(out.covers), actor, out.rows, out.added,
             out.renamed, out.vanished, out.restored, len(out.findings),
             json.dumps(kept, ensure_ascii=False), out.seconds],
        )  # fmt: skip
