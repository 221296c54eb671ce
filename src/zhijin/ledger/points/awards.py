"""From a fact or a deed to an entry: proposed, checked by a second person where the rule says so, booked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from zhijin.core import clock, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.ledger import errors
from zhijin.ledger.models import Account, Appeal, Award, Book
from zhijin.ledger.points import holders
from zhijin.ledger.points.common import (
    HAND,
    in_force,
    programme_at,
    revision_at,
    rules_of,
    tell,
)
from zhijin.ledger.points.holders import Holder
from zhijin.ledger.posting import Leg, post, reverse
from zhijin.ledger.rules import DEED, Rule, decide, period
from zhijin.ledger.selectors import transfer as transfer_of
from zhijin.ledger.services import ISSUE, own_account

State = Award.State
#: States in which an award counts under its rule's cap.
COUNTS = (State.PROPOSED, State.CHECKED, State.POSTED)
LONGEST_NOTE = 400
#: How long ago a deed may have been done.
BACK = timedelta(days=60)


@transaction.atomic(savepoint=False)
def enter(
    *, actor: Actor, book: Book, rule_id: str, holder: Holder, day: date, note: str = "",
    photos: Sequence[str] = (),
) -> Award:  # fmt: skip
    """Enter a deed. ``photos`` are digests of stored files. Raises CO403, PS004–PS009.

    Without a second check it is booked at once; else it waits for another person.
    """
    actor.require("ledger.post", book.place_key)
    rule = _rule(book, rule_id)
    _evidence(rule, note, photos)
    if not clock.today() - BACK <= day <= clock.today() or day < book.opened_on:
        raise errors.BAD_DEED_DAY(fields={"day": errors.BAD_DEED_DAY.message})
    if holder.minor:
        raise errors.A_MINOR(fields={"who": errors.A_MINOR.message})
    award = _new(
        book, actor, rule, day, asked=rule.amount or 0, note=note.strip(), evidence=list(photos)
    )
    _given_to(award, book, rule, holder)
    award.save(force_insert=True)
    tell(actor, "entered", award.record_name, book.place_code, subject=book.programme, rule=rule.id)
    if rule.check == "none" and award.state == State.PROPOSED:
        _book(actor, book, award)
    return award


def _rule(book: Book, rule_id: str) -> Rule:
    rule = in_force(book).rule(rule_id)
    if rule is None or rule.given_by != DEED:
        raise errors.NO_RULE(fields={"rule": errors.NO_RULE.message})
    return rule


def _evidence(rule: Rule, note: str, photos: Sequence[str]) -> None:
    words = note.strip()
    if ("note" in rule.evidence and len(words) < 4) or len(words) > LONGEST_NOTE:
        raise errors.NOTE_NEEDED(fields={"note": errors.NOTE_NEEDED.message})
    if "photo" in rule.evidence and not photos:
        raise errors.PHOTO_NEEDED(fields={"photos": errors.PHOTO_NEEDED.message})
    if pii.kinds_in(words):
        found = pii.titles(pii.kinds_in(words))
        raise errors.PERSONAL(found=found, fields={"note": errors.PERSONAL.message})


def _new(book: Book, actor: Actor, rule: Rule, day: date, **more: Any) -> Award:
    return Award(
        county=book.county, place_code=book.place_code, place_key=book.place_key, book_id=book.id,
        programme=book.programme, revision_id=revision_at(book.place_code, book.programme),
        rule=rule.id, day=day, state=State.PROPOSED, proposed_by=actor.label,
        proposed_name=actor.name[:64], proposed_at=clock.now(), simulated=book.simulated, **more,
    )  # fmt: skip


def _given_to(award: Award, book: Book, rule: Rule, holder: Holder) -> None:
    """Name the holder and reckon the amount under the cap, with the account locked."""
    account = holders.account(book, holder)
    earlier = 0
    if rule.cap is not None:
        first, last = period(award.day, rule.cap.per)
        rows = Award.objects.filter(
            county=book.county, account_id=account.id, rule=rule.id, day__range=(first, last),
            state__in=COUNTS,
        )  # fmt: skip
        earlier = rows.exclude(id=award.id).aggregate(sum=Sum("amount"))["sum"] or 0
    found = decide(rule, award.asked, earlier, minor=holder.minor)
    award.account_id, award.holder, award.label = account.id, holder.record, holder.label[:80]
    award.place_code, award.place_key = holder.place_code, holder.place_key
    award.amount, award.why = found.amount, found.why
    if not found.amount:
        award.state = State.CAPPED if found.why == "cap" else State.REFUSED


@transaction.atomic(savepoint=False)
def take_fact(fact: Mapping[str, Any], book: Book, rule: Rule, holder: str = "") -> Award | None:
    """The award of a fact by a rule; None when there is one. Called by the sweep, in the platform's scope.

    ``fact``: id, at, value, record. Without a holder it waits for whoever claims it.
    """
    day = clock.local(fact["at"]).date()
    award = _new(
        book, HAND, rule, day, asked=rule.amount or fact["value"], fact_id=fact["id"],
        record=fact["record"],
    )  # fmt: skip
    award.state = State.UNCLAIMED
    Award.objects.bulk_create([award], ignore_conflicts=True)
    rows = Award.objects.select_for_update(no_key=True)
    mine = rows.filter(county=book.county, id=award.id).first()
    if mine is None:
        return None
    tell(HAND, "found", mine.record_name, book.place_code, subject=book.programme, rule=rule.id)
    if holder:
        _taken_by(HAND, mine, book, rule, holders.named(holder, day))
    return mine


def _taken_by(actor: Actor, award: Award, book: Book, rule: Rule, holder: Holder) -> None:
    award.state = State.PROPOSED
    _given_to(award, book, rule, holder)
    award.save()
    if rule.check == "none" and award.state == State.PROPOSED:
        _book(actor, book, award)


@transaction.atomic(savepoint=False)
def claim(*, actor: Actor, record: str, holder: Holder) -> list[Award]:
    """Whoever holds the code of a record has what it earned put to their account. Raises PS010.

    Runs in the platform's scope; ``actor`` is the card that claims. A record is claimed once.
    """
    rows = Award.objects.select_for_update(no_key=True).filter(record=record, state=State.UNCLAIMED)
    taken = []
    for award in rows.order_by("id"):
        book = Book.objects.get(county=award.county, id=award.book_id)
        rule = programme_at(book.place_code, book.programme).rule(award.rule)
        of_village = holder.place_code[:12] == book.place_code
        if rule is None or not of_village or not holder.record.startswith(_kind(book)):
            continue
        _taken_by(actor, award, book, rule, holder)
        tell(actor, "claimed", award.record_name, book.place_code, subject=book.programme)
        taken.append(award)
    if not taken:
        raise errors.NOTHING_TO_CLAIM()
    return taken


def _kind(book: Book) -> str:
    return "household:" if rules_of(book).holder == "household" else "person:"


# -- the second hand ---------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def check(*, actor: Actor, award_id: UUID) -> Award:
    """A second person agrees: booked, or for a deduction kept until it was told and not appealed.

    Raises CO404, CO403, PS011 (own), PS012 (state).
    """
    award, book = _locked(actor, award_id, State.PROPOSED)
    if award.proposed_by == actor.label:
        raise errors.OWN_ENTRY()
    _by(actor, award)
    if award.is_deduction:
        award.state = State.CHECKED
        award.save(update_fields=["state", "checked_by", "checked_name", "checked_at"])
    else:
        _book(actor, book, award)
    tell(actor, "checked", award.record_name, book.place_code, subject=book.programme)
    return award


@transaction.atomic(savepoint=False)
def refuse(*, actor: Actor, award_id: UUID, why: str) -> Award:
    """A second person does not agree, and says why. Raises CO404, CO403, PS011–PS013."""
    award, book = _locked(actor, award_id, State.PROPOSED, State.CHECKED)
    if award.proposed_by == actor.label:
        raise errors.OWN_ENTRY()
    award.state, award.why = State.REFUSED, reason(why)
    _by(actor, award)
    award.save(update_fields=["state", "why", "checked_by", "checked_name", "checked_at"])
    tell(actor, "refused", award.record_name, book.place_code, subject=book.programme)
    return award


@transaction.atomic(savepoint=False)
def told(*, actor: Actor, award_id: UUID, how: str) -> Award:
    """Note that the holder was told, and how; the days for an appeal begin. Raises CO404, CO403, PS012, PS013."""
    award, book = _locked(actor, award_id, State.CHECKED, State.POSTED, State.REFUSED, State.CAPPED)
    words = reason(how)
    if award.told_at is None:
        mark_told(award, rules_of(book).appeal_days, words)
        tell(actor, "told", award.record_name, book.place_code, subject=book.programme)
    return award


def mark_told(award: Award, days: int, how: str) -> None:
    """The holder knows from now on."""
    award.told_at, award.told_how = clock.now(), how[:60]
    award.appeal_until = award.told_at + timedelta(days=days)
    award.save(update_fields=["told_at", "told_how", "appeal_until"])


@transaction.atomic(savepoint=False)
def take_back(*, actor: Actor, award_id: UUID, why: str) -> Award:
    """Reverse a booked award. Raises CO404, CO403, PS011–PS013; LG002 when it was spent meanwhile."""
    award, book = _locked(actor, award_id, State.POSTED, permission="ledger.close")
    if award.checked_by == actor.label and award.proposed_by == actor.label:
        raise errors.OWN_ENTRY()
    undo(actor, book, award, reason(why))
    tell(actor, "taken-back", award.record_name, book.place_code, subject=book.programme)
    return award


def undo(actor: Actor, book: Book, award: Award, why: str) -> None:
    """Mirror the booking, if there was one."""
    if award.transfer_id is not None:
        booked = transfer_of(book, award.transfer_id)
        award.reversal_id = reverse(actor=HAND, book=book, transfer=booked, memo=why[:200]).id
    award.state, award.why = State.REVERSED, why
    award.save(update_fields=["state", "why", "reversal_id"])


def _book(actor: Actor, book: Book, award: Award) -> None:
    """Into the books, once: the key is the award's. A deduction takes no more than there is."""
    amount = award.amount
    accounts = Account.objects.select_for_update(no_key=True)
    account = accounts.get(county=book.county, book_id=book.id, holder=award.holder, closed_at=None)
    if amount < 0:
        amount = -min(-amount, account.balance)
    if amount:
        made = post(
            actor=HAND, book=book, kind="award" if amount > 0 else "deduction",
            legs=[Leg(own_account(book, ISSUE), -amount), Leg(account.id, amount)],
            key=f"award:{award.id}", record=award.record_name, memo=award.rule,
        )  # fmt: skip
        award.transfer_id = made.id
    award.state, award.posted_at, award.amount = State.POSTED, clock.now(), amount
    award.save()


