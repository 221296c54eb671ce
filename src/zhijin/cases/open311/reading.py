"""Reads requests for the public: which ones, and of each only what is public.

A case is told of when its playbook publishes something, or to the client that opened it. Until it
is published only its kind, village, times and state are told; never a word that somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhijin.cases import hooks
from zhijin.cases.hooks import Published
from zhijin.cases.machine import machine_of
from zhijin.cases.models import Case
from zhijin.cases.open311.calling import NO_REQUEST, WRONG, lang, moment, several, w3c
from zhijin.cases.presenting import role_title
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, place_span
from zhijin.places import api as places
from zhijin.playbooks.api import catalogue

SPAN = timedelta(days=90)
MOST = 1000
#: Ids that one call may name.
MOST_IDS = 200
_NUMBER = re.compile(r"(\d{6})-(\d{6})-[0-9A-Z]{4,16}")
_OPEN = {"open": True, "closed": False}


@dataclass(frozen=True)
class Query:
    """Checked arguments of a list."""

    ids: tuple[str, ...]
    services: tuple[str, ...]
    since: datetime
    until: datetime
    open: bool | None
    page: int
    size: int


def query_of(given: Mapping[str, str]) -> Query:
    """Read the arguments. Raises OG006."""
    since, until = _range(given)
    states = set(several(given.get("status", "")))
    if unknown := states - set(_OPEN):
        raise WRONG(what="status", why=", ".join(sorted(unknown)[:3])[:60])
    ids = several(given.get("service_request_id", ""))
    if len(ids) > MOST_IDS:
        raise WRONG(what="service_request_id", why=f"at most {MOST_IDS}")
    return Query(
        tuple(ids), tuple(several(given.get("service_code", ""))), since, until,
        _OPEN[states.pop()] if len(states) == 1 else None,
        _number(given, "page", 1, 10_000), _number(given, "page_size", MOST, MOST),
    )  # fmt: skip


def _range(given: Mapping[str, str]) -> tuple[datetime, datetime]:
    """From start to end, at most 90 days; a missing edge is filled in."""
    start = moment("start_date", given.get("start_date", ""))
    end = moment("end_date", given.get("end_date", ""))
    if start and end and end - start > SPAN:
        raise WRONG(what="end_date", why="a span has at most 90 days")
    if start and end and end < start:
        raise WRONG(what="end_date", why="it lies before start_date")
    last = end or (start + SPAN if start else clock.now())
    return start or last - SPAN, last


def _number(given: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        raise WRONG(what=name, why=f"1–{most}")
    return int(text)


def listed(query: Query, place: str, client: Actor, media: str) -> list[dict[str, Any]]:
    """The requests of one page, newest first. ``media`` is the address of published photos."""
    public = [r.playbook_id for r in catalogue(place) if r.playbook.publish]
    rows = Case.objects.filter(Q(playbook__in=public) | _own(client))
    if place:
        lo, hi = place_span(place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    if query.ids:
        rows = rows.filter(_by_numbers(query.ids))
    else:
        rows = _narrowed(rows, query)
    start = (query.page - 1) * query.size
    return told(list(rows.order_by("-opened_at", "-id")[start : start + query.size]), media)


def _narrowed(rows: QuerySet[Case], query: Query) -> QuerySet[Case]:
    rows = rows.filter(opened_at__gte=query.since, opened_at__lte=query.until)
    if query.services:
        rows = rows.filter(playbook__in=query.services)
    if query.open is not None:
        rows = rows.filter(is_open=query.open)
    return rows


def _own(client: Actor) -> Q:
    return Q(reporter=client.label) if client.kind == "api" else Q(pk__in=())


def _by_numbers(numbers: Sequence[str]) -> Q:
    """Cases by number; the day inside a number keeps the search to that day's part of the index."""
    q = Q(pk__in=())
    for number in numbers:
        if (day := _day_of(number)) is not None:
            span = (day - timedelta(days=1), day + timedelta(days=2))
            q |= Q(number=number, opened_at__range=span)
    return q


def _day_of(number: str) -> datetime | None:
    parts = _NUMBER.fullmatch(number)
    if parts is None or not is_code(parts[1]):
        return None
    try:
        return datetime.strptime(parts[2], "%y%m%d").replace(tzinfo=clock.TZ)
    except ValueError:
        return None


def one(number: str, place: str, client: Actor, media: str) -> dict[str, Any]:
    """One request. Raises OG003, also when nothing of it is public."""
    case = Case.objects.filter(_by_numbers([number.upper()])).first()
    inside = case is not None and case.place_code.startswith(place)
    if case is None or not inside or not (_is_public(case) or case.reporter == client.label):
        raise NO_REQUEST(code=number[:40])
    return told([case], media)[0]


def _is_public(case: Case) -> bool:
    return bool(machine_of(case).playbook.publish)


def told(cases: list[Case], media: str) -> list[dict[str, Any]]:
    """The cases as the standard tells them."""
    public = hooks.published([case.id for case in cases])
    villages = {case.place_code: case.place_code[:12] for case in cases}
    labels = places.labels(sorted(set(villages.values()))) if cases else {}
    return [
        _told(case, public.get(case.id), labels[villages[case.place_code]], media) for case in cases
    ]


def _told(case: Case, public: Published | None, address: str, media: str) -> dict[str, Any]:
    playbook, tongue = machine_of(case).playbook, lang()
    point = _point(case, public)
    photo = public.photos[0] if public and public.photos else None
    return {
        "service_request_id": case.number,
        "status": "open" if case.is_open else "closed",
        "status_notes": _notes(case),
        "service_name": playbook.title.in_(tongue),
        "service_code": case.playbook,
        "description": _description(case, public),
        "agency_responsible": role_title(case.owner_role) or None,
        "service_notice": None,
        "requested_datetime": w3c(case.opened_at),
        "updated_datetime": w3c(case.changed_at if case.is_open else case.closed_at),
        "expected_datetime": w3c(case.due_at),
        "address": address,
        "address_id": case.place_code[:12],
        "zipcode": None,
        "lat": point["lat"] if point else None,
        "long": point["lon"] if point else None,
        "media_url": f"{media}{case.id}/{photo}.jpg" if photo else None,
    }


def _notes(case: Case) -> str:
    if case.merged_into:
        return _("重复上报，已并入另一件")
    return machine_of(case).playbook.state_title(case.state, lang())


def _description(case: Case, public: Published | None) -> str | None:
    """What was written, as far as it was published."""
    if public is None:
        return None
    fields = machine_of(case).playbook.fields
    prose = [
        str(value)
        for name, value in public.fields.items()
        if name in fields and fields[name].type in {"text", "longtext"}
    ]
    return "\n".join(prose)[:4000] or None


def _point(case: Case, public: Published | None) -> Mapping[str, float] | None:
    """The published position, if there is one."""
    if public is None:
        return None
    fields = machine_of(case).playbook.fields
    for name, value in public.fields.items():
        if name in fields and fields[name].type == "point" and isinstance(value, Mapping):
            return value
    return None


def published_photo(case_id: UUID, digest: str) -> bool:
    """Whether the public may see this photo of this case."""
    public = hooks.published([case_id]).get(case_id)
    return public is not None and digest in public.photos
