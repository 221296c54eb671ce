"""Standings as Word and Excel files, each with who took it and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.assessment.pages import words
from zhijin.assessment.pages.organisation import Page
from zhijin.assessment.pages.reading import ADVANCED
from zhijin.assessment.pages.standing import Line, Standing
from zhijin.core import clock, documents, journal, sheets
from zhijin.core.documents import Align, Block, Document, Heading, Note, Table, Text
from zhijin.core.ids import place_key
from zhijin.core.sheets import Column, Watermark
from zhijin.places import api as places
from zhijin.ui.charts import tenths

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"docx": documents.CONTENT_TYPE, "xlsx": XLSX}
#: A document is for reading; longer lists are given as a sheet.
_MOST_LINES = 1_000
_ENDS: tuple[Align, ...] = ("start", "end", "end", "end", "end", "end", "end")


def answer(
    request: Request, body: bytes, name: str, kind: str, about: str, place: str
) -> HttpResponse:
    """The file, and a line in the journal: who took what."""
    journal.write(
        request.actor, "assess.export", about,
        place_key=place_key(place) if place else None, detail={"as": kind},
    )  # fmt: skip
    response = HttpResponse(body, content_type=KINDS[kind])
    disposition = content_disposition_header(True, f"{name}.{kind}")
    response["Content-Disposition"] = disposition or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def taken(request: Request) -> str:
    """王主任 · 2026-08-03 09:00, for the foot of a document."""
    return f"{request.actor.name} · {clock.local(clock.now()):%Y-%m-%d %H:%M}"


def titled(name: str) -> str:
    """The name of a file and what stands at its head: one of a demonstration says so, wherever it goes."""
    return _("{name}（演示数据，不是真实情况）").format(name=name) if settings.ZHIJIN_DEMO else name


def watermark(request: Request) -> Watermark:
    return Watermark(request.actor.name, clock.local(clock.now()), _("党组织排名"))


def language() -> Any:
    return "en-US" if (get_language() or "").startswith("en") else "zh-CN"


def standing(request: Request, found: Standing, kind: str) -> HttpResponse:
    """The standing as a file of ``kind`` (docx or xlsx)."""
    wanted = found.wanted
    place = places.find(wanted.place) if wanted.place else None
    name = _("{place}{period}排名").format(
        place=place.short if place else "", period=found.period_name
    )
    name = titled(name)
    body = _sheet(request, found, name) if kind == "xlsx" else _document(request, found, name)
    return answer(request, body, name, kind, f"run:{found.runs[0].id}", wanted.place)


def _sheet(request: Request, found: Standing, name: str) -> bytes:
    """One row for each organisation. Columns are plain: they sort and filter."""
    keep = sheets.text(200)
    columns = [
        Column("township", "乡镇（街道）", "Township", keep, width=18),
        Column("name", "党组织", "Organisation", keep, width=36),
        Column("group", "比较的组", "Group", keep, width=34),
        Column("rank", "名次", "Rank", sheets.integer(), width=8),
        Column("of", "组内个数", "Of", sheets.integer(), width=8),
        Column("tied", "并列", "Tied", keep, width=8),
        Column("total", "得分", "Score", keep, width=10),
        Column("before", "上期名次", "Rank before", sheets.integer(), width=10),
        Column("move", "变化", "Change", keep, width=8),
        *[
            Column(f"d{item.position}", item.title, item.title, keep, width=12)
            for item in found.about.dimensions
        ],
        Column("mark", "认定", "Mark", keep, width=10),
    ]
    english = language() == "en-US"
    return sheets.write_export(
        columns, _rows(found), title=name, watermark=watermark(request), english=english
    )


def _rows(found: Standing) -> list[dict[str, Any]]:
    lines = found.everybody
    towns = places.get_many({line.score.place_code[:9] for line in lines})
    out = []
    for line in lines:
        score = line.score
        town = towns.get(score.place_code[:9])
        row: dict[str, Any] = {
            "township": town.short if town else "",
            "name": score.name,
            "group": words.group(found.about, score),
            "rank": score.rank,
            "of": score.of,
            "tied": _("并列") if score.tied > 1 else "",
            "total": _score(score.total),
            "before": line.before.rank if line.before else None,
            "move": _move(line),
            "mark": words.enumerated(str(words.MARKS.get(m.kind, m.kind)) for m in line.marks),
        }
        row |= {f"d{i}": _score(value) for i, value in enumerate(score.dims)}
        out.append(row)
    return out


def _score(value: int | None) -> str:
    return "" if value is None else tenths(value)


def _move(line: Line) -> str:
    if line.regrouped or line.move is None:
        return _("换组") if line.regrouped else ""
    return line.move.words


def _document(request: Request, found: Standing, name: str) -> bytes:
    """Rules, places below, laggards and advanced, and the list as far as it can be read."""
    blocks: list[Block] = [Heading(_("怎样排名"))]
    blocks += [Text(text) for text in words.rules(found.about)]
    blocks += [Text(_told(found)), *_places(found), *_lists(found)]
    return documents.write(
        Document(
            title=name, subtitle=found.about.title, at=clock.now(), blocks=blocks,
            taken=taken(request), language=language(),
        )
    )  # fmt: skip


def _told(found: Standing) -> str:
    values = sorted(found.totals)
    if not values:
        return _("没有可以排名的组织。")
    return _("共 {n} 个组织，最低 {low}，中位 {middle}，最高 {high}；后进 {laggards} 个，先进 {advanced} 个。").format(
        n=len(values), low=tenths(values[0]), middle=tenths(values[(len(values) - 1) // 2]),
        high=tenths(values[-1]), laggards=found.counts.get("laggard", 0),
        advanced=found.counts.get("advanced", 0),
    )  # fmt: skip


def _places(found: Standing) -> list[Block]:
    if not found.below:
        return []
    rows: list[list[str | int | None]] = [
        [b.name, b.summary.orgs, _score(b.summary.middle), _score(b.summary.low),
         _score(b.summary.high), b.laggards, b.advanced]
        for b in found.below
    ]  # fmt: skip
    heads = [_("地方"), _("组织"), _("中位"), _("最低"), _("最高"), _("后进"), _("先进")]
    table = Table(heads, rows, [4, 2, 2, 2, 2, 2, 2], _ENDS)
    return [Heading(_("各地情况")), table]


def _lists(found: Standing) -> list[Block]:
    lines = found.everybody
    blocks: list[Block] = []
    for kind, title in (("laggard", _("后进组织")), ("advanced", _("先进组织"))):
        chosen = [line for line in lines if any(mark.kind == kind for mark in line.marks)]
        if chosen:
            blocks += [Heading(title), _table(found, chosen)]
    if len(lines) <= _MOST_LINES:
        blocks += [Heading(_("全部组织")), _table(found, lines)]
    else:
        blocks.append(Note(_("组织较多，全部名单见表格文件。")))
    return blocks


def _table(found: Standing, lines: Sequence[Line]) -> Table:
    rows: list[list[str | int | None]] = [
        [
            f"{line.score.rank or '—'}/{line.score.of}"
            + (_("（并列）") if line.score.tied > 1 else ""),
            line.score.name,
            _score(line.score.total),
            _move(line),
            words.group(found.about, line.score),
        ]
        for line in lines
    ]
    heads = [_("名次"), _("党组织"), _("得分"), _("变化"), _("比较的组")]
    return Table(heads, rows, [3, 7, 2, 2, 6], ["end", "start", "end", "end", "start"])


def organisation(request: Request, page: Page, kind: str) -> HttpResponse:
    """An organisation's page as a file."""
    run = page.run
    name = _("{name}{period}得分").format(
        name=page.score.name, period=words.period(run.period_kind, run.period_start)
    )
    name = titled(name)
    body = _org_sheet(request, page, name) if kind == "xlsx" else _org_document(request, page, name)
    return answer(request, body, name, kind, f"org:{page.score.org_key}", page.score.place_code)


