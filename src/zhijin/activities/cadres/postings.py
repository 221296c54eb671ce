"""Cadres sent to villages: posted, logging their work, coming home; and who meets the conditions of a commendation.

Persons are never ranked: whoever meets every stated condition is a candidate, in the order of places, without figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.cadres import programme
from zhijin.activities.cadres.elections import noon
from zhijin.activities.cadres.format import Commend
from zhijin.activities.cadres.teams import LINES, _in
from zhijin.activities.models import Posting, WorkLog
from zhijin.activities.services.common import (
    keys_of,
    locked,
    note,
    organisation,
    same_keys,
    tell,
    text,
)
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NO_PERMISSION, NOT_FOUND
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation, Post

PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Sending:
    """Who is sent, from which unit, from when to when. ``from_key`` names the unit where it is registered here."""

    holder: str
    from_name: str
    start: date
    ends: date
    first: bool = False
    from_key: int | None = None
    username: str = ""
    simulated: bool = False


@transaction.atomic(savepoint=False)
def post_cadre(*, actor: Actor, org_key: int, sending: Sending) -> Posting:
    """Send a cadre to the village of an organisation: the post (set up when missing), the term, the posting.

    Raises OR001, OR103–OR109, CO400, CO403. The county or township sends: ``activity.organise``.
    """
    org = organisation(actor, org_key, "activity.organise")
    if not sending.start < sending.ends <= sending.start + timedelta(days=366 * 5):
        raise BAD_REQUEST(fields={"ends": _("结束日期要在开始之后、五年以内。")})
    kind = "first_secretary" if sending.first else "resident_cadre"
    term = orgs.Term(sending.start, sending.ends, None, "posted")
    held = orgs.appoint(
        actor=actor, post_id=_post(actor, org, kind).id, holder=sending.holder, term=term,
        username=sending.username, simulated=sending.simulated,
    )  # fmt: skip
    row = Posting.objects.create(
        **keys_of(org), appointment_id=held.id, account_id=held.account_id, holder=held.holder,
        first=sending.first, from_key=sending.from_key, from_name=text(sending.from_name, 120, "from_name"),
        since=sending.start, until=sending.ends, simulated=sending.simulated,
    )  # fmt: skip
    note(actor, "posting.began", row.record, row.place_key, first=row.first)
    tell(actor, "activity.posting.began", row, row.record, subject=f"org:{org.key}",
         attrs={"first": row.first, "from": row.from_key or 0}, at=noon(row.since))  # fmt: skip
    return row


def _post(actor: Actor, org: Organisation, kind: str) -> Post:
    found = Post.objects.filter(org=org, kind=kind, valid_to=None).first()
    if found is not None:
        return found
    seats = orgs.POST_KINDS[kind].seats
    return orgs.create_post(actor=actor, kind=kind, org_key=org.key, seats=seats)


@transaction.atomic(savepoint=False)
def end_posting(*, actor: Actor, posting_id: UUID, why: str, on: date | None = None) -> Posting:
    """A posted cadre goes home. Raises CO400, CO403, CO404, OR105, AV156."""
    row = _open(actor, posting_id)
    day = on or clock.today()
    why = text(why, 120, "why")
    if day > clock.today():
        raise BAD_REQUEST(fields={"on": _("日期不能在今天以后。")})
    orgs.end_appointment(actor=actor, appointment_id=row.appointment_id, on=day, why=why)
    row.ended_on, row.ended_why = day, why
    row.save(update_fields=["ended_on", "ended_why"])
    note(actor, "posting.ended", row.record, row.place_key, on=day.isoformat())
    tell(actor, "activity.posting.ended", row, row.record, subject=f"org:{row.org_key}",
         attrs={"days": (day - row.since).days}, at=noon(day))  # fmt: skip
    return row


def _open(actor: Actor, posting_id: UUID) -> Posting:
    row = locked(Posting.objects.all(), posting_id)
    actor.require(
        "activity.organise", row.place_key, org_keys=(row.org_key or 0,), line_keys=row.line_keys
    )
    if row.ended_on is not None:
        raise errors.NOT_POSTED(day=row.ended_on)
    return row


@dataclass(frozen=True, slots=True)
class Log:
    """A day's work: ``photos`` are digests of stored files."""

    day: date
    kind: str
    text: str
    photos: tuple[str, ...] = field(default=())


