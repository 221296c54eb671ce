"""One programme that uses every construct gives the same on DuckDB, PostgreSQL and Spark, to the last unit."""

from __future__ import annotations

import logging
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assessment.engine import engines
from tests.assessment.engine.support import sound
from zhijin.assessment.engine.dialects import DUCKDB, MAX_COMPILED, POSTGRES, SPARK, formula
from zhijin.assessment.engine.evaluate import evaluate
from zhijin.assessment.engine.expressions import ExpressionError, bound, kind_of, parse
from zhijin.assessment.engine.periods import Period

EVERY = (Path(__file__).parent / "every.yaml").read_text(encoding="utf-8")
JULY = Period(date(2026, 7, 1))


def variant(rounding: str, period: str = "month") -> str:
    """The programme with another rounding or period (rules of months running need months)."""
    text = EVERY.replace("rounding: floor", f"rounding: {rounding}")
    if period == "month":
        return text
    lines = [
        line.split(", running:")[0] + ("}" if ", running:" in line else "")
        for line in text.split("\n")
    ]
    return "\n".join(lines).replace("period: month", f"period: {period}", 1)


CASES = [
    (1, "floor", JULY), (2, "half_up", JULY), (3, "ceiling", Period(date(2026, 5, 1))),
    (4, "floor", Period(date(2026, 4, 1), "quarter")), (5, "half_up", Period(date(2026, 7, 1), "quarter")),
    (6, "floor", Period(date(2026, 1, 1), "year")),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("seed", "rounding", "period"), CASES)
def test_duckdb_and_postgresql_agree(tmp_path, seed, rounding, period):
    world = engines.random_world(tmp_path, seed)
    programme = sound(variant(rounding, period.kind))
    with connection.cursor() as cursor:
        theirs = engines.on_postgres(cursor, programme, world, period, engines.inputs(seed))
    ours = engines.on_duckdb(programme, world, period, engines.inputs(seed))
    assert ours == theirs
    states = {state for row in ours["value"] for state in row[4]}
    assert states == {0, 1, 2, 3}
    assert ours["mark"]
    assert len({row[-1] for row in ours["score"]}) > 1  # some are compared in a wider group


@pytest.mark.django_db
def test_the_order_of_facts_and_organisations_changes_nothing(tmp_path):
    world = engines.random_world(tmp_path, 9)
    programme = sound(EVERY)
    once = engines.on_duckdb(programme, world, JULY, engines.inputs(9))
    world.facts.reverse()
    world.orgs.reverse()
    world.write()
    assert engines.on_duckdb(programme, world, JULY, engines.inputs(9)) == once


def test_ranks_add_up_in_every_group(tmp_path):
    """Places in a group with shared ranks: each block of equals begins after all that are better."""
    world = engines.random_world(tmp_path, 10)
    programme = sound(EVERY.replace("least: 4", "least: 2"))
    from zhijin.assessment.engine.duckrun import DuckRun

    with DuckRun(programme, world.folder, world.orgs_file, JULY, engines.inputs(10)) as run:
        rows = run.compute().rows("score")
    groups: dict[tuple, list] = {}
    for row in rows:
        if row["used"] == 0:
            groups.setdefault((row["group_key"],), []).append(row)
    assert groups
    for members in groups.values():
        assert {row["rank_of"] for row in members} == {len(members)}
        # The mean place of a block, summed, is what ranks without equals would give.
        total = sum(2 * row["rank_no"] + row["tied"] - 1 for row in members)
        assert total == len(members) * (len(members) + 1)
        by_rank = sorted(members, key=lambda row: row["rank_no"])
        assert all(a["total"] >= b["total"] for a, b in pairwise(by_rank))


_leaf = st.sampled_from(["a", "b", "c", "0", "1", "7", "100"])
_number = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        st.tuples(st.sampled_from(["min", "max", "coalesce", "pct"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
        st.tuples(
            inner, inner, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), inner, inner
        ).map(lambda t: f"({t[0]} if {t[1]} {t[2]} {t[3]} else {t[4]})"),
        st.tuples(
            inner, inner, inner, inner, st.sampled_from(["and", "or", "and not", "or not"])
        ).map(lambda t: f"({t[0]} if {t[1]} > {t[2]} {t[4]} {t[2]} == {t[3]} else {t[1]})"),
        inner.map(lambda t: f"(-{t})"),
    ),
    max_leaves=8,
)
_value = st.one_of(st.none(), st.integers(-40, 40))
ROWS = st.lists(st.tuples(_value, _value, _value), min_size=1, max_size=6)


