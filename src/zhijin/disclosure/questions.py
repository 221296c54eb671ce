"""Questions on what is public: asked without an account, answered within five workdays, then read by everybody."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from zhijin.core import calendar, clock, facts, journal, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import read_receipt
from zhijin.core.scope import scope_q, scoped
from zhijin.disclosure import catalogue, errors
from zhijin.disclosure.models import Document, Question

#: Workdays within which a question is answered.
WITHIN = 5


def ask(*, code: str, text: str) -> Question:
    """Ask about a published document by its code. Raises CO404, DS011."""
    words = text.strip()
    if not 5 <= len(words) <= 500:
        raise errors.QUESTION_TEXT()
    resident = Actor.resident()
    with scoped(Actor.system("portal")):
        document = Document.objects.filter(
            code=read_receipt(code) or "", state=Document.State.PUBLISHED
        ).first()
        if document is None:
            raise NOT_FOUND()
        at = clock.now()
        question = Question.objects.create(
            county=document.county, place_code=document.place_code, place_key=document.place_key,
            document_id=document.id, text=words, found=pii.kinds_in(words), asked_at=at,
            due_at=calendar.current().add_workdays(at, WITHIN),
        )  # fmt: skip
        _tell(resident, question, "asked", document.board)
    return question


def find(code: str) -> Question:
    """The question that a code names, for whoever asked it. Raises DS012."""
    with scoped(Actor.system("portal")):
        found = Question.objects.filter(code=read_receipt(code) or "").first()
    if found is None:
        raise errors.NO_QUESTION()
    return found


def answer(*, actor: Actor, question_id: UUID, text: str, cleaned: str = "") -> Question:
    """Answer, so that everybody can read question and answer. ``cleaned``: the question without what is
    personal in it, needed where something was found. Raises DS001, DS002, DS004, DS005, CO403, CO404.
    """
    with transaction.atomic():
        question = _open(actor, question_id)
        words = (cleaned.strip() or question.text)[:500]
        if not text.strip():
            raise errors.NOTHING_IN_IT()
        found = pii.kinds_in([words, text])
        never = [kind for kind in found if kind in catalogue.NEVER]
        if never:
            raise errors.NEVER_PUBLIC(found=pii.titles(never))
        if pii.kinds_in(words):
            raise errors.CHECK_NEEDED(found=pii.titles(pii.kinds_in(words)))
        question.text, question.answer, question.found = words, text.strip(), []
        return _decided(actor, question, Question.State.ANSWERED, "answered")


def set_aside(*, actor: Actor, question_id: UUID, why: str) -> Question:
    """Answer only whoever asked: abuse, or nothing for the public. The reason is the answer."""
    if len(why.strip()) < 4:
        raise errors.WHY_NEEDED()
    with transaction.atomic():
        question = _open(actor, question_id)
        question.answer = why.strip()
        return _decided(actor, question, Question.State.SET_ASIDE, "set-aside")


def _open(actor: Actor, question_id: UUID) -> Question:
    question = (
        Question.objects.select_for_update(no_key=True)
        .filter(scope_q(actor, "place_key"), id=question_id)
        .first()
    )
    if question is None:
        raise NOT_FOUND()
    actor.require("disclose.answer", question.place_key)
    if question.state != Question.State.OPEN:
        raise errors.WRONG_STATE(state=question.get_state_display())
    return question


def _decided(actor: Actor, question: Question, state: str, act: str) -> Question:
    question.state, question.answered_at = state, clock.now()
    question.answered_by, question.answered_name = actor.label, actor.name[:64]
    question.save(
        update_fields=["state", "text", "answer", "found", "answered_at", "answered_by",
                       "answered_name"]
    )  # fmt: skip
    document = Document.objects.filter(county=question.county, id=question.document_id).first()
    _tell(actor, question, act, document.board if document else "")
    return question


def _tell(actor: Actor, question: Question, act: str, board: str) -> None:
    record = f"disclosure:{question.document_id}"
    journal.write(
        actor, f"disclosure.{act}", record, place_key=question.place_key,
        detail={"question": str(question.id)},
    )  # fmt: skip
    attrs: dict[str, str | bool] = {"question": str(question.id)}
    if question.answered_at is not None:
        attrs["on_time"] = question.answered_at <= question.due_at
    facts.record(
        f"disclosure.{act}", at=question.answered_at or question.asked_at,
        place_code=question.place_code, subject=board, actor=actor, record=record, attrs=attrs,
    )  # fmt: skip
