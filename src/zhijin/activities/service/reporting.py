"""Reporting to a community: an in-service member by their own link or through the unit's secretary, or the unit itself;
received by the community, ended by either side. Each is one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from zhijin.activities import errors
from zhijin.activities.models import CommunityReport
from zhijin.activities.service.common import (
    BY_LINK,
    CLERK,
    both_sides,
    community,
    leave_fact,
    line,
)
from zhijin.activities.services.common import in_state, locked, note, organisation, text
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NO_PERMISSION, NOT_FOUND
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.people import api as people
from zhijin.people.api import BranchMember
from zhijin.places import api as places

State = CommunityReport.State


@transaction.atomic(savepoint=False)
def report_self(*, member: BranchMember, place_code: str, offers: str = "") -> CommunityReport:
    """A member reports to the community where they live. Raises AV100, AV101."""
    place = community(place_code)
    with scoped(BY_LINK):
        org = orgs.get(BY_LINK, member.org_key)
        return _reported(BY_LINK, org, place.code, place.name, offers, member)


@transaction.atomic(savepoint=False)
def report_member(
    *, actor: Actor, member_id: UUID, place_code: str, offers: str = "", simulated: bool = False
) -> CommunityReport:
    """The secretary of a member's unit reports them. Raises CO403, CO404, AV100, AV101."""
    member = people.visible_members(actor).filter(id=member_id, valid_to=None).first()
    if member is None:
        raise NOT_FOUND()
    org = organisation(actor, member.org_key)
    place = community(place_code)
    with scoped(CLERK):
        return _reported(actor, org, place.code, place.name, offers, member, simulated)


@transaction.atomic(savepoint=False)
def report_unit(
    *, actor: Actor, org_key: int, place_code: str, offers: str = "", simulated: bool = False
) -> CommunityReport:
    """A unit reports as a whole. Raises OR001, CO403, AV100, AV101."""
    org = organisation(actor, org_key)
    place = community(place_code)
    with scoped(CLERK):
        return _reported(actor, org, place.code, place.name, offers, None, simulated)


def _reported(
    actor: Actor, org: Organisation, code: str, place: str, offers: str, member: BranchMember | None,
    simulated: bool = False,
) -> CommunityReport:  # fmt: skip
    standing = CommunityReport.objects.filter(ended_on=None)
    if member is not None:
        same = standing.filter(Q(member_id__in=(member.id, member.who)) | Q(who_id=member.who))
    else:
        same = standing.filter(member_id=None, org_key=org.key, place_code=code)
    if found := same.first():
        there = places.find(found.place_code)
        raise errors.REPORTED_ALREADY(place=there.name if there else found.place_code)
    values: dict[str, Any] = {
        **both_sides(code, org, org.name), "offers": line(offers, 120), "reported_on": clock.today(),
        "member_id": member.id if member else None, "who_id": member.first_id if member else None,
        "simulated": simulated, "name_masked": member.name_masked if member else "",
    }  # fmt: skip
    try:
        with transaction.atomic():
            row = CommunityReport.objects.create(**values)
    except IntegrityError as error:
        raise errors.REPORTED_ALREADY(place=place) from error
    note(actor, "community.reported", row.record, row.place_key)
    leave_fact(
        actor, "activity.service.reported", row, row.record, who="member" if member else "unit"
    )
    return row


@transaction.atomic(savepoint=False)
def receive(*, actor: Actor, report_id: UUID) -> CommunityReport:
    """The community takes note of who reported. Raises CO403, CO404, AV001."""
    row = locked(CommunityReport.objects.all(), report_id)
    require_community(actor, row.place_key)
    in_state(row, State.REPORTED)
    row.state = State.RECEIVED
    row.save(update_fields=["state"])
    note(actor, "community.received", row.record, row.place_key)
    leave_fact(
        actor,
        "activity.service.received",
        row,
        row.record,
        who="member" if row.member_id else "unit",
    )
    return row


def require_community(actor: Actor, key: int) -> None:
    """Raise CO403 unless ``actor`` works for the community: over its territory, not for one organisation alone."""
    if not actor.can("activity.act", key):
        raise NO_PERMISSION(permission="activity.act")


@transaction.atomic(savepoint=False)
def end(*, actor: Actor, report_id: UUID, why: str) -> CommunityReport:
    """Either side ends a report: moved house, retired, another community. Raises CO400, CO403, CO404, AV001."""
    row = locked(CommunityReport.objects.all(), report_id)
    own = actor.can("activity.act", row.unit_key, org_keys=(row.org_key,), line_keys=row.line_keys)
    if not own:
        require_community(actor, row.place_key)
    return _ended(actor, row, text(why, 120, "why"))


@transaction.atomic(savepoint=False)
def end_self(*, member: BranchMember, why: str) -> CommunityReport:
    """A member ends their own report. Raises CO400, CO404."""
    reason = text(why, 120, "why")
    with scoped(BY_LINK):
        rows = CommunityReport.objects.select_for_update(no_key=True)
        row = rows.filter(member_id=member.id, ended_on=None).first()
        if row is None:
            raise NOT_FOUND()
        return _ended(BY_LINK, row, reason)


def _ended(actor: Actor, row: CommunityReport, why: str) -> CommunityReport:
    in_state(row, State.REPORTED, State.RECEIVED)
    row.state, row.ended_on, row.why = State.ENDED, clock.today(), why
    row.save(update_fields=["state", "ended_on", "why"])
    note(actor, "community.ended", row.record, row.place_key)
    leave_fact(
        actor, "activity.service.ended", row, row.record, who="member" if row.member_id else "unit"
    )
    return row
