"""Reads of organisations, posts and holders, each within the viewer's scope by territory or by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, place_key, place_span
from zhijin.core.scope import scope_q
from zhijin.orgs import errors, words
from zhijin.orgs.models import Appointment, Organisation, Post

LINES = ("sector_key", "industry_key")
PAGE = 50


def visible(actor: Actor) -> QuerySet[Organisation]:
    """Organisations that ``actor`` may see: by place, by line, or their own."""
    return Organisation.objects.filter(scope_q(actor, "place_key", orgs="key", lines=LINES))


def visible_posts(actor: Actor) -> QuerySet[Post]:
    """Posts that still exist and that ``actor`` may see."""
    seen = scope_q(actor, "place_key", orgs="org_id", lines=LINES)
    return Post.objects.filter(seen, valid_to=None)


def visible_appointments(actor: Actor) -> QuerySet[Appointment]:
    return Appointment.objects.filter(scope_q(actor, "place_key", orgs="org_id", lines=LINES))


def within(code: str, column: str = "place_key") -> Q:
    """Rows in the subtree of ``code``; no restriction without one."""
    if not code or not is_code(code):
        return Q()
    lo, hi = place_span(code)
    return Q(**{f"{column}__gte": lo, f"{column}__lt": hi})


def named(actor: Actor, text: str, place: str = "") -> list[Organisation]:
    """Organisations that a table means: by key, or by full name below ``place``; two at most, so that
    whoever asks sees whether it is clear."""
    rows = visible(actor).filter(valid_to=None)
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return list(rows.filter(key=int(text)))
    return list(rows.filter(within(place), name=text).order_by("key")[:2])


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; empty values narrow nothing. ``state``: current, ended,
    leaderless, overdue or uncovered."""

    place: str = ""
    sector: int | None = None
    industry: int | None = None
    kind: str = ""
    q: str = ""
    state: str = "current"


def listing(actor: Actor, wanted: Filter) -> QuerySet[Organisation]:
    """The list's rows, in the order of places."""
    rows = visible(actor).filter(within(wanted.place))
    if wanted.sector:
        rows = rows.filter(sector=wanted.sector)
    if wanted.industry:
        rows = rows.filter(industry=wanted.industry)
    if wanted.kind == "party":
        rows = rows.filter(kind__in=words.PARTY_KINDS)
    elif wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.q:
        rows = rows.filter(Q(name__contains=wanted.q) | Q(credit_code=wanted.q.upper()))
    return _in_state(rows, wanted.state).order_by("place_key", "key")


def _in_state(rows: QuerySet[Organisation], state: str) -> QuerySet[Organisation]:
    if state == "ended":
        return rows.exclude(valid_to=None)
    rows = rows.filter(valid_to=None)
    if state == "leaderless":
        return rows.filter(kind__in=words.PARTY_KINDS, led=False)
    if state == "overdue":
        return rows.filter(kind__in=words.PARTY_KINDS, term_ends__lt=clock.today())
    if state == "uncovered":
        return rows.filter(kind__in=words.COVERED_KINDS, sector=words.EMERGING, covered_by=None)
    return rows


def page_after(
    rows: QuerySet[Organisation], after: str, size: int = PAGE
) -> tuple[list[Organisation], str]:
    """One page by key, and the mark of the next (empty at the end). ``after`` is such a mark."""
    place, _dash, key = after.partition("-")
    if place.isdigit() and key.isdigit() and len(after) <= 40:
        past = Q(place_key__gt=int(place)) | Q(place_key=int(place), key__gt=int(key))
        rows = rows.filter(past, place_key__gte=int(place))
    found = list(rows[: size + 1])
    more = len(found) > size
    last = found[size - 1] if more else None
    return found[:size], f"{last.place_key}-{last.key}" if last else ""


