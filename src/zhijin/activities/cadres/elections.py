"""Elections: recorded with who was elected, found when they come due, told once ahead and once when overdue."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.cadres import programme
from zhijin.activities.models import Election, ElectionNotice, ElectionSeat
from zhijin.activities.services.common import keys_of, note, organisation, tell
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.facts import NewFact, record_many
from zhijin.core.scope import scoped
from zhijin.core.tasks import apart
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Appointment, Organisation, Post
from zhijin.people import api as people

ACTOR = Actor("system", "elections", "换届提醒")
#: So many organisations are told of in one transaction.
BATCH = 1000
#: The most days that a programme may warn ahead.
WIDEST = 730
_LOCK = 5_201_778
log = logging.getLogger("zhijin.activities")


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who was elected to a post; ``particulars`` are those of `people.record_particulars`."""

    post_id: UUID
    holder: str
    person_id: UUID | None = None
    concurrent: bool = False
    particulars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is told of an election. ``number`` and ``ends`` follow from the last term and the post when left out."""

    held_on: date
    electors: int
    voted: int
    seats: tuple[Seat, ...]
    number: int | None = None
    ends: date | None = None
    simulated: bool = False


@transaction.atomic(savepoint=False)
def hold(*, actor: Actor, org_key: int, draft: Draft) -> Election:
    """Record an election: those who held the posts leave, those elected begin. Whoever is elected again begins anew.

    Raises OR001, OR103–OR109, CO400, CO403, AV151–AV153.
    """
    org = organisation(actor, org_key, "org.edit")
    # Two clerks who record the same election at once: the second waits, and is refused by its number.
    org = orgs.Organisation.objects.select_for_update(no_key=True).filter(key=org.key)[0]
    _require_valid(org, draft)
    posts = _posts(org, draft)
    last = Election.objects.filter(org_key=org.key).order_by("-number").first()
    number = draft.number or (last.number + 1 if last else 1)
    if last is not None and (number <= last.number or draft.held_on <= last.held_on):
        raise errors.ELECTION_RECORDED(number=last.number, day=last.held_on)
    before = _before(org)
    for held in Appointment.objects.filter(post__in=posts.values(), valid_to=None):
        orgs.end_appointment(actor=actor, appointment_id=held.id, on=draft.held_on, why="换届")
    term = orgs.Term(draft.held_on, draft.ends, number, "elected")
    given = [(seat, _appoint(actor, seat, term, draft.simulated)) for seat in draft.seats]
    row = Election.objects.create(
        **keys_of(org), number=number, held_on=draft.held_on, due_on=org.term_ends,
        term_ends=max(held.term_ends or draft.held_on for _seat, held in given), electors=draft.electors,
        voted=draft.voted, made_by=actor.label, made_at=clock.now(), simulated=draft.simulated,
    )  # fmt: skip
    seats = [
        ElectionSeat(
            **keys_of(org), election_id=row.id, appointment_id=held.id, kind=posts[seat.post_id].kind,
            held_on=row.held_on, fresh=(posts[seat.post_id].kind, held.holder) not in before,
        )
        for seat, held in given
    ]  # fmt: skip
    ElectionSeat.objects.bulk_create(seats)
    _tell(actor, row, seats)
    return row


def _require_valid(org: Organisation, draft: Draft) -> None:
    rule = programme.current(org.place_code).rule(org.kind)
    if rule is None:
        raise errors.NO_ELECTIONS(name=org.name)
    if (
        not 0 <= draft.voted <= draft.electors
        or not draft.electors
        or draft.held_on > clock.today()
    ):
        raise BAD_REQUEST(fields={"voted": _("投票人数不能多于应到人数；日期不能在今天以后。")})
    if not rule.stands(draft.voted, draft.electors):
        raise errors.TOO_FEW_VOTED(
            voted=draft.voted, electors=draft.electors, least=rule.least(draft.electors)
        )


def _posts(org: Organisation, draft: Draft) -> dict[UUID, Post]:
    """The organisation's own elected posts that seats were filled of. Raises CO400."""
    found = elected_posts(org).in_bulk([seat.post_id for seat in draft.seats])
    if not draft.seats or any(seat.post_id not in found for seat in draft.seats):
        raise BAD_REQUEST(fields={"holder": _("至少写一名当选人，岗位要是这个组织的。")})
    return found


