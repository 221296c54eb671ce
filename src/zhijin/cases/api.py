"""What other rooms may use of cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from zhijin.cases import hooks, selectors
from zhijin.cases.counting import answered, are_open
from zhijin.cases.hooks import Published, Told, provide_published, provide_told
from zhijin.cases.machine import machine_of
from zhijin.cases.mapping import Drawing
from zhijin.cases.mapping import draw as draw_points
from zhijin.cases.models import Case, CaseEvent
from zhijin.cases.outward import (
    answers_of,
    called_orgs,
    event_of,
    fire_of,
    photo_files,
    photos_of,
    private_answers_of,
    revision_of,
)
from zhijin.cases.parts import open_by_part
from zhijin.cases.presenting import CaseView, kinds_for, views_of
from zhijin.cases.selectors import (
    Counts,
    Rate,
    Wanted,
    counts,
    open_by_revision,
    rates,
)
from zhijin.cases.selectors import pending_requests as _pending
from zhijin.cases.services.clocks import held as clocks_held
from zhijin.cases.services.clocks import sweep, sweep_all
from zhijin.cases.services.intake import Opened, Report, open_case
from zhijin.cases.services.moves import move
from zhijin.cases.services.moves import move_by_reporter as act_as_reporter
from zhijin.cases.services.parties import join
from zhijin.cases.services.publishing import (
    lock_published,
    mark_published,
    mark_withdrawn,
)
from zhijin.cases.services.reporter import record_of as record_of_code
from zhijin.cases.services.reporter import reopen
from zhijin.cases.services.writing import visible
from zhijin.cases.showing import shown
from zhijin.core import clock
from zhijin.core.actor import Actor


def today(actor: Actor, roles: list[str]) -> list[CaseView]:
    """What one should do now, at most seven, in order."""
    return views_of(selectors.today(actor, roles))


def listed(actor: Actor, view: str, size: int = 8) -> list[CaseView]:
    """The head of one of the desk's lists."""
    return views_of(selectors.page(actor, Wanted(view=view, size=size)).rows)


def by_ids(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, CaseView]:
    """Those of some cases that ``actor`` may see."""
    wanted = list(ids)
    rows = list(Case.objects.filter(visible(actor), id__in=wanted)) if wanted else []
    return {view.case.id: view for view in views_of(rows)}


def by_number(actor: Actor, number: str) -> CaseView | None:
    """The case that people name by ``number`` (520181-260705-ABC234), when ``actor`` may see it."""
    county, _dash, rest = number.strip().upper().partition("-")
    try:
        day = datetime.strptime(rest[:6], "%y%m%d").replace(tzinfo=clock.TZ)
        rows = Case.objects.filter(
            visible(actor), number=number.strip().upper(), county=int(county)
        )
    except ValueError:
        return None
    # By its day, since a county's cases are in order of time: there is no plain index by number.
    near = rows.filter(opened_at__gte=day, opened_at__lt=day + timedelta(days=1))
    return next(iter(views_of(list(near[:1]))), None)


def matching(actor: Actor, text: str, size: int) -> list[CaseView]:
    """Cases in scope whose number or words hold ``text``, newest first."""
    page = selectors.page(actor, selectors.Wanted(view="all", text=text, size=size))
    return views_of(page.rows)


def pending_requests(actor: Actor) -> list[Any]:
    """Requests in scope that wait for a decision."""
    return list(_pending(actor))


def board(place_code: str, size: int = 10) -> list[dict[str, Any]]:
    """What a place's board shows of ended cases: kind, outcome, published fields; nothing else."""
    rows = selectors.published(place_code, size)
    public = hooks.published([row.id for row in rows])
    return [
        {"case": view, "public": public[view.case.id]}
        for view in views_of(rows)
        if view.case.id in public
    ]


def public_figures(place_code: str) -> dict[str, int]:
    """How many reports a place has had in 30 days, how many ended, how many are being handled."""
    return selectors.public_figures(place_code)


__all__ = [
    "Case", "CaseEvent", "CaseView", "Counts", "Drawing", "Opened", "Published", "Rate", "Report", "Told",
    "act_as_reporter", "answered", "answers_of", "are_open", "board", "by_ids", "by_number", "called_orgs",
    "clocks_held", "counts", "draw_points", "event_of", "fire_of", "join", "kinds_for", "listed",
    "lock_published", "machine_of", "mark_published", "mark_withdrawn", "matching", "move",
    "open_by_part", "open_by_revision", "open_case", "pending_requests", "photo_files", "photos_of",
    "private_answers_of", "provide_published", "provide_told", "public_figures", "rates",
    "record_of_code", "reopen", "revision_of", "shown", "sweep", "sweep_all", "today", "visible",
]  # fmt: skip
