"""The honour list and the reminder list: households and deeds, in order of time; never points, never a rank."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from zhijin.core import clock, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.scope import scope_q
from zhijin.ledger import errors
from zhijin.ledger.models import Book, Card, Listing
from zhijin.ledger.points.awards import reason
from zhijin.ledger.points.common import HAND, in_force, resident, rules_of, tell
from zhijin.ledger.points.holders import Holder
from zhijin.playbooks.engine import Title

State, Kind = Listing.State, Listing.Kind
LONGEST_DEED = 300


@transaction.atomic(savepoint=False)
def honour(
    *,
    actor: Actor,
    book: Book,
    holder: Holder,
    title: str,
    deed: str,
    consent: str,
    shown_as: str = "",
) -> Listing:
    """Propose a household (or member) for the honour list. ``consent``: how it was given.

    ``shown_as`` is the name that was agreed to; the masked one without it. Raises CO403, PS007, PS008,
    PS023 (title), PS024 (no consent).
    """
    if title not in {one.zh for one in titles(book)}:
        raise errors.NO_TITLE(fields={"title": errors.NO_TITLE.message})
    if len(consent.strip()) < 2:
        raise errors.CONSENT_NEEDED(fields={"consent": errors.CONSENT_NEEDED.message})
    words = " ".join(shown_as.split())[:80]
    return _draft(
        actor, book, holder, Kind.HONOUR, deed, title=title, consent=consent.strip()[:120],
        shown_as=words or holder.label,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def remind(*, actor: Actor, book: Book, holder: Holder, deed: str) -> Listing:
    """Propose a reminder, where the programme has such a list. Nothing is public yet; the name stays masked.

    Raises CO403, PS007, PS008, PS025 (the list is off).
    """
    rules = in_force(book).reminder
    if rules is None or not rules.enabled:
        raise errors.REMINDERS_OFF()
    return _draft(actor, book, holder, Kind.REMINDER, deed, shown_as=holder.label)


def _draft(actor: Actor, book: Book, holder: Holder, kind: str, deed: str, **more: str) -> Listing:
    actor.require("ledger.post", book.place_key)
    words = deed.strip()
    if not 4 <= len(words) <= LONGEST_DEED:
        raise errors.NOTE_NEEDED(fields={"deed": errors.NOTE_NEEDED.message})
    if pii.kinds_in([words, more["shown_as"]]):
        raise errors.PERSONAL(found=pii.titles(pii.kinds_in([words, more["shown_as"]])))
    if holder.minor:
        raise errors.A_MINOR(fields={"who": errors.A_MINOR.message})
    row = Listing.objects.create(
        county=book.county, place_code=book.place_code, place_key=book.place_key, book_id=book.id,
        kind=kind, holder=holder.record, deed=words, state=State.DRAFT, drafted_by=actor.label,
        drafted_name=actor.name[:64], drafted_at=clock.now(), simulated=book.simulated, **more,
    )  # fmt: skip
    _say(actor, row, "list-proposed")
    return row


@transaction.atomic(savepoint=False)
def tell_first(*, actor: Actor, listing_id: UUID, how: str) -> Listing:
    """Note that the household was told of a reminder, and how. Raises CO404, CO403, PS012, PS013."""
    row = _locked(actor, listing_id, "ledger.post", State.DRAFT, kind=Kind.REMINDER)
    row.told_how, row.told_at, row.state = reason(how)[:60], clock.now(), State.TOLD
    return _saved(actor, row, "list-told")


@transaction.atomic(savepoint=False)
def hear(*, actor: Actor, listing_id: UUID, words: str) -> Listing:
    """Write down what the household said at the hearing. Raises as above; PS026 before the notice is over."""
    row = _locked(actor, listing_id, "ledger.post", State.TOLD, kind=Kind.REMINDER)
    days = _reminder_days(row)[0]
    if row.told_at is None or clock.now() < row.told_at + timedelta(days=days):
        raise errors.NOTICE_RUNS(days=days)
    row.hearing, row.heard_at, row.state = reason(words), clock.now(), State.HEARD
    return _saved(actor, row, "list-heard")


def _reminder_days(row: Listing) -> tuple[int, int]:
    """Days of notice, and days that it is shown; the programme as it is now. Raises PS025."""
    rules = in_force(Book.objects.get(county=row.county, id=row.book_id)).reminder
    if rules is None or not rules.enabled:
        raise errors.REMINDERS_OFF()
    return rules.notice_days, rules.days


@transaction.atomic(savepoint=False)
def approve(*, actor: Actor, listing_id: UUID) -> Listing:
    """A second person, the secretary, puts it on the list. Raises CO404, CO403, PS011 (own), PS012."""
    row = _locked(actor, listing_id, "ledger.close", State.DRAFT, State.HEARD)
    if row.kind == Kind.REMINDER and row.state != State.HEARD:
        raise errors.WRONG_STATE(state=row.get_state_display())
    if row.drafted_by == actor.label:
        raise errors.OWN_ENTRY()
    if row.kind == Kind.REMINDER:
        days = _reminder_days(row)[1]
    else:
        found = rules_of(Book.objects.get(county=row.county, id=row.book_id)).honour
        days = found.days if found else 0
    row.approved_by, row.approved_name = actor.label, actor.name[:64]
    row.shown_from, row.state = clock.now(), State.SHOWN
    row.shown_until = row.shown_from + timedelta(days=days)
    return _saved(actor, row, "list-approved")


@transaction.atomic(savepoint=False)
def withdraw(*, actor: Actor, listing_id: UUID, why: str) -> Listing:
    """Take it off, or drop what was proposed. Raises CO404, CO403, PS012, PS013."""
    open_states = (State.DRAFT, State.TOLD, State.HEARD, State.SHOWN)
    row = _locked(actor, listing_id, "ledger.post", *open_states)
    return _end(actor, row, reason(why))


@transaction.atomic(savepoint=False)
def withdraw_consent(*, card: Card, listing_id: UUID) -> Listing:
    """The household takes its consent back: it is off the list at once. Raises CO404."""
    rows = Listing.objects.select_for_update(no_key=True).filter(
        county=card.county, holder=card.holder, kind=Kind.HONOUR
    )
    row = rows.filter(id=listing_id).exclude(state=State.ENDED).first()
    if row is None:
        raise NOT_FOUND()
    return _end(resident(card), row, "撤回同意")


@transaction.atomic(savepoint=False)
def expire(listing_id: UUID) -> bool:
    """Past its end; the page has not shown it since."""
    rows = Listing.objects.select_for_update(no_key=True).filter(id=listing_id, state=State.SHOWN)
    row = rows.filter(shown_until__lte=clock.now()).first()
    if row is None:
        return False
    _end(HAND, row, "到期")
    return True


def public(place_code: str, kind: str) -> list[Listing]:
    """What everybody may read at a place now, the newest first. In the platform's scope."""
    now = clock.now()
    rows: QuerySet[Listing] = Listing.objects.filter(
        place_code=place_code, kind=kind, state=State.SHOWN, shown_until__gt=now
    )
    if kind == Kind.REMINDER:
        # A county that turns its list off takes it down with that.
        return [row for row in rows.order_by("-shown_from", "id") if _still_on(row)]
    return list(rows.order_by("-shown_from", "id")[:200])


