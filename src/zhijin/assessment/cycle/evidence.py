"""The records behind every value of a result that is frozen: which facts counted, with a digest of each value.

The facts are looked up as they were when the run was computed (``Run.seen``), so that what came or was
corrected since changes nothing. A result whose numbers its records do not give is not frozen.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db import connection

from zhijin.assessment import forms, records
from zhijin.assessment.cycle import errors
from zhijin.assessment.engine.evidence import (
    LATEST,
    Gathering,
    Seen,
    Whose,
    corrected,
    gatherings,
    stretches,
)
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.represent import represent
from zhijin.assessment.models import Evidence, Run, Score, Value
from zhijin.assessment.services.bulk import copy_rows

#: How a fact was counted, in the first of its 17 bytes.
FLAGS: Final = {"of": 1, "to": 2, "join": 4}
ENTRY: Final = 17
#: A fact's columns in the order in which they are hashed.
COLUMNS: Final = (
    "id", "at", "county", "org_key", "place_code", "kind", "subject", "actor", "value", "attrs",
    "playbook", "revision", "record",
)  # fmt: skip
_SELECT = ", ".join(f"f.{name}" for name in COLUMNS)
_WHOSE = (
    "w{number} AS MATERIALIZED (SELECT whose, low, high, to_timestamp(since) AS since, to_timestamp(until) AS until"
    " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
    " AS u (whose, low, high, since, until))"
)
_PART = "(SELECT {first}w.whose, {number} AS part, {columns} FROM w{whose} w JOIN core_fact f ON {predicate}{order})"
_STORED = (
    "county", "run_id", "org_key", "indicator", "place_code", "place_key", "sector_key",
    "industry_key", "count", "ids", "digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """One value's facts: 17 bytes each, how many, and the digest over them."""

    ids: bytes
    count: int
    digest: bytes


Entries = dict[UUID, tuple[int, bytes]]


def fact_digest(row: Sequence[Any]) -> bytes:
    """SHA-256 of a fact: its columns (:data:`COLUMNS`) as a JSON list without blanks, the moment in UTC
    with microseconds, attributes with sorted keys."""
    id_, at, *rest = row
    given = dict(zip(COLUMNS[2:], rest, strict=True))
    attrs = given["attrs"]
    told = [str(id_), at.astimezone(UTC).isoformat(timespec="microseconds")]
    told += [json.loads(attrs) if k == "attrs" and isinstance(attrs, str) else v
             for k, v in given.items()]  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def kept_of(entries: Entries) -> Kept:
    """The stored form of a value's facts: id → (flags, the fact's digest)."""
    ordered = sorted(entries.items(), key=lambda pair: pair[0].bytes)
    ids = b"".join(bytes([flags]) + id_.bytes for id_, (flags, _) in ordered)
    over = hashlib.sha256()
    for id_, (flags, digest) in ordered:
        over.update(bytes([flags]) + id_.bytes + digest)
    return Kept(ids, len(ordered), over.digest())


def entries_of(ids: bytes) -> dict[UUID, int]:
    """Fact → flags of what is stored."""
    return {
        UUID(bytes=bytes(ids[at + 1 : at + ENTRY])): ids[at] for at in range(0, len(ids), ENTRY)
    }


def frozen(run: Run, org_key: int, indicator: str) -> dict[UUID, int] | None:
    """The facts that were kept for a value, with flags; None when none were (it is not frozen)."""
    if run.state != Run.State.FROZEN:
        return None
    row = Evidence.objects.filter(
        run_id=run.id, county=run.county, org_key=org_key, indicator=indicator
    ).first()
    return None if row is None else entries_of(bytes(row.ids))


def keep(run: Run) -> dict[int, dict[str, Kept]]:
    """Look up and store the evidence of every value of ``run``: organisation → indicator → what was kept.

    In the present transaction, under the platform's scope. Raises AE103 when the records of any value do
    not give its number any more.
    """
    programme = forms.revision(run.revision_id).model
    scores = list(Score.objects.filter(run_id=run.id, county=run.county).order_by("org_key"))
    rows = Value.objects.filter(run_id=run.id, county=run.county)
    values = {row.org_key: row for row in rows}
    found: dict[int, dict[str, Kept]] = {}
    differing = 0
    for org_key, cells in _cells(run, programme, {row.org_key: row.place_key for row in scores}):
        found[org_key] = {name: kept_of(entries) for name, entries in cells.items()}
        differing += _differing(programme, run, values.get(org_key), cells)
    if differing:
        raise errors.NOT_REPRODUCED(n=differing)
    copy_rows(Evidence, _STORED, _rows(run, scores, found))
    return found


