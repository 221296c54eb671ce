"""Tables that go out as Excel and come back in. A room registers its tables; this keeps the runs.

Every import and export is journalled; an answer file is sealed and seen by its uploader only.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.core import clock, crypto, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.core.sheets import (
    LEFT,
    Column,
    Outcome,
    Row,
    Watermark,
    read_table,
    take,
    write_answer,
    write_export,
    write_template,
)
from zhijin.core.statements import send
from zhijin.orgs import errors
from zhijin.orgs.models import SheetRun

KEEP_ANSWERS = timedelta(days=7)
#: From the row that says so to the lock of the import it takes less.
JUST_BEGUN = timedelta(seconds=5)
_LOCK = 0x5A48_5348
_HOLD = "SELECT pg_advisory_xact_lock(%s, %s)"
_ENDS = ("rows", "saved", "refused", "findings", "summary", "answer", "questions")
_HELD = (
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2"
    " AND objid = ANY (%s::oid[]) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_SEAL, _ASKED = "orgs.sheet_answer", "orgs.sheet_questions"
#: Questions that one page asks; further rows are asked about when these are decided.
MOST_ASKED = 200

Saver = Callable[[Row], str]


@dataclass(frozen=True)
class Sheet:
    """One kind of table. ``saver(actor)`` gives the function that takes a row; ``rows(actor, place)``
    yields what is exported. ``personal`` tables bear a watermark."""

    key: str
    title: str | Promise
    about: str | Promise
    columns: Sequence[Column]
    import_permission: str
    export_permission: str
    saver: Callable[[Actor], Saver]
    rows: Callable[[Actor, str], Iterable[Mapping[str, Any]]]
    personal: bool = False
    order: int = 100


_sheets: dict[str, Sheet] = {}


def register_sheet(sheet: Sheet) -> None:
    """Register a table under its key. Raises ValueError when it is taken."""
    if sheet.key in _sheets:
        raise ValueError(f"the table {sheet.key} is registered twice")
    _sheets[sheet.key] = sheet


def sheets() -> list[Sheet]:
    """Every table, in order."""
    return sorted(_sheets.values(), key=lambda sheet: (sheet.order, sheet.key))


def get_sheet(key: str) -> Sheet:
    """Raises OR202."""
    if key not in _sheets:
        raise errors.TABLE_UNKNOWN(what=key)
    return _sheets[key]


def begin(*, actor: Actor, what: str, name: str, partial: bool) -> SheetRun:
    """Write down that an import begins, in a transaction of its own, so that one that is cut off is not forgotten.

    Raises CO403, OR202.
    """
    actor.require(get_sheet(what).import_permission)
    with scoped(actor):
        return SheetRun.objects.create(
            account_id=UUID(actor.id), what=what, file_name=name[:120], partial=partial
        )


def forget(*, actor: Actor, run_id: UUID) -> None:
    """The file was refused as a whole, and its sender was told: nothing began."""
    with scoped(actor):
        own = SheetRun.objects.filter(id=run_id, account_id=UUID(actor.id), ended_at=None)
        own.delete()


def run_import(
    *, actor: Actor, what: str, source: BinaryIO, name: str, partial: bool,
    decisions: Mapping[int, str] | None = None, begun: SheetRun | None = None,
) -> tuple[SheetRun, Outcome]:  # fmt: skip
    """Take a file. Raises SH001–SH009 about the file as a whole, CO403, OR202.

    What is wrong with single rows, and what the sender is asked about them, stands in the outcome
    and in the answer file. All is one transaction: an import that is cut off leaves nothing but
    what :func:`begin` wrote down before.
    """
    sheet = get_sheet(what)
    actor.require(sheet.import_permission)
    run = begun or SheetRun(
        account_id=UUID(actor.id), what=what, file_name=name[:120], partial=partial
    )
    with transaction.atomic():
        send(_HOLD, [_LOCK, _number(run.id)])
        table = read_table(source, name, sheet.columns)
        outcome = take(table, sheet.saver(actor), partial=partial, decisions=decisions)
        answer = write_answer(outcome, _watermark(actor) if sheet.personal else None)
        run.rows, run.saved, run.refused = len(outcome.rows), outcome.saved, outcome.refused
        run.findings, run.summary = len(outcome.findings), _summary(outcome)
        run.answer, run.questions = _seal(answer), _questions(outcome)
        run.ended_at = clock.now()
        if begun is None:
            run.save(force_insert=True)
        else:
            run.save(update_fields=[*_ENDS, "ended_at"])
        detail = {"file": name[:120], "rows": run.rows, "saved": run.saved, "refused": run.refused}
        journal.write(actor, "sheet.import", f"sheet:{what}", detail=detail)
    return run, outcome


def _summary(outcome: Outcome) -> dict[str, Any]:
    return {
        "added": outcome.count("added"),
        "changed": outcome.count("changed"),
        "same": outcome.count("same"),
        "left": outcome.count(LEFT),
        "asked": len(outcome.asked),
        "unknown": [str(name)[:40] for name in outcome.table.unknown if name not in _ours()][:20],
    }


def _ours() -> tuple[str, str]:
    """The answer file's own columns, when it is sent again."""
    return _("结果"), _("说明")


