"""`zhijin assess`: compute, publish, look, on the database of this test."""

from __future__ import annotations

import argparse
import json
from datetime import date

import pytest

from tests.assessment import drive
from tests.assessment.drive import JULY, NOW, SYSTEM
from tests.cast import COUNTY
from zhijin.assessment import commands
from zhijin.assessment.models import Run
from zhijin.assessment.periods import name_of, parse
from zhijin.core import clock
from zhijin.core.scope import scoped


def run(capsys, *line: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    args = parser.parse_args(["assess", *line])
    code = args.run(args)
    told = capsys.readouterr()
    return code, told.out or told.err


@pytest.mark.django_db(transaction=True)
def test_a_month_is_computed_published_and_told(tree, capsys):
    with clock.freeze(NOW):
        assert run(capsys, "status")[0] == 0
        drive.publish_programme()
        for org, solved in zip(drive.branches(4), (9, 8, 7, 1), strict=True):
            drive.work(org, JULY, solved)
        code, out = run(capsys, "stream", "--json")
        assert (code, json.loads(out)["2026-07"]) == (0, 40)
        code, out = run(capsys, "run", "test-drive", "2026-07", "--place", COUNTY, "--json")
        told = json.loads(out)
        assert (code, told["state"], told["runs"], told["organisations"]) == (0, "done", 1, 4)
        again = json.loads(
            run(capsys, "run", "test-drive", "2026-07", "--place", COUNTY, "--json")[1]
        )
        assert again["same_as"] == told["id"]
        assert run(capsys, "publish", "test-drive", "2026-07", "--place", COUNTY)[0] == 0
        assert run(capsys, "publish", "test-drive", "2026-07", "--place", COUNTY)[0] == 1
        code, out = run(capsys, "status")
        assert (code, out.count("test-drive 2026-07")) == (0, 2)
    with scoped(SYSTEM):
        assert Run.objects.get().state == "published"


@pytest.mark.django_db
def test_what_is_wrong_is_told_with_exit_code_2(capsys):
    assert run(capsys, "run", "no-such", "2026-07")[0] == 2
    assert run(capsys, "run", "double-drive", "July")[0] == 2
    assert run(capsys, "publish", "double-drive", "2026-19")[0] == 2


@pytest.mark.parametrize(
    ("text", "kind", "start"),
    [
        ("2026-07", "month", date(2026, 7, 1)),
        ("2026Q3", "quarter", date(2026, 7, 1)),
        ("2026H2", "half", date(2026, 7, 1)),
        ("2026", "year", date(2026, 1, 1)),
    ],
)
def test_a_period_is_read_as_it_is_written(text, kind, start):
    found = parse(text)
    assert (found.kind, found.start) == (kind, start)
    assert name_of(kind, start) == text


@pytest.mark.parametrize(
    "text", ["", "2026-", "2026-13", "26-07", "2026Q5", "2026H0", "2026X1", "二〇二六"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)
