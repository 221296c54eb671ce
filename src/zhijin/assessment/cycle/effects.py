"""What came of a visit: how the guest stood in the last published month before it, and in the newest one after."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhijin.activities.api import Effect, Visit
from zhijin.assessment.models import Run, Score
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped

PUBLIC = (Run.State.PUBLISHED, Run.State.FROZEN)


def effects(visit: Visit) -> list[Effect]:
    """One line for each programme that has published a month before the visit. Whoever sees the visit sees it."""
    if visit.org_key is None:
        return []
    with scoped(Actor.system("assessment")):
        months = Run.objects.filter(county=visit.county, period_kind="month", state__in=PUBLIC)
        runs = list(months.defer("canonical", "signature").order_by("programme", "period_start"))
        totals = dict(
            Score.objects.filter(
                county=visit.county, org_key=visit.org_key, run_id__in=[run.id for run in runs]
            ).values_list("run_id", "total")
        )
    told = []
    for programme in dict.fromkeys(run.programme for run in runs):
        mine = [
            run for run in runs if run.programme == programme and totals.get(run.id) is not None
        ]
        before = [run for run in mine if run.period_end <= visit.on]
        after = [run for run in mine if run.period_start > visit.on]
        if before:
            last, newest = before[-1], after[-1] if after else None
            told.append(Effect(
                _("总分（{programme}）").format(programme=programme), totals[last.id] or 0,
                f"{last.period_start:%Y-%m}", totals[newest.id] if newest else None,
                f"{newest.period_start:%Y-%m}" if newest else "",
            ))  # fmt: skip
    return told
