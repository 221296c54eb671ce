"""Needs: published by a community, taken up within their places, done, and confirmed by those served.

Places are counted under the need's row lock; the database refuses an overbooked row besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Claim, Need, Team, Volunteer
from zhijin.activities.service.common import (
    BY_LINK,
    CLERK,
    blind_of,
    both_sides,
    code_of,
    doer,
    leave_fact,
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
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.ids import uuid7
from zhijin.core.scope import scope_q, scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.people.api import BranchMember

#: How many places one need may have, and how far ahead it may lie.
SEATS, AHEAD = 500, timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a community asks for; ``team_id`` calls one of its teams."""

    kind: str
    title: str
    what: str
    where: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    team_id: UUID | None = None


@transaction.atomic(savepoint=False)
def publish(*, actor: Actor, org_key: int, wanted: Wanted, simulated: bool = False) -> Need:
    """Publish a need of the organisation's community. Raises OR001, CO400, CO403, CO404, AV003, AV101, AV112."""
    org = organisation(actor, org_key)
    if len(org.place_code) != 12:
        raise errors.NOT_A_COMMUNITY(code=org.place_code)
    require_community(actor, org.place_key)
    _check(wanted)
    if wanted.team_id is not None and not _callable(actor, wanted.team_id):
        raise NOT_FOUND()
    row = Need.objects.create(
        **keys_of(org), kind=wanted.kind, title=open_text(wanted.title, 60, "title"),
        what=open_text(wanted.what, 500, "what"), where=open_text(wanted.where, 80, "where"),
        starts_at=wanted.starts_at, ends_at=wanted.ends_at, seats=wanted.seats, team_id=wanted.team_id,
        made_by=actor.label, made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    note(actor, "need.published", row.record, row.place_key, seats=row.seats)
    tell(actor, "activity.service.need", row, row.record, subject=row.record, value=row.seats,
         attrs={"kind": row.kind, "team": row.team_id is not None})  # fmt: skip
    return row


def _callable(actor: Actor, team_id: UUID) -> bool:
    """Whether it is a team in sight: everybody may read of teams, and not call those of anywhere."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=("sector_key",))
    return Team.objects.filter(own, id=team_id, ended_on=None).exists()


def _check(wanted: Wanted) -> None:
    if wanted.kind not in Need.Kind.values:
        raise BAD_REQUEST(fields={"kind": _("请从列表里选择。")})
    if not 1 <= wanted.seats <= SEATS:
        raise BAD_REQUEST(fields={"seats": _("名额应在 1 到 {n} 之间。").format(n=SEATS)})
    now = clock.now()
    if wanted.ends_at <= wanted.starts_at:
        raise errors.BAD_DATES(why=_("结束要晚于开始"))
    if wanted.ends_at <= now or wanted.starts_at > now + AHEAD:
        raise errors.BAD_DATES(why=_("太早或太晚"))


@transaction.atomic(savepoint=False)
def cancel(*, actor: Actor, need_id: UUID, why: str) -> Need:
    """Take back a need for which nothing was done yet; open claims end with it.

    Raises CO400, CO403, CO404, AV001, AV113.
    """
    row = locked(Need.objects.all(), need_id)
    require_own(actor, row)
    require_community(actor, row.place_key)
    in_state(row, Need.State.OPEN)
    claims = Claim.objects.filter(need_id=row.id)
    served = claims.filter(state__in=(Claim.State.DONE, Claim.State.CONFIRMED)).count()
    if served:
        raise errors.HAS_SERVICES(n=served)
    row.state, row.why, row.taken = Need.State.CANCELLED, text(why, 120, "why"), 0
    row.save(update_fields=["state", "why", "taken"])
    claims.filter(state=Claim.State.CLAIMED).update(state=Claim.State.WITHDRAWN, why=row.why)
    note(actor, "need.cancelled", row.record, row.place_key)
    return row


# -- taking up --------------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def claim_self(*, member: BranchMember, need_id: UUID) -> Claim:
    """A member takes one place, for their team where the need calls it. Raises CO404, AV001, AV102–AV104, AV111."""
    with scoped(BY_LINK):
        org = orgs.get(BY_LINK, member.org_key)
        need = _open(need_id)
        team = _team_of(need, member)
        return _claimed(
            BY_LINK, need, org, 1, doer(member), member_id=member.id, name_masked=member.name_masked,
            team_id=team,
        )  # fmt: skip


@transaction.atomic(savepoint=False)
def claim_unit(
    *, actor: Actor, need_id: UUID, org_key: int, people: int, simulated: bool = False
) -> Claim:
    """A unit takes up several places. Raises OR001, CO400, CO403, CO404, AV001, AV102, AV104, AV111."""
    org = organisation(actor, org_key)
    with scoped(CLERK):
        need = _open(need_id)
        if need.team_id is not None:
            raise errors.NOT_IN_TEAM(team=Team.objects.get(id=need.team_id).name)
        return _claimed(actor, need, org, people, actor.label, simulated=simulated)


@transaction.atomic(savepoint=False)
def claim_team(
    *, actor: Actor, need_id: UUID, team_id: UUID, people: int, simulated: bool = False
) -> Claim:
    """Whoever answers for a team takes up several places. Raises CO400, CO403, CO404, AV001, AV102, AV104, AV111."""
    team = Team.objects.filter(id=team_id, ended_on=None).first()
    if team is None:
        raise NOT_FOUND()
    require_own(actor, team)
    with scoped(CLERK):
        org = orgs.get(CLERK, team.org_key or 0)
        need = _open(need_id)
        if need.team_id not in (None, team.id):
            raise errors.NOT_IN_TEAM(team=Team.objects.get(id=need.team_id).name)
        return _claimed(
            actor, need, org, people, actor.label, team_id=team.id, name_masked=team.name[:32],
            simulated=simulated,
        )  # fmt: skip


def _open(need_id: UUID) -> Need:
    """The need, locked until the transaction ends: only one claim at a time counts its places."""
    need = locked(Need.objects.all(), need_id)
    in_state(need, Need.State.OPEN)
    if clock.now() > need.ends_at:
        raise errors.NEED_OVER()
    return need


def _team_of(need: Need, member: BranchMember) -> UUID | None:
    if need.team_id is None:
        return None
    mine = Volunteer.objects.filter(team_id=need.team_id, member_id=member.id, left_on=None)
    if not mine.exists():
        raise errors.NOT_IN_TEAM(team=Team.objects.get(id=need.team_id).name)
    return need.team_id


def _claimed(
    actor: Actor, need: Need, org: Organisation, people: int, by: str, **more: Any
) -> Claim:
    if people < 1:
        raise BAD_REQUEST(fields={"people": _("至少一个人。")})
    if people > need.free:
        raise errors.NO_PLACES_LEFT(free=need.free, wanted=people)
    pk = uuid7()
    row = Claim(
        **both_sides(need.place_code, org, org.name), id=pk, need_id=need.id, people=people,
        claimed_by=by, claimed_at=clock.now(), code_blind=blind_of(code_of(pk)), **more,
    )  # fmt: skip
    row.simulated = row.simulated or need.simulated
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise errors.CLAIMED_ALREADY() from error
    need.taken += people
    need.save(update_fields=["taken"])
    note(actor, "service.claimed", row.record, row.place_key, people=people)
    leave_fact(
        actor, "activity.service.claimed", row, row.record, people, kind=need.kind, side=side(row)
    )
    return row


def side(row: Claim) -> str:
    """Who served: ``team``, ``member`` or ``unit``."""
    return "team" if row.team_id else "member" if row.member_id else "unit"


def _mine(row: Claim | None, member: BranchMember) -> Claim:
    if row is None or row.member_id != member.id:
        raise NOT_FOUND()
    return row


def both(claim_id: UUID) -> tuple[Need, Claim]:
    """A service and its need, both locked in the order that claims take them."""
    found = Claim.objects.filter(id=claim_id).first()
    if found is None:
        raise NOT_FOUND()
    need = locked(Need.objects.all(), found.need_id)
    return need, locked(Claim.objects.all(), claim_id)


@transaction.atomic(savepoint=False)
def withdraw(*, actor: Actor, claim_id: UUID) -> Claim:
    """Whoever took it up gives the places back before it is done. Raises CO403, CO404, AV001."""
    _own(actor, claim_id)
    with scoped(CLERK):
        need, row = both(claim_id)
        return _withdrawn(actor, need, row)


@transaction.atomic(savepoint=False)
def withdraw_self(*, member: BranchMember, claim_id: UUID) -> Claim:
    """A member gives their place back. Raises CO404, AV001."""
    with scoped(BY_LINK):
        need, row = both(claim_id)
        return _withdrawn(BY_LINK, need, _mine(row, member))


def _own(actor: Actor, claim_id: UUID) -> None:
    """Raise CO403 unless ``actor`` acts for whoever took it up. Raises CO404."""
    row = Claim.objects.filter(id=claim_id).first()
    if row is None:
        raise NOT_FOUND()
    actor.require("activity.act", row.unit_key, org_keys=(row.org_key,), line_keys=row.line_keys)


def _withdrawn(actor: Actor, need: Need, row: Claim) -> Claim:
    in_state(row, Claim.State.CLAIMED)
    row.state = Claim.State.WITHDRAWN
    row.save(update_fields=["state"])
    need.taken -= row.people
    need.save(update_fields=["taken"])
    note(actor, "service.withdrawn", row.record, row.place_key)
    return row


# -- done and confirmed -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: about how long for each, in words, and digests of stored photos."""

    minutes: int
    told: str
    photos: Sequence[str] = ()
    people: int | None = None


@transaction.atomic(savepoint=False)
def report_done(*, actor: Actor, claim_id: UUID, done: Done) -> Claim:
    """Whoever took it up tells that it is done. Raises CO400, CO403, CO404, AV001, AV107."""
    _own(actor, claim_id)
    with scoped(CLERK):
        need, row = both(claim_id)
        return _done(actor, need, row, done, actor.label)


@transaction.atomic(savepoint=False)
def report_done_self(*, member: BranchMember, claim_id: UUID, done: Done) -> Claim:
    """A member tells that their service is done. Raises CO400, CO404, AV001, AV107."""
    with scoped(BY_LINK):
        need, row = both(claim_id)
        return _done(BY_LINK, need, _mine(row, member), done, doer(member))


def _done(actor: Actor, need: Need, row: Claim, done: Done, by: str) -> Claim:
    in_state(row, Claim.State.CLAIMED)
    if not 10 <= done.minutes <= 24 * 60:
        raise errors.BAD_TIME_SPENT()
    now = clock.now()
    if not need.begun:
        raise errors.BAD_DATES(why=_("还没有到服务的时间"))
    came = row.people if done.people is None else done.people
    if not 1 <= came <= row.people:
        raise BAD_REQUEST(fields={"people": _("实际人数应在 1 到 {n} 之间。").format(n=row.people)})
    # Places of those who did not come stay taken: the service is over.
    row.people, row.minutes, row.told = came, done.minutes, text(done.told, 500, "told")
    row.photos, row.why = list(done.photos)[:3], ""
    row.state, row.done_at, row.done_by = Claim.State.DONE, now, by
    row.save(
        update_fields=["people", "minutes", "told", "photos", "why", "state", "done_at", "done_by"]
    )
    note(actor, "service.done", row.record, row.place_key, minutes=row.minutes)
    return row


def require_other_hand(actor: Actor, need: Need, row: Claim) -> None:
    """Raise AV105 when ``actor`` did it, or when the asker's own organisation did: then those served confirm."""
    if actor.label in (row.claimed_by, row.done_by) or row.org_key == need.org_key:
        raise errors.OWN_SERVICE()


@transaction.atomic(savepoint=False)
def confirm(*, actor: Actor, claim_id: UUID, satisfied: bool) -> Claim:
    """The community that asked confirms what others did. Raises CO403, CO404, AV001, AV105."""
    need, row = both(claim_id)
    require_community(actor, row.place_key)
    require_other_hand(actor, need, row)
    return confirmed(actor, need, row, Claim.How.ASKER, satisfied)


@transaction.atomic(savepoint=False)
def give_back(*, actor: Actor, claim_id: UUID, why: str) -> Claim:
    """The community says that it is not done yet: it stays taken up. Raises CO400, CO403, CO404, AV001."""
    _need, row = both(claim_id)
    require_community(actor, row.place_key)
    in_state(row, Claim.State.DONE)
    row.state, row.why = Claim.State.CLAIMED, text(why, 120, "why")
    row.save(update_fields=["state", "why"])
    note(actor, "service.given-back", row.record, row.place_key)
    return row


def confirmed(actor: Actor, need: Need, row: Claim, how: str, satisfied: bool) -> Claim:
    """Write down that it was done, with both rows locked; who may say so the caller has found. Raises AV001."""
    in_state(row, Claim.State.DONE)
    row.state, row.confirmed_how, row.satisfied = Claim.State.CONFIRMED, Claim.How(how), satisfied
    # A clock set back confirms nothing before it was done.
    row.confirmed_at = max(clock.now(), row.done_at or clock.now())
    row.confirmed_by = actor.label if how == Claim.How.ASKER else ""
    row.save(update_fields=["state", "confirmed_how", "satisfied", "confirmed_at", "confirmed_by"])
    note(actor, "service.confirmed", row.record, row.place_key, how=row.confirmed_how)
    leave_fact(
        actor, "activity.service.confirmed", row, row.record, row.total_minutes, kind=need.kind,
        side=side(row), people=row.people, how=str(row.confirmed_how), satisfied=satisfied,
    )  # fmt: skip
    return row