def _org_rows(page: Page) -> list[list[str | int | None]]:
    """One row for each indicator: dimension, indicator, weight, figures in words, score, missing."""
    rows: list[list[str | int | None]] = []
    for part in page.parts:
        if part.joined:
            rows.append([part.item.title, "", part.item.weight, "", _score(part.score), ""])
        for cell in part.cells:
            figure = words.figure(
                page.about, cell.item.id, cell.numerator, cell.denominator, cell.value
            )
            missing = str(words.MISSING.get(cell.state, ""))
            rows.append([part.item.title, cell.item.title, cell.item.weight, figure,
                         _score(cell.score), missing])  # fmt: skip
    return rows


def _org_heads() -> list[str]:
    return [_("维度"), _("指标"), _("权重"), _("数据"), _("得分"), _("说明")]


def _org_sheet(request: Request, page: Page, name: str) -> bytes:
    keep = sheets.text(400)
    keys = ("dimension", "indicator", "weight", "figure", "score", "missing")
    columns = [
        Column(key, head, head, keep, width=width)
        for key, head, width in zip(keys, _org_heads(), (14, 34, 8, 34, 10, 22), strict=True)
    ]
    rows = [dict(zip(keys, row, strict=True)) for row in _org_rows(page)]
    return sheets.write_export(columns, rows, title=name, watermark=watermark(request))


def _org_document(request: Request, page: Page, name: str) -> bytes:
    score = page.score
    told = _("{name}得分 {total}，在{group}中排第 {rank}。").format(
        name=score.name, total=_score(score.total), group=page.group_told,
        rank=score.rank or "—",
    )  # fmt: skip
    if score.adjusted:
        told += _("其中加减分 {points}。").format(points=words.signed(score.adjusted))
    why = [
        Text(words.reason(m.rules, m.reason, score, page.group_told, last=m.kind != ADVANCED))
        for m in page.line.marks
    ]
    past: list[list[str | int | None]] = [
        [words.period(page.run.period_kind, one.period), one.score.rank, one.score.of,
         _score(one.score.total)]
        for one in page.past
    ]  # fmt: skip
    blocks: list[Block] = [
        Text(told), *why, Heading(_("分数从哪里来")),
        Table(_org_heads(), _org_rows(page), [3, 6, 2, 6, 2, 4]),
        Heading(_("近十二期")),
        Table([_("哪一期"), _("名次"), _("组内个数"), _("得分")], past, [4, 2, 2, 2]),
        Heading(_("怎样排名、怎样认定")), *[Text(text) for text in words.rules(page.about)],
    ]  # fmt: skip
    return documents.write(
        Document(
            title=name, subtitle=page.about.title, at=clock.now(), blocks=blocks,
            taken=taken(request), language=language(),
        )
    )  # fmt: skip
