"""Takes the rows of a table one by one: all or nothing, or what is right and not the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, runtime_checkable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhijin.core.errors import Refusal
from zhijin.core.sheets.columns import Finding, Row
from zhijin.core.sheets.table import Table

#: Saves one row in the present transaction; says what it did (``added``, ``changed``, ``same``, or
#: :data:`LEFT`).
Save = Callable[[Row], str]
#: What a row is called that its sender decided to leave out.
LEFT = "left"
_DID = {
    "added": _lazy("新增"), "changed": _lazy("更新"), "same": _lazy("无变化"),
    LEFT: _lazy("按您的决定没有导入"),
}  # fmt: skip
#: Rows that are saved at once.
TOGETHER = 1000


@runtime_checkable
class SavesMany(Protocol):
    """A ``Save`` that can also save many right rows at once."""

    def __call__(self, row: Row) -> str: ...

    def many(self, rows: list[Row]) -> dict[int, str]:
        """Save those that can be saved at once, all or none; say what was done, by number of the row.

        The others, and all of them when it raises, are saved one by one.
        """


@dataclass
class Outcome:
    """What became of a table. ``saved`` counts rows that now stand in the database."""

    table: Table
    partial: bool
    rows: list[Row] = field(default_factory=list)
    done: dict[int, str] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        return [finding for row in self.rows for finding in row.findings]

    @property
    def refused(self) -> int:
        return sum(not row.ok for row in self.rows)

    @property
    def asked(self) -> list[tuple[int, Row]]:
        """Rows that wait for their sender's decision, each with its place among the rows."""
        return [(at, row) for at, row in enumerate(self.rows) if row.question and not row.ok]

    @property
    def saved(self) -> int:
        return len(self.done) - self.count(LEFT)

    @property
    def whole(self) -> bool:
        """Whether everything in the file was taken."""
        return self.refused == 0

    def count(self, what: str) -> int:
        return sum(did == what for did in self.done.values())

    def result(self, row: Row) -> str:
        """The word for the answer file's column 结果."""
        if not row.ok:
            return _("等您决定") if row.question else _("未导入")
        did = self.done.get(row.number)
        if did is None:
            return _("未导入（其他行有误）")
        return str(_DID[did]) if did in _DID else did


class _Undo(Exception):
    """Rolls the whole file back."""


def take(
    table: Table, save: Save, *, partial: bool, decisions: Mapping[int, str] | None = None
) -> Outcome:
    """Go through the table. A row's Refusal becomes its finding; nothing else is swallowed.

    ``decisions``: what the sender decided, by the row's place among the rows. With ``partial``
    every right row is kept; without, one wrong row undoes the whole file (and all rows are still
    tried, so that everything wrong is told at once).
    """
    outcome = Outcome(table, partial)
    try:
        with transaction.atomic():
            for some in _together(table, TOGETHER):
                for at, row in enumerate(some, start=len(outcome.rows)):
                    row.decision = (decisions or {}).get(at, "")
                outcome.rows += some
                right = [row for row in some if row.ok]
                if isinstance(save, SavesMany):
                    _take_many([row for row in right if not row.decision], save, outcome)
                for row in right:
                    if row.number not in outcome.done:
                        _take_one(row, save, outcome)
            if not partial and not outcome.whole:
                raise _Undo
    except _Undo:
        outcome.done.clear()
    finally:
        table.close()
    return outcome


def _together(table: Table, size: int) -> Iterator[list[Row]]:
    rows = iter(table.rows())
    while some := list(islice(rows, size)):
        yield some


def _take_many(rows: list[Row], save: SavesMany, outcome: Outcome) -> None:
    """Save what can be saved at once. Whose fault it was, if not, shows when they are saved one by one."""
    with suppress(Refusal, IntegrityError), transaction.atomic():
        outcome.done |= save.many(rows)


def _take_one(row: Row, save: Save, outcome: Outcome) -> None:
    try:
        with transaction.atomic():
            did = save(row)
            if row.ok:
                outcome.done[row.number] = did
    except Refusal as refusal:
        details = " ".join(str(text) for text in refusal.fields.values())
        row.refuse(refusal.id, f"{refusal.message}{details}", refusal.help)
