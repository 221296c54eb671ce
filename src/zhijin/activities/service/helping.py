"""Posted duties of ordinary members (设岗定责), who looks after which household (党员联户, 1+N, 多对一), and the visits
and help that were given there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import HelpVisit, HouseholdLink, PostedDuty, Team
from zhijin.activities.service.common import BY_LINK, doer, open_text
from zhijin.activities.services.common import (
    keys_of,
    locked,
    note,
    organisation,
    require_own,
    tell,
    text,
)
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.scope import scoped
from zhijin.orgs.api import Organisation
from zhijin.people import api as people
from zhijin.people.api import BranchMember

MOST = 50
#: The page of a member's own link answers with itself, so that a second press would be a second visit.
TWICE = timedelta(minutes=2)


def _member(actor: Actor, member_id: UUID, org: Organisation) -> BranchMember:
    """A present member of the organisation. Raises CO404."""
    row = people.visible_members(actor).filter(id=member_id, org_key=org.key, valid_to=None).first()
    if row is None:
        raise NOT_FOUND()
    return row


@transaction.atomic(savepoint=False)
def post_duty(
    *, actor: Actor, org_key: int, member_id: UUID, title: str, duties: str,
    since: date | None = None, simulated: bool = False,
) -> PostedDuty:  # fmt: skip
    """A member takes on a duty. Raises OR001, CO400, CO403, CO404, AV003, AV112."""
    org = organisation(actor, org_key)
    member = _member(actor, member_id, org)
    row = PostedDuty.objects.create(
        **keys_of(org), member_id=member.id, name_masked=member.name_masked,
        title=open_text(title, 32, "title"), duties=open_text(duties, 300, "duties"),
        since=_past(since), simulated=simulated,
    )  # fmt: skip
    note(actor, "duty.posted", row.record, row.place_key)
    tell(actor, "activity.duty.posted", row, row.record, subject=row.record)
    return row


def _past(day: date | None) -> date:
    if day is not None and day > clock.today():
        raise errors.BAD_DATES(why=_("日期不能在今天以后"))
    return day or clock.today()


@transaction.atomic(savepoint=False)
def end_duty(*, actor: Actor, duty_id: UUID) -> PostedDuty:
    """A member no longer holds a duty. Raises CO403, CO404, AV001."""
    row = locked(PostedDuty.objects.all(), duty_id)
    require_own(actor, row)
    if row.until is not None:
        raise errors.WRONG_STATE(state=_("已结束"))
    row.until = clock.today()
    row.save(update_fields=["until"])
    note(actor, "duty.ended", row.record, row.place_key)
    return row


@dataclass(frozen=True, slots=True)
class Linking:
    """Who looks after a household: a member (``link``, ``one_n``) or a team (``pair``)."""

    kind: str
    household_id: UUID
    member_id: UUID | None = None
    team_id: UUID | None = None
    since: date | None = None


@transaction.atomic(savepoint=False)
def link(*, actor: Actor, org_key: int, wanted: Linking, simulated: bool = False) -> HouseholdLink:
    """Link a household. A 1+N link is a committee member's. Raises OR001, CO400, CO403, CO404, AV003, AV114."""
    org = organisation(actor, org_key)
    home = people.visible_households(actor).filter(id=wanted.household_id, valid_to=None).first()
    if home is None:
        raise NOT_FOUND()
    values: dict[str, Any] = {
        **keys_of(org), "kind": wanted.kind, "household_id": home.id, "home_key": home.place_key,
        "number": home.number, "since": _past(wanted.since), "simulated": simulated, **_who(actor, org, wanted),
    }  # fmt: skip
    try:
        with transaction.atomic():
            row = HouseholdLink.objects.create(**values)
    except IntegrityError as error:
        raise errors.LINKED_ALREADY(number=home.number) from error
    note(actor, "link.made", row.record, row.place_key, kind=row.kind)
    tell(actor, "activity.link.made", row, row.record, subject=row.record, attrs={"kind": row.kind})
    return row


