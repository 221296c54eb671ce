"""Pledges of a term and of a year (两书制) and led topics (书记领题): drafted, made public, done, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Progress, Task, Undertaking
from zhijin.activities.selectors.undertakings import visible, visible_tasks
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    require_own,
    same_keys,
    tell,
    text,
)
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND

State = Undertaking.State


@dataclass(frozen=True, slots=True)
class Draft:
    """What a secretary writes down: the kind, in whose name, from when to when, and its items."""

    kind: str
    title: str
    leader: str
    begins: date
    ends: date
    target: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item: what, how much, by when."""

    text: str
    due: date
    target: str = ""


@transaction.atomic(savepoint=False)
def draw_up(*, actor: Actor, org_key: int, draft: Draft, items: Sequence[Item] = ()) -> Undertaking:
    """Begin a pledge or a topic. Raises OR001, CO403, CO400, AV003, AV012."""
    org = organisation(actor, org_key)
    if draft.ends <= draft.begins:
        raise errors.BAD_DATES(why=_("截止日期应晚于开始日期。"))
    row = Undertaking(
        **keys_of(org), kind=Undertaking.Kind(draft.kind), title=text(draft.title, 120, "title"),
        target=draft.target.strip(), leader=text(draft.leader, 64, "leader"), begins=draft.begins,
        ends=draft.ends, simulated=draft.simulated,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise errors.PLEDGED_ALREADY() from error
    for item in items:
        _add(row, item)
    note(actor, "undertaking.drawn", row.record, row.place_key, kind=row.kind)
    return row


@transaction.atomic(savepoint=False)
def add_item(*, actor: Actor, undertaking_id: UUID, item: Item) -> Task:
    """Add an item to a draft. Raises CO404, CO403, CO400, AV001, AV003."""
    row = _own(actor, undertaking_id)
    in_state(row, State.DRAFT)
    made = _add(row, item)
    note(actor, "undertaking.item", row.record, row.place_key, seq=made.seq)
    return made


def _add(row: Undertaking, item: Item) -> Task:
    if not row.begins <= item.due <= row.ends:
        raise errors.BAD_DATES(why=_("每一项的期限应在承诺期内。"))
    seq = Task.objects.filter(undertaking_id=row.id).count() + 1
    return Task.objects.create(
        **same_keys(row), undertaking_id=row.id, seq=seq, text=text(item.text, 200),
        target=item.target.strip()[:120], due=item.due,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def publish(*, actor: Actor, undertaking_id: UUID) -> Undertaking:
    """Let everybody read it; from now on its items stand. Raises CO404, CO403, AV001, AV004."""
    row = _own(actor, undertaking_id)
    in_state(row, State.DRAFT)
    items = Task.objects.filter(undertaking_id=row.id).count()
    if not items:
        raise errors.NOTHING_IN_IT(what=_("承诺的事项"))
    row.state, row.published_at = State.PUBLIC, clock.now()
    row.save(update_fields=["state", "published_at"])
    note(actor, "undertaking.published", row.record, row.place_key)
    tell(actor, f"{row.fact}.published", row, row.record, subject=row.record, value=items,
         attrs=_attrs(row))  # fmt: skip
    return row


@transaction.atomic(savepoint=False)
def report(
    *, actor: Actor, task_id: UUID, percent: int, what: str, file: str = "", done: bool = False
) -> Progress:
    """Say how an item stands; ``done`` finishes it (the evidence is what is said, or a stored file).

    Raises CO404, CO403, CO400, AV001, AV010, AV011.
    """
    task = visible_tasks(actor).filter(id=task_id).first()
    if task is None:
        raise NOT_FOUND()
    row = _own(actor, task.undertaking_id)
    in_state(row, State.PUBLIC)
    task = locked(visible_tasks(actor), task_id)
    if task.done_at is not None:
        raise errors.TASK_CLOSED()
    percent = 100 if done else percent
    if not 0 <= percent <= 100 or len(what.strip()) < 2:
        raise errors.PERCENT_BACK()
    now = clock.now()
    line = Progress.objects.create(
        **same_keys(row), undertaking_id=row.id, task_id=task.id, at=now, by_name=actor.name[:64],
        percent=percent, text=text(what, 2000, "what"), file=file,
    )  # fmt: skip
    task.percent, task.done_at = percent, now if done else None
    task.save(update_fields=["percent", "done_at"])
    note(actor, "undertaking.progress", row.record, row.place_key, seq=task.seq, percent=percent)
    if done:
        on_time = clock.local(now).date() <= task.due
        tell(actor, f"{row.fact}.done", row, row.record, subject=f"task:{task.id}",
             attrs={**_attrs(row), "on_time": str(on_time).lower()})  # fmt: skip
    return line


@transaction.atomic(savepoint=False)
def close(*, actor: Actor, undertaking_id: UUID, result: str) -> Undertaking:
    """End it with what came of it; the share of items done is computed. Raises CO404, CO403, CO400, AV001."""
    row = _own(actor, undertaking_id)
    in_state(row, State.PUBLIC)
    row.state, row.closed_at, row.result = State.CLOSED, clock.now(), text(result, 2000, "result")
    row.save(update_fields=["state", "closed_at", "result"])
    tasks = Task.objects.filter(undertaking_id=row.id)
    share = tasks.exclude(done_at=None).count() * 10_000 // tasks.count()
    note(actor, "undertaking.closed", row.record, row.place_key, share=share)
    tell(actor, f"{row.fact}.closed", row, row.record, subject=row.record, value=share,
         attrs=_attrs(row))  # fmt: skip
    return row


def _own(actor: Actor, undertaking_id: UUID) -> Undertaking:
    row = locked(visible(actor), undertaking_id)
    require_own(actor, row)
    return row


def _attrs(row: Undertaking) -> dict[str, object]:
    return {"kind": row.kind, "year": row.begins.year}
