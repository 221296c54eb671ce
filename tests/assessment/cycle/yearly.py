"""A prefecture's own offices, their year of facts, and the shipped programmes that compute it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.assessment.drive import settle
from tests.cast import PREFECTURE
from zhijin.assessment import services
from zhijin.assessment.models import Batch, Run
from zhijin.core import clock, facts
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_span
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.playbooks import selectors
from zhijin.playbooks import services as playbooks

SYSTEM = Actor.system("test")
#: The prefecture's officer, whose grant holds in every year that a test speaks of.
OFFICER = Actor(
    "account", "officer", "郑白露",
    (Grant("prefecture_officer", PREFECTURE, *place_span(PREFECTURE)),),
)  # fmt: skip
YEAR = 2026
MONTHLY, YEARLY = "unit-month", "unit-year"
ROOT = Path(__file__).parents[3] / "playbooks"


@contextmanager
def at(day: date, hour: int = 9) -> Iterator[None]:
    with clock.freeze(datetime.combine(day, time(hour, 30), clock.TZ)):
        yield


def publish_programmes(*names: str) -> None:
    """Put shipped programmes into force, word for word."""
    with scoped(SYSTEM):
        for name in names:
            source = (ROOT / name / "assessment.yaml").read_text(encoding="utf-8")
            row = playbooks.save_draft(actor=SYSTEM, source=source, scenarios="", place_code="53")
            playbooks.publish(actor=SYSTEM, pk=row.pk)
    selectors.forget()


def quality(number: int) -> int:
    """How many of ten things the unit with this number does in time."""
    return 3 + number % 8


def work(orgs: Sequence[Organisation], months: Sequence[int], year: int = YEAR) -> int:
    """Ten pledged items, ten tasks and ten problems of every unit in each month; some done in time."""
    with scoped(SYSTEM):
        return facts.record_many(
            facts.NewFact(
                kind, at=datetime(year, month, 10, 1 + n, tzinfo=clock.TZ), place_code=org.place_code,
                subject=kind, actor="system:test", record=f"{kind}:{org.key}:{month}:{n}",
                org_key=org.key, attrs={"on_time": n < quality(number + month)},
            )
            for number, org in enumerate(orgs)
            for month in months
            for kind in ("activity.pledge.done", "activity.topic.done", "activity.problem.rectified")
            for n in range(10)
        )  # fmt: skip


def compute_all() -> list[Batch]:
    """What a worker does with everything that is asked for."""
    with scoped(SYSTEM):
        waiting = list(Batch.objects.filter(state="waiting").order_by("period_end", "asked_at"))
    return [services.compute(batch.id) for batch in waiting]


def ready(programme: str, start: date) -> Run:
    with scoped(SYSTEM):
        return Run.objects.get(programme=programme, period_start=start, state="ready")


def publish(programme: str, start: date) -> Run:
    return services.publish_run(actor=OFFICER, run_id=ready(programme, start).id, follow=False)


def computed_year(orgs: Sequence[Organisation], months: Sequence[int]) -> Run:
    """The year's result from facts, by the months, published a month ago."""
    publish_programmes(MONTHLY, YEARLY)
    work(orgs, months)
    # Facts that another test's open transaction holds up would count as come late.
    settle()
    for month in months:
        after = date(YEAR + month // 12, month % 12 + 1, 3)
        with at(after):
            services.request_due()
            compute_all()
            publish(MONTHLY, date(YEAR, month, 1))
    with at(date(YEAR + 1, 1, 6)):
        services.request_due()
        compute_all()
        return publish(YEARLY, date(YEAR, 1, 1))


def later(run: Run, days: int = 16) -> Any:
    """A time ``days`` after it was published: nobody can appeal any more."""
    assert run.published_at is not None
    return clock.freeze(run.published_at + timedelta(days=days))


__all__ = ["MONTHLY", "OFFICER", "PREFECTURE", "YEAR", "YEARLY", "at", "compute_all", "computed_year", "later",
           "publish", "publish_programmes", "quality", "ready", "work"]  # fmt: skip
