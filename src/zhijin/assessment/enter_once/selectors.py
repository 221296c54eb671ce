"""Reads of enter once: one's own sheets, a cell with its records, the entries saved."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, Sum

from zhijin.assessment.enter_once import catalogue, errors, filling
from zhijin.assessment.enter_once.catalogue import Field, Measure, Opened
from zhijin.assessment.enter_once.filling import Slot
from zhijin.assessment.enter_once.layout import Heading
from zhijin.assessment.enter_once.models import Filling, Saved
from zhijin.assessment.enter_once.periods import Period, apply
from zhijin.assessment.enter_once.reading import subject, tables
from zhijin.assessment.enter_once.subjects import Subject
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q


def own(actor: Actor) -> QuerySet[Filling]:
    """The account's own sheets."""
    if actor.kind != "account":
        return Filling.objects.none()
    return Filling.objects.filter(account_id=UUID(actor.id))


def recent(actor: Actor, limit: int = 20) -> list[Filling]:
    """The latest, without their files and documents."""
    rows = own(actor).defer("original", "layout", "mapping", "answers")
    return list(rows.order_by("-made_at", "-id")[:limit])


def get(actor: Actor, pk: UUID) -> Filling:
    """One of one's own, without its file. Raises EO001."""
    row = own(actor).defer("original").filter(id=pk).first()
    if row is None:
        raise errors.NO_SUCH_FILLING()
    return row


@dataclass(frozen=True)
class Savings:
    """Entries saved and sheets given back this year, in the reader's scope."""

    entries: int
    sheets: int


def savings(actor: Actor) -> Savings:
    rows = Saved.objects.filter(scope_q(actor, "place_key"), year=clock.today().year)
    found = rows.aggregate(entries=Sum("entries"), sheets=Sum("sheets"))
    return Savings(found["entries"] or 0, found["sheets"] or 0)


@dataclass(frozen=True)
class OneCell:
    """A cell with all that is known of it."""

    heading: Heading
    row: int
    subject: Subject | None
    measure: Measure | Field | None
    period: Period
    slot: Slot
    now: Opened | None


def cell(actor: Actor, row: Filling, number: int, index: int, line: int) -> OneCell:
    """One cell and its records as they are now, under the reader's own permissions. Raises EO010."""
    for table_number, _part, table in tables(row.layout):
        if table_number != number or index >= len(table.headings) or line not in table.rows:
            continue
        raws = row.answers.get(f"{number}.{index}")
        if raws is None:
            break
        column = row.mapping["columns"][f"{number}.{index}"]
        one = subject(row.mapping["rows"][f"{number}.{line}"])
        found = catalogue.find(column["measure"], row.place_code) if column["measure"] else None
        period = apply(column["rule"], Period(row.period_start, row.period_end))
        now = catalogue.opened(actor, row.place_code, found, period, one) if found and one else None
        slot = filling.slot_of(raws[table.rows.index(line)])
        heading = table.headings[index]
        return OneCell(heading, heading.row or line, one, found, period, slot, now)
    raise errors.NO_CELL()
