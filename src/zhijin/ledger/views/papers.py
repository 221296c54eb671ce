"""Points as Word files, and the rules as a sheet: a statement, the rules with the resolution, the honour list."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhijin.access.api import Request, gate
from zhijin.core import clock, documents, journal
from zhijin.core.documents import Block, Document, Heading, Note, Table, Text
from zhijin.core.sheets import Column, integer, text, write_export
from zhijin.ledger.models import Book, Listing
from zhijin.ledger.points import reads
from zhijin.ledger.points.common import book_of, rules_of
from zhijin.ledger.rules import Points
from zhijin.ledger.views.accounts import XLSX, lines_of
from zhijin.ledger.views.common import lang
from zhijin.places import api as places
from zhijin.ui import spans

_BY = {
    "villagers_assembly": _lazy("村民会议"), "household_representatives": _lazy("户代表会议"),
    "residents_assembly": _lazy("居民会议"), "member_assembly": _lazy("党员大会"),
}  # fmt: skip


def _answer(
    request: Request, body: bytes, name: str, kind: str, about: str, key: int | None
) -> HttpResponse:
    journal.write(
        request.actor, "points.statement-exported", about, place_key=key, detail={"as": kind}
    )
    media = documents.CONTENT_TYPE if kind == "docx" else XLSX
    response = HttpResponse(body, content_type=media)
    named = content_disposition_header(True, f"{name}.{kind}")
    response["Content-Disposition"] = named or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def _written(request: Request, title: str, subtitle: str, blocks: list[Block]) -> bytes:
    taken = f"{request.actor.name} · {clock.local(clock.now()):%Y-%m-%d %H:%M}"
    language: Any = "en-US" if lang() == "en" else "zh-CN"
    return documents.write(
        Document(
            title=title,
            subtitle=subtitle,
            at=clock.now(),
            blocks=blocks,
            taken=taken,
            language=language,
        )
    )


@gate("ledger.view", methods=("GET",))
def statement(request: Request, pk: UUID) -> HttpResponse:
    """A holder's statement of the last twelve months as a Word file."""
    held, book = reads.account(request.actor, pk)
    found = reads.year_of(held, clock.today())
    rows: list[list[str | int | None]] = [
        [
            row["line"].day.isoformat(),
            row["kind"],
            row["title"],
            row["line"].amount,
            row["line"].balance,
        ]
        for row in reversed(lines_of(found))
    ]
    heads = [_("日期"), _("种类"), _("事由"), _("分数"), _("余额")]
    blocks: list[Block] = [
        Text(_("{first} 至 {last}，期初 {opening} 分，期末 {closing} 分。").format(
            first=found.first.isoformat(), last=found.last.isoformat(), opening=found.opening,
            closing=found.closing,
        )),
        Table(heads, rows, [3, 2, 7, 2, 2], ["start", "start", "start", "end", "end"]),
        Note(_("对任何一笔有不同意见，可以凭积分卡申诉。")),
    ]  # fmt: skip
    body = _written(request, _("积分账"), held.label, blocks)
    return _answer(request, body, _("积分账"), "docx", book.record, held.place_key)


def _rule_rows(rules: Points) -> list[list[str | int | None]]:
    language = lang()
    return [
        [rule.title.in_(language), rule.article, rule.amount if rule.amount is not None else _("按事实"),
         _("登记") if rule.given_by == "deed" else _("由工作记录得出")]
        for rule in rules.rules
    ]  # fmt: skip


def _rule_heads() -> list[str]:
    return [_("规则"), _("决议条款"), _("分数"), _("怎样得来")]


@gate("ledger.view", methods=("GET",))
def rules(request: Request, pk: UUID, kind: str) -> HttpResponse:
    """The rules of a book with the resolution that passed them, as ``docx`` or ``xlsx``."""
    book = book_of(request.actor, pk)
    found = rules_of(book)
    body = _rules_document(request, book, found) if kind == "docx" else _rules_sheet(found)
    return _answer(request, body, _("积分规则"), kind, book.record, book.place_key)


def _rules_document(request: Request, book: Book, found: Points) -> bytes:
    passed = found.resolution
    blocks: list[Block] = [
        Heading(_("通过规则的决议")),
        Text(f"{passed.title.in_(lang())}（{passed.number}）"),
        Text(_("{day} {meeting}通过：应到 {due} 人，实到 {present} 人，同意 {agreed} 人。").format(
            day=spans.dated(date.fromisoformat(passed.passed_on)), meeting=_BY.get(passed.by, passed.by),
            due=passed.due, present=passed.present, agreed=passed.agreed,
        )),
        Heading(_("规则")),
        Table(_rule_heads(), _rule_rows(found), [6, 3, 2, 3], ["start", "start", "end", "start"]),
        Text(_("告知后 {n} 天内可以申诉，{m} 个工作日内答复。").format(n=found.appeal_days, m=found.answer_days)),
        Note(found.basis),
    ]  # fmt: skip
    place = places.find(book.place_code)
    return _written(request, found.title.in_(lang()), place.short if place else "", blocks)


def _rules_sheet(found: Points) -> bytes:
    keys = ("rule", "article", "amount", "source")
    keep = text(200)
    columns = [
        Column("rule", "规则", "Rule", keep, width=32), Column("article", "决议条款", "Article", keep, width=18),
        Column("amount", "分数", "Points", integer(-100, 100), width=8),
        Column("source", "怎样得来", "From", keep, width=20),
        Column("resolution", "决议文号", "Resolution", keep, width=24),
    ]  # fmt: skip
    number = found.resolution.number
    rows = [dict(zip(keys, row, strict=True)) | {"resolution": number} for row in _rule_rows(found)]
    return write_export(columns, rows, title=_("积分规则"), english=lang() == "en")


@gate("ledger.view", methods=("GET",))
def honours(request: Request) -> HttpResponse:
    """The honour list as a Word file: in order of time, without points."""
    now = clock.now()
    shown = [
        row for row in reads.lists(request.actor)
        if row.kind == Listing.Kind.HONOUR and row.public_at(now)
    ]  # fmt: skip
    rows: list[list[str | int | None]] = [
        [row.shown_as, row.title, row.deed,
         clock.local(row.shown_from).date().isoformat() if row.shown_from else None]
        for row in shown
    ]  # fmt: skip
    heads = [_("户"), _("称号"), _("事迹"), _("公布日期")]
    blocks: list[Block] = [
        Table(heads, rows, [3, 3, 8, 3]) if rows else Text(_("现在没有公布的光荣榜。")),
        Note(_("按公布时间排列；经本人同意公布，本人可以随时撤下。")),
    ]
    body = _written(request, _("光荣榜"), "", blocks)
    return _answer(request, body, _("光荣榜"), "docx", "listing:honour", None)
