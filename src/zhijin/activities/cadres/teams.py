"""Reads of terms and teams: elections due by place and month, the make-up of teams, cross-appointments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left, TruncMonth

from zhijin.activities.cadres import programme
from zhijin.activities.cadres.elections import elected_posts
from zhijin.activities.models import Election, ElectionSeat
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code
from zhijin.core.scope import scope_q
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Appointment, Organisation, Post
from zhijin.places import api as places

LINES = ("sector_key",)
STATES: Final = ("overdue", "due", "later")
#: Teams that a make-up is asked of: kinds of post.
TEAMS: Final[dict[str, tuple[str, ...]]] = {
    "secretary": ("secretary",),
    "party": ("secretary", "deputy_secretary", "committee_member"),
    "committee": ("director", "deputy_director", "committee_member"),
    "both": ("secretary", "deputy_secretary", "committee_member", "director", "deputy_director"),
    "worker": ("community_worker",),
    "staff": ("manager", "engineer", "officer"),
}
_BELOW = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}


def _in(place: str) -> Q:
    return places.within_q(place, "place_key") if is_code(place) else Q()


def electing(actor: Actor, place: str = "") -> QuerySet[Organisation]:
    """Organisations in sight below a place that hold elections and have a term that ends."""
    rows = orgs.visible(actor).filter(_in(place), valid_to=None, term_ends__isnull=False)
    return rows.filter(kind__in=programme.current(place).electing)


def _state_q(place: str) -> dict[str, Q]:
    today = clock.today()
    near = today + timedelta(days=programme.current(place).elections.warn)
    return {
        "overdue": Q(term_ends__lt=today),
        "due": Q(term_ends__gte=today, term_ends__lte=near),
        "later": Q(term_ends__gt=near),
    }


@dataclass(frozen=True, slots=True)
class Due:
    """How many organisations of a place stand how with their elections."""

    place: str
    overdue: int
    due: int
    later: int

    @property
    def all(self) -> int:
        return self.overdue + self.due + self.later


def due_by_place(actor: Actor, place: str = "") -> list[Due]:
    """One line for each place one level down, in the order of codes; one query."""
    width = _BELOW.get(len(place), 12)
    states = {state: Count("key", filter=q) for state, q in _state_q(place).items()}
    rows = electing(actor, place).annotate(area=Left("place_code", width)).order_by("area")
    return [Due(*row) for row in rows.values_list("area").annotate(**states)]


def due_list(actor: Actor, place: str, state: str) -> QuerySet[Organisation]:
    """The organisations behind a count, the earliest end first."""
    found = _state_q(place).get(state, Q())
    return electing(actor, place).filter(found).order_by("term_ends", "place_key", "key")


def calendar(actor: Actor, place: str = "", months: int = 12) -> list[tuple[date, int]]:
    """How many terms end in each of the coming months, this one first; one query."""
    first = clock.today().replace(day=1)
    wanted = [_month(first, number) for number in range(months)]
    rows = electing(actor, place).filter(term_ends__gte=first, term_ends__lt=_month(first, months))
    told = rows.annotate(month=TruncMonth("term_ends")).order_by().values_list("month")
    found = dict(told.annotate(Count("key")))
    return [(month, found.get(month, 0)) for month in wanted]


def _month(first: date, number: int) -> date:
    years, month = divmod(first.month - 1 + number, 12)
    return first.replace(year=first.year + years, month=month + 1)


# -- the make-up of teams --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which holders a make-up is asked of: a team's posts below a place or of one organisation; ``since`` (and
    ``until``) ask for those elected then instead of those in post now, ``fresh`` for those new to it."""

    place: str = ""
    team: str = "secretary"
    org: int | None = None
    since: date | None = None
    until: date | None = None
    fresh: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return TEAMS.get(self.team, TEAMS["secretary"])


def holders(actor: Actor, asked: Asked) -> QuerySet[Appointment]:
    """The appointments that ``asked`` means, in sight."""
    rows = orgs.visible_appointments(actor).filter(_in(asked.place), post__kind__in=asked.kinds)
    if asked.org is not None:
        rows = rows.filter(org_id=asked.org)
    if asked.team == "party":
        rows = rows.filter(org__kind__in=orgs.PARTY_KINDS)
    elif asked.team == "committee":
        rows = rows.exclude(org__kind__in=orgs.PARTY_KINDS)
    if asked.since is None:
        return rows.filter(valid_to=None)
    elected = ElectionSeat.objects.filter(
        scope_q(actor, "place_key", orgs="org_key", lines=LINES), _in(asked.place),
        kind__in=asked.kinds, held_on__gte=asked.since,
    )  # fmt: skip
    if asked.until is not None:
        elected = elected.filter(held_on__lte=asked.until)
    if asked.fresh:
        elected = elected.filter(fresh=True)
    return rows.filter(id__in=elected.values("appointment_id"))


def elections_of(actor: Actor, org: Organisation) -> list[Election]:
    """The elections of one organisation, the last first."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    return list(Election.objects.filter(own, org_key=org.key).order_by("-number")[:20])


def renewed(actor: Actor, place: str, since: date) -> int:
    """How many organisations below a place held an election since a day."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    rows = Election.objects.filter(own, _in(place), held_on__gte=since)
    return rows.aggregate(n=Count("org_key", distinct=True))["n"] or 0


def seats(org: Organisation) -> Sequence[tuple[Post, list[Appointment]]]:
    """The organisation's elected posts with who holds them; two queries."""
    posts = list(elected_posts(org))
    order = list(orgs.POST_KINDS)
    held: dict[object, list[Appointment]] = {post.id: [] for post in posts}
    for one in Appointment.objects.filter(post__in=posts, valid_to=None).order_by(
        "valid_from", "id"
    ):
        held[one.post_id].append(one)
    return [(post, held[post.id]) for post in sorted(posts, key=lambda one: order.index(one.kind))]
