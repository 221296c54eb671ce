"""From a file to a document: its tables, the subjects of their rows, a suggestion for every column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhijin.assessment.enter_once import catalogue
from zhijin.assessment.enter_once.layout import Heading, Sheet, Table, analyse, clean
from zhijin.assessment.enter_once.likeness import SURE, Candidate, read, suggest
from zhijin.assessment.enter_once.periods import Period, read_period, rule_of
from zhijin.assessment.enter_once.subjects import Found, Gazetteer, Subject, gazetteer, match
from zhijin.core.actor import Actor
from zhijin.core.sheets.original import Original

#: Chosen without being asked from this likeness on; below SURE the clerk is asked to look.
CHOSEN = 62
#: Columns that ask for what is private: never suggested, never filled.
PERSONAL = re.compile(
    r"身份证|证件号|电话|手机|联系方式|银行卡|账号|住址|门牌|出生(日期|年月)|微信|病史|病种"
)
#: Columns that are for somebody's own words.
WORDS = re.compile(r"备注|说明|签字|签名|盖章|存在问题|意见$|建议内容|简介|主要做法|原因|措施$")
_TEXTS = 20_000

Document = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What was found in a file."""

    layout: Document
    mapping: Document
    period: Period
    fingerprint: str
    title: str


def read_original(
    original: Original, actor: Actor, office: str, today: date, remembered: Remember
) -> Reading | None:
    """Read every visible sheet. None when no table was found anywhere."""
    names = gazetteer(actor, office, _texts(original), today.year)
    sheets: list[tuple[str, str, Sheet]] = [
        (ref.part, ref.name, analyse(original.grid(ref), names.known))
        for ref in original.sheets
        if ref.visible
    ]
    found = [entry for entry in sheets if entry[2].tables]
    if not found:
        return None
    titles = [text for _part, _name, sheet in found for text in sheet.titles]
    period = read_period([*titles, original.name], today)
    layout = {
        "sheets": [
            {"part": part, "name": name, "titles": sheet.titles,
             "tables": [_table(table) for table in sheet.tables]}
            for part, name, sheet in found
        ]
    }  # fmt: skip
    fingerprint = fingerprint_of(layout)
    mapping = _mapping(layout, names, period, office, remembered, fingerprint)
    title = max((t for t in titles if len(t) <= 60), key=len, default=original.name)
    return Reading(layout, mapping, period, fingerprint, title[:120])


def _texts(original: Original) -> Iterator[str]:
    left = _TEXTS
    for ref in original.sheets:
        if not ref.visible:
            continue
        for cell in original.grid(ref).cells.values():
            if isinstance(cell.value, str) and left > 0:
                left -= 1
                yield cell.value


def _table(table: Table) -> Document:
    return {
        "kind": table.kind,
        "key": table.key,
        "headings": [[h.column, list(h.path), h.row] for h in table.headings],
        "rows": table.rows,
        "names": {str(row): words for row, words in table.names.items()},
        "skipped": {str(row): why for row, why in table.skipped.items()},
    }


def tables(layout: Document) -> Iterator[tuple[int, str, Table]]:
    """Every table of a document with its number and the part of its sheet."""
    number = 0
    for sheet in layout["sheets"]:
        for raw in sheet["tables"]:
            headings = [Heading(column, tuple(path), row) for column, path, row in raw["headings"]]
            names = {int(row): words for row, words in raw["names"].items()}
            skipped = {int(row): why for row, why in raw["skipped"].items()}
            yield (
                number,
                sheet["part"],
                Table(raw["kind"], raw["key"], headings, raw["rows"], names, skipped),
            )
            number += 1


def fingerprint_of(layout: Document) -> str:
    """The same for the same headers, whatever the month, the rows and the figures."""
    heads = [
        "|".join("/".join(_timeless(p) for p in path) for _c, path, _r in table["headings"])
        for sheet in layout["sheets"]
        for table in sheet["tables"]
    ]
    return hashlib.sha256("\n".join(heads).encode()).hexdigest()


def _timeless(text: str) -> str:
    return re.sub(r"20\d\d年?|\d{1,2}月", "", clean(text))


