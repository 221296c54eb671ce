"""What the pages of enter once show, made from a sheet's documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from zhijin.assessment.enter_once import catalogue, filling, words
from zhijin.assessment.enter_once.catalogue import Field, Measure
from zhijin.assessment.enter_once.filling import Slot
from zhijin.assessment.enter_once.layout import Table
from zhijin.assessment.enter_once.models import Filling
from zhijin.assessment.enter_once.periods import Period
from zhijin.assessment.enter_once.reading import Document, tables
from zhijin.assessment.enter_once.selectors import OneCell
from zhijin.core.sheets.original import address

Any_ = Measure | Field
#: Rows of a table that the review shows; the file holds all.
SHOWN_ROWS, SHOWN_CELLS = 60, 200


@dataclass
class Option:
    """One choice for a column."""

    id: str
    title: str
    why: str
    chosen: bool


@dataclass
class Column:
    """One column on the page that maps them."""

    key: str
    letter: str
    path: tuple[str, ...]
    options: list[Option]
    rule: str
    sure: bool
    personal: bool
    percent: int
    other: str


@dataclass
class Doubt:
    """A row whose subject the clerk should choose."""

    key: str
    row: int
    said: str
    chosen: str
    others: list[tuple[str, str]]


@dataclass
class Part:
    """One table on a page."""

    name: str
    kind: str
    columns: list[Column]
    doubts: list[Doubt]
    rows: int
    known: int
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def unsure(self) -> list[Column]:
        return [one for one in self.columns if not one.sure]

    @property
    def sure(self) -> list[Column]:
        return [one for one in self.columns if one.sure]


def columns(row: Filling, sent: QueryDict | None) -> dict[str, Any]:
    """The context of the page that maps the columns."""
    known = catalogue.measures(row.place_code)
    names = {sheet["part"]: sheet["name"] for sheet in row.layout["sheets"]}
    parts = [
        _part(names[part], number, table, row.mapping, known, sent)
        for number, part, table in tables(row.layout)
    ]
    period = Period(row.period_start, row.period_end)
    return {
        "row": row,
        "parts": parts,
        "unsure": sum(len(part.unsure) + len(part.doubts) for part in parts),
        "total": sum(len(part.columns) for part in parts),
        "start": sent.get("start") if sent else period.start.isoformat(),
        "last": sent.get("last") if sent else period.last.isoformat(),
        "rules": list(words.RULES.items()),
        "groups": [
            (group, [str(one.title) for one in these])
            for group, these in catalogue.grouped(row.place_code)
        ],
    }


def _part(
    name: str, number: int, table: Table, mapping: Document, known: dict[str, Any_],
    sent: QueryDict | None,
) -> Part:  # fmt: skip
    shown = []
    for index, heading in enumerate(table.headings):
        key = f"{number}.{index}"
        letter = address(heading.row or 1, heading.column)
        letter = letter if heading.row else letter.rstrip("1")
        shown.append(_column(key, letter, heading.path, mapping["columns"][key], known, sent))
    rows = [(line, mapping["rows"][f"{number}.{line}"]) for line in table.rows]
    doubts = [
        Doubt(f"{number}.{line}", line, entry["said"], entry["ref"], _choices(entry))
        for line, entry in rows
        if entry["percent"] < 100 and table.kind == "rows"
    ]
    reasons: dict[str, list[int]] = defaultdict(list)
    for line, why in table.skipped.items():
        reasons[why].append(line)
    skipped = [
        (str(words.SKIPPED[why]), "、".join(map(str, lines[:12]))) for why, lines in reasons.items()
    ]
    ready = sum(bool(entry["ref"]) for _line, entry in rows)
    return Part(name, table.kind, shown, doubts[:50], len(rows), ready, skipped)


def _choices(entry: Document) -> list[tuple[str, str]]:
    own = [(entry["ref"], entry["name"])] if entry["ref"] else []
    return [*own, *((ref, name) for ref, name in entry["others"])]


def _column(
    key: str, letter: str, path: tuple[str, ...], column: Document, known: dict[str, Any_],
    sent: QueryDict | None,
) -> Column:  # fmt: skip
    chosen = sent.get(f"c.{key}", "") if sent else column["measure"]
    options = [
        Option(id_, str(known[id_].title), _why(percent, reason, word), id_ == chosen)
        for id_, percent, reason, word in column["suggestions"]
        if id_ in known
    ]
    if chosen in known and chosen not in {one.id for one in options}:
        options.insert(0, Option(chosen, str(known[chosen].title), "", chosen=True))
    percent = next((s[1] for s in column["suggestions"] if s[0] == chosen), 0)
    return Column(
        key, letter, path, options, sent.get(f"p.{key}", "") if sent else column["rule"],
        column["sure"], column["why"] == "personal", percent,
        sent.get(f"o.{key}", "") if sent else "",
    )  # fmt: skip


def _why(percent: int, reason: str, word: str) -> str:
    text = str(words.REASONS[reason])
    return f"{text}（{word}）{percent}%" if word and reason == "alike" else f"{text} {percent}%"


@dataclass
class Shown:
    """One cell on a page."""

    key: str
    at: str
    subject: str
    label: str
    value: object
    old: str
    state: str
    why: str
    url: str
    detail: str = ""


def cells(row: Filling) -> dict[str, Any]:
    """The context of the page that shows what was filled."""
    known = catalogue.measures(row.place_code)
    differing, grid = [], []
    blanks: dict[tuple[str, str], list[Shown]] = defaultdict(list)
    grids: dict[int, Grid] = {}
    for number, _part, table, index, line, slot in filling.slots(row.layout, row.answers):
        one = _shown(row, known, number, table, index, line, slot)
        if slot.state in {filling.DIFFERS, filling.TAKEN}:
            differing.append(one)
        elif slot.state == filling.BLANK:
            blanks[one.label, one.why].append(one)
        if number not in grids:
            grids[number] = Grid(table, row, number)
            grid.append(grids[number])
        grids[number].put(line, one)
    by_reason: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (label, why), these in blanks.items():
        by_reason[why].append((label, len(these)))
    figures = filling.tally(row.answers)
    return {
        "row": row,
        "period": Period(row.period_start, row.period_end),
        "figures": figures,
        "blank_total": sum(figures.blanks.values()),
        "differing": differing[:SHOWN_CELLS],
        "blanks": [(why, sorted(v, key=lambda x: -x[1])) for why, v in by_reason.items()],
        "grids": grid,
    }


class Grid:
    """A table as the review shows it: headers, then rows of cells."""

    def __init__(self, table: Table, row: Filling, number: int) -> None:
        self.headings = [heading.label for heading in table.headings]
        self.kind = table.kind
        self.lines: dict[int, tuple[str, list[Shown]]] = {}
        self.more = max(0, len(table.rows) - SHOWN_ROWS)
        for line in table.rows[:SHOWN_ROWS]:
            entry = row.mapping["rows"][f"{number}.{line}"]
            self.lines[line] = (entry["name"] or entry["said"], [])

    def put(self, line: int, one: Shown) -> None:
        if line in self.lines:
            self.lines[line][1].append(one)

    @property
    def rows(self) -> list[tuple[int, str, list[Shown]]]:
        return [(line, name, these) for line, (name, these) in self.lines.items()]


def _shown(
    row: Filling, known: dict[str, Any_], number: int, table: Table, index: int, line: int,
    slot: Slot,
) -> Shown:  # fmt: skip
    heading = table.headings[index]
    entry = row.mapping["rows"][f"{number}.{line}"]
    return Shown(
        key=f"{number}.{index}.{line}",
        at=address(heading.row or line, heading.column),
        subject=entry["name"] or entry["said"],
        label=heading.label,
        value="" if slot.value is None else slot.value,
        old=slot.old,
        state=slot.state,
        why=str(words.WHY.get(slot.why, "")),
        url=reverse("desk:enter-once-cell", args=[row.id, number, index, line]),
        detail="" if slot.denominator is None else f"{slot.numerator}/{slot.denominator}",
    )


def cell(row: Filling, one: OneCell) -> dict[str, Any]:
    """The context of one cell's page."""
    measure = one.measure
    source = None
    by_time = False
    if isinstance(measure, Measure):
        source = catalogue.source(measure.source)
        by_time = bool(source.at if measure.at is None else measure.at)
    answer = one.now.answer if one.now else None
    unit = measure.unit if measure else ""
    counted = answer is not None and (answer.numerator, answer.denominator) != (
        one.slot.numerator, one.slot.denominator,
    )  # fmt: skip
    return {
        "row": row,
        "cell": one,
        "at": address(one.row, one.heading.column),
        "state": words.STATES[one.slot.state],
        "why": words.WHY.get(one.slot.why, ""),
        "source": source,
        "by_time": by_time,
        "now": words.shown(answer.value, unit) if answer else "",
        "moved": bool(answer and one.slot.numerator is not None and counted),
        "rate": isinstance(measure, Measure) and measure.is_rate,
    }
