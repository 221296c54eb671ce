"""From a figure to the very records that were counted, under the reader's own permissions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from zhijin.assessment import records
from zhijin.assessment.cycle.evidence import FLAGS, frozen
from zhijin.assessment.engine.evidence import Evidence, evidence
from zhijin.assessment.engine.kinds import kind as kind_named
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.pages.organisation import Cell, Page
from zhijin.assessment.pages.programme import About
from zhijin.assessment.pages.reading import PUBLIC
from zhijin.cases import api as cases
from zhijin.core import labels
from zhijin.core.actor import Actor
from zhijin.places import api as places

#: Rows shown; the count above them is of all.
SHOWN = 200
_COLUMNS = "f.id, f.at, f.county, f.place_code, f.kind, f.record, f.value, f.attrs"
#: Where records of a kind open.
_PAGES = {"case": "desk:case", "org": "desk:org", "appeal": "desk:standing-appeal"}
#: Records that a demonstration drew: nothing stands behind them.
_DRAWN = "demo-case"


@dataclass
class Record:
    """One fact that was counted: in the numerator, in the denominator, or in both."""

    id: UUID
    at: datetime
    county: int
    place_code: str
    kind: str
    record: str
    value: int
    attrs: Mapping[str, Any]
    parts: set[str] = field(default_factory=set)
    title: str = ""
    url: str = ""
    kind_title: str = ""
    place: str = ""

    @property
    def over(self) -> bool:
        """Counted in the numerator."""
        return bool(self.parts & {"of", "join"})

    @property
    def under(self) -> bool:
        return "to" in self.parts


@dataclass(frozen=True, slots=True)
class Found:
    """The records behind one value. ``over`` and ``under`` count all that the reader may see."""

    records: Sequence[Record]
    over: int
    under: int
    typed: bool


def find(page: Page, indicator: str, english: bool) -> Found:
    """The records of an indicator (or a joined result). KeyError for one the programme does not have."""
    programme = page.about.programme
    if programme is None:
        return Found([], 0, 0, typed=False)
    period = Period(page.run.period_start, programme.period)
    rows: dict[UUID, Record] = {}
    kept = frozen(page.run, page.score.org_key, indicator)
    if kept is not None:
        return _opened(page.actor, kept, rows, english=english)
    whose = records.whose(
        page.score.org_key, page.score.place_key, period, by_tree=page.about.by_tree
    )
    seen = records.seen_of(page.run) if page.run.state in PUBLIC else None
    looked_up = evidence(programme, indicator, whose, period, seen)
    counts = {"of": 0, "to": 0, "join": 0}
    for part in looked_up:
        counts[part.part] += _read(part, rows)
    shown = _shown(page.actor, rows, english=english)
    return Found(shown, counts["of"] + counts["join"], counts["to"], typed=not looked_up)


def _shown(actor: Actor, rows: Mapping[UUID, Record], *, english: bool) -> list[Record]:
    found = sorted(rows.values(), key=lambda r: (r.over, r.at), reverse=True)[:SHOWN]
    _name(actor, found, english=english)
    return found


def _opened(
    actor: Actor, kept: Mapping[UUID, int], rows: dict[UUID, Record], *, english: bool
) -> Found:
    """What was frozen, as far as the reader may see it: whatever came or was corrected since."""
    query = f"SELECT {_COLUMNS} FROM core_fact f WHERE f.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(query, [list(kept)])
        for id_, at, county, place, kind, record, value, attrs in cursor.fetchall():
            given = json.loads(attrs) if isinstance(attrs, str) else attrs
            parts = {part for part, flag in FLAGS.items() if kept[id_] & flag}
            rows[id_] = Record(id_, at, county, place, kind, record, value, given, parts)
    over = sum(row.over for row in rows.values())
    under = sum(row.under for row in rows.values())
    return Found(_shown(actor, rows, english=english), over, under, typed=False)


def _read(part: Evidence, rows: dict[UUID, Record]) -> int:
    """Add the newest rows of one part; returns how many there are in all."""
    limit = min(part.limit or SHOWN, SHOWN)
    order = part.order if part.limit else "f.at DESC, f.id"
    query = (
        f"SELECT {_COLUMNS}, count(*) OVER () FROM core_fact f WHERE {part.predicate}"
        f" ORDER BY {order} LIMIT {limit}"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        fetched = cursor.fetchall()
    for id_, at, county, place, kind, record, value, attrs, _count in fetched:
        given = json.loads(attrs) if isinstance(attrs, str) else attrs
        made = rows.setdefault(id_, Record(id_, at, county, place, kind, record, value, given))
        made.parts.add(part.part)
    total = int(fetched[0][-1]) if fetched else 0
    return min(total, part.limit) if part.limit else total


def _name(actor: Actor, records: Sequence[Record], *, english: bool) -> None:
    """Give the rows their titles and addresses; three queries, however many rows."""
    ids = {r.record: _uuid(r.record[5:]) for r in records if r.record.startswith("case:")}
    seen = cases.by_ids(actor, [one for one in ids.values() if one is not None])
    named = labels.objects(r.record for r in records if not r.record.startswith("case:"))
    where = places.get_many({r.place_code for r in records})
    for row in records:
        known = kind_named(row.kind)
        row.kind_title = (known.en if english else known.zh) if known else row.kind
        row.place = where[row.place_code].short if row.place_code in where else row.place_code
        kind, _colon, one = row.record.partition(":")
        case = ids.get(row.record)
        view = seen.get(case) if case is not None else None
        row.title = f"{view.case.number} {view.case.title}" if view else named.get(row.record, "")
        if kind == _DRAWN:
            row.title = _("模拟的记录，没有单页")
        elif kind == "appeal":
            row.title = _("申诉成立后补计")
        if kind in _PAGES and (kind != "case" or view):
            row.url = _address(_PAGES[kind], one)


def link(record: str) -> str:
    """Where a record opens; empty for one that has no page."""
    kind, _colon, one = record.partition(":")
    return _address(_PAGES[kind], one) if kind in _PAGES else ""


def _uuid(text: str) -> UUID | None:
    """A case's id; other systems' records may be named otherwise."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _address(name: str, one: str) -> str:
    try:
        return reverse(name, args=[one])
    except NoReverseMatch:
        return ""


def differs(about: About, cell: Cell, found: Found) -> bool:
    """Whether the reader sees another number of records than was counted then: some lie outside the
    scope, or came or were corrected since. Only where the figure is a plain number of records."""
    programme = about.programme
    indicator = programme.indicators.get(cell.item.id) if programme is not None else None
    if programme is None or indicator is None or found.typed:
        return False
    over, under = records.plain(programme, indicator.of), records.plain(programme, indicator.to)
    if not over or (indicator.to is not None and not under):
        return False
    return found.over != cell.numerator or (under and found.under != cell.denominator)
