"""The standing of a province: 98,000 organisations, 20 million facts over 12 months, 40 indicators.

The engine against the best script by hand and against PostgreSQL, all results compared to the last
unit; the month ranked again after new facts; the records behind a figure; memory; growth.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench import standing_ground as ground

_SIDE = ("scored", "score", "mark", "tail")
JULY = date(2026, 7, 1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orgs", type=int, default=98_000)
    parser.add_argument("--facts", type=int, default=20_000_000, help="over twelve months")
    parser.add_argument("--new", type=int, default=100_000, help="facts that come in July")
    parser.add_argument("--no-postgres", action="store_true", help="leave PostgreSQL out")
    parser.add_argument(
        "--growth", action="store_true", help="July with 1, 2 and 5 times the facts"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Figures in seconds, megabytes and ratios; ``equal`` says whether every result was the same."""
    root = Path(tempfile.mkdtemp(prefix="standing-", dir=os.environ.get("ZHIJIN_HOME")))
    try:
        return _measured(args, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _measured(args: argparse.Namespace, root: Path) -> dict[str, Any]:
    orgs, facts = root / "orgs.parquet", root / "facts"
    facts.mkdir()
    ground.write_orgs(orgs, args.orgs)
    for month in ground.YEAR:
        ground.write_month(facts, orgs, month, args.facts // 12)
    ground.write_month(root, orgs, JULY, args.new, "new.parquet")
    figures: dict[str, Any] = {
        "orgs": args.orgs, "facts": args.facts // 12 * 12, "indicators": ground.INDICATORS,
        "parquet_mb": sum(path.stat().st_size for path in facts.iterdir()) >> 20,
    }  # fmt: skip
    # Twice each, the better counts: the first reads the files from the disk.
    engine = min((_worker("engine", root) for _ in range(2)), key=lambda one: one["seconds"])
    by_hand = min((_worker("handwritten", root) for _ in range(2)), key=lambda one: one["seconds"])
    again = _worker("rerank", root)
    figures |= {
        "full_s": engine["seconds"], "handwritten_s": by_hand["seconds"],
        "ratio_handwritten": round(engine["seconds"] / by_hand["seconds"], 3),
        "rerank_s": again["seconds"], "peak_mb": engine["peak_mb"],
        "handwritten_peak_mb": by_hand["peak_mb"], "rerank_peak_mb": again["peak_mb"],
        "equal_handwritten": _same(root / "engine", root / "handwritten"),
    }  # fmt: skip
    if args.growth:
        figures["growth"] = _growth(args, root)
    if not args.no_postgres:
        from bench import standing_postgres

        figures |= standing_postgres.measure(root)
        figures["ratio_postgres"] = round(figures["full_s"] / figures["postgres_s"], 4)
        figures["equal_postgres"] = _same(root / "engine", root / "postgres")
    return figures


def _worker(what: str, root: Path) -> dict[str, Any]:
    """A process of its own, so that its peak memory is its own."""
    code = f"from bench.standing import worker; worker({what!r}, {str(root)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def worker(what: str, root: str) -> None:
    """Compute, and print seconds and the peak of memory as JSON."""
    seconds = {"engine": _engine, "handwritten": _by_hand, "rerank": _again}[what](Path(root))
    # Not getrusage: its peak is handed down by whoever started this process.
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) >> 10
    sys.stdout.write(json.dumps({"seconds": round(seconds, 3), "peak_mb": peak}) + "\n")


def _engine(root: Path) -> float:
    from zhijin.assessment.engine.periods import Period
    from zhijin.assessment.engine.several import compute_all

    programme = ground.programme()
    began = time.monotonic()
    periods = [Period(month) for month in ground.YEAR]
    compute_all(programme, root / "facts", root / "orgs.parquet", periods, root / "engine")
    return time.monotonic() - began


def _by_hand(root: Path) -> float:
    from bench.standing_handwritten import year

    began = time.monotonic()
    year(root / "facts", root / "orgs.parquet", ground.YEAR, root / "handwritten")
    return time.monotonic() - began


def _again(root: Path) -> float:
    """July with the facts that have come since, beside its file: computed whole, and written."""
    from zhijin.assessment.engine.duckrun import DuckRun, Inputs
    from zhijin.assessment.engine.periods import Period

    programme = ground.programme()
    files = {JULY: [root / "facts" / f"{JULY:%Y%m}.parquet", root / "new.parquet"]}
    folder, best = root / "again", 1e9
    folder.mkdir(exist_ok=True)
    for _ in range(3):
        began = time.monotonic()
        with DuckRun(programme, root / "facts", root / "orgs.parquet", Period(JULY), Inputs(earlier=()),
                     files) as one:  # fmt: skip
            one.compute(folder)
        best = min(best, time.monotonic() - began)
    return best


def _same(one: Path, two: Path) -> bool:
    """Whether all rows of all results are equal, in both directions."""
    import duckdb

    with duckdb.connect() as db:
        for name in _SIDE:
            columns = [row[0] for row in db.execute(
                f"DESCRIBE SELECT * FROM read_parquet('{one}/{name}-*.parquet')").fetchall()]  # fmt: skip
            sides = [
                f"SELECT {', '.join(columns)}, filename[-14:] AS month"
                f" FROM read_parquet('{folder}/{name}-*.parquet', filename = true)"
                for folder in (one, two)
            ]
            for left, right in (sides, reversed(sides)):
                differ = db.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchone()
                if differ is None or differ[0]:
                    sys.stderr.write(f"{name}: {differ} rows differ\n")
                    return False
    return True


def _growth(args: argparse.Namespace, root: Path) -> dict[str, float]:
    """Seconds for July with 1, 2 and 5 times its facts."""
    from zhijin.assessment.engine.duckrun import DuckRun, Inputs
    from zhijin.assessment.engine.periods import Period

    found = {}
    for times in (1, 2, 5):
        path = ground.write_month(
            root, root / "orgs.parquet", JULY, args.facts // 12 * times, f"x{times}.parquet"
        )
        best = 1e9
        for _ in range(2):
            began = time.monotonic()
            with DuckRun(ground.programme(), root, root / "orgs.parquet", Period(JULY), Inputs(earlier=()),
                         {JULY: [path]}) as one:  # fmt: skip
                one.compute()
            best = min(best, time.monotonic() - began)
        found[f"x{times}_s"] = round(best, 3)
        path.unlink()
    return found
