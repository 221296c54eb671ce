"""Claiming what a matter earned: whoever has both its status code and a card says that the deed was theirs.

A report names nobody, and the platform never looks for who sent it: only its reporter can claim.
"""

from __future__ import annotations

from collections.abc import Callable

from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.ledger import errors
from zhijin.ledger.models import Award, Card
from zhijin.ledger.points import awards, holders
from zhijin.ledger.points.common import HAND, resident

#: A status code → the record it opens; raises a refusal for a wrong one. Given by a higher room.
RecordOf = Callable[[str], str]
_record_of: RecordOf | None = None


def provide_record_of(find: RecordOf) -> None:
    """The room that knows status codes tells how to read one."""
    global _record_of
    _record_of = find


def claim(*, card: Card, code: str) -> list[Award]:
    """Put what the matter of a status code earned to the card's account. Raises PS010, and as the code's room."""
    if _record_of is None:
        raise errors.NOTHING_TO_CLAIM()
    record = _record_of(code)
    with scoped(HAND):
        holder = holders.named(card.holder, clock.today())
        return awards.claim(actor=resident(card), record=record, holder=holder)
