"""What of the assessment is due or new today, for the desk's first page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.assessment.models import Adjustment, Appeal, Follow, Run, Score
from zhijin.assessment.pages import reading, words
from zhijin.assessment.pages.reading import LAGGARD
from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor

#: How long a published result stands on the first page: as long as it can be contested.
_NEWS = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Notice:
    """One line: what it is, where it leads, until when (None: no deadline)."""

    title: str
    detail: str
    url: str
    due: datetime | None = None


def today(actor: Actor) -> list[Notice]:
    """At most five lines; none for whoever may not see assessments."""
    if not actor.can("assess.view"):
        return []
    found = [_published(actor), _waiting(actor), _approving(actor), _rectifying(actor)]
    return [notice for notice in found if notice is not None]


def _published(actor: Actor) -> Notice | None:
    """The newest published result that concerns the reader, while it can be contested."""
    now = clock.now()
    fresh = Run.objects.filter(state=Run.State.PUBLISHED, published_at__gt=now - _NEWS)
    mine = Score.objects.filter(reading.seen(actor), run_id__in=fresh.values("id"))
    run = fresh.filter(id__in=mine.values("run_id")).order_by("-period_start").first()
    if run is None or run.published_at is None:
        return None
    rows = list(mine.filter(run_id=run.id, county=run.county)[:2])
    title = _("{period}排名已公布").format(period=words.period(run.period_kind, run.period_start))
    query = f"?programme={run.programme}&period={run.period_start}"
    if len(rows) == 1:
        score = rows[0]
        detail = _("{name}排第 {rank}，得分 {total}。公布后 15 天内可以就记录申诉。").format(
            name=score.name, rank=f"{score.rank or '—'}/{score.of}", total=words.points(score.total)
        )
        url = reverse("desk:standing-org", args=[score.org_key]) + query
    else:
        count = mine.filter(run_id=run.id, county=run.county).count()
        detail = _("您管的 {n} 个组织在内。").format(n=count)
        url = reverse("desk:standing") + query
    return Notice(title, detail, url, run.published_at + _NEWS)


def _rectifying(actor: Actor) -> Notice | None:
    """Rectifications that are open."""
    rows = Follow.objects.filter(reading.seen(actor), kind=LAGGARD, case_id__isnull=False).order_by(
        "-at"
    )
    ids = [case for case in rows.values_list("case_id", flat=True)[:200] if case is not None]
    views = [view for view in cases.by_ids(actor, ids).values() if view.case.is_open]
    if not views:
        return None
    due = min((view.case.due_at for view in views if view.case.due_at), default=None)
    title = _("{n} 件整顿正在办").format(n=len(views))
    url = (
        reverse("desk:case", args=[views[0].case.id])
        if len(views) == 1
        else reverse("desk:standing-year")
    )
    return Notice(title, views[0].case.title if len(views) == 1 else "", url, due)


def _waiting(actor: Actor) -> Notice | None:
    """Appeals that the reader is to answer."""
    if not actor.can("assess.answer"):
        return None
    rows = Appeal.objects.filter(reading.seen(actor), state=Appeal.State.FILED)
    told = rows.aggregate(n=Count("id"), due=Min("due_at"))
    if not told["n"]:
        return None
    title = _("{n} 件申诉等待答复").format(n=told["n"])
    return Notice(title, "", reverse("desk:standing-appeals"), told["due"])


def _approving(actor: Actor) -> Notice | None:
    """Adjustments of others that wait for a second approval in the reader's scope."""
    if not actor.can("assess.approve"):
        return None
    rows = Adjustment.objects.filter(reading.seen(actor), state=Adjustment.State.PROPOSED)
    count = rows.exclude(proposed_by=actor.label).count()
    if not count:
        return None
    return Notice(
        _("{n} 条加减分等待复核").format(n=count), "", reverse("desk:standing-adjustments")
    )
