"""Beginning a programme of points in a village."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from zhijin.core.actor import Actor
from zhijin.core.ids import Level, level_of, place_key
from zhijin.core.scope import scoped
from zhijin.ledger import errors, services
from zhijin.ledger.models import Book
from zhijin.ledger.points import sweep
from zhijin.ledger.points.common import HAND, programme_at, running, tell


@transaction.atomic(savepoint=False)
def start(
    *, actor: Actor, place_code: str, programme: str, simulated: bool = False,
    opened_on: date | None = None,
) -> Book:  # fmt: skip
    """Let a programme hold at a village: open its book and take up the facts since that day. Again: the book there is.

    Raises PS001 when no such programme is in force there, PS002 when the place is no village, CO403.
    """
    if level_of(place_code) is not Level.VILLAGE:
        raise errors.NO_VILLAGE()
    actor.require("ledger.close", place_key(place_code))
    found = running(place_code, programme)
    if found is not None:
        return found
    model = programme_at(place_code, programme)
    try:
        with transaction.atomic():
            book = services.open_book(
                actor=actor, place_code=place_code, kind="points", title=model.title.zh,
                simulated=simulated, programme=programme, opened_on=opened_on,
            )  # fmt: skip
    except IntegrityError:
        # Somebody else pressed at the same moment, and has begun it meanwhile.
        if (there := running(place_code, programme)) is None:
            raise
        return there
    tell(actor, "started", book.record, place_code, subject=programme)
    with scoped(HAND):
        sweep.catch_up(book)
    return book