def _seen(run: Run, programme: Assessment) -> Seen:
    """What the run saw, with the facts that were corrected by then: looked up once for everybody."""
    seen = records.seen_of(run)
    reach = represent(programme).reach
    months = Period(run.period_start, run.period_kind).back(reach)
    with connection.cursor() as cursor:
        cursor.execute(corrected(seen, months))
        gone = tuple(UUID(one) for (one,) in cursor.fetchall())
    return Seen(seen.months, gone)


def _cells(
    run: Run, programme: Assessment, places: Mapping[int, int]
) -> Iterator[tuple[int, dict[str, Entries]]]:
    """Of every organisation (key → where it was), in their order, each indicator and joined fact with its facts.

    One query for all of them, read as it comes: never more than one organisation's facts are held.
    """
    period, seen = Period(run.period_start, run.period_kind), _seen(run, programme)
    names = [*programme.indicators, *(join.id for join in programme.joins if join.fact)]
    looked_up = [
        (name, part) for name in names for part in gatherings(programme, name, period, seen)
    ]
    every = records.whose_of(places, period, by_tree=records.by_tree(programme))
    parts = [part for _name, part in looked_up]
    read = groupby(gathered(parts, every, period), key=lambda row: int(row[0]))
    org_key, rows = next(read, (None, ()))
    for whose in every:
        cells: dict[str, Entries] = {name: {} for name, _part in looked_up}
        if org_key == whose.org_key:
            for _key, number, *row in rows:
                name, part = looked_up[number]
                flags, digest = cells[name].get(row[0], (0, b""))
                cells[name][row[0]] = flags | FLAGS[part.part], digest or fact_digest(row)
            org_key, rows = next(read, (None, ()))
        yield whose.org_key, cells


def gathered(
    parts: Sequence[Gathering], every: Sequence[Whose], period: Period
) -> Iterator[Sequence[Any]]:
    """Whose, which part, and the fact's columns; organisation by organisation."""
    if not parts:
        return
    held = dict.fromkeys((part.who, part.reach) for part in parts)
    given: list[list[int]] = []
    for who, reach in held:
        columns = list(zip(*stretches(who, reach, every, period), strict=True)) or [()] * 5
        given += [list(column) for column in columns]
    whose = ", ".join(_WHOSE.format(number=number) for number in range(len(held)))
    union = " UNION ALL ".join(
        _PART.format(
            first="DISTINCT ON (w.whose) " if part.latest else "", number=number, columns=_SELECT,
            whose=list(held).index((part.who, part.reach)), predicate=part.predicate.replace("%", "%%"),
            order=f" ORDER BY w.whose, {LATEST}" if part.latest else "",
        )
        for number, part in enumerate(parts)
    )  # fmt: skip
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"WITH {whose} SELECT * FROM ({union}) found ORDER BY 1", given)
        yield from cursor


def _differing(
    programme: Assessment, run: Run, value: Value | None, cells: Mapping[str, Entries]
) -> int:
    """How many plain numbers of records are not what the records give."""
    if value is None:
        return 0
    count = 0
    for place, name in enumerate(run.indicators):
        item = programme.indicators.get(name)
        if item is None or name not in cells:
            continue
        tally: dict[str, int] = defaultdict(int)
        for flags, _digest in cells[name].values():
            for part, flag in FLAGS.items():
                tally[part] += bool(flags & flag)
        over = tally["of"] if item.cap is None else min(tally["of"], item.cap)
        if records.plain(programme, item.of):
            count += over != (value.numerators[place] or 0)
        if records.plain(programme, item.to):
            count += tally["to"] != (value.denominators[place] or 0)
    return count


def _rows(
    run: Run, scores: Sequence[Score], found: Mapping[int, Mapping[str, Kept]]
) -> Iterator[tuple[Any, ...]]:
    for score in scores:
        whose = (score.place_code, score.place_key, score.sector_key, score.industry_key)
        for name, kept in found[score.org_key].items():
            yield (run.county, run.id, score.org_key, name, *whose, kept.count, kept.ids,
                   kept.digest)  # fmt: skip


def read_facts(ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The digests of facts as they are now; those that are gone are missing."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_SELECT} FROM core_fact f WHERE f.id = ANY(%s)", [list(ids)])
        return {row[0]: fact_digest(row) for row in cursor.fetchall()}


__all__ = ["COLUMNS", "FLAGS", "Kept", "Seen", "entries_of", "fact_digest", "frozen", "keep", "kept_of",
           "read_facts"]  # fmt: skip