def _who(actor: Actor, org: Organisation, wanted: Linking) -> dict[str, Any]:
    """The member or team of a link. Raises CO400, CO404."""
    if wanted.kind not in HouseholdLink.Kind.values:
        raise BAD_REQUEST()
    if wanted.kind == HouseholdLink.Kind.PAIR:
        if wanted.team_id is None:
            raise BAD_REQUEST(fields={"team": _("请选择队伍。")})
        team = Team.objects.filter(id=wanted.team_id, org_key=org.key, ended_on=None).first()
        if team is None:
            raise NOT_FOUND()
        return {"team_id": team.id, "name_masked": team.name}
    if wanted.member_id is None:
        raise BAD_REQUEST(fields={"member": _("请选择党员。")})
    member = _member(actor, wanted.member_id, org)
    if wanted.kind == HouseholdLink.Kind.ONE_N and not member.committee:
        raise BAD_REQUEST(fields={"member": _("1+N 帮扶由支部委员来做。")})
    return {"member_id": member.id, "name_masked": member.name_masked}


@transaction.atomic(savepoint=False)
def unlink(*, actor: Actor, link_id: UUID, why: str) -> HouseholdLink:
    """End a link; its visits stay. Raises CO400, CO403, CO404, AV001."""
    row = locked(HouseholdLink.objects.all(), link_id)
    require_own(actor, row)
    _standing(row)
    row.until, row.why = clock.today(), text(why, 120, "why")
    row.save(update_fields=["until", "why"])
    note(actor, "link.ended", row.record, row.place_key)
    return row


def _standing(row: HouseholdLink) -> None:
    if row.until is not None:
        raise errors.WRONG_STATE(state=_("已结束"))


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit or help: what it was about, on which day, by how many; ``open_matter``: something is left to do;
    ``settles``: what earlier visits left to do is done."""

    kind: str
    what: str
    on: date | None = None
    people: int = 1
    open_matter: bool = False
    settles: bool = False


@transaction.atomic(savepoint=False)
def visit(*, actor: Actor, link_id: UUID, visited: Visited, simulated: bool = False) -> HelpVisit:
    """Write down a visit. Raises CO400, CO403, CO404, AV001, AV003."""
    row = locked(HouseholdLink.objects.all(), link_id)
    require_own(actor, row)
    return _visited(actor, row, visited, actor.label, simulated)


@transaction.atomic(savepoint=False)
def visit_self(*, member: BranchMember, link_id: UUID, visited: Visited) -> HelpVisit:
    """A member writes down their own visit; the same words within two minutes are the same visit, sent twice.

    Raises CO400, CO404, AV001, AV003.
    """
    with scoped(BY_LINK):
        row = locked(HouseholdLink.objects.filter(member_id=member.id), link_id)
        just = HelpVisit.objects.filter(
            link_id=row.id, made_by=doer(member), made_at__gte=clock.now() - TWICE, kind=visited.kind,
            on=_past(visited.on), what=visited.what.strip(), people=visited.people,
        ).first()  # fmt: skip
        return just or _visited(BY_LINK, row, visited, doer(member), False)


def _visited(
    actor: Actor, row: HouseholdLink, visited: Visited, by: str, simulated: bool
) -> HelpVisit:
    _standing(row)
    if visited.kind not in HelpVisit.Kind.values:
        raise BAD_REQUEST()
    if not 1 <= visited.people <= MOST:
        raise BAD_REQUEST(fields={"people": _("人数应在 1 到 {n} 之间。").format(n=MOST)})
    on = _past(visited.on)
    if on < row.since:
        raise errors.BAD_DATES(why=_("早于开始联系的日子"))
    made = HelpVisit.objects.create(
        county=row.county, place_key=row.place_key, org_key=row.org_key or 0, sector_key=row.sector_key,
        link_id=row.id, home_key=row.home_key, team_id=row.team_id, kind=visited.kind, on=on,
        what=text(visited.what, 300, "what"), people=visited.people, open_matter=visited.open_matter,
        settles=visited.settles, made_by=by, made_at=_next_moment(row), simulated=simulated,
    )  # fmt: skip
    note(actor, "link.visited", row.record, row.place_key)
    tell(actor, "activity.link.visited", row, row.record, subject=row.record, value=visited.people,
         attrs={"kind": visited.kind, "link": row.kind, "open": visited.open_matter,
                "settles": visited.settles},
         at=_moment(on))  # fmt: skip
    return made


def _next_moment(row: HouseholdLink) -> datetime:
    """Now, and never before an earlier visit: with a clock that was set back the order stays, and what is settled."""
    rows = HelpVisit.objects.filter(link_id=row.id).order_by("-made_at")
    last = rows.values_list("made_at", flat=True).first()
    return clock.now() if last is None else max(clock.now(), last + timedelta(microseconds=1))


def _moment(day: date) -> datetime:
    """When a fact of that day stands: now for today's, the noon of an earlier one."""
    return clock.now() if day == clock.today() else datetime.combine(day, time(12), clock.TZ)
