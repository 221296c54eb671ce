"""`zhijin import divisions` and its benchmark, as an operator runs them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from bench import divisions as bench
from zhijin.places import commands
from zhijin.places.models import ImportRun, Place

TABLE = "# covers: 53\ncode,name\n53,云南省\n5306,昭通市\n530602,昭阳区\n53060,坏的\n"


def parse(*line: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    return parser.parse_args(["import", "divisions", *line])


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "表.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_rows_are_imported_and_findings_written(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "findings.csv"
    assert commands.run_divisions(parse("--source", table, "--json", "--findings", str(out))) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["added"], told["findings"]) == (3, 3, 1)
    assert "PI01" in out.read_text(encoding="utf-8-sig")
    assert commands.run_divisions(parse("--source", table)) == 1
    text = capsys.readouterr().out
    assert "新增 0" in text
    assert "PI01" in text
    assert ImportRun.objects.count() == 2
    assert Place.objects.count() == 3


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["--source", "/nowhere/at/all"], "PL301"),
        (["--source", "shipped", "--only", "贵州"], "PL001"),
        (["--source", "shipped", "--as-of", "yesterday"], "--as-of"),
    ],
)
def test_refusals_are_told(line: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run_divisions(parse(*line)) == 2
    assert says in capsys.readouterr().err


def test_help_reads_like_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse("--help")
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for word in ("--source", "--only", "--as-of", "--allow-vanish", "--findings", "shipped"):
        assert word in text


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_benchmark_measures_and_leaves_nothing() -> None:
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    figures = bench.run(parser.parse_args(["--source", "shipped"]))
    assert figures["rows"] == 21_581
    assert figures["reimport_changes"] == 0
    assert 0 < figures["copy_seconds"] <= figures["seconds"]
    # The seconds are told in hundredths, the ratio is computed from the exact ones.
    seconds, copied = figures["seconds"], figures["copy_seconds"]
    least, most = (seconds - 0.01) / (copied + 0.01), (seconds + 0.01) / max(copied - 0.01, 1e-9)
    assert least <= figures["ratio"] <= most
    assert not Place.objects.exists()
