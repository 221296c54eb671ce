"""The reads of cases. Every list has an explicit scope filter beside row-level security."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, BooleanField, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from zhijin.cases.models import Case, CaseEvent, CaseParty, CasePhoto, CaseRequest
from zhijin.cases.searching import matching
from zhijin.cases.services.writing import visible
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.geo import distance_m
from zhijin.core.grams import grams, likeness
from zhijin.core.ids import place_span
from zhijin.core.scope import scope_q

PAGE = 50
#: How far the keys of two counties lie apart.
COUNTY_STEP = 10**12
#: Columns that a list shows; the rest stays in the table.
LISTED = (
    "id", "number", "title", "playbook", "revision_id", "place_code", "state", "is_open",
    "outcome", "owner_role", "assignee_name", "raised_to", "due_at", "suspended_at", "opened_at",
    "changed_at", "closed_at", "priority", "photos", "channel", "network", "rating", "version",
    "merged_into", "state_since", "reopened", "simulated",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a list of cases is asked for. ``after`` is the key of the last row of the page before."""

    view: str = "open"
    place: str = ""
    playbook: str = ""
    owner: str = ""
    text: str = ""
    after: str = ""
    size: int = PAGE


@dataclass(frozen=True)
class Page:
    """One page of a list; ``after`` is empty on the last page."""

    rows: list[Case]
    after: str


def page(actor: Actor, wanted: Wanted) -> Page:
    """One page of cases, most pressing (or newest) first."""
    newest = wanted.view in {"closed", "all", "merged"}
    rows = Case.objects.filter(_seen(actor, newest)).only(*LISTED)
    rows = _narrowed(actor, rows, wanted)
    column = "opened_at" if newest else "due_at"
    order = ("-opened_at", "-id") if newest else ("due_at", "id")
    if newest:
        rows = rows.filter(_in_county(actor, wanted.place))
    rows = _after(rows, wanted.after, column, newest).order_by(*order)
    found = list(rows[: wanted.size + 1])
    shown = found[: wanted.size]
    more = len(found) > wanted.size
    return Page(shown, _key(shown[-1], column) if more else "")


def _seen(actor: Actor, newest: bool) -> Q:
    """The explicit filter by scope. A whole county says so by its number: newest first has an index by it."""
    spans = actor.scope.places
    if newest and len(spans) == 1 and not actor.scope.orgs:
        county = spans[0][0] // COUNTY_STEP
        if spans[0] == place_span(f"{county:06d}"):
            return Q(county=county)
    return visible(actor)


