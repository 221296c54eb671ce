"""An organisation's page: where it stands, by what, among whom, since when, and what follows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment.models import Mark, Run
from zhijin.assessment.pages import claims, evidence, organisation, reading, words
from zhijin.assessment.pages.lifting import lifts
from zhijin.assessment.pages.organisation import Page
from zhijin.assessment.pages.reading import ADVANCED, LAGGARD
from zhijin.assessment.pages.standing import points
from zhijin.assessment.pages.words import signed
from zhijin.assessment.services.appeals import FILE_DAYS
from zhijin.assessment.views import asking, files
from zhijin.assessment.views.standing import chain
from zhijin.core import clock
from zhijin.core.errors import NOT_FOUND
from zhijin.places import api as places


@gate("assess.view", methods=("GET",))
def standing_org(request: Request, key: int) -> HttpResponse:
    """One organisation in one period; ``as=docx`` and ``as=xlsx`` give files."""
    get = request.GET.get
    page = organisation.read(
        request.actor, key, get("programme", ""), asking.day(get("period", ""))
    )
    wish = get("as", "")
    if wish in files.KINDS:
        return files.organisation(request, page, wish)
    return render(request, "assessment/organisation.html", context(page))


def context(page: Page) -> dict[str, Any]:
    """What the page shows."""
    run, score = page.run, page.score
    wanted = reading.Wanted(run.programme, run.period_start, score.place_code)
    marked = {m.period_start for m in page.marked if m.kind == LAGGARD}
    past = page.past
    return {
        "page": page,
        "score": score,
        "line": page.line,
        "run": run,
        "about": page.about,
        "wanted": wanted,
        "period": words.period(run.period_kind, run.period_start),
        "state": words.state(run.state, run.period_end),
        "chain": chain(wanted),
        "place": places.find(score.place_code),
        "parts": [(part, [(c, told(page, c)) for c in part.cells]) for part in page.parts],
        "loose": [(cell, told(page, cell)) for cell in page.loose],
        "ranks": points(past, ranks=True, marked=marked),
        "scores": points(past, ranks=False, marked=marked),
        "sparks": _sparks(page),
        "rules": words.rules(page.about),
        "reasons": [(mark, reason(page, mark)) for mark in page.line.marks],
        "periods": [
            (day.isoformat(), words.period(run.period_kind, day))
            for day in reading.periods(run.programme, score.place_code)
        ],
        "can_adjust": adjustable(page),
        "adjusted": [(row, signed(row.amount)) for row in page.adjustments],
        "query": query(run.programme, run.period_start),
        "moved": words.moved(past),
        "mates": page.peers[:60],
        "beside": _beside(page),
        "beside_why": words.REASONS.get(_later(page).reason, ""),
        "lifts": [(lift, words.step(lift.step)) for lift in lifts(page)],
        "hidden": max(len(page.peers) - 60, 0),
    }


def query(programme: str, period: date) -> str:
    return f"?programme={programme}&period={period}"


def told(page: Page, cell: organisation.Cell) -> dict[str, str]:
    """A cell in words: the figure, how it scores, where its records are."""
    return {
        "figure": words.figure(
            page.about, cell.item.id, cell.numerator, cell.denominator, cell.value
        ),
        "way": words.way(page.about, cell.item.id),
        "missing": str(words.MISSING.get(cell.state, "")),
    }


def _later(page: Page) -> Run:
    """Of the two results of a period the one that was computed later."""
    if page.beside is None or page.run.names is not None:
        return page.run
    return page.beside[0]


def _beside(page: Page) -> list[tuple[str, str, str]]:
    """The published result and the later one, side by side."""
    if page.beside is None:
        return []
    _other, score = page.beside
    pair = (score, page.score) if page.run.names is not None else (page.score, score)
    return words.sides(*pair, page.about)


def appealable(page: Page) -> bool:
    """Whether the reader may contest a record of this result, and still in time."""
    where, keys, lines = organisation.names(page.score)
    may = page.actor.can("assess.appeal", where, org_keys=keys, line_keys=lines)
    at = page.run.published_at
    in_time = at is not None and clock.now() <= at + timedelta(days=FILE_DAYS)
    return may and in_time and page.run.state == Run.State.PUBLISHED


def adjustable(page: Page) -> bool:
    """Whether the reader may propose points: the programme has rules, the period is not sealed."""
    where, keys, lines = organisation.names(page.score)
    may = page.actor.can("assess.adjust", where, org_keys=keys, line_keys=lines)
    programme = page.about.programme
    return bool(may and programme and programme.adjustments) and page.run.state != Run.State.FROZEN


@gate("assess.view", methods=("GET",))
def standing_value(request: Request, key: int, indicator: str) -> HttpResponse:
    """The records behind one value, in the reader's own sight."""
    get = request.GET.get
    page = organisation.read(
        request.actor, key, get("programme", ""), asking.day(get("period", ""))
    )
    known = {item.id for item in (*page.about.indicators, *page.about.dimensions)}
    if indicator not in known or page.about.programme is None:
        raise NOT_FOUND()
    try:
        found = evidence.find(page, indicator, (get_language() or "").startswith("en"))
    except KeyError as error:
        raise NOT_FOUND() from error
    return render(request, "assessment/value.html", _value_context(page, indicator, found))


def _value_context(page: Page, indicator: str, found: evidence.Found) -> dict[str, Any]:
    cell = page.cells.get(indicator)
    run = page.run
    shown = cell is not None and not cell.missing
    off = shown and cell is not None and evidence.differs(page.about, cell, found)
    contested = {one.fact_id: one for one in page.appeals if one.indicator == indicator}
    return {
        "page": page, "score": page.score, "run": run, "cell": cell, "found": found,
        "title": page.about.title_of(indicator), "indicator": indicator,
        "told": told(page, cell) if cell is not None else None,
        "period": words.period(run.period_kind, run.period_start),
        "back": address(page.score.org_key, run.programme, run.period_start),
        "chain": chain(reading.Wanted(run.programme, run.period_start, page.score.place_code)),
        "query": query(run.programme, run.period_start), "off": off,
        "rows": [(row, contested.get(row.id)) for row in found.records],
        "can_appeal": appealable(page) and cell is not None,
        "can_claim": appealable(page) and cell is not None and _claimable(page, indicator),
    }  # fmt: skip


def _claimable(page: Page, indicator: str) -> bool:
    """Whether one more record of the indicator may be claimed."""
    programme = page.about.programme
    if programme is None or indicator not in programme.indicators:
        return False
    return bool(claims.kinds(programme, indicator, english=False))


def _sparks(page: Page) -> list[list[int | None]]:
    """Each dimension over the months, in the order of the present run's; empty where it was another."""
    count = len(page.about.dimensions)
    return [
        [p.score.dims[i] if len(p.score.dims) == count else None for p in page.past]
        for i in range(count)
    ]


def reason(page: Page, mark: Mark) -> str:
    """Why an organisation was marked, in a sentence with its figures."""
    return words.reason(
        mark.rules, mark.reason, page.score, page.group_told, last=mark.kind != ADVANCED
    )


def address(key: int, programme: str, period: date) -> str:
    """Where an organisation's page is."""
    return reverse("desk:standing-org", args=[key]) + query(programme, period)


def heading(page: Page) -> str:
    run = page.run
    return _("{name}{period}得分").format(
        name=page.score.name, period=words.period(run.period_kind, run.period_start)
    )
