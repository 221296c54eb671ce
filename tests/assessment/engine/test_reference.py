"""The pages written from the code are current; the schema takes what the loader takes; the command knows both kinds."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.assessment.engine.support import ROOT, SHIPPED, SMALL
from zhijin.assessment.engine.kinds import catalogue
from zhijin.assessment.engine.measures_model import FORMS
from zhijin.assessment.engine.problems import PROBLEMS
from zhijin.assessment.engine.reference import format_reference, pages, schema


@pytest.mark.parametrize("name", ["assessment.md", "assessment-errors.md"])
def test_the_pages_are_current(name):
    """Write them anew with: .venv/bin/python -m zhijin.assessment.engine.reference"""
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == pages()[name]


def test_every_form_finding_and_fact_stands_in_the_reference():
    text = format_reference()
    assert [form for form in FORMS if f"| `{form}` |" not in text] == []
    assert [
        k.id for k in catalogue().values() if not k.personal and f"| `{k.id}` |" not in text
    ] == []
    assert "person.*" not in text
    assert [
        p.id for p in PROBLEMS.values() if f"### {p.id} " not in pages()["assessment-errors.md"]
    ] == []


def test_the_schema_names_every_key_that_the_shipped_programmes_use():
    keys = json.dumps(schema())
    for key in ("rounding", "still_small", "no_data", "proportion", "running", "second_approval"):
        assert f'"{key}"' in keys
    assert schema()["$id"] == "urn:zhijin:assessment:1"


def check(*paths):
    command = [
        sys.executable,
        "-m",
        "zhijin.config.cli",
        "playbook",
        "check",
        "--lang",
        "en",
        *map(str, paths),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_command_checks_both_kinds_of_file(tmp_path):
    done = check(ROOT / "playbooks" / "suggestion", *SHIPPED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "double-drive  Ranking and rectification" in done.stdout
    assert f"{1 + len(SHIPPED)} file(s), 0 error(s), 0 warning(s)" in done.stdout
    wrong = tmp_path / "assessment.yaml"
    wrong.write_text(SMALL.replace("case.closed", "form.filled"), encoding="utf-8")
    done = check(tmp_path)
    assert done.returncode == 1
    assert "AS201" in done.stdout
    assert "No work leaves facts of the kind “form.filled”" in done.stdout
