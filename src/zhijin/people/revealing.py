"""The gate to unmasked personal data, and consent. Whoever sees a value says why, and that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from zhijin.core import clock, crypto, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.people import branches, catalogue, errors, services
from zhijin.people.models import BranchMember, Consent, Membership, Person

SHORTEST_REASON = 4
#: What removes on every list what a consent was taken back for.
_KEEPER = Actor.system("people.consent")


@transaction.atomic(savepoint=False)
def reveal(
    *, actor: Actor, person_id: UUID, fields: Sequence[str], purpose: str, reason: str
) -> dict[str, str]:
    """The values of sealed fields of one person, by field; what is not known is empty.

    Needs person.reveal at the person's place, one of :data:`catalogue.PURPOSES` and a reason in
    words. Journalled before anything is returned. Raises CO403, PE001, PE008, PE009.
    """
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise errors.NO_SUCH_PERSON()
    actor.require("person.reveal", person.place_key)
    reason = _reason(purpose, reason)
    for field in fields:
        if field not in catalogue.SEALED:
            raise errors.NOT_SEALED(field=field)
    detail = {"fields": sorted(fields), "purpose": purpose, "reason": reason}
    journal.write(actor, "person.reveal", person.record, place_key=person.place_key, detail=detail)
    return {field: opened(person, field) for field in fields}


@transaction.atomic(savepoint=False)
def reveal_member(*, actor: Actor, member_id: UUID, purpose: str, reason: str) -> str:
    """A member's telephone, for whoever answers for the branch; empty where none is held.

    Needs one of :data:`catalogue.PURPOSES` and a reason in words. Journalled before anything is
    returned. Raises CO403, PE008, PE020.
    """
    member = BranchMember.objects.filter(id=member_id, valid_to=None).first()
    if member is None:
        raise errors.NO_SUCH_MEMBER()
    actor.require(
        branches.PERMISSION,
        member.place_key,
        org_keys=(member.org_key,),
        line_keys=member.line_keys,
    )
    detail = {"fields": ["phone"], "purpose": purpose, "reason": _reason(purpose, reason)}
    journal.write(actor, "member.reveal", member.record, place_key=member.place_key, detail=detail)
    return opened_phone(member)


def _reason(purpose: str, reason: str) -> str:
    """Raises PE008."""
    reason = " ".join(reason.split())
    if purpose not in catalogue.PURPOSES or len(reason) < SHORTEST_REASON:
        raise errors.PURPOSE_NEEDED(fields={"reason": errors.PURPOSE_NEEDED.message})
    return reason[:200]


def opened(person: Person, field: str) -> str:
    """A sealed value; empty where none is held. Whoever calls has journalled it."""
    if field == "address":
        current = Membership.objects.filter(person=person, valid_to=None)
        held = current.select_related("household").first()
        sealed = held.household.address if held else None
    else:
        sealed = getattr(person, field)
    return crypto.unseal(f"person.{field}", sealed) if sealed else ""


def opened_phone(member: BranchMember) -> str:
    """A member's telephone; empty where none is held. Whoever calls has journalled it."""
    return crypto.unseal("person.phone", member.phone) if member.phone is not None else ""


@transaction.atomic(savepoint=False)
def give_consent(*, actor: Actor, person_id: UUID, purpose: str, how: str) -> Consent:
    """Record that a person consented, and how (on paper, at the counter). Raises CO403, PE001, PE012."""
    person = services.lock_person(actor=actor, person_id=person_id)
    if purpose not in catalogue.CONSENTS or not how.strip():
        raise errors.BAD_CONSENT(fields={"how": errors.BAD_CONSENT.message})
    held = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None).first()
    if held is not None:
        return held
    given = services.record_consent(person, purpose, how.strip())
    _tell(actor, "consent.given", person, purpose)
    return given


@transaction.atomic(savepoint=False)
def withdraw_consent(*, actor: Actor, person_id: UUID, purpose: str) -> None:
    """End a consent; what rested on it alone is removed at once. Raises CO403, PE001, PE012."""
    person = services.lock_person(actor=actor, person_id=person_id)
    held = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None).first()
    if held is None:
        raise errors.BAD_CONSENT()
    end_consent(held)
    forget(actor, person, purpose)
    _tell(actor, "consent.withdrawn", person, purpose)


def end_consent(held: Consent) -> None:
    """With a clock that was set back nothing is taken back before it was given."""
    held.withdrawn_at = max(clock.now(), held.given_at)
    held.save(update_fields=["withdrawn_at"])


def forget(actor: Actor, person: Person, *purposes: str) -> None:
    """Remove what rests on consents to ``purposes`` alone, on branches' lists too. The caller has the lock."""
    if "phone" in purposes:
        services.seal_phone(person, "")
    if "id_number" in purposes:
        person.id_number = person.id_blind = None
    if "party" in purposes:
        person.party, person.branch_key, person.floating = "", None, False
    # A branch's list may be out of sight of whoever writes the withdrawal down: a unit's, where they work.
    with scoped(_KEEPER):
        lists = BranchMember.objects.filter(person_id=person.id)
        if "phone" in purposes:
            lists.update(phone=None, phone_masked="", phone_blind=None)
        if "id_number" in purposes:
            lists.update(id_blind=None)
    if "party" in purposes:
        branches.end_listings(actor, person, "撤回同意")
    person.version, person.changed_at = person.version + 1, clock.now()
    person.save()


def _tell(actor: Actor, kind: str, person: Person, purpose: str) -> None:
    detail = {"purpose": purpose}
    journal.write(actor, kind, person.record, place_key=person.place_key, detail=detail)
    facts.record(
        kind, at=clock.now(), place_code=person.place_code, subject=person.record, actor=actor,
        record=person.record, attrs=detail,
    )  # fmt: skip
