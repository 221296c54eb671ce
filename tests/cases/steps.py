"""Short words for what the tests of cases do again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from tests.cases.conftest import TUESDAY, jpeg, opened
from tests.cast import GRID, Cast, Member
from zhijin.cases.models import Case, CaseEvent, CaseRequest
from zhijin.cases.services import consent, moves, reporter
from zhijin.cases.services.clocks import sweep_all
from zhijin.cases.services.intake import Opened
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.files import store_photo
from zhijin.core.models import Fact, JournalEntry, StoredFile
from zhijin.core.scope import scoped

SYSTEM = Actor.system("test")


def at(text: str) -> datetime:
    """A moment in China, ``2026-06-09 10:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.TZ)


def shown(moment: datetime | None) -> str:
    """The moment as people in China read it."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else ""


def one(case_id: UUID) -> Case:
    with scoped(SYSTEM):
        return Case.objects.get(pk=case_id)


def lines(case_id: UUID) -> list[CaseEvent]:
    with scoped(SYSTEM):
        return list(CaseEvent.objects.filter(case_id=case_id).order_by("seq"))


def kinds(case_id: UUID) -> list[str]:
    return [line.kind for line in lines(case_id)]


def written(case_id: UUID) -> tuple[int, int, int]:
    """Lines, journal entries and facts of a case; always as many of each."""
    record = f"case:{case_id}"
    with scoped(SYSTEM):
        return (
            CaseEvent.objects.filter(case_id=case_id).count(),
            JournalEntry.objects.filter(object=record).count(),
            Fact.objects.filter(record=record).count(),
        )


@contextmanager
def refused(error_id: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Expects the refusal with that id."""
    with pytest.raises(Refusal) as caught:
        yield caught
    assert caught.value.id == error_id


def photo(colour: str = "brown") -> StoredFile:
    data = jpeg(colour=colour)
    return store_photo(BytesIO(data), "after.jpg", len(data))


def move(member: Member, made: Opened | UUID, move_id: str, when: datetime, **more: Any) -> Case:
    """``member`` takes a move at ``when``."""
    case_id, actor = made if isinstance(made, UUID) else made.case_id, member.actor
    with clock.freeze(when):
        return moves.move(actor=actor, case_id=case_id, move_id=move_id, **more)


def ask(
    member: Member, made: Opened, when: datetime, kind: str = "extend", **more: Any
) -> CaseRequest:
    """``member`` asks for an extension of two workdays, or for what ``more`` says."""
    values = {"why": "等配件", **({"amount": "2 workdays"} if kind == "extend" else {}), **more}
    actor = member.actor
    with clock.freeze(when):
        return consent.ask(actor=actor, case_id=made.case_id, kind=kind, **values)


def decide(
    member: Member, request: CaseRequest, when: datetime, *, granted: bool = True, answer: str = ""
) -> Case:
    """``member`` grants a request, or refuses it."""
    actor = member.actor
    with clock.freeze(when):
        return consent.decide(actor=actor, request_id=request.id, granted=granted, answer=answer)


def in_grid(when: datetime = TUESDAY, **more: Any) -> Opened:
    """A case in the cast's grid."""
    return opened(when, place_code=GRID, **more)


def accepted(cast: Cast, when: datetime = TUESDAY, **more: Any) -> Opened:
    """A case whose grid worker has begun to handle it."""
    made = in_grid(when, **more)
    move(cast.grid_worker, made, "handling", when)
    return made


def handled(cast: Cast, when: datetime = TUESDAY, **more: Any) -> Opened:
    """A case that waits for its reporter's word."""
    made = accepted(cast, when, **more)
    move(cast.grid_worker, made, "verifying", when, photos={"after": [photo()]})
    return made


def confirm(made: Opened, when: datetime, rating: int | None = 5) -> Case:
    """The reporter confirms with the status code."""
    data = {} if rating is None else {"satisfied": rating}
    with clock.freeze(when):
        return reporter.act(code=made.code, move_id="closed", data=data)


def sweep_at(when: datetime) -> int:
    with clock.freeze(when):
        return sweep_all()


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """``act`` in ``count`` threads that begin at once; what each returned, or its refusal."""
    gate = threading.Barrier(count)
    found: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            gate.wait(120)
            found[number] = act(number)
        except Refusal as refusal:
            found[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