def header_key(path: tuple[str, ...]) -> str:
    """What a header is remembered by."""
    return hashlib.sha256("/".join(map(_timeless, path)).encode()).hexdigest()


class Remember:
    """What was chosen before: by this very sheet, else by the header alone."""

    def __init__(self, rows: list[tuple[str, str, str, str, str]]) -> None:
        self._known = {
            (kind, sheet, header): (choice, rule) for kind, sheet, header, choice, rule in rows
        }

    def column(self, sheet: str, path: tuple[str, ...]) -> tuple[str, str] | None:
        """The measure (empty: left blank on purpose) and the period's rule."""
        key = header_key(path)
        return self._known.get(("column", sheet, key)) or self._known.get(("column", "", key))

    def row(self, name: str) -> str:
        """The subject that a name was said to be."""
        return self._known.get(("row", "", header_key((name,))), ("", ""))[0]


def _mapping(
    layout: Document, names: Gazetteer, period: Period, office: str, remembered: Remember,
    fingerprint: str,
) -> Document:  # fmt: skip
    offered = catalogue.candidates(office)
    columns: Document = {}
    rows: Document = {}
    for number, _part, table in tables(layout):
        taken: dict[tuple[str, str], str] = {}
        for index, heading in enumerate(table.headings):
            key = f"{number}.{index}"
            columns[key] = _column(heading, offered, remembered, fingerprint)
            _once(columns, taken, key)
        for row, found in match(table, names, period).items():
            rows[f"{number}.{row}"] = _row(found, table.names.get(row) or [""], names, remembered)
    return {"columns": columns, "rows": rows}


def _column(
    heading: Heading, offered: list[Candidate], remembered: Remember, fingerprint: str
) -> Document:
    words = read(heading.path)
    why = _not_ours(heading)
    if why:
        return {"measure": "", "rule": "sheet", "sure": True, "why": why, "suggestions": []}
    known = remembered.column(fingerprint, heading.path)
    found = suggest(heading.path, offered, known[0] if known else "")
    best = found[0] if found else None
    rule = known[1] if known else rule_of(words.period)
    out = {
        "measure": best.id if best and best.percent >= CHOSEN else "",
        "rule": rule,
        "sure": bool(best and best.percent >= SURE),
        "why": "",
        "suggestions": [[s.id, s.percent, s.reason, s.word] for s in found],
    }
    if known and not known[0]:
        out |= {"measure": "", "sure": True, "why": "left"}
    return out


def _not_ours(heading: Heading) -> str:
    """Why a column is not the platform's to fill, whatever is recorded."""
    if any(PERSONAL.search(text) for text in heading.path):
        return "personal"
    return "words" if WORDS.search(heading.path[-1]) else ""


def _once(columns: Document, taken: dict[tuple[str, str], str], key: str) -> None:
    """Two columns cannot be the same figure of the same period: the less likely one asks for a look."""
    own = columns[key]
    if not own["measure"]:
        return
    mark = (own["measure"], own["rule"])
    other = taken.get(mark)
    if other is None:
        taken[mark] = key
        return
    weaker = key if columns[other]["suggestions"][0][1] >= own["suggestions"][0][1] else other
    if weaker == other:
        taken[mark] = key
    loser = columns[weaker]
    used = {measure for measure, _rule in taken}
    rest = [s for s in loser["suggestions"] if s[0] not in used and s[1] >= CHOSEN]
    loser |= {"measure": rest[0][0] if rest else "", "sure": False}


def _row(found: Found, words: list[str], names: Gazetteer, remembered: Remember) -> Document:
    chosen, percent = found.subject, found.percent
    if percent < 100 and (ref := remembered.row(words[0])):
        kind, _colon, id_ = ref.partition(":")
        if kind == "place" and id_ in names.titles:
            chosen, percent = names.place(id_), 100
    others = [[one.ref, one.name] for one in found.others]
    return {
        "ref": chosen.ref if chosen else "",
        "name": chosen.name if chosen else "",
        "said": words[0],
        "percent": percent,
        "others": others,
    }


def subject(entry: Document) -> Subject | None:
    """The subject that a row's entry names."""
    kind, _colon, id_ = entry["ref"].partition(":")
    return Subject(kind, id_, entry["name"]) if id_ else None
