"""Confirmation by those served: with the code that somebody handed to them, or as residents of the community by the
name and telephone that the register has. Never by whoever served (ADR 36)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from zhijin.activities import errors
from zhijin.activities.models import Claim, Volunteer
from zhijin.activities.service.claiming import both, confirmed
from zhijin.activities.service.common import CLERK, code_of
from zhijin.activities.services.common import in_state, note
from zhijin.core.actor import Actor
from zhijin.core.errors import NO_PERMISSION, NOT_FOUND
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.people.api import BranchMember, Person


def may_hand(actor: Actor, key: int) -> bool:
    """Whether ``actor`` works for the community: answers for it, or keeps its register of residents."""
    return actor.can("activity.act", key) or actor.can("person.edit", key)


def show_code(*, actor: Actor, claim_id: UUID) -> str:
    """The code to hand to those served; never to whoever serves. Raises CO403, CO404, AV105."""
    row = Claim.objects.filter(id=claim_id).first()
    if row is None:
        raise NOT_FOUND()
    if not may_hand(actor, row.place_key):
        raise NO_PERMISSION(permission="person.edit")
    _other_hand(actor, row)
    note(actor, "service.code", row.record, row.place_key)
    return code_of(row.id)


def _other_hand(by: Actor | None, row: Claim) -> None:
    """Raises AV105 to an account that took it up or told that it was done."""
    if by is not None and by.id and by.label in (row.claimed_by, row.done_by):
        raise errors.OWN_SERVICE()


@transaction.atomic(savepoint=False)
def confirm_served(*, claim_id: UUID, satisfied: bool, by: Actor | None = None) -> Claim:
    """Those served confirm; the caller has found the service by its code. Raises CO404, AV001, AV105."""
    with scoped(CLERK):
        need, row = both(claim_id)
        _other_hand(by, row)
        return confirmed(CLERK, need, row, Claim.How.CODE, satisfied)


@transaction.atomic(savepoint=False)
def confirm_named(
    *, claim_id: UUID, name: str, phone: str, satisfied: bool, by: Actor | None = None
) -> Claim:
    """A resident of the community confirms by their whole name and telephone, as the register has them.

    Both are compared by keyed index and kept nowhere but in the journal, as the resident's record. Whoever served, is
    in the team or belongs to the unit that did is refused. Raises CO404, AV001, AV105, AV170.
    """
    with scoped(CLERK):
        need, row = both(claim_id)
        in_state(row, Claim.State.DONE)
        _other_hand(by, row)
        person = people.resident_named(row.place_code, name, phone)
        if person is None:
            raise errors.NOT_RECOGNISED()
        if served_in(row, person):
            raise errors.OWN_SERVICE()
        note(CLERK, "service.named", row.record, row.place_key, person=person.record)
        return confirmed(CLERK, need, row, Claim.How.NAMED, satisfied)


def served_in(row: Claim, person: Person) -> bool:
    """Whether a resident is of those who served, by the register's link or by their telephone; the caller opens the
    scope."""
    members = BranchMember.objects.filter(
        Q(person_id=person.id) | Q(phone_blind=person.phone_blind)
    )
    mine = set(members.values_list("id", flat=True))
    if row.team_id is not None:
        team = Volunteer.objects.filter(team_id=row.team_id)
        of_it = Q(person_id=person.id) | Q(guardian_id=person.id) | Q(member_id__in=mine)
        return team.filter(of_it).exists()
    if row.member_id is not None:
        return row.member_id in mine
    return members.filter(org_key=row.org_key, valid_to=None).exists()
