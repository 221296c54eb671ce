"""Volunteer teams: founded, joined and left; letters of praise, shown once somebody has read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Claim, Team, Thanks, Volunteer
from zhijin.activities.service.common import (
    CLERK,
    both_sides,
    community,
    leave_fact,
    line,
    open_text,
)
from zhijin.activities.service.reporting import require_community
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    require_own,
    tell,
    text,
)
from zhijin.core import clock, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people import api as people
from zhijin.people.api import Membership, Person

ADULT, YOUNGEST = 18, 14


@transaction.atomic(savepoint=False)
def found(
    *, actor: Actor, org_key: int, name: str, about: str = "", on: date | None = None,
    simulated: bool = False,
) -> Team:  # fmt: skip
    """An organisation founds a team. Raises OR001, CO400, CO403, AV112."""
    org = organisation(actor, org_key)
    row = Team.objects.create(
        **keys_of(org), name=open_text(name, 60, "name"), founded_on=on or clock.today(),
        about=open_text(about, 300, "about") if about.strip() else "", simulated=simulated,
    )  # fmt: skip
    note(actor, "team.founded", row.record, row.place_key)
    tell(actor, "activity.team.founded", row, row.record, subject=row.record)
    return row


def _team(actor: Actor, team_id: UUID) -> Team:
    """A team that ``actor`` answers for, locked. Raises CO403, CO404, AV001."""
    row = locked(Team.objects.all(), team_id)
    require_own(actor, row)
    if row.ended_on is not None:
        raise errors.WRONG_STATE(state=_("已结束"))
    return row


@transaction.atomic(savepoint=False)
def end(*, actor: Actor, team_id: UUID) -> Team:
    """A team ends; what it did stays. Raises CO403, CO404, AV001."""
    row = _team(actor, team_id)
    row.ended_on = clock.today()
    row.save(update_fields=["ended_on"])
    Volunteer.objects.filter(team_id=row.id, left_on=None).update(left_on=row.ended_on)
    note(actor, "team.ended", row.record, row.place_key)
    return row


@transaction.atomic(savepoint=False)
def join_member(
    *, actor: Actor, team_id: UUID, member_id: UUID, consent_how: str, simulated: bool = False
) -> Volunteer:
    """A branch's member joins. Raises CO400, CO403, CO404, AV001, AV110."""
    team = _team(actor, team_id)
    member = people.visible_members(actor).filter(id=member_id, valid_to=None).first()
    if member is None:
        raise NOT_FOUND()
    return _joined(
        actor, team, member.name_masked, consent_how, member_id=member.id, simulated=simulated
    )


@transaction.atomic(savepoint=False)
def join_person(
    *,
    actor: Actor,
    team_id: UUID,
    person_id: UUID,
    consent_how: str,
    guardian_id: UUID | None = None,
) -> Volunteer:
    """A registered resident joins; a minor only through an adult of the same household, and nobody under 14.

    Whoever may not be 18 yet counts as a minor: see ``people.ages``.
    Raises CO400, CO403, CO404, PE001, AV001, AV108–AV110.
    """
    team = _team(actor, team_id)
    person = people.get(actor, person_id)
    if person.birth_year is None:
        raise errors.AGE_UNKNOWN()
    guardian = None
    if _may_be_below(person, ADULT):
        guardian = _guardian(actor, person, guardian_id)
    return _joined(
        actor, team, person.name_masked, consent_how, person_id=person.id,
        guardian_id=guardian.id if guardian else None,
    )  # fmt: skip


def _may_be_below(person: Person, age: int) -> bool:
    return person.birth_year is None or people.may_be_below(person, age)


def _guardian(actor: Actor, person: Person, guardian_id: UUID | None) -> Person:
    """The adult of the same household who signs a minor up. Raises PE001, AV108."""
    if guardian_id is None or guardian_id == person.id or _may_be_below(person, YOUNGEST):
        raise errors.MINOR_ALONE()
    adult = people.get(actor, guardian_id)
    home = Membership.objects.filter(person=person, valid_to=None).values("household_id")
    together = Membership.objects.filter(person=adult, valid_to=None, household_id__in=home)
    if _may_be_below(adult, ADULT) or not together.exists():
        raise errors.MINOR_ALONE()
    return adult


def adults_beside(actor: Actor, rows: Iterable[Person]) -> dict[UUID, list[tuple[UUID, str]]]:
    """For each of ``rows`` who may be a minor, the adults of their household who may sign them up (nobody for those who
    are too young); two statements."""
    minors = [one for one in rows if one.birth_year is not None and _may_be_below(one, ADULT)]
    beside: dict[UUID, list[tuple[UUID, str]]] = {one.id: [] for one in minors}
    if not minors:
        return beside
    homes: dict[UUID, list[UUID]] = defaultdict(list)
    old = [one.id for one in minors if not _may_be_below(one, YOUNGEST)]
    lived = Membership.objects.filter(person_id__in=old, valid_to=None)
    for home, person in lived.values_list("household_id", "person_id"):
        homes[home].append(person)
    adults = Membership.objects.filter(
        household_id__in=homes, valid_to=None, person__in=people.visible(actor),
        person__birth_year__lte=clock.today().year - ADULT,
    )  # fmt: skip
    for one in adults.select_related("person").order_by("valid_from", "id"):
        if _may_be_below(one.person, ADULT):
            continue
        for minor in homes[one.household_id]:
            beside[minor].append(
                (one.person_id, f"{one.person.name_masked} {one.relation}".strip())
            )
    return beside


