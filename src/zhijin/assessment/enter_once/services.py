"""Enter once, verb by verb: start from a file, confirm the columns, take differences, give back."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from zhijin.assessment.enter_once import catalogue, errors, filling, handing, selectors
from zhijin.assessment.enter_once.models import Filling, Remembered, Saved
from zhijin.assessment.enter_once.periods import RULES, Period
from zhijin.assessment.enter_once.reading import (
    Document,
    Remember,
    header_key,
    read_original,
    tables,
)
from zhijin.assessment.enter_once.subjects import offices
from zhijin.core import clock, crypto, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, place_key
from zhijin.core.scope import scoped
from zhijin.core.sheets.original import Original, open_original
from zhijin.places import api as places

USE = "sheet.fill"
KEEP = timedelta(days=30)
_SEAL = "assessment.filling"
_LONGEST = timedelta(days=5 * 366)


def start(*, actor: Actor, body: bytes, name: str, simulated: bool = False) -> Filling:
    """Take a file in and suggest a measure for every column.

    Raises CO403, SH001–SH010, EO002 (no table), EO003 (too many cells), EO004 (no office).
    """
    actor.require(USE)
    office = next(iter(offices(actor)), "")
    if not office:
        raise errors.NO_OFFICE()
    original = open_original(body, name)
    county = facts.county_of(office)
    found = read_original(original, actor, office, clock.today(), _remembered(county))
    if found is None:
        raise errors.NO_TABLE(name=name)
    cells = filling.count_cells(found.layout)
    if cells > filling.MOST:
        raise errors.TOO_MANY(cells=cells, limit=filling.MOST)
    row = Filling.objects.create(
        county=county, place_code=office, place_key=place_key(office), account_id=UUID(actor.id),
        file_name=name[:120], title=found.title, original=_seal(body),
        fingerprint=found.fingerprint, period_start=found.period.start,
        period_end=found.period.end, layout=found.layout, mapping=found.mapping,
        made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    journal.write(actor, "filling.started", row.record, place_key=row.place_key,
                  detail={"file": name[:120], "cells": cells})  # fmt: skip
    return row


@dataclass(frozen=True)
class Choices:
    """What the clerk confirmed: the period, a measure and rule for columns, a subject for rows."""

    start: date
    last: date
    columns: Mapping[str, tuple[str, str]]
    rows: Mapping[str, str]


def confirm(*, actor: Actor, pk: UUID, version: int, choices: Choices) -> Filling:
    """Answer every cell by the confirmed columns, and remember them for the county.

    Raises EO001, EO005, EO006, EO007, EO009.
    """
    row = _locked(actor, pk)
    if row.version != version:
        raise errors.CHANGED()
    period = Period(choices.start, choices.last + timedelta(days=1))
    if period.end <= period.start or period.end - period.start > _LONGEST:
        raise errors.BAD_PERIOD()
    _take_choices(row, choices)
    original = original_of(row)
    row.answers = filling.fill(original, row.layout, row.mapping, actor, row.place_code, period)
    row.period_start, row.period_end = period.start, period.end
    row.state, row.filled_at = Filling.State.FILLED, clock.now()
    row.version += 1
    _count(row)
    row.save(update_fields=["answers", "mapping", "period_start", "period_end", "state", "filled_at",
                            "version", "asked", "filled", "agreed", "differing"])  # fmt: skip
    _remember(actor, row)
    journal.write(actor, "filling.confirmed", row.record, place_key=row.place_key,
                  detail={"filled": row.filled, "asked": row.asked})  # fmt: skip
    return row


def take(*, actor: Actor, pk: UUID, cells: Iterable[str]) -> Filling:
    """Where a typed value differs, put ours in these cells (``table.index.row``); keep the typed ones in
    the others. Raises EO001, EO008."""
    row = _locked(actor, pk)
    if row.state == Filling.State.MAPPING:
        raise errors.NOT_FILLED()
    wanted = set(cells)
    changed = []
    for number, _part, table, index, line, slot in filling.slots(row.layout, row.answers):
        if slot.state not in {filling.DIFFERS, filling.TAKEN}:
            continue
        state = filling.TAKEN if f"{number}.{index}.{line}" in wanted else filling.DIFFERS
        if state != slot.state:
            at = table.rows.index(line)
            row.answers[f"{number}.{index}"][at][3] = state
            changed.append(f"{number}.{index}.{line}")
    _count(row)
    row.save(update_fields=["answers", "asked", "filled", "agreed", "differing"])
    journal.write(actor, "filling.differences", row.record, place_key=row.place_key,
                  detail={"changed": len(changed)})  # fmt: skip
    return row


def give_back(*, actor: Actor, pk: UUID, origin: str) -> tuple[str, bytes]:
    """The filled file: its name and bytes. The first time, the entries saved are counted.

    Raises EO001, EO008, EO009, SH009.
    """
    row = _locked(actor, pk)
    if row.state == Filling.State.MAPPING:
        raise errors.NOT_FILLED()
    body = handing.build(original_of(row), row, actor.name, origin)
    entries = row.filled
    if row.state != Filling.State.RETURNED:
        row.state, row.returned_at, row.saved = Filling.State.RETURNED, clock.now(), entries
        row.save(update_fields=["state", "returned_at", "saved"])
        _count_saved(actor, row)
    journal.write(actor, "filling.returned", row.record, place_key=row.place_key,
                  detail={"entries": entries})  # fmt: skip
    stem, _dot, ending = row.file_name.rpartition(".")
    return f"{stem}-已填.{ending}", body


def discard(*, actor: Actor, pk: UUID) -> None:
    """Remove a sheet and its file; what was remembered and counted stays. Raises EO001."""
    row = _locked(actor, pk)
    journal.write(actor, "filling.discarded", row.record, place_key=row.place_key)
    row.delete()


def clear_originals() -> int:
    """Remove files older than thirty days; returns how many."""
    with scoped(Actor.system("assessment.clear_originals")):
        old = Filling.objects.filter(made_at__lt=clock.now() - KEEP).exclude(original=None)
        return old.update(original=None)


def original_of(row: Filling) -> Original:
    """The file as it came. Raises EO009."""
    if row.original is None:
        raise errors.FILE_GONE()
    body = base64.b64decode(crypto.unseal(_SEAL, row.original))
    return open_original(body, row.file_name)


def _seal(body: bytes) -> bytes:
    return crypto.seal(_SEAL, base64.b64encode(body).decode())


def _locked(actor: Actor, pk: UUID) -> Filling:
    actor.require(USE)
    row = selectors.own(actor).select_for_update(no_key=True).filter(id=pk).first()
    if row is None:
        raise errors.NO_SUCH_FILLING()
    return row


def _count(row: Filling) -> None:
    figures = filling.tally(row.answers)
    row.asked, row.filled = figures.asked, figures.filled
    row.agreed, row.differing = figures.agreed, figures.differing


def _take_choices(row: Filling, choices: Choices) -> None:
    """Write the clerk's choices into the mapping; what they did not see stays as suggested."""
    known = catalogue.measures(row.place_code)
    for key, (measure, rule) in choices.columns.items():
        column = row.mapping["columns"].get(key)
        if column is None or column["why"] == "personal":
            continue
        if column["why"] == "words" and not measure:
            continue
        if measure and measure not in known:
            raise errors.UNKNOWN_MEASURE(title=measure)
        column |= {"measure": measure, "rule": rule if rule in RULES else "sheet", "sure": True}
        column["why"] = "" if measure else "left"
    codes = [
        ref.removeprefix("place:") for ref in choices.rows.values() if ref.startswith("place:")
    ]
    named = places.get_many(code for code in codes if is_code(code))
    for key, ref in choices.rows.items():
        entry = row.mapping["rows"].get(key)
        if entry is None:
            continue
        options = dict(entry["others"]) | {entry["ref"]: entry["name"]}
        code = ref.removeprefix("place:")
        if not ref:
            entry |= {"ref": "", "name": "", "percent": 100}
        elif ref in options or code in named:
            name = options.get(ref) or named[code].short
            entry |= {"ref": ref, "name": name, "percent": 100, "chosen": True}


