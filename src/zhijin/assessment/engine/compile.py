"""From a programme to the SQL steps that compute a standing, for any of the three engines.

Reads relations that the runner provides: ``facts`` (the period's months), ``facts_back`` (those and
the months before that are reached for), ``orgs`` (spells), ``joined(id, org_key, score)``,
``adjusted(org_key, amount)``, ``typed(indicator, org_key, n, d)``, ``earlier(mark, org_key)``.
Each step makes one relation; the last ones are the result.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhijin.assessment.engine.compile_measures import measure_steps
from zhijin.assessment.engine.compile_ranks import rank_steps
from zhijin.assessment.engine.compile_scores import score_steps
from zhijin.assessment.engine.dialects import DIALECTS
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.represent import Representation, represent

#: What a computation leaves behind.
RESULTS = ("value", "score", "mark", "tail")


@dataclass(frozen=True)
class Step:
    """One relation and the query that makes it."""

    name: str
    sql: str


@dataclass(frozen=True)
class Plan:
    """The steps in order; ``representation`` says what the columns mean."""

    dialect: str
    representation: Representation
    period: Period
    steps: tuple[Step, ...]


def compile(programme: Assessment, dialect: str, period: Period) -> Plan:  # noqa: A001
    """Compile ``programme`` for ``duckdb``, ``postgres`` or ``spark`` and one period.

    ValueError when the period is not of the programme's kind.
    """
    if period.kind != programme.period:
        raise ValueError(f"{programme.id} is ranked by {programme.period}, not by {period.kind}")
    book, how = represent(programme), DIALECTS[dialect]
    made = [
        *measure_steps(book, how, period),
        *score_steps(book, how),
        *rank_steps(book, how),
    ]
    return Plan(dialect, book, period, tuple(Step(name, sql) for name, sql in made))