def _questions(outcome: Outcome) -> bytes | None:
    found = [
        {"at": at, "row": row.number, "text": row.question.text, "choices": dict(row.question.choices)}
        for at, row in outcome.asked[:MOST_ASKED]
        if row.question
    ]  # fmt: skip
    return crypto.seal(_ASKED, json.dumps(found, ensure_ascii=False)) if found else None


def _seal(answer: bytes) -> bytes:
    return crypto.seal(_SEAL, base64.b64encode(answer).decode())


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about a row: its place among the rows, its number in the file, choices (stored → shown)."""

    at: int
    row: int
    text: str
    choices: Mapping[str, str]


def asked(run: SheetRun) -> list[Asked]:
    """What the sender is asked about the rows of an import; nothing once the answer file is gone."""
    if run.questions is None:
        return []
    return [Asked(**one) for one in json.loads(crypto.unseal(_ASKED, run.questions))]


def decide(*, actor: Actor, run_id: UUID, decisions: Mapping[int, str]) -> tuple[SheetRun, Outcome]:
    """Take one's own file again, with what was decided about the rows that were asked about.

    Only an offered choice counts; a row without one is asked about again. Raises what
    :func:`run_import` raises, and OR201.
    """
    run = SheetRun.objects.filter(id=run_id, account_id=UUID(actor.id)).first()
    if run is None or run.answer is None:
        raise errors.RUN_GONE()
    offered = {one.at: one.choices for one in asked(run)}
    wanted = {at: word for at, word in decisions.items() if word in offered.get(at, ())}
    body = base64.b64decode(crypto.unseal(_SEAL, run.answer))
    name = f"{run.file_name.rsplit('.', 1)[0][:115]}.xlsx"
    return run_import(
        actor=actor, what=run.what, source=io.BytesIO(body), name=name, partial=run.partial,
        decisions=wanted,
    )  # fmt: skip


def cut_off(runs: Sequence[SheetRun]) -> set[UUID]:
    """Those of ``runs`` that began and can never end: nobody holds them any more.

    Whoever imports holds a lock until the transaction ends; PostgreSQL lets go of it when the process dies.
    """
    open_ = {_number(run.id): run for run in runs if run.ended_at is None}
    if not open_:
        return set()
    held = {row[0] for row in send(_HELD, [_LOCK, list(open_)]).fetchall()}
    fresh = clock.now() - JUST_BEGUN
    return {run.id for number, run in open_.items() if number not in held and run.at < fresh}


def _number(run_id: UUID) -> int:
    """A number for the lock of a run, from its random end."""
    return run_id.int & 0x7FFF_FFFF


def own_runs(actor: Actor, limit: int = 20) -> list[SheetRun]:
    """The account's own imports, newest first, without their files."""
    rows = SheetRun.objects.filter(account_id=UUID(actor.id)).defer("answer", "questions")
    return list(rows.order_by("-at", "-id")[:limit])


def own_run(actor: Actor, run_id: UUID) -> SheetRun:
    """One of the account's own imports, without its file. Raises OR201."""
    run = SheetRun.objects.filter(id=run_id, account_id=UUID(actor.id)).defer("answer").first()
    if run is None:
        raise errors.RUN_GONE()
    return run


def answer_of(*, actor: Actor, run_id: UUID) -> tuple[str, bytes]:
    """The answer file of one's own import: its name and bytes. Raises OR201."""
    run = SheetRun.objects.filter(id=run_id, account_id=UUID(actor.id)).first()
    if run is None or run.answer is None:
        raise errors.RUN_GONE()
    body = base64.b64decode(crypto.unseal(_SEAL, run.answer))
    journal.write(actor, "sheet.answer", f"sheet:{run.what}", detail={"run": str(run.id)})
    stem = run.file_name.rsplit(".", 1)[0]
    return f"{stem}-答复.xlsx", body


def export(*, actor: Actor, what: str, place: str = "", why: str = "") -> bytes:
    """The table as .xlsx, of what ``actor`` may see below ``place``. Raises CO403, OR202."""
    sheet = get_sheet(what)
    actor.require(sheet.export_permission)
    count = 0

    def counted() -> Iterable[Mapping[str, Any]]:
        nonlocal count
        for row in sheet.rows(actor, place):
            count += 1
            yield row

    mark = _watermark(actor, why) if sheet.personal else None
    body = write_export(
        sheet.columns, counted(), title=str(sheet.title), watermark=mark, english=_english()
    )
    detail = {"place": place, "rows": count, "why": why}
    journal.write(actor, "sheet.export", f"sheet:{what}", detail=detail)
    return body


def template(what: str) -> bytes:
    """An empty table to fill. Raises OR202."""
    sheet = get_sheet(what)
    return write_template(sheet.columns, title=str(sheet.title), english=_english())


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _watermark(actor: Actor, why: str = "") -> Watermark:
    return Watermark(actor.name, clock.local(clock.now()), why)


def clear_answers() -> int:
    """Remove answer files older than seven days; returns how many."""
    with scoped(Actor.system("orgs.clear_answers")):
        old = SheetRun.objects.filter(at__lt=clock.now() - KEEP_ANSWERS).exclude(answer=None)
        return old.update(answer=None, questions=None)