def _remembered(county: int) -> Remember:
    rows = Remembered.objects.filter(county=county)
    return Remember(list(rows.values_list("kind", "sheet", "header", "choice", "rule")))


def _remember(actor: Actor, row: Filling) -> None:
    """Keep the choices for the county: headers of this very sheet, and of any sheet."""
    if not actor.scope.places:
        return
    new: dict[tuple[str, str, str], tuple[str, str]] = {}
    for number, _part, table in tables(row.layout):
        for index, heading in enumerate(table.headings):
            column: Document = row.mapping["columns"][f"{number}.{index}"]
            if column["why"] == "personal":
                continue
            key, value = header_key(heading.path), (column["measure"], column["rule"])
            new["column", row.fingerprint, key] = value
            if column["measure"]:
                new["column", "", key] = value
        for line in table.rows:
            entry = row.mapping["rows"][f"{number}.{line}"]
            if entry.get("chosen") and entry["ref"]:
                new["row", "", header_key((entry["said"],))] = (entry["ref"], "")
    now = clock.now()
    Remembered.objects.bulk_create(
        [
            Remembered(county=row.county, kind=kind, sheet=sheet, header=header, choice=choice,
                       rule=rule, changed_at=now)
            for (kind, sheet, header), (choice, rule) in sorted(new.items())
        ],
        update_conflicts=True,
        unique_fields=["county", "kind", "sheet", "header"],
        update_fields=["choice", "rule", "changed_at"],
    )  # fmt: skip


def _count_saved(actor: Actor, row: Filling) -> None:
    """One fact, and the office's figure of the year. By the platform itself: an office that works along a
    line holds no place, and still saves entries."""
    attrs: dict[str, Any] = {"asked": row.asked, "title": row.title}
    facts.record(
        "filling.returned", at=clock.now(), place_code=row.place_code, subject=row.fingerprint,
        actor=actor, record=row.record, value=row.saved, attrs=attrs,
    )  # fmt: skip
    with scoped(Actor.system("assessment.saved")):
        made, _new = Saved.objects.get_or_create(
            county=row.county, place_code=row.place_code, year=clock.today().year,
            defaults={"place_key": row.place_key},
        )  # fmt: skip
        Saved.objects.filter(pk=made.pk).update(
            entries=F("entries") + row.saved, sheets=F("sheets") + 1
        )
