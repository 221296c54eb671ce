"""The working calendar on the desk: a year's workdays at a glance, and the notice that announces them."""

from __future__ import annotations

import calendar as months
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core import clock
from zhijin.core.calendar import current
from zhijin.core.errors import Refusal
from zhijin.core.holidays import Notice, read_notice
from zhijin.core.models import CalendarNotice
from zhijin.core.workcal import WorkCalendar
from zhijin.playbooks import calendar_services, presenting

FIRST, LAST = 2004, 2060
LONGEST = 20_000


@gate("playbook.view", "settings.manage", methods=("GET",))
def year(request: Request, number: int | None = None) -> HttpResponse:
    """A year day by day: worked, off, made up; provisional until it is announced."""
    return _shown(request, _within(number))


@gate("settings.manage", methods=("POST",))
def notice(request: Request) -> HttpResponse:
    """Check the pasted notice; take it over when asked and sound."""
    text = request.POST.get("text", "")[:LONGEST]
    number = _within(_int(request.POST.get("year")))
    found = read_notice(text, number)
    if request.POST.get("do") == "save":
        try:
            count = calendar_services.take_over(
                actor=request.actor, notice=found, source=_heading(text, number)
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return _shown(request, found.year or number, text, found, refusal)
        messages.success(request, _("已采用 {n} 天的放假和上班安排。").format(n=count))
        return redirect("desk:calendar-year", number=_within(found.year))
    return _shown(request, _within(found.year or number), text, found)


@gate("settings.manage", methods=("POST",))
def notice_back(request: Request, number: int) -> HttpResponse:
    """Forget the notice of a year."""
    calendar_services.take_back(actor=request.actor, year=number)
    messages.success(request, _("已撤下这一年的安排，恢复原来的日历。"))
    return redirect("desk:calendar-year", number=_within(number))


def _shown(
    request: Request,
    number: int,
    text: str = "",
    found: Notice | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    preview = found is not None and found.sound and found.year == number
    working = current()
    if preview and found is not None:
        working = WorkCalendar(overrides={**working.overrides, **found.days})
    english = presenting.lang() == "en"
    taken = CalendarNotice.objects.filter(day__year=number)
    context: dict[str, Any] = {
        "number": number,
        "months": [_month(working, number, month) for month in range(1, 13)],
        "provisional": working.provisional(number),
        "workdays": working.workdays_between(date(number - 1, 12, 31), date(number, 12, 31)),
        "before": reverse("desk:calendar-year", args=[number - 1]) if number > FIRST else "",
        "after": reverse("desk:calendar-year", args=[number + 1]) if number < LAST else "",
        "source": taken.values_list("source", flat=True).first(),
        "may_change": request.actor.can("settings.manage"),
        "text": text,
        "found": found,
        "preview": preview,
        "problems": [(line, en if english else zh) for line, zh, en in found.problems]
        if found
        else [],
        "refusal": refusal,
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
    }
    status = 422 if found is not None and not found.sound else 200
    return render(request, "playbooks/calendar.html", context, status=status)


def _month(working: WorkCalendar, number: int, month: int) -> dict[str, Any]:
    """The weeks of a month; each day says how it differs from an ordinary week."""
    weeks = []
    for week in months.Calendar().monthdatescalendar(number, month):
        days: list[dict[str, Any]] = []
        for day in week:
            if day.month != month:
                days.append({"day": "", "kind": ""})
                continue
            worked, ordinary = working.is_workday(day), day.weekday() < 5
            kind = ("work" if ordinary else "made-up") if worked else (
                "holiday" if ordinary else "weekend")  # fmt: skip
            days.append({"day": day.day, "kind": kind})
        weeks.append(days)
    return {"name": date_format(date(number, month, 1), "F"), "weeks": weeks}


def _heading(text: str, number: int) -> str:
    """The first line of the notice, as its source."""
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return first if "节假日" in first else str(number)


def _within(number: int | None) -> int:
    return min(max(number or clock.today().year, FIRST), LAST)


def _int(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None