def usable(text: str):
    """The tree of a random formula, or None where the checker would refuse it."""
    try:
        tree = parse(text)
        kind_of(tree)
        bound(tree, dict.fromkeys("abc", 10**4))
    except ExpressionError:
        return None
    return tree if len(formula(tree, POSTGRES, "half_up")) <= MAX_COMPILED else None


def cell(value):
    return "CAST(NULL AS BIGINT)" if value is None else f"CAST({value} AS BIGINT)"


def numbered(rows):
    """Rows as a VALUES list, each with its number."""
    return ", ".join("(" + ", ".join([*map(cell, row), str(n)]) + ")" for n, row in enumerate(rows))


def select(tree, rows, dialect, rounding):
    sql = formula(tree, dialect, rounding)
    return f"SELECT {sql} AS v FROM (VALUES {numbered(rows)}) AS t(a, b, c, n) ORDER BY n"


@pytest.fixture(scope="module")
def duck():
    """One DuckDB for every formula: opening it takes longer than what is asked of it."""
    import duckdb

    with duckdb.connect() as db:
        yield db


@pytest.mark.django_db
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=_number, rows=ROWS, rounding=st.sampled_from(["floor", "half_up", "ceiling"]))
def test_formulas_give_in_sql_what_the_evaluator_gives(duck, text, rows, rounding):
    tree = usable(text)
    if tree is None:
        return
    exact = [evaluate(tree, dict(zip("abc", row, strict=True)), rounding) for row in rows]
    assert [v for (v,) in duck.execute(select(tree, rows, DUCKDB, rounding)).fetchall()] == exact
    with connection.cursor() as cursor:
        cursor.execute(select(tree, rows, POSTGRES, rounding).replace("%", "%%"), [])
        assert [v for (v,) in cursor.fetchall()] == exact


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """A small Spark of its own, if it is installed (requirements/spark.txt) and there is a Java."""
    pyspark = pytest.importorskip("pyspark.sql", reason="requirements/spark.txt is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17")
    from zhijin.assessment.engine.sparkrun import SETTINGS

    logging.getLogger("py4j").setLevel(logging.WARNING)  # it speaks when pytest's streams are gone
    folder = tmp_path_factory.mktemp("spark")
    builder = pyspark.SparkSession.builder.master("local[2]").appName("zhijin")
    own = {
        **SETTINGS, "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.memory": "1g", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.log.level": "ERROR", "spark.sql.codegen.wholeStage": "false", "spark.default.parallelism": "1",
        # Plans of some seconds: what is compiled for them would never be paid back.
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto",
        # What holds for every column is not carried from step to step: the plans know it already.
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.shuffle.compress": "false", "spark.broadcast.compress": "false",
        "spark.sql.autoBroadcastJoinThreshold": "-1",
    }  # fmt: skip
    for name, value in own.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rounding", "period"),
    [("half_up", JULY), ("floor", Period(date(2026, 7, 1), "quarter"))],
    ids=["month", "quarter"],
)
def test_spark_agrees_to_the_last_unit(tmp_path, spark, rounding, period):
    from zhijin.assessment.engine.sparkrun import SparkRun

    # Few facts: what costs is the plan of every step, not the rows; each construct is there all the same.
    world = engines.random_world(tmp_path, 21, facts=1500)
    programme, given_ = sound(variant(rounding, period.kind)), engines.inputs(21)
    ours = engines.on_duckdb(programme, world, period, given_)
    run = SparkRun(
        programme, world.folder, world.orgs_file, period, spark, tmp_path / "scratch", given_
    ).compute()
    assert {name: engines.comparable(run.rows(name)) for name in ours} == ours


@pytest.mark.slow
def test_formulas_on_spark(spark):
    rows = [(a, b, c) for a in (None, -7, 0, 7) for b in (None, -2, 0, 3) for c in (None, 1)]
    texts = [
        "a // b", "-7 // b", "a // 2 * 2 + 1", "pct(a, b)", "pct(a, c)", "min(a, b, c)", "max(a, c)",
        "coalesce(a, b, 5)", "a if a > b else c", "1 if a > b or c == 1 else 0", "1 if not a > b and b > 0 else 0",
        "a * b - c", "a if b != c else -b",
    ]  # fmt: skip
    for rounding in ("floor", "half_up", "ceiling"):
        columns = ", ".join(
            f"{formula(parse(t), SPARK, rounding)} AS v{i}" for i, t in enumerate(texts)
        )
        found = spark.sql(
            f"SELECT {columns} FROM (VALUES {numbered(rows)}) AS t(a, b, c, n) ORDER BY n"
        ).collect()
        exact = [
            [evaluate(parse(t), dict(zip("abc", row, strict=True)), rounding) for t in texts]
            for row in rows
        ]
        assert [list(row) for row in found] == exact
