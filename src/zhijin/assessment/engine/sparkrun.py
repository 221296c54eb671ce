"""The same computation on Spark, over the same Parquet months, for when one machine is outgrown.

Spark is not among the platform's requirements (``requirements/spark.txt``); the caller brings a
session. Its results are those of DuckDB, to the last unit; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from zhijin.assessment.engine.compile import RESULTS, Plan, compile  # noqa: A004
from zhijin.assessment.engine.duckrun import Inputs
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.months import columns
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.units import DEPTH

#: Integer arithmetic must never wrap, and times are counted by ourselves.
SETTINGS: Final = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.enableVectorizedReader": "true",
}
#: Relations that several later steps read. Each step down the tree reads the one above once for every month:
#: left as views, six levels of a quarter would make a plan of 3⁶ parts.
_WRITTEN: Final = frozenset(
    {"org", "below", "measure", "scored", "total", "ranked", "tail"}
    | {f"below{depth}" for depth in range(DEPTH)}
)
_SHAPES: Final = {
    "joined": "id STRING, org_key BIGINT, score BIGINT",
    "adjusted": "org_key BIGINT, amount BIGINT",
    "typed": "indicator STRING, org_key BIGINT, n BIGINT, d BIGINT",
    "earlier": "mark STRING, org_key BIGINT, back BIGINT",
}


@dataclass
class SparkRun:
    """One computation; see :class:`~zhijin.assessment.engine.duckrun.DuckRun` for the arguments.

    ``spark``: a ``SparkSession`` with :data:`SETTINGS`; ``scratch``: a folder that all its workers
    see, for the relations in between. ``inputs.earlier`` must be given.
    """

    programme: Assessment
    facts: Path
    orgs: Path
    period: Period
    spark: Any
    scratch: Path
    inputs: Inputs = field(default_factory=lambda: Inputs(earlier=()))

    def __post_init__(self) -> None:
        self.plan: Plan = compile(self.programme, "spark", self.period)

    def compute(self) -> SparkRun:
        """Make the result relations as temporary views. Returns itself."""
        self._months("facts", self.period.months)
        self._months("facts_back", self.period.back(self.plan.representation.reach))
        self.spark.read.parquet(str(self.orgs)).createOrReplaceTempView("orgs")
        for name, shape in _SHAPES.items():
            rows = [tuple(row) for row in getattr(self.inputs, name) or ()]
            self.spark.createDataFrame(rows, shape).createOrReplaceTempView(name)
        for step in self.plan.steps:
            made = self.spark.sql(step.sql)
            if step.name in _WRITTEN:
                # Written and read back: no later step computes the earlier ones again.
                folder = str(self.scratch / step.name)
                made.write.mode("overwrite").parquet(folder)
                made = self.spark.read.parquet(folder)
            made.createOrReplaceTempView(step.name)
        return self

    def _months(self, name: str, months: Iterable[date]) -> None:
        paths = [self.facts / f"{month:%Y%m}.parquet" for month in months]
        found = [str(path) for path in paths if path.exists()]
        if found:
            self.spark.read.parquet(*found).createOrReplaceTempView(name)
            return
        types = {"VARCHAR": "STRING", "INTEGER": "INT"}
        shape = ", ".join(f"{c.name} {types.get(c.type, c.type)}" for c in columns())
        self.spark.createDataFrame([], shape).createOrReplaceTempView(name)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A result relation as dictionaries, by organisation."""
        if name not in RESULTS:
            raise ValueError(f"no result is called {name}")
        return [
            row.asDict()
            for row in self.spark.sql(f"SELECT * FROM {name}").orderBy("org_key").collect()
        ]
