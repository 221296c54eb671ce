"""What this room holds of one person, for the copy that is handed to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from zhijin.activities.models import (
    Attendee,
    Claim,
    CommunityReport,
    HouseholdLink,
    Need,
    PostedDuty,
    Team,
    Volunteer,
)
from zhijin.core import clock
from zhijin.people.api import BranchMember, HeldLine, Person, held_span
from zhijin.places import api as places
from zhijin.ui import spans


def of(person: Person, lists: Sequence[BranchMember]) -> list[HeldLine]:
    """Reports, services, duties, households looked after, teams, and how often they came to meetings."""
    ids = [row.id for row in lists]
    return [*_service(ids), *_undertaken(ids), *_teams(person, ids), *_meetings(ids)]


def _service(ids: list[UUID]) -> Iterator[HeldLine]:
    for row in CommunityReport.objects.filter(member_id__in=ids).order_by("id"):
        where = places.label(row.place_code, skip=4)
        said = [row.org_name, where, row.offers, held_span(row.reported_on, row.ended_on)]
        yield _("社区报到"), " · ".join(filter(None, said))
    rows = list(Claim.objects.filter(member_id__in=ids).order_by("id"))
    needs = Need.objects.in_bulk({row.need_id for row in rows})
    for one in rows:
        title = needs[one.need_id].title if one.need_id in needs else ""
        day = spans.dated(clock.local(one.claimed_at).date())
        told = [title, str(one.get_state_display()), day, one.told]
        yield _("认领的服务"), " · ".join(filter(None, told))


def _undertaken(ids: list[UUID]) -> Iterator[HeldLine]:
    for row in PostedDuty.objects.filter(member_id__in=ids).order_by("id"):
        yield _("岗位职责"), f"{row.title} · {row.duties} · {held_span(row.since, row.until)}"
    for one in HouseholdLink.objects.filter(member_id__in=ids).order_by("id"):
        number = _("{n} 号户").format(n=one.number)
        yield (
            _("联系的户"),
            f"{one.get_kind_display()} · {number} · {held_span(one.since, one.until)}",
        )


def _teams(person: Person, ids: list[UUID]) -> Iterator[HeldLine]:
    rows = list(
        Volunteer.objects.filter(Q(person_id=person.id) | Q(member_id__in=ids)).order_by("id")
    )
    teams = Team.objects.in_bulk({row.team_id for row in rows})
    for row in rows:
        name = teams[row.team_id].name if row.team_id in teams else ""
        said = [name, held_span(row.joined_on, row.left_on), row.consent_how]
        yield _("志愿服务队"), " · ".join(filter(None, said))


def _meetings(ids: list[UUID]) -> Iterator[HeldLine]:
    due = Attendee.objects.filter(member_id__in=ids)
    if n := due.count():
        came = due.filter(state=Attendee.State.PRESENT).count()
        yield _("组织生活"), _("应到 {due} 次，到会 {came} 次").format(due=n, came=came)