def posts_after(rows: QuerySet[Post], after: str, size: int = PAGE) -> tuple[list[Post], str]:
    """One page of posts by place, and the mark of the next (empty at the end)."""
    place, kind, last = (*after.split("~"), "", "")[:3]
    if place.isascii() and place.isdigit() and len(place) <= 18:
        try:
            past = Q(kind__gt=kind) | Q(kind=kind, id__gt=UUID(last))
        except ValueError:
            past = Q()
        key = int(place)
        rows = rows.filter(Q(place_key__gt=key) | Q(place_key=key) & past, place_key__gte=key)
    found = list(rows.select_related("org").order_by("place_key", "kind", "id")[: size + 1])
    end = found[size - 1] if len(found) > size else None
    return found[:size], f"{end.place_key}~{end.kind}~{end.id}" if end else ""


def get(actor: Actor, key: int) -> Organisation:
    """One organisation. Raises OR001, also when it lies outside the scope."""
    found = visible(actor).filter(key=key).first()
    if found is None:
        raise errors.NO_SUCH_ORG()
    return found


def by_keys(actor: Actor, keys: list[int]) -> dict[int, Organisation]:
    """Those of ``keys`` that ``actor`` may see."""
    return visible(actor).in_bulk(keys) if keys else {}


def get_post(actor: Actor, post_id: UUID) -> Post:
    """One post with its organisation. Raises OR101."""
    found = visible_posts(actor).filter(id=post_id).first()
    if found is None:
        raise errors.NO_SUCH_POST()
    return found


def appointments_of(actor: Actor, org: Organisation, *, past: bool = False) -> list[Appointment]:
    """Who holds the organisation's posts (or held them), leaders first."""
    rows = visible_appointments(actor).filter(org=org).select_related("post")
    rows = rows.exclude(valid_to=None) if past else rows.filter(valid_to=None)
    order = list(words.POST_KINDS)
    return sorted(rows, key=lambda a: (order.index(a.post.kind), a.valid_from, a.holder))


def holders_at(place_code: str, kind: str) -> list[Appointment]:
    """Who holds posts of ``kind`` at exactly this place now; under the transaction's own scope."""
    rows = Appointment.objects.filter(
        place_key=place_key(place_code), post__kind=kind, valid_to=None
    ).select_related("post", "account")
    return list(rows.order_by("valid_from", "id"))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of firms and social organisations of the emerging field (A4, 两个覆盖).

    ``qualified`` have at least :data:`QUALIFYING` Party members and so should have an organisation
    of their own; ``covered`` are reached by any Party organisation. Rates are in basis points.
    """

    total: int
    covered: int
    qualified: int
    qualified_covered: int

    @property
    def rate(self) -> int | None:
        return self.covered * 10_000 // self.total if self.total else None

    @property
    def qualified_rate(self) -> int | None:
        return self.qualified_covered * 10_000 // self.qualified if self.qualified else None


#: Party members from which an organisation of one's own is due (Party constitution, article 30).
QUALIFYING = 3


def coverage(actor: Actor, place: str = "") -> Coverage:
    """Coverage below ``place`` as ``actor`` sees it; one query."""
    from django.db.models import Count

    rows = visible(actor).filter(
        within(place), kind__in=words.COVERED_KINDS, sector=words.EMERGING, valid_to=None
    )
    covered, qualified = Q(covered_by__isnull=False), Q(members__gte=QUALIFYING)
    found: dict[str, Any] = rows.aggregate(
        total=Count("key"),
        covered=Count("key", filter=covered),
        qualified=Count("key", filter=qualified),
        qualified_covered=Count("key", filter=qualified & covered),
    )
    return Coverage(**found)


def existed_on(org: Organisation, day: date) -> dict[str, Any] | None:
    """The organisation as it was on ``day``: name, place, sector, industry, parent; None if not yet."""
    for spell in org.spells.all():
        begun = spell.valid_from is None or spell.valid_from <= day
        if begun and (spell.valid_to is None or day < spell.valid_to):
            fields = ("name", "place_code", "sector", "industry", "parent_key")
            return {field: getattr(spell, field) for field in fields}
    return None
