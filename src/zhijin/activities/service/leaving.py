"""What follows here when a member leaves their branch or moves to another, and when a household moves.

What a member had taken on for the branch ends on that day, so that no household is left with a name that does not
come any more; what they did stays. A household's links go with it.
"""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from zhijin.activities.models import (
    Claim,
    CommunityReport,
    HouseholdLink,
    Need,
    PostedDuty,
    Volunteer,
)
from zhijin.activities.service.common import CLERK, leave_fact
from zhijin.activities.services.common import note
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.people.api import BranchMember, Household


def member_left(actor: Actor, member: BranchMember, moved: BranchMember | None) -> None:
    """End duties, links and the report to a community; give back places not yet begun; ``moved`` stays in teams."""
    with scoped(CLERK):
        _end_duties(actor, member)
        links = HouseholdLink.objects.filter(member_id=member.id)
        _end_links(actor, links, _("党员转出"))
        _end_reports(actor, member)
        _give_back(actor, member)
        there = Volunteer.objects.filter(member_id=member.id, left_on=None)
        if moved is not None:
            there.update(member_id=moved.id)
        else:
            there.update(left_on=clock.today())


def household_changed(actor: Actor, home: Household) -> None:
    """Links stand where their household stands now, and end with it; visits stay where they were made."""
    with scoped(CLERK):
        links = HouseholdLink.objects.filter(household_id=home.id, until=None)
        if home.valid_to is not None:
            _end_links(actor, links, _("这一户已注销"))
        else:
            links.exclude(home_key=home.place_key).update(home_key=home.place_key)


def _end_duties(actor: Actor, member: BranchMember) -> None:
    rows = PostedDuty.objects.select_for_update(no_key=True).filter(member_id=member.id, until=None)
    for row in rows.order_by("id"):
        row.until = max(row.since, member.valid_to or clock.today())
        row.save(update_fields=["until"])
        note(actor, "duty.ended", row.record, row.place_key)


def _end_links(actor: Actor, links: QuerySet[HouseholdLink], why: str) -> None:
    for row in links.select_for_update(no_key=True).filter(until=None).order_by("id"):
        row.until, row.why = max(row.since, clock.today()), why
        row.save(update_fields=["until", "why"])
        note(actor, "link.ended", row.record, row.place_key)


def _end_reports(actor: Actor, member: BranchMember) -> None:
    rows = CommunityReport.objects.select_for_update(no_key=True).filter(member_id=member.id)
    for row in rows.filter(ended_on=None):
        row.state, row.ended_on = CommunityReport.State.ENDED, clock.today()
        row.why = _("党员转出")
        row.save(update_fields=["state", "ended_on", "why"])
        note(actor, "community.ended", row.record, row.place_key)
        leave_fact(actor, "activity.service.ended", row, row.record, who="member")


def _give_back(actor: Actor, member: BranchMember) -> None:
    """Places in what has not begun are free again; what has begun is told by the branch that they came from."""
    taken = Claim.objects.filter(member_id=member.id, state=Claim.State.CLAIMED)
    ahead = Need.objects.select_for_update(no_key=True).filter(
        id__in=list(taken.values_list("need_id", flat=True)), starts_at__gt=clock.now()
    )
    for need in ahead.order_by("id"):
        for row in taken.select_for_update(no_key=True).filter(need_id=need.id):
            row.state = Claim.State.WITHDRAWN
            row.save(update_fields=["state"])
            Need.objects.filter(id=need.id).update(taken=F("taken") - row.people)
            note(actor, "service.withdrawn", row.record, row.place_key)
