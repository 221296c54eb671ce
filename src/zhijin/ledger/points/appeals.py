"""What the holder says: a reply before it is decided, an appeal within its days, answered by another hand in time."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from zhijin.core import calendar, clock, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.ledger import errors
from zhijin.ledger.models import Appeal, Award, Book, Card
from zhijin.ledger.points import awards
from zhijin.ledger.points.common import resident, rules_of, tell

State = Award.State
#: States in which an appeal can change something.
OPEN_TO_APPEAL = (State.CHECKED, State.POSTED, State.REFUSED, State.CAPPED)


@transaction.atomic(savepoint=False)
def say(*, card: Card, award_id: UUID, text: str) -> Appeal:
    """The holder's words on one of their own awards, in the platform's scope.

    Before it is decided they are a reply, afterwards an appeal. Raises CO404, PS014 (text), PS015 (days
    are over), PS016 (appealed before), PS008 (personal data in it).
    """
    rows = Award.objects.select_for_update(no_key=True)
    award = rows.filter(county=card.county, id=award_id, holder=card.holder).first()
    if award is None:
        raise NOT_FOUND()
    words = text.strip()
    if not 5 <= len(words) <= 500:
        raise errors.APPEAL_TEXT(fields={"text": errors.APPEAL_TEXT.message})
    if pii.kinds_in(words):
        raise errors.PERSONAL(found=pii.titles(pii.kinds_in(words)))
    book = Book.objects.get(county=award.county, id=award.book_id)
    made = Appeal(
        county=award.county, place_key=award.place_key, award_id=award.id, text=words,
        made_at=clock.now(), kind=Appeal.Kind.REPLY, state=Appeal.State.NOTED,
    )  # fmt: skip
    if award.state != State.PROPOSED:
        _may_appeal(award)
        made.kind, made.state = Appeal.Kind.APPEAL, Appeal.State.OPEN
        made.due_at = calendar.current().add_workdays(made.made_at, rules_of(book).answer_days)
    made.save(force_insert=True)
    act = "appealed" if made.kind == Appeal.Kind.APPEAL else "replied"
    tell(resident(card), act, award.record_name, book.place_code, subject=book.programme)
    return made


def _may_appeal(award: Award) -> None:
    over = award.appeal_until is not None and clock.now() > award.appeal_until
    if award.state not in OPEN_TO_APPEAL or over:
        raise errors.TOO_LATE()
    if Appeal.objects.filter(award_id=award.id, kind=Appeal.Kind.APPEAL).exists():
        raise errors.APPEALED_BEFORE()


@transaction.atomic(savepoint=False)
def answer(*, actor: Actor, appeal_id: UUID, upheld: bool, text: str) -> Appeal:
    """Answer an appeal. Upheld: a deduction falls away or is given back, what was not given is proposed anew,
    a giving is taken back. Raises CO404, CO403, PS011 (own check), PS012, PS013.
    """
    rows = Appeal.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    appeal = rows.filter(id=appeal_id).first()
    if appeal is None:
        raise NOT_FOUND()
    actor.require("ledger.close", appeal.place_key)
    award = Award.objects.select_for_update(no_key=True).get(
        county=appeal.county, id=appeal.award_id
    )
    if appeal.state != Appeal.State.OPEN:
        raise errors.WRONG_STATE(state=appeal.get_state_display())
    if actor.label in {award.proposed_by, award.checked_by}:
        raise errors.OWN_ENTRY()
    appeal.answer, appeal.answered_at = awards.reason(text), clock.now()
    appeal.answered_by, appeal.answered_name = actor.label, actor.name[:64]
    appeal.state = Appeal.State.UPHELD if upheld else Appeal.State.KEPT
    appeal.save()
    book = Book.objects.get(county=award.county, id=award.book_id)
    if upheld:
        _put_right(actor, book, award, appeal.answer)
    tell(actor, "answered", award.record_name, book.place_code, subject=book.programme)
    return appeal


def _put_right(actor: Actor, book: Book, award: Award, why: str) -> None:
    if award.state == State.POSTED:
        awards.undo(actor, book, award, why)
    elif award.state == State.CHECKED:
        award.state, award.why = State.REFUSED, why
        award.save(update_fields=["state", "why"])
    elif award.is_deduction is False:
        awards.again(award, actor)
