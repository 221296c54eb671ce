"""What is written for several periods at once is what each of them alone gives."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from tests.assessment.engine import engines
from tests.assessment.engine.support import sound
from tests.assessment.engine.test_engines import EVERY
from zhijin.assessment.engine.compile import compile  # noqa: A004
from zhijin.assessment.engine.duckrun import WRITTEN, DuckRun, Inputs
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.engine.several import compute_all, earlier

MONTHS = [Period(date(2026, month, 1)) for month in (4, 5, 6, 7, 8)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return engines.random_world(tmp_path_factory.mktemp("several"), 21)


@pytest.fixture(scope="module")
def programme():
    """Without typed figures and joined results: of several periods each has its own."""
    return sound(EVERY)


def read(path: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        found = db.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
    return sorted(found, key=repr)


def alone(programme, world, period, given) -> dict[str, list[tuple[Any, ...]]]:
    with DuckRun(programme, world.folder, world.orgs_file, period, given) as run:
        run.compute()
        return {
            name: sorted(run.db.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in WRITTEN
        } | {"ends": run.tail()}


@pytest.mark.parametrize(("at_once", "threads"), [(1, 2), (2, 1), (3, 1)])
def test_each_period_is_what_it_is_alone(tmp_path, world, programme, at_once, threads):
    compute_all(
        programme, world.folder, world.orgs_file, MONTHS, tmp_path / "out", at_once, threads
    )
    tails = []
    for period in MONTHS:
        expected = alone(programme, world, period, Inputs(earlier=earlier(tails, 2)))
        for name in WRITTEN:
            assert read(tmp_path / "out" / f"{name}-{period.start:%Y%m}.parquet") == expected[name]
        tails.append(expected["ends"])
    assert any(tails)


def test_what_is_written_on_the_way_is_what_is_computed(tmp_path, world, programme):
    given = engines.inputs(3)
    with DuckRun(programme, world.folder, world.orgs_file, MONTHS[3], given) as run:
        run.compute(tmp_path)
    expected = alone(programme, world, MONTHS[3], given)
    for name in WRITTEN:
        assert read(tmp_path / f"{name}-202607.parquet") == expected[name]


def test_a_period_that_fails_stops_the_others(tmp_path, world, programme):
    (tmp_path / "broken").mkdir()
    for month in MONTHS:
        (tmp_path / "broken" / f"{month.start:%Y%m}.parquet").write_bytes(b"no Parquet")
    with pytest.raises(duckdb.Error):
        compute_all(programme, tmp_path / "broken", world.orgs_file, MONTHS, tmp_path / "out")


def test_earlier_counts_back_from_the_newest():
    tails = [[("laggard", 1)], [("laggard", 2)], [("laggard", 3), ("advanced", 4)]]
    assert earlier(tails, 2) == [("laggard", 3, 1), ("advanced", 4, 1), ("laggard", 2, 2)]
    assert earlier(tails, 0) == []
    assert earlier([], 2) == []


def columns(world, programme, period) -> dict[str, str]:
    with DuckRun(programme, world.folder, world.orgs_file, period, Inputs(earlier=())) as run:
        run.compute()
        return {row[0]: row[1] for row in run.db.execute("DESCRIBE scored").fetchall()}


def test_only_what_says_something_is_kept_and_no_wider_than_it_can_be(world, programme):
    found = columns(world, programme, MONTHS[3])
    book = compile(programme, "duckdb", MONTHS[3]).representation
    for i, item in enumerate(book.indicators):
        # A number of its own has no denominator, and its value is the numerator.
        assert (f"d{i}" in found, f"v{i}" in found) == (item.ratio, item.ratio)
        assert found[f"s{i}"] == "SMALLINT"
        assert found[f"n{i}"] in {"INTEGER", "BIGINT"}
        if item.of is None:
            assert found[f"n{i}"] == "BIGINT"  # typed in: no bound is known
    assert {"INTEGER", "BIGINT"} <= set(found.values())


def test_totals_keep_64_bits(world):
    """A total may pass 32 bits; nothing is cut, and nothing fails."""
    programme = sound(EVERY)
    for row in world.facts:
        if row["kind"] == "points.due":
            row["value"] = 2**33
    world.write()
    found = columns(world, programme, MONTHS[3])
    assert "BIGINT" in {kind for name, kind in found.items() if name[0] == "n"}
    with DuckRun(programme, world.folder, world.orgs_file, MONTHS[3], engines.inputs(5)) as run:
        values = run.compute().rows("value")
    assert max(n or 0 for row in values for n in row["numerators"]) >= 2**33
