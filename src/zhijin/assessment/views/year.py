"""A county's year on one page: months by townships, laggards and advanced, rectifications."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.assessment.pages import words
from zhijin.assessment.pages.reading import ADVANCED, LAGGARD
from zhijin.assessment.pages.year import Row, Year, years
from zhijin.assessment.views import asking, files
from zhijin.core import clock, documents, sheets
from zhijin.core.documents import Block, Document, Heading, Note, Table, Text
from zhijin.core.sheets import Column
from zhijin.places import api as places


@gate("assess.view", methods=("GET",))
def standing_year(request: Request) -> HttpResponse:
    """The year of a place; ``as=docx`` and ``as=xlsx`` give files."""
    wanted = asking.wanted(request)
    if wanted is None:
        return render(request, "assessment/nothing.html", {})
    known = years(wanted.programme, wanted.place)
    asked = request.GET.get("year", "")
    year = (
        int(asked) if asked.isascii() and asked.isdigit() and int(asked[:5]) in known else known[0]
    )
    found = Year(request.actor, wanted.programme, wanted.place, year)
    wish = request.GET.get("as", "")
    if wish in files.KINDS:
        return _file(request, found, wish)
    return render(request, "assessment/year.html", _context(found, known))


def _context(found: Year, known: list[int]) -> dict[str, Any]:
    place = places.find(found.place) if found.place else None
    base = f"{reverse('desk:standing-year')}?programme={found.programme}&year={found.year}"
    line = [*places.ancestors(found.place), *filter(None, [place])] if found.place else []
    return {
        "y": found,
        "heading": name_of(found),
        "chain": [(one.short, f"{base}&place={one.code}") for one in line],
        "years": known,
        "months": [(m, words.short_month(m), found.published(m)) for m in found.months],
        "laggards": found.often(LAGGARD),
        "advanced": found.often(ADVANCED),
        "counts": found.counts,
        "about": found.about,
        "standing": f"{reverse('desk:standing')}?programme={found.programme}",
    }


def name_of(found: Year) -> str:
    place = places.find(found.place) if found.place else None
    return _("{place}{year}年考核").format(place=place.short if place else "", year=found.year)


def _file(request: Request, found: Year, kind: str) -> HttpResponse:
    name = name_of(found)
    body = _sheet(request, found, name) if kind == "xlsx" else _document(request, found, name)
    return files.answer(request, body, name, kind, f"assessment:{found.programme}", found.place)


def _cells(found: Year, row: Row) -> list[str]:
    return [
        "" if cell is None or cell.middle is None else words.points(cell.middle)
        + (_("（后进 {n}）").format(n=cell.laggards) if cell.laggards else "")
        for cell in row.cells
    ]  # fmt: skip


def _sheet(request: Request, found: Year, name: str) -> bytes:
    keep = sheets.text(60)
    columns = [
        Column("place", "地方", "Place", keep, width=20),
        *[
            Column(f"m{i}", f"{month:%Y-%m}", f"{month:%Y-%m}", keep, width=16)
            for i, month in enumerate(found.months)
        ],
    ]
    rows = [
        {"place": row.name} | {f"m{i}": text for i, text in enumerate(_cells(found, row))}
        for row in found.rows
    ]
    english = files.language() == "en-US"
    return sheets.write_export(
        columns, rows, title=name, watermark=files.watermark(request), english=english
    )


def _document(request: Request, found: Year, name: str) -> bytes:
    counts = found.counts
    heads = [_("地方"), *[words.short_month(month) for month in found.months]]
    rows: list[list[str | int | None]] = [[row.name, *_cells(found, row)] for row in found.rows]
    blocks: list[Block] = [
        Text(
            _(
                "整顿 {all} 件：等待开出 {waiting} 件，正在整顿 {open} 件，已销号 {released} 件。"
            ).format(**counts)
        ),
        Heading(_("各月各地中位得分")),
        Table(heads, rows, [3, *[2] * len(found.months)], wide=True),
        Note(_("地方之间不排名次，也不排任何个人。")),
    ]
    for kind, title in ((LAGGARD, _("后进组织")), (ADVANCED, _("先进组织"))):
        often = found.often(kind, most=200)
        if often:
            listed: list[list[str | int | None]] = [
                [one.name, len(one.months), "、".join(words.short_month(m) for m in one.months)]
                for one in often
            ]
            blocks += [
                Heading(title),
                Table([_("党组织"), _("几个月"), _("哪些月")], listed, [5, 2, 5]),
            ]
    described = found.about
    return documents.write(
        Document(
            title=name, subtitle=described.title if described else "", at=clock.now(),
            blocks=blocks, taken=files.taken(request), language=files.language(),
        )
    )  # fmt: skip