@transaction.atomic(savepoint=False)
def write_log(*, actor: Actor, posting_id: UUID, log: Log, simulated: bool = False) -> WorkLog:
    """The cadre (or whoever acts for the village's organisation) writes down what was done. It stays as written.

    Raises CO400, CO403, CO404, AV156, AV157.
    """
    row = locked(Posting.objects.all(), posting_id)
    if not may_log(actor, row):
        raise NO_PERMISSION()
    last = min(row.ended_on or row.until, clock.today())
    if not row.since <= log.day <= last:
        raise errors.LOG_DAY(fields={"day": errors.LOG_DAY.message})
    if programme.current(row.place_code).log_kind(log.kind) is None or len(log.photos) > PHOTOS:
        raise BAD_REQUEST(fields={"kind": _("请选择种类；照片最多 {n} 张。").format(n=PHOTOS)})
    made = WorkLog.objects.create(
        **same_keys(row), posting_id=row.id, day=log.day, kind=log.kind, text=text(log.text, 1000, "text"),
        photos=list(log.photos), made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    note(actor, "worklog.written", row.record, row.place_key, kind=log.kind)
    tell(actor, "activity.worklog.written", row, row.record, subject=f"org:{row.org_key}",
         attrs={"kind": log.kind, "first": row.first}, at=noon(log.day))  # fmt: skip
    return made


def may_log(actor: Actor, row: Posting) -> bool:
    """The posted cadre's own account, or whoever acts for the village's organisation."""
    if row.account_id is not None and actor.kind == "account" and actor.id == str(row.account_id):
        return True
    return actor.can(
        "activity.act", row.place_key, org_keys=(row.org_key or 0,), line_keys=row.line_keys
    )


# -- reads -----------------------------------------------------------------------------------


def postings(actor: Actor, place: str = "", state: str = "now") -> QuerySet[Posting]:
    """Postings in sight below a place: those there ``now``, those ``over`` their time, or ``home`` again."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    rows = Posting.objects.filter(own, _in(place))
    today = clock.today()
    wanted = {
        "now": Q(ended_on=None), "over": Q(ended_on=None, until__lt=today), "home": Q(ended_on__isnull=False),
    }  # fmt: skip
    return rows.filter(wanted.get(state, Q())).order_by("place_key", "-first", "id")


def get(actor: Actor, pk: UUID) -> Posting:
    """One posting in sight. Raises CO404."""
    found = postings(actor, state="all").filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def logs(posting: Posting) -> QuerySet[WorkLog]:
    """What was written, the newest first."""
    return WorkLog.objects.filter(posting_id=posting.id).order_by("-day", "-id")


def figures(actor: Actor, place: str = "") -> dict[str, int]:
    """Cadres there now, first secretaries of them, villages that have any, units that sent any; one query."""
    return postings(actor, place).order_by().aggregate(
        cadres=Count("id"), first=Count("id", filter=Q(first=True)),
        villages=Count("place_key", distinct=True), units=Count("from_name", distinct=True),
        over=Count("id", filter=Q(until__lt=clock.today())),
    )  # fmt: skip


# -- candidates of a commendation ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who meets every stated condition of a year, in the order of places. ``teams`` are organisations of villages."""

    year: int
    cadres: Sequence[Posting]
    teams: Sequence[tuple[int, str, str]]
    asked: int


def candidates(actor: Actor, place: str, year: int) -> Candidates:
    """Candidates below a place by the programme's conditions; as many statements whatever their number."""
    rules = programme.current(place).postings.commend
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    first, last = date(year, 1, 1), date(year, 12, 31)
    served = Posting.objects.filter(own, _in(place), since__lte=last)
    served = served.filter(Q(ended_on=None) | Q(ended_on__gte=first)).order_by("place_key", "id")
    rows = list(served)
    written = WorkLog.objects.filter(own, _in(place), day__gte=first, day__lte=last).order_by()
    months: dict[UUID, int] = defaultdict(int)
    told = written.values_list("posting_id").annotate(m=TruncMonth("day"), n=Count("id"))
    for posting, _month, n in told.values_list("posting_id", "m", "n"):
        months[posting] += n >= rules.cadre.logs
    kinds: dict[UUID, set[str]] = defaultdict(set)
    for posting, kind in written.values_list("posting_id", "kind").distinct():
        kinds[posting].add(kind)
    met = {
        row.id
        for row in rows
        if months[row.id] >= rules.cadre.months and len(kinds[row.id]) >= rules.cadre.kinds
    }
    return Candidates(
        year, [row for row in rows if row.id in met], _teams(rows, met, kinds, rules), len(rows)
    )


def _teams(
    rows: list[Posting], met: set[UUID], kinds: dict[UUID, set[str]], rules: Commend
) -> list[tuple[int, str, str]]:
    by_org: dict[int, list[Posting]] = defaultdict(list)
    for row in rows:
        by_org[row.org_key or 0].append(row)
    out = []
    for key, members in by_org.items():
        work = set().union(*(kinds[one.id] for one in members))
        enough = sum(one.id in met for one in members) >= rules.team.met
        if len(members) >= rules.team.cadres and enough and len(work) >= rules.team.kinds:
            out.append((key, members[0].org_name, members[0].place_code))
    return out


@transaction.atomic(savepoint=False)
def compute(*, actor: Actor, place: str, year: int) -> Candidates:
    """Candidates, with the journal and a fact of who had them computed. Raises CO400, CO403."""
    if not place or len(place) > 12:
        raise BAD_REQUEST(fields={"place": _("请选择地方。")})
    key = place_key(place)
    actor.require("activity.organise", key)
    found = candidates(actor, place, year)
    note(
        actor,
        "commend.computed",
        f"place:{place}",
        key,
        year=year,
        cadres=len(found.cadres),
        teams=len(found.teams),
    )
    facts.record(
        "activity.commend.computed", at=clock.now(), place_code=place, subject=f"place:{place}", actor=actor,
        record=f"place:{place}", value=len(found.cadres), attrs={"year": year, "teams": len(found.teams)},
    )  # fmt: skip
    return found
