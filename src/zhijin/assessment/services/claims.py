"""What a unit says is missing from an indicator: something that was done, and which record shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from zhijin.assessment import errors
from zhijin.assessment.engine import Assessment
from zhijin.assessment.engine.measures_model import Measure
from zhijin.assessment.engine.resting import measures_of
from zhijin.assessment.models import Appeal, Run, Score
from zhijin.assessment.periods import moment, name_of
from zhijin.cases import api as cases
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.ids import place_span
from zhijin.core.models import Fact

SYSTEM = Actor.system("assessment")
#: Measures of these forms can be given one more; sums and times need figures that only the work itself has.
FORMS = frozenset({"count", "exists"})


@dataclass(frozen=True)
class Missing:
    """A fact that should have been there: noon of ``on`` stands for its time."""

    kind: str
    on: date
    record: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return moment(self.on) + timedelta(hours=12)

    def name_for(self, run: Run, org_key: int) -> UUID:
        """The same claim has the same name, so that it is made once."""
        return uuid5(NAMESPACE_URL, f"{run.id} {org_key} {self.kind} {self.on} {self.record}")


def kinds_of(measures: list[Measure]) -> list[str]:
    """The kinds of fact of which one more may be claimed."""
    found = (kind for measure in measures if measure.form in FORMS for kind in measure.kinds)
    return [kind for kind in dict.fromkeys(found) if not kind.endswith("*")]


def check(
    actor: Actor, run: Run, score: Score, programme: Assessment, indicator: str, wanted: Missing
) -> None:
    """Raises AE022 (not counted here), AE023 (not in the period), AE024 (no record), AE025 (counted)."""
    measures = measures_of(programme, programme.indicators[indicator])
    if wanted.kind not in kinds_of(measures):
        raise errors.NOT_COUNTED_HERE(kind=wanted.kind)
    if not run.period_start <= wanted.on < run.period_end or wanted.at > clock.now():
        period = name_of(run.period_kind, run.period_start)
        raise errors.NOT_IN_PERIOD(day=str(wanted.on), period=period)
    if wanted.kind.startswith("case.") and _case(actor, wanted.record) is None:
        raise errors.NO_RECORD(fields={"record": errors.NO_RECORD.message})
    if wanted.record and _counted(run, score, wanted):
        raise errors.ALREADY_COUNTED()


def _case(actor: Actor, record: str) -> cases.Case | None:
    kind, _colon, one = record.partition(":")
    try:
        wanted = UUID(one) if kind == "case" else None
    except ValueError:
        return None
    found = cases.by_ids(actor, [wanted]) if wanted is not None else {}
    return next((view.case for view in found.values()), None)


def _counted(run: Run, score: Score, wanted: Missing) -> bool:
    """Whether the same record counts here in the period already."""
    lo, hi = place_span(score.place_code)
    near = Fact.objects.filter(
        kind=wanted.kind, record=wanted.record, at__gte=moment(run.period_start),
        at__lt=moment(run.period_end),
    )  # fmt: skip
    here = near.filter(place_key__gte=lo, place_key__lt=hi)
    return here.exists() or near.filter(org_key=score.org_key).exists()


def write_missing(actor: Actor, appeal: Appeal) -> None:
    """The fact that an accepted claim brings, in the present transaction. It opens what shows it: the record
    that the claim names, else the appeal itself."""
    case = _case(SYSTEM, appeal.record)
    subject = case.playbook if case is not None else appeal.fact_kind
    attrs = {**appeal.changes, "by": appeal.name, "why": appeal.answer}
    facts.record_many(
        [
            NewFact(
                appeal.fact_kind, appeal.fact_at, appeal.place_code, subject, actor.label,
                appeal.record or appeal.name, 1, appeal.org_key, attrs,
                case.playbook if case is not None else "",
            )
        ]
    )  # fmt: skip
