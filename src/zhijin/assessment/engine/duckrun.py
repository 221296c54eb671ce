"""Computes a standing in an in-process DuckDB over Parquet months.

Nothing is installed or loaded at run time; memory and threads are bounded; what does not fit spills
into ``scratch``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from zhijin.assessment.engine.compile import RESULTS, Plan, Step, compile  # noqa: A004
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.months import columns
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.units import DEPTH

_SETTINGS: Final = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "preserve_insertion_order": "false",
}


@dataclass(frozen=True)
class Inputs:
    """What joins the facts: all by organisation, all already decided by people or earlier runs.

    ``joined``: (join id, organisation, score in basis points). ``adjusted``: (organisation, amount).
    ``typed``: (indicator, organisation, numerator, denominator). ``earlier``: (mark, organisation,
    how many periods back) for each of the last periods in which it was at the end that the mark's
    running rule looks at; None: computed from the facts.
    """

    joined: Iterable[tuple[str, int, int]] = ()
    adjusted: Iterable[tuple[int, int]] = ()
    typed: Iterable[tuple[str, int, int, int | None]] = ()
    earlier: Iterable[tuple[str, int, int]] | None = None


_SHAPES: Final = {
    "joined": "id VARCHAR, org_key BIGINT, score BIGINT",
    "adjusted": "org_key BIGINT, amount BIGINT",
    "typed": "indicator VARCHAR, org_key BIGINT, n BIGINT, d BIGINT",
    "earlier": "mark VARCHAR, org_key BIGINT, back BIGINT",
}

_WORD: Final = re.compile(r"\w+")
_ARROW: Final = {"VARCHAR": pa.string(), "BIGINT": pa.int64()}


@dataclass
class DuckRun:
    """One computation of ``programme`` for ``period``. Use it as a context manager.

    ``facts``: the folder of ``YYYYMM.parquet`` (a month without a file has no facts; ``files`` may
    name several files for a month instead); ``orgs``: the file of spells. After :meth:`compute` the
    result relations ``value``, ``score``, ``mark`` and ``tail`` can be read from ``db``.
    """

    programme: Assessment
    facts: Path
    orgs: Path
    period: Period
    inputs: Inputs = field(default_factory=Inputs)
    files: Mapping[date, list[Path]] | None = None
    memory: str = "2GB"
    threads: int = 2
    scratch: Path | None = None

    def __post_init__(self) -> None:
        self.plan: Plan = compile(self.programme, "duckdb", self.period)
        settings: dict[str, str | bool | int | float | list[str]] = {
            **_SETTINGS, "memory_limit": self.memory, "threads": self.threads,
        }  # fmt: skip
        if self.scratch is not None:
            settings["temp_directory"] = str(self.scratch)
        self.db = duckdb.connect(":memory:", config=settings)
        # Otherwise a query of some seconds draws a bar into whatever the command prints.
        self.db.execute("SET enable_progress_bar = false")
        # A month is read by several passes; what stands where in its file takes 4 ms to read.
        self.db.execute("SET parquet_metadata_cache = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.db.close()

    def compute(self, folder: Path | None = None) -> DuckRun:
        """Make the result relations, and write them into ``folder`` if there is one. Returns itself."""
        earlier = self.inputs.earlier
        return self.prepare(folder).finish(self._earlier() if earlier is None else earlier, folder)

    def prepare(self, folder: Path | None = None, *, beside: bool = True) -> DuckRun:
        """Everything but the marks, which alone look at earlier periods.

        ``beside``: whether what is wide is written while the ranks are made. It helps one period, and
        hinders several that are computed at once.
        """
        self._provide()
        with ThreadPoolExecutor(1) as pool:
            writing: list[Future[None]] = []
            for step in self.plan.steps[:-1]:
                if folder is not None and step.name not in WRITTEN and step.name not in KEPT:
                    continue
                self._make(step)
                if folder is None or step.name not in WRITTEN[:2]:
                    continue
                if beside:
                    # Beside the ranking, and beside the tails: as much work as all that comes after.
                    writing.append(pool.submit(self._write, self.db.cursor(), step.name, folder))
                else:
                    self._write(self.db, step.name, folder)
            for one in writing:
                one.result()
        return self

    def finish(
        self, earlier: Iterable[tuple[str, int, int]], folder: Path | None = None
    ) -> DuckRun:
        """The marks, with the ends of the earlier periods (see :class:`Inputs`)."""
        self._fill("earlier", earlier)
        self._make(self.plan.steps[-1])
        if folder is not None:
            for name in WRITTEN[2:]:
                self._write(self.db, name, folder)
        return self

    def _make(self, step: Step) -> None:
        kept = step.name in KEPT and step.name not in _SEEN_THROUGH
        kind = "TABLE" if kept else "VIEW"
        self.db.execute(f"CREATE OR REPLACE {kind} {step.name} AS {step.sql}")

    def _write(self, db: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
        path = str(folder / f"{name}-{self.period.start:%Y%m}.parquet").replace("'", "''")
        db.execute(f"COPY {name} TO '{path}' (FORMAT parquet, COMPRESSION lz4)")

    def _provide(self) -> None:
        book = self.plan.representation
        self._months("facts", self.period.months)
        self._months("facts_back", self.period.back(book.reach))
        self.db.execute(f"CREATE OR REPLACE VIEW orgs AS SELECT * FROM {_parquet([self.orgs])}")
        for name, shape in _SHAPES.items():
            self.db.execute(f"CREATE OR REPLACE TABLE {name} ({shape})")
        self._fill("joined", self.inputs.joined)
        self._fill("adjusted", self.inputs.adjusted)
        self._fill("typed", self.inputs.typed)

    def _months(self, name: str, months: Iterable[date]) -> None:
        found = [path for month in months for path in self.files_of(month)]
        # Planning looks at every column of a view, and most are asked for by nobody.
        words = {word for step in self.plan.steps for word in _WORD.findall(step.sql)}
        asked = [column for column in columns() if column.name in words]
        if found:
            names = ", ".join(f'"{column.name}"' for column in asked) or "*"
            self.db.execute(
                f"CREATE OR REPLACE VIEW {name} AS SELECT {names} FROM {_parquet(found)}"
            )
            return
        empty = ", ".join(f"CAST(NULL AS {column.type}) AS {column.name}" for column in columns())
        self.db.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {empty} WHERE 1 = 0")

    def files_of(self, month: date) -> list[Path]:
        """The files that hold the facts of ``month``."""
        if self.files is not None:
            return list(self.files.get(month, []))
        path = self.facts / f"{month:%Y%m}.parquet"
        return [path] if path.exists() else []

    def _fill(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        listed = list(rows)
        if not listed:
            return
        # One Arrow table: a row at a time would cost more than the whole computation.
        shape = _SHAPES[name].split(", ")
        given = pa.table(
            [
                pa.array([row[n] for row in listed], _ARROW[part.split()[1]])
                for n, part in enumerate(shape)
            ],
            names=[part.split()[0] for part in shape],
        )
        self.db.register("given", given)
        self.db.execute(f"INSERT INTO {name} SELECT * FROM given")
        self.db.unregister("given")

    def _earlier(self) -> list[tuple[str, int, int]]:
        """The tails of the periods before, computed from the same facts."""
        found: list[tuple[str, int, int]] = []
        for back in range(1, self.plan.representation.running + 1):
            inputs = Inputs(
                joined=list(self.inputs.joined), typed=list(self.inputs.typed), earlier=()
            )
            with DuckRun(self.programme, self.facts, self.orgs, self.period.before(back), inputs,
                         self.files, self.memory, self.threads, self.scratch) as run:  # fmt: skip
                found += [(mark, org, back) for mark, org in run.compute().tail()]
        return found

    def tail(self) -> list[tuple[str, int]]:
        """(mark, organisation) of those at the end that a running rule looks at, in this period."""
        return self.db.execute("SELECT mark, org_key FROM tail ORDER BY 1, 2").fetchall()

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A result relation as dictionaries, by organisation; for tests and small programmes."""
        if name not in RESULTS:
            raise ValueError(f"no result is called {name}")
        found = self.db.execute(f"SELECT * FROM {name} ORDER BY org_key")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


#: Steps whose rows are kept; the others are views, so that the engine sees through them.
KEPT: Final = frozenset(
    {"org", "place_unit", "below", "measure", "scored", "total", "ranked", "tail", "score", "mark"}
    | {f"below{depth}" for depth in range(DEPTH + 1)}
)


#: Of these, what DuckDB computes faster than it writes it into a table: wide, and read twice.
_SEEN_THROUGH: Final = frozenset({"scored", "score"})

#: What is written into a folder: the arrays of ``value`` say the same as ``scored``.
WRITTEN: Final = ("scored", "score", "mark", "tail")


def _parquet(paths: list[Path]) -> str:
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{names}])"