def _in_county(actor: Actor, place: str) -> Q:
    """Says again, where all of it lies in one county, which: those lists have an index by county."""
    spans = [place_span(place)] if place else list(actor.scope.places)
    counties = {key // COUNTY_STEP for lo, hi in spans for key in (lo, hi - 1)}
    return Q(county=counties.pop()) if len(counties) == 1 and not actor.scope.orgs else Q()


def _narrowed(actor: Actor, rows: QuerySet[Case], wanted: Wanted) -> QuerySet[Case]:
    at = clock.now()
    views = {
        "open": Q(is_open=True, due_at__isnull=False),
        "waiting": Q(is_open=True, due_at__isnull=True),
        "overdue": Q(is_open=True, due_at__lt=at),
        "soon": Q(is_open=True, due_at__gte=at, due_at__lt=at + timedelta(hours=24)),
        "raised": Q(is_open=True) & ~Q(raised_to=""),
        "suspended": Q(is_open=True, suspended_at__isnull=False),
        "closed": Q(is_open=False, merged_into__isnull=True),
        "merged": Q(merged_into__isnull=False),
        "all": Q(),
    }
    rows = rows.filter(views.get(wanted.view, views["open"]))
    if wanted.place:
        lo, hi = place_span(wanted.place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    if wanted.playbook:
        rows = rows.filter(playbook=wanted.playbook)
    if wanted.owner:
        rows = rows.filter(Q(owner_role=wanted.owner) | Q(raised_to=wanted.owner))
    if wanted.text:
        only_open = wanted.view not in {"closed", "all", "merged"}
        rows = rows.filter(matching(actor, wanted.text, place=wanted.place, only_open=only_open))
    return rows


def _key(case: Case, column: str) -> str:
    moment: datetime | None = getattr(case, column)
    return f"{moment.isoformat() if moment else ''}|{case.id}"


def _after(rows: QuerySet[Case], key: str, column: str, newest: bool) -> QuerySet[Case]:
    moment, _, last = key.partition("|")
    if not last:
        return rows
    try:
        at, pk = datetime.fromisoformat(moment) if moment else None, UUID(last)
    except ValueError:
        return rows
    if at is None:
        return rows.filter(**{f"{column}__isnull": True, "id__gt": pk})
    # As one comparison of rows: the planner walks the list's index from there.
    sign = "<" if newest else ">"
    beyond = f'("cases_case"."{column}", "cases_case"."id") {sign} (%s, %s)'
    return rows.filter(RawSQL(beyond, (at, pk), BooleanField()))  # noqa: S611 - our own columns


def get(actor: Actor, case_id: UUID) -> Case:
    """One case in scope. Raises CO404, also for another place's."""
    case = Case.objects.filter(visible(actor), pk=case_id).first()
    if case is None:
        raise NOT_FOUND()
    return case


def timeline(case: Case, *, public_only: bool = False) -> list[CaseEvent]:
    """The lines of a case, oldest first."""
    lines = CaseEvent.objects.filter(case_id=case.id, county=case.county)
    if public_only:
        lines = lines.filter(public=True)
    return list(lines.order_by("seq"))


def photos(case: Case, *, public_only: bool = False) -> list[CasePhoto]:
    """The photos of a case with their files, in the order they came."""
    rows = CasePhoto.objects.filter(case_id=case.id).select_related("file")
    if public_only:
        rows = rows.filter(public=True)
    return list(rows.order_by("id"))


def parties(case: Case) -> list[CaseParty]:
    return list(CaseParty.objects.filter(case_id=case.id).order_by("asked_at", "id"))


def requests(case: Case) -> list[CaseRequest]:
    return list(CaseRequest.objects.filter(case_id=case.id).order_by("asked_at", "id"))


def pending_requests(actor: Actor, size: int = 20) -> list[CaseRequest]:
    """Requests in scope that still wait for a decision."""
    rows = CaseRequest.objects.filter(scope_q(actor, "place_key"), decision="")
    return list(rows.order_by("asked_at")[:size])


def merged_cases(case: Case) -> list[Case]:
    """Cases that were merged into this one."""
    return list(Case.objects.filter(merged_into=case.id).only(*LISTED).order_by("opened_at"))


def today(actor: Actor, roles: Sequence[str], size: int = 7) -> list[Case]:
    """What one should do now, at most ``size``: late first, then by deadline."""
    mine = Q(owner_role__in=roles) | Q(raised_to__in=roles)
    if actor.scope.orgs:
        mine |= Q(owner_role="reporter", reporter=actor.label)
    if actor.kind == "account":
        mine &= Q(assignee__isnull=True) | Q(assignee=actor.id)
    rows = Case.objects.filter(visible(actor), mine, is_open=True, suspended_at__isnull=True)
    return list(rows.only(*LISTED).order_by("due_at", "id")[:size])


@dataclass(frozen=True)
class Counts:
    """What stands where, for one's first page."""

    open: int
    overdue: int
    soon: int
    raised: int
    new_today: int
    closed_today: int


def counts(actor: Actor, place: str = "") -> Counts:
    """The figures of today's page, each from an index that holds all it counts."""
    at = clock.now()
    midnight = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Case.objects.filter(visible(actor))
    if place:
        lo, hi = place_span(place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    found = rows.filter(is_open=True).aggregate(
        open=Count("id"),
        overdue=Count("id", filter=Q(due_at__lt=at)),
        soon=Count("id", filter=Q(due_at__gte=at, due_at__lt=at + timedelta(days=1))),
        raised=Count("id", filter=~Q(raised_to="")),
    )
    return Counts(
        **found,
        new_today=rows.filter(opened_at__gte=midnight).count(),
        closed_today=rows.filter(closed_at__gte=midnight).count(),
    )


@dataclass(frozen=True)
class Likely:
    """A case that may be the same thing, with why it looks so."""

    case: Case
    percent: int
    metres: int | None


#: How far back, how near and how alike two reports of the same thing may be.
SAME_DAYS, SAME_METRES, SAME_PERCENT = 30, 200, 45


def alike(
    playbook: str, text: str, place_code: str, lon: float | None, lat: float | None,
    *, but: UUID | None = None, size: int = 5,
) -> list[Likely]:  # fmt: skip
    """Open cases of the same kind in the same village that may be the same thing; best first.

    Runs under the caller's scope. Near ones need less likeness of text, and the other way round.
    """
    lo, hi = place_span(place_code[:12])
    since = clock.now() - timedelta(days=SAME_DAYS)
    rows = Case.objects.filter(
        place_key__gte=lo, place_key__lt=hi, playbook=playbook, is_open=True, opened_at__gte=since
    )
    if but is not None:
        rows = rows.exclude(pk=but)
    mine = grams(text)
    found = [_likely(case, mine, lon, lat) for case in rows.order_by("-opened_at")[:200]]
    kept = [one for one in found if one is not None]
    return sorted(kept, key=lambda one: (-one.percent, one.metres or 0))[:size]


def _likely(case: Case, mine: list[str], lon: float | None, lat: float | None) -> Likely | None:
    metres = None
    if None not in (lon, lat, case.lon, case.lat):
        metres = round(distance_m((lon, lat), (case.lon, case.lat)))  # type: ignore[arg-type]
    percent = likeness(mine, case.grams)
    near = metres is not None and metres <= SAME_METRES
    if near:
        percent = min(100, percent + 50 - 30 * (metres or 0) // SAME_METRES)
    return Likely(case, percent, metres) if percent >= SAME_PERCENT else None


@dataclass(frozen=True)
class Rate:
    """A share with its denominator; ``basis_points`` is None when there is nothing to divide by."""

    numerator: int
    denominator: int

    @property
    def basis_points(self) -> int | None:
        return self.numerator * 10_000 // self.denominator if self.denominator else None


NO_RATES = {name: Rate(0, 0) for name in ("response", "resolution", "satisfaction")}


def rates(actor: Actor, since: datetime, until: datetime, place: str = "") -> dict[str, Rate]:
    """Response, resolution and satisfaction rate of the cases opened in [since, until).

    Response: answered on time, of those answered or whose time to answer has passed (also when
    the stage then went on by itself). Resolution: confirmed solved, of those ended. Satisfaction:
    rated 4 or 5 of 5, of those rated. Merged cases count once, in the case that was kept; excluded
    ones (with reason and second approval) are left out.
    """
    rows = _counted(actor, since, until)
    if place:
        lo, hi = place_span(place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    at = clock.now()
    return _rates_of(rows.aggregate(**_tallies(at)))


def rates_below(
    actor: Actor, since: datetime, until: datetime, place: str, level: int
) -> tuple[dict[str, Rate], dict[str, dict[str, Rate]]]:
    """:func:`rates` of a place, and of every place in it whose code has ``level`` digits (at most 12).

    One statement; places without cases are left out.
    """
    at, step = clock.now(), 10 ** (18 - level)
    lo, hi = place_span(place)
    rows: Any = (
        _counted(actor, since, until)
        .filter(place_key__gte=lo, place_key__lt=hi)
        .annotate(part=ExpressionWrapper(F("place_key") / step, output_field=BigIntegerField()))
        .values("part")
        .order_by()
        .annotate(**_tallies(at))
    )
    found = {f"{row.pop('part'):0{level}d}": row for row in rows}
    whole = {name: sum(row[name] for row in found.values()) for name in _tallies(at)}
    return _rates_of(whole), {code: _rates_of(row) for code, row in found.items()}


def _counted(actor: Actor, since: datetime, until: datetime) -> QuerySet[Case]:
    return Case.objects.filter(
        visible(actor), opened_at__gte=since, opened_at__lt=until, excluded=False,
        merged_into__isnull=True,
    )  # fmt: skip


def _tallies(at: datetime) -> dict[str, Count]:
    passed = Q(is_open=True, due_at__lt=at) | Q(late_stages__gt=0)
    return {
        "answered": Count("id", filter=Q(responded_at__isnull=False)),
        "in_time": Count("id", filter=Q(responded_at__isnull=False, response_late=False)),
        "missed": Count("id", filter=Q(responded_at__isnull=True) & passed),
        "ended": Count("id", filter=Q(closed_at__isnull=False)),
        "solved": Count("id", filter=Q(resolved=True)),
        "rated": Count("id", filter=Q(rating__isnull=False)),
        "content": Count("id", filter=Q(rating__gte=4)),
    }


def _rates_of(found: Mapping[str, int]) -> dict[str, Rate]:
    return {
        "response": Rate(found["in_time"], found["answered"] + found["missed"]),
        "resolution": Rate(found["solved"], found["ended"]),
        "satisfaction": Rate(found["content"], found["rated"]),
    }


def on_map(actor: Actor, place: str, size: int = 2000) -> list[Case]:
    """Open cases with a position in a place, for its map."""
    lo, hi = place_span(place)
    rows = Case.objects.filter(
        visible(actor), place_key__gte=lo, place_key__lt=hi, is_open=True, lon__isnull=False
    )
    return list(rows.only(*LISTED, "lon", "lat").order_by("due_at")[:size])


def published(place: str, size: int = 20) -> list[Case]:
    """Closed cases of a place that its board shows to everybody."""
    lo, hi = place_span(place)
    rows = Case.objects.filter(place_key__gte=lo, place_key__lt=hi, published_at__isnull=False)
    return list(rows.only(*LISTED).order_by("-published_at")[:size])


def changed_since(change: datetime, size: int = 500) -> list[dict[str, Any]]:
    """Cases changed after ``change``, for the live lists; the caller's scope decides which."""
    rows = Case.objects.filter(changed_at__gt=change).order_by("changed_at")[:size]
    columns = ("id", "place_key", "org_key", "state", "is_open", "version", "changed_at")
    return [dict(row) for row in rows.values(*columns)]


def open_by_revision(revision_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many open cases stay on each revision (for the difference of two)."""
    rows = Case.objects.filter(revision_id__in=revision_ids, is_open=True)
    return {
        row["revision_id"]: row["n"]
        for row in rows.values("revision_id").annotate(n=Count("id")).order_by()
    }


def by_ids(actor: Actor, ids: Sequence[UUID]) -> list[Case]:
    """The cases of ``ids`` that are in scope."""
    return list(Case.objects.filter(visible(actor), pk__in=ids).only(*LISTED))


def public_figures(place_code: str, days: int = 30) -> dict[str, int]:
    """Counts for a place's public page, of the last ``days``: reported, ended, being handled."""
    lo, hi = place_span(place_code)
    since = clock.now() - timedelta(days=days)
    rows = Case.objects.filter(
        place_key__gte=lo, place_key__lt=hi, opened_at__gte=since, merged_into__isnull=True
    )
    return rows.aggregate(
        reported=Count("id"),
        ended=Count("id", filter=Q(closed_at__isnull=False)),
        handling=Count("id", filter=Q(is_open=True)),
    )