def elected_posts(org: Organisation) -> QuerySet[Post]:
    """The posts of an organisation that have a term of office."""
    kinds = [
        kind.key for kind in orgs.POST_KINDS.values() if kind.term_years and kind.key not in POSTED
    ]
    return Post.objects.filter(org=org, kind__in=kinds, valid_to=None).order_by("kind", "id")


#: Posts with a term to which somebody is sent, not elected.
POSTED = ("first_secretary", "resident_cadre")


def _before(org: Organisation) -> set[tuple[str, str]]:
    """Who ever held which kind of post of the organisation."""
    rows = Appointment.objects.filter(org=org).values_list("post__kind", "holder")
    return set(rows)


def _appoint(actor: Actor, seat: Seat, term: orgs.Term, simulated: bool) -> Appointment:
    held_as = orgs.Term(term.start, term.ends, term.number, term.how, seat.concurrent)
    given = orgs.appoint(
        actor=actor, post_id=seat.post_id, holder=seat.holder, term=held_as, person_id=seat.person_id,
        simulated=simulated,
    )  # fmt: skip
    if seat.particulars:
        people.record_particulars(
            actor=actor, appointment_id=given.id, simulated=simulated, **seat.particulars
        )
    return given


def noon(day: date) -> datetime:
    """The moment under which what happened on a day is told."""
    return datetime.combine(day, time(12), clock.TZ)


def _tell(actor: Actor, row: Election, seats: list[ElectionSeat]) -> None:
    note(actor, "election.held", row.record, row.place_key, number=row.number, seats=len(seats))
    attrs = {
        "number": row.number, "turnout": row.turnout, "days_late": row.days_late, "seats": len(seats),
        "fresh": sum(seat.fresh for seat in seats),
    }  # fmt: skip
    tell(actor, "activity.election.held", row, row.record, subject=f"org:{row.org_key}", attrs=attrs,
         at=noon(row.held_on))  # fmt: skip


# -- told ahead, and when overdue ------------------------------------------------------------


def sweep() -> int:
    """Tell of elections that come due and of those overdue, each once; returns how many were told."""
    return _sweep(overdue=True) + _sweep(overdue=False)


def _sweep(*, overdue: bool) -> int:
    today, count, after = clock.today(), 0, -1
    warn: dict[str, int] = {}
    while True:
        with scoped(ACTOR), connection.cursor() as cursor:
            # One at a time, so that two workers never tell of the same.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            rows = _untold(today, after, overdue=overdue)
            due = [org for org in rows if overdue or _is_near(org, today, warn)]
            _tell_of(due, overdue=overdue)
        count += len(due)
        if len(rows) < BATCH:
            return count
        after = rows[-1].key


def _untold(today: date, after: int, *, overdue: bool) -> list[Organisation]:
    """The next organisations whose term's end was not told yet, in the order of keys."""
    span = {"term_ends__lt": today} if overdue else {
        "term_ends__gte": today, "term_ends__lte": today + timedelta(days=WIDEST)}  # fmt: skip
    told = ElectionNotice.objects.filter(
        org_key=OuterRef("key"), term_ends=OuterRef("term_ends"), overdue=overdue
    )
    rows = Organisation.objects.filter(~Exists(told), valid_to=None, key__gt=after, **span)
    return list(rows.filter(kind__in=programme.current("").electing).order_by("key")[:BATCH])


def _is_near(org: Organisation, today: date, warn: dict[str, int]) -> bool:
    """Whether the term ends within as many days as the county's programme warns ahead."""
    county = org.place_code[:6]
    if county not in warn:
        # Whose programme cannot be read is warned on the day itself; no other county waits for it.
        warn[county] = apart(
            partial(_warned, county), log, "no programme of cadres for %s", county
        )  # fmt: skip
    return org.term_ends is not None and org.term_ends <= today + timedelta(days=warn[county])


def _warned(county: str) -> int:
    return programme.current(county).elections.warn


def _tell_of(rows: list[Organisation], *, overdue: bool) -> None:
    ElectionNotice.objects.bulk_create(
        ElectionNotice(**keys_of(org), term_ends=org.term_ends, overdue=overdue, at=clock.now())
        for org in rows
        if org.term_ends is not None
    )
    kind = "activity.election.overdue" if overdue else "activity.election.warned"
    record_many(
        NewFact(
            kind, noon(org.term_ends + timedelta(days=1)) if overdue else clock.now(), org.place_code,
            org.record, ACTOR.label, org.record, 1, org.key, {"term_ends": org.term_ends.isoformat()},
        )
        for org in rows
        if org.term_ends is not None
    )  # fmt: skip
