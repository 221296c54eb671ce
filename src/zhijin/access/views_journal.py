"""The auditor's desk: who did or saw what, whose records, and why; as a page and as a file."""

from __future__ import annotations

import csv
import io
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from zhijin.access import presenting
from zhijin.access.gates import gate
from zhijin.access.http import Request
from zhijin.core import chain, clock, labels
from zhijin.core import journal as core_journal
from zhijin.core.actor import Actor
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

PAGE = 50
#: Lines of one exported file; a spreadsheet still opens it at once.
EXPORT_LIMIT = 50_000
#: The filter for every look at somebody's personal data, whichever room it was in.
SIGHTS = "sights"
FILTERS = ("actor", "object", "action", "from", "to")


@gate("journal.read", methods=("GET",))
def journal(request: Request) -> HttpResponse:
    """Newest first, filtered by who, whose, what and when. Reading it is journalled too."""
    wanted = {name: request.GET.get(name, "").strip()[:96] for name in FILTERS}
    rows = _rows(wanted)
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        rows = rows.filter(id__lt=int(before))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    asked = {name: text for name, text in wanted.items() if text}
    core_journal.write(request.actor, "journal.read", "journal:list", detail=asked)
    context: dict[str, Any] = {
        "entries": _worded(shown),
        "wanted": wanted, "filtered": bool(asked), "tabs": _tabs(wanted),
        "next": _query(wanted, before=str(shown[-1].id)) if len(found) > PAGE else "",
        "export": _query(wanted), "about": _about(wanted), "head": chain.present_head(),
        "verdict": chain.verify() if "verify" in request.GET else None,
    }  # fmt: skip
    return render(request, "access/journal.html", context)


@gate("journal.read", methods=("GET",))
def journal_export(request: Request) -> HttpResponse:
    """The same rows as CSV for a spreadsheet, marked with who took them when."""
    wanted = {name: request.GET.get(name, "").strip()[:96] for name in FILTERS}
    found = list(_rows(wanted)[:EXPORT_LIMIT])
    asked = {name: text for name, text in wanted.items() if text}
    core_journal.write(
        request.actor, "journal.export", "journal:list", detail={**asked, "rows": len(found)}
    )
    stamp = clock.local(clock.now())
    out = io.StringIO()
    sheet = csv.writer(out)
    mark = _("审计日志，{name} 于 {at} 导出，共 {n} 条；仅供审计使用。")
    sheet.writerow(
        [mark.format(name=request.actor.name, at=f"{stamp:%Y-%m-%d %H:%M}", n=len(found))]
    )
    sheet.writerow(
        [_("序号"), _("时间"), _("谁"), _("做了什么"), _("对谁或什么"), _("理由"), _("地方"),
         _("其他"), _("账号标识"), _("动作代码"), _("对象标识")]
    )  # fmt: skip
    for entry in _worded(found):
        sheet.writerow([_safe(cell) for cell in _cells(entry)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="journal-{stamp:%Y%m%d-%H%M}.csv"'
    return response


def _worded(rows: list[JournalEntry]) -> list[presenting.Entry]:
    """Rooms name their records as the platform: the auditor's own scope is empty. They tell masks
    and numbers, nothing of the business."""
    with scoped(Actor.system("journal")):
        return presenting.entries(rows)


def _cells(e: presenting.Entry) -> list[str]:
    at = f"{clock.local(e.at):%Y-%m-%d %H:%M:%S}"
    return [
        str(e.id),
        at,
        e.who,
        e.did,
        e.what,
        e.why,
        e.place,
        e.raw,
        e.actor,
        e.action,
        e.object,
    ]


def _safe(cell: str) -> str:
    """A spreadsheet would run a cell that begins like a formula."""
    return "'" + cell if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _rows(wanted: dict[str, str]) -> QuerySet[JournalEntry]:
    rows = JournalEntry.objects.order_by("-id")
    if who := wanted["actor"]:
        rows = _by(rows, who)
    if wanted["object"]:
        rows = rows.filter(object=wanted["object"])
    if wanted["action"] == SIGHTS:
        rows = rows.filter(action__in=labels.sights())
    elif wanted["action"]:
        rows = rows.filter(action__startswith=wanted["action"])
    if (first := _day(wanted["from"])) is not None:
        rows = rows.filter(at__gte=first)
    if (last := _day(wanted["to"])) is not None:
        rows = rows.filter(at__lt=last + timedelta(days=1))
    return rows


def _by(rows: QuerySet[JournalEntry], who: str) -> QuerySet[JournalEntry]:
    """By an actor as entries name one (``account:…``, ``resident``), or by part of a name."""
    exact = ":" in who or who in {"resident", "device"}
    return rows.filter(actor=who) if exact else rows.filter(actor_name__contains=who)


def _day(text: str) -> datetime | None:
    """The beginning of a day in China; None for what is no day."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    return datetime.combine(day, time.min, clock.TZ) if day else None


def _query(wanted: dict[str, str], **more: str) -> str:
    return "?" + urlencode({k: v for k, v in {**wanted, **more}.items() if v})


def _tabs(wanted: dict[str, str]) -> list[dict[str, Any]]:
    """The questions an auditor asks most, one press each."""
    kinds = [
        ("", _("全部")), (SIGHTS, _("谁看了个人信息")), ("grant.", _("谁得到了权限")),
        ("account.", _("账号变动")), ("sign_in", _("登录")), ("journal.", _("谁查了日志")),
    ]  # fmt: skip
    rest = {**wanted, "action": ""}
    return [
        {"label": label, "url": _query({**rest, "action": prefix}),
         "current": wanted["action"] == prefix}
        for prefix, label in kinds
    ]  # fmt: skip


def _about(wanted: dict[str, str]) -> list[dict[str, str]]:
    """What the list is narrowed to, in words, each with the address that widens it again."""
    with scoped(Actor.system("journal")):
        named = labels.objects([wanted["actor"], wanted["object"]])
    words = {
        "actor": _("只看这个人做的：{x}"), "object": _("只看关于这条记录的：{x}"),
        "from": _("从 {x} 起"), "to": _("到 {x} 止"),
    }  # fmt: skip
    return [
        {"text": text.format(x=named.get(wanted[name], wanted[name])),
         "url": _query({**wanted, name: ""})}
        for name, text in words.items()
        if wanted[name]
    ]  # fmt: skip
