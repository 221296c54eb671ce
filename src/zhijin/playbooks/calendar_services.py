"""Writes of the working calendar: a State Council notice taken over, or taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.core import calendar, journal
from zhijin.core.actor import Actor
from zhijin.core.holidays import Notice
from zhijin.core.models import CalendarNotice
from zhijin.playbooks import errors


def take_over(*, actor: Actor, notice: Notice, source: str) -> int:
    """Let the days of ``notice`` hold in place of what was known of its year; returns how many.

    Deadlines of stays that begin from now on, and of running ones when they are next computed,
    follow it. Raises PR009 for a notice with problems, CO403.
    """
    actor.require("settings.manage")
    if not notice.sound:
        english = (get_language() or "").startswith("en")
        told = [en if english else zh for _line, zh, en in notice.problems]
        raise errors.NOTICE_NOT_SOUND(what=" ".join(told[:3]) or _("没有读到日期。"))
    with transaction.atomic():
        CalendarNotice.objects.filter(day__year=notice.year).delete()
        CalendarNotice.objects.bulk_create(
            [
                CalendarNotice(day=day, workday=worked, source=source[:200])
                for day, worked in sorted(notice.days.items())
            ],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["workday", "source"],
        )
        journal.write(
            actor, "calendar.notice", f"calendar:{notice.year}", detail={"days": len(notice.days)}
        )
        transaction.on_commit(calendar.forget)
    return len(notice.days)


def take_back(*, actor: Actor, year: int) -> int:
    """Forget the notice of ``year``: the packaged or provisional calendar holds again. CO403."""
    actor.require("settings.manage")
    with transaction.atomic():
        count, _rows = CalendarNotice.objects.filter(day__year=year).delete()
        journal.write(actor, "calendar.notice_back", f"calendar:{year}", detail={"days": count})
        transaction.on_commit(calendar.forget)
    return count
