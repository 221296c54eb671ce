"""When a period and its days of grace are over, what became of each obligation is settled once and told as a fact."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from zhijin.activities.meetings import programme
from zhijin.activities.meetings.format import Kind
from zhijin.activities.meetings.periods import Period, ended_between
from zhijin.activities.models import Branch, Meeting, Obligation
from zhijin.activities.services.common import same_keys, tell
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.core.tasks import apart

log = logging.getLogger("zhijin.activities")
ACTOR = Actor("system", "branch-life", "组织生活")
#: Periods longer over than this are not settled any more.
REACH = timedelta(days=430)


def sweep() -> int:
    """Settle what is over, branch by branch; returns how many obligations. A failing branch holds up no other."""
    with scoped(ACTOR):
        rows = list(Branch.objects.order_by("org_key").values_list("id", flat=True))
    done = 0
    for pk in rows:
        with scoped(ACTOR):
            done += apart(
                partial(_settled, pk),
                log, "the obligations of branch %s were not settled", pk,
            )  # fmt: skip
    return done


def _settled(pk: UUID) -> int:
    return settle(Branch.objects.select_for_update(no_key=True).get(id=pk))


def settle(branch: Branch, today: date | None = None) -> int:
    """Settle one branch's periods that are over; what was settled stays, whatever the clock says later."""
    life = programme.current(branch.place_code, branch.programme).model
    until = (today or clock.today()) - timedelta(days=life.grace)
    since = max(branch.begins, until - REACH)
    there = set(Obligation.objects.filter(org_key=branch.org_key).values_list("kind", "period"))
    count = 0
    for kind in life.due:
        for period in ended_between(kind.each or "year", since, until):
            if (kind.id, period.name) not in there:
                _settle(branch, kind, period)
                count += 1
    return count


@transaction.atomic(savepoint=False)
def _settle(branch: Branch, kind: Kind, period: Period) -> Obligation:
    held = Meeting.objects.filter(
        org_key=branch.org_key, kind=kind.id, state=Meeting.State.HELD,
        held_on__gte=period.first, held_on__lte=period.last,
    ).count()  # fmt: skip
    row = Obligation.objects.create(
        **same_keys(branch), kind=kind.id, period=period.name, last_day=period.last,
        needed=kind.least, held=held, met=held >= kind.least, settled_at=clock.now(),
    )  # fmt: skip
    attrs: dict[str, Any] = {
        "kind": kind.id,
        "period": period.name,
        "needed": kind.least,
        "met": row.met,
    }
    at = datetime.combine(period.last, time(23, 59), clock.TZ)
    tell(ACTOR, "activity.obligation", row, f"org:{branch.org_key}", subject=f"org:{branch.org_key}",
         value=held, attrs=attrs, at=at)  # fmt: skip
    return row