def _still_on(row: Listing) -> bool:
    return reminders_on(Book.objects.get(county=row.county, id=row.book_id))


def reminders_on(book: Book) -> bool:
    """Whether the programme in force has turned the reminder list on; one that has ended has not."""
    try:
        found = in_force(book).reminder
    except Refusal:
        return False
    return found is not None and found.enabled


def titles(book: Book) -> tuple[Title, ...]:
    """What may be conferred by the programme in force."""
    found = rules_of(book).honour
    return tuple(found.titles) if found else ()


def _end(actor: Actor, row: Listing, why: str) -> Listing:
    row.state, row.ended_why = State.ENDED, why[:120]
    return _saved(actor, row, "list-ended")


def _saved(actor: Actor, row: Listing, act: str) -> Listing:
    row.save()
    _say(actor, row, act)
    return row


def _say(actor: Actor, row: Listing, act: str) -> None:
    tell(actor, act, f"listing:{row.id}", row.place_code, subject=row.kind)


def _locked(
    actor: Actor, listing_id: UUID, permission: str, *states: str, kind: str = ""
) -> Listing:
    rows = Listing.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    row = rows.filter(id=listing_id).first()
    if row is None:
        raise NOT_FOUND()
    actor.require(permission, row.place_key)
    if row.state not in states or (kind and row.kind != kind):
        raise errors.WRONG_STATE(state=row.get_state_display())
    return row