@transaction.atomic(savepoint=False)
def book_due(award_id: UUID) -> bool:
    """Book a deduction whose days for an appeal are over and against which no appeal is open."""
    rows = Award.objects.select_for_update(no_key=True)
    award = rows.filter(id=award_id, state=State.CHECKED, appeal_until__lte=clock.now()).first()
    if award is None or Appeal.objects.filter(award_id=award_id, state=Appeal.State.OPEN).exists():
        return False
    _book(HAND, Book.objects.get(county=award.county, id=award.book_id), award)
    return True


def again(award: Award, actor: Actor) -> None:
    """After an appeal that was right: what was not given is proposed anew, for another person to check."""
    book = Book.objects.get(county=award.county, id=award.book_id)
    rule = rules_of(book).rule(award.rule)
    award.state, award.why = State.PROPOSED, ""
    award.proposed_by, award.proposed_name = actor.label, actor.name[:64]
    if rule is not None:
        _given_to(award, book, rule, holders.named(award.holder, award.day))
    award.save()


# -- shared ------------------------------------------------------------------------------------


def reason(text: str) -> str:
    """Words of at least four characters. Raises PS013."""
    words = " ".join(text.split())
    if not 4 <= len(words) <= 200:
        raise errors.WHY_NEEDED(fields={"why": errors.WHY_NEEDED.message})
    return words


def _by(actor: Actor, award: Award) -> None:
    award.checked_by, award.checked_name = actor.label, actor.name[:64]
    award.checked_at = clock.now()


def _locked(
    actor: Actor, award_id: UUID, *states: str, permission: str = "ledger.post"
) -> tuple[Award, Book]:
    rows = Award.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    award = rows.filter(id=award_id).first()
    if award is None:
        raise NOT_FOUND()
    actor.require(permission, award.place_key)
    if award.state not in states:
        raise errors.WRONG_STATE(state=award.get_state_display())
    return award, Book.objects.get(county=award.county, id=award.book_id)
