"""Answers every cell of a sheet, says why a blank is blank, and what differs from what was typed before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zhijin.assessment.enter_once import catalogue
from zhijin.assessment.enter_once.catalogue import Answer, Field, Measure
from zhijin.assessment.enter_once.layout import Heading, Table, clean
from zhijin.assessment.enter_once.likeness import Words, read
from zhijin.assessment.enter_once.periods import Period, apply
from zhijin.assessment.enter_once.reading import Document, subject, tables
from zhijin.core.actor import Actor
from zhijin.core.sheets.original import Cell, Grid, Original

#: Cells of one sheet.
MOST = 60_000
#: States of a cell: written; typed before and the same; typed before and different (kept, or ours
#: taken); blank; typed before where we have nothing; not ours to write.
FILLED, SAME, DIFFERS, TAKEN = "filled", "same", "differs", "taken"
BLANK, TYPED, KEPT = "blank", "typed", "kept"

Value = int | float | str | None


@dataclass(slots=True)
class Slot:
    """One cell: what we say, what was typed, and what becomes of it."""

    value: Value
    numerator: int | None
    denominator: int | None
    state: str
    old: str
    why: str

    def as_list(self) -> list[Any]:
        return [self.value, self.numerator, self.denominator, self.state, self.old, self.why]


def slot_of(raw: list[Any]) -> Slot:
    return Slot(*raw)


def count_cells(layout: Document) -> int:
    return sum(len(table.rows) * len(table.headings) for _n, _part, table in tables(layout))


def fill(
    original: Original,
    layout: Document,
    mapping: Document,
    actor: Actor,
    office: str,
    sheet: Period,
) -> Document:
    """The answers by column (``table.index``): one list a row, in the order of the table's rows."""
    grids = {ref.part: original.grid(ref) for ref in original.sheets}
    out: Document = {}
    for number, part, table in tables(layout):
        subjects = {row: subject(mapping["rows"][f"{number}.{row}"]) for row in table.rows}
        chosen = _chosen(table, number, mapping, office, sheet)
        people = [one for one in dict.fromkeys(subjects.values()) if one is not None]
        wanted = [pair for pair in chosen.values() if pair is not None]
        answers = catalogue.answer_all(actor, office, wanted, people)
        whole = _all_locked(original, grids[part], table)
        for index, heading in enumerate(table.headings):
            pair, column = chosen[index], mapping["columns"][f"{number}.{index}"]
            slots = []
            for row in table.rows:
                one = subjects[row]
                answer = Answer(None, why=column["why"] or "unmapped")
                if one is None:
                    answer = Answer(None, why="unknown")
                elif pair is not None:
                    answer = answers[pair[0].id, pair[1]][one.ref]
                place = heading.row or row
                slots.append(_slot(original, grids[part], place, heading, pair, answer, whole))
            out[f"{number}.{index}"] = [slot.as_list() for slot in slots]
    return out


Pair = tuple[Measure | Field, Period]


def _chosen(
    table: Table, number: int, mapping: Document, office: str, sheet: Period
) -> dict[int, Pair | None]:
    out: dict[int, Pair | None] = {}
    for index in range(len(table.headings)):
        column = mapping["columns"][f"{number}.{index}"]
        measure = catalogue.find(column["measure"], office) if column["measure"] else None
        out[index] = (measure, apply(column["rule"], sheet)) if measure else None
    return out


def _all_locked(original: Original, grid: Grid, table: Table) -> bool:
    """A protected sheet whose cells are all locked says nothing about which are to be filled."""
    if not grid.protected:
        return False
    for row, heading in table.cells():
        cell = grid.cell(row, heading.column)
        if cell is not None and not original.style(cell.style).locked:
            return False
    return True


def _slot(
    original: Original, grid: Grid, row: int, heading: Heading, pair: Pair | None, answer: Answer,
    whole: bool,
) -> Slot:  # fmt: skip
    cell = grid.cell(row, heading.column)
    old = cell.text if cell else ""
    if cell is not None and cell.formula:
        return Slot(None, None, None, KEPT, old, "formula")
    if not grid.is_anchor(row, heading.column):
        return Slot(None, None, None, KEPT, old, "merged")
    locked = grid.protected and not whole and original.style(cell.style if cell else 0).locked
    if locked:
        return Slot(None, None, None, KEPT, old, "locked")
    value = _written(original, cell, heading, pair, answer)
    n, d = answer.numerator, answer.denominator
    if value is None:
        return Slot(None, n, d, TYPED if old else BLANK, old, answer.why)
    if not old:
        return Slot(value, n, d, FILLED, "", "")
    return Slot(value, n, d, SAME if _equal(cell, old, value) else DIFFERS, old, "")


def _written(
    original: Original, cell: Cell | None, heading: Heading, pair: Pair | None, answer: Answer
) -> Value:
    """The value as this cell wants it: percentages by its format, 万 by its unit."""
    if pair is None or answer.value is None:
        return None
    if isinstance(answer.value, str):
        return answer.value
    measure, words = pair[0], read(heading.path)
    if measure.unit == "percent":
        shows = cell is not None and original.style(cell.style).percent
        return answer.value / 10_000 if shows else _tidy(answer.value / 100)
    if measure.unit == "score":
        return _tidy(answer.value / 100)
    return _scaled(answer.value, measure.unit, words)


def _scaled(value: int, unit: str, words: Words) -> Value:
    if unit == "minutes" and words.unit in {"hours", "days"}:
        return _tidy(round(value / (60 if words.unit == "hours" else 1440), 1))
    if unit == "fen":
        value_in_yuan = value / 100
        return _tidy(round(value_in_yuan / words.scale, 4))
    return _tidy(round(value / words.scale, 4)) if words.scale > 1 else value


def _tidy(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _equal(cell: Cell | None, old: str, value: Value) -> bool:
    if isinstance(value, str):
        return clean(old) == clean(value)
    if cell is not None and isinstance(cell.value, float):
        return abs(cell.value - float(value or 0)) < 1e-6
    try:
        return abs(float(clean(old).rstrip("%").replace(",", "")) - float(value or 0)) < 1e-6
    except ValueError:
        return False


@dataclass(frozen=True)
class Tally:
    """The figures of a sheet, and the blanks by their reason."""

    asked: int
    filled: int
    agreed: int
    differing: int
    taken: int
    typed: int
    kept: int
    blanks: dict[str, int]


def tally(answers: Document) -> Tally:
    """Counts cells by state. Asked: those that are blank, or for which we have a value."""
    states: Counter[str] = Counter()
    blanks: Counter[str] = Counter()
    for raws in answers.values():
        for raw in raws:
            states[raw[3]] += 1
            if raw[3] == BLANK:
                blanks[raw[5]] += 1
    asked = sum(states[s] for s in (FILLED, SAME, DIFFERS, TAKEN, BLANK))
    filled = states[FILLED] + states[TAKEN]
    return Tally(asked, filled, states[SAME], states[DIFFERS], states[TAKEN], states[TYPED],
                 states[KEPT], dict(blanks.most_common()))  # fmt: skip


def slots(layout: Document, answers: Document) -> Iterator[tuple[int, str, Table, int, int, Slot]]:
    """Every answered cell: table number, part, table, heading's index, row, slot."""
    for number, part, table in tables(layout):
        for index in range(len(table.headings)):
            raws = answers.get(f"{number}.{index}", ())
            for row, raw in zip(table.rows, raws, strict=False):
                yield number, part, table, index, row, slot_of(raw)