def _joined(actor: Actor, team: Team, masked: str, consent_how: str, **who: Any) -> Volunteer:
    how = text(consent_how, 120, "consent_how")
    try:
        with transaction.atomic():
            row = Volunteer.objects.create(
                county=team.county, place_key=team.place_key, org_key=team.org_key or 0,
                sector_key=team.sector_key, team_id=team.id, name_masked=masked, consent_how=how,
                joined_on=clock.today(), **who,
            )  # fmt: skip
    except IntegrityError as error:
        raise errors.IN_TEAM_ALREADY(name=masked) from error
    note(actor, "team.joined", team.record, team.place_key, volunteer=str(row.id))
    # The fact counts the team; it names nobody.
    tell(actor, "activity.team.joined", team, team.record, subject=team.record)
    return row


@transaction.atomic(savepoint=False)
def leave(*, actor: Actor, volunteer_id: UUID) -> Volunteer:
    """A volunteer leaves the team. Raises CO403, CO404, AV001."""
    found = Volunteer.objects.filter(id=volunteer_id).first()
    if found is None:
        raise NOT_FOUND()
    # The team first, as whoever ends it does.
    team = _team(actor, found.team_id)
    row = locked(Volunteer.objects.all(), volunteer_id)
    if row.left_on is None:
        row.left_on = clock.today()
        row.save(update_fields=["left_on"])
        note(actor, "team.left", team.record, team.place_key, volunteer=str(row.id))
    return row


# -- thanks -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of praise: its words, and how whoever wrote it wants to be named (empty: not at all)."""

    text: str
    signed: str = ""


def thank_by_code(*, claim: Claim, letter: Letter) -> Thanks:
    """Those served write with their confirmation. The caller opens the scope. Raises CO400, AV112."""
    return _thanked(
        CLERK, claim, letter, team_id=claim.team_id, claim_id=claim.id, simulated=claim.simulated
    )


@transaction.atomic(savepoint=False)
def take_in(
    *, actor: Actor, place_code: str, org_key: int, letter: Letter, team_id: UUID | None = None,
    simulated: bool = False,
) -> Thanks:  # fmt: skip
    """The community takes in a letter that came on paper. Raises OR001, CO400, CO403, CO404, AV101, AV112."""
    place = community(place_code)
    require_community(actor, place.key)
    with scoped(CLERK):
        org = orgs.get(CLERK, org_key)
        if team_id is not None and not Team.objects.filter(id=team_id, org_key=org.key).exists():
            raise NOT_FOUND()
        sides = Claim(**both_sides(place.code, org, org.name))
        return _thanked(actor, sides, letter, team_id=team_id, simulated=simulated)


def _thanked(actor: Actor, sides: Claim, letter: Letter, **more: Any) -> Thanks:
    row = Thanks.objects.create(
        **both_sides(sides.place_code, sides, sides.org_name),
        text=open_text(letter.text, 500, "text"), signed=_signed(letter.signed),
        made_by=actor.label, made_at=clock.now(), **more,
    )  # fmt: skip
    note(actor, "thanks.received", row.record, row.place_key)
    leave_fact(
        actor, "activity.service.thanks", row, row.record, side="team" if row.team_id else "unit"
    )
    return row


def _signed(typed: str) -> str:
    """How somebody wants to be named: their own name, and no telephone or number beside it. Raises AV112."""
    found = line(typed, 32)
    kinds = [kind for kind in pii.kinds_in(found) if kind != "name"]
    if kinds:
        raise errors.PRIVATE_IN_TEXT(
            kinds=pii.titles(kinds), fields={"signed": errors.PRIVATE_IN_TEXT.help}
        )
    return found


@transaction.atomic(savepoint=False)
def read_thanks(*, actor: Actor, thanks_id: UUID, state: str) -> Thanks:
    """The community has read a letter: show it, or keep it without showing. Raises CO400, CO403, CO404, AV001."""
    row = locked(Thanks.objects.all(), thanks_id)
    require_community(actor, row.place_key)
    in_state(row, Thanks.State.NEW)
    if state not in (Thanks.State.SHOWN, Thanks.State.KEPT):
        raise BAD_REQUEST()
    row.state = Thanks.State(state)
    row.save(update_fields=["state"])
    note(actor, f"thanks.{row.state}", row.record, row.place_key)
    return row
