"""What pages load is gathered and compressed once for a checkout, however many installations it has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.core import management

from zhijin.config import prepare
from zhijin.config.home import Home


class Made:
    """A checkout of its own, whose ``collectstatic`` is counted."""

    def __init__(self, top: Path) -> None:
        self.checkout = top / "checkout"
        self.source = self.checkout / "src" / "ui" / "static" / "build"
        self.source.mkdir(parents=True)
        (self.checkout / ".cache").mkdir()
        (self.source / "desk.css").write_text("a{}")
        self.runs = 0

    @property
    def kept(self) -> list[Path]:
        return sorted((self.checkout / ".cache" / "static").glob("*"))


@pytest.fixture
def made(tmp_path, monkeypatch, settings) -> Made:
    found = Made(tmp_path)
    monkeypatch.setattr(prepare, "CHECKOUT", found.checkout)
    monkeypatch.setattr(prepare, "PACKAGE", found.checkout / "src")
    settings.DEBUG = False

    def collect(name: str, **options: object) -> None:
        assert (name, options["clear"]) == ("collectstatic", True)
        found.runs += 1
        root = Path(settings.STATIC_ROOT)
        root.mkdir(parents=True, exist_ok=True)
        (root / "desk.1.css").write_text((found.source / "desk.css").read_text())
        (root / prepare.MANIFEST).write_text("{}")

    monkeypatch.setattr(management, "call_command", collect)
    return found


@pytest.fixture
def installed(made, tmp_path, monkeypatch, settings):
    def use(name: str) -> Path:
        monkeypatch.setenv("ZHIJIN_HOME", str(tmp_path / name))
        Home().make()
        settings.STATIC_ROOT = str(tmp_path / name / "static")
        prepare.finish_static()
        return Path(settings.STATIC_ROOT)

    return use


def test_a_second_installation_takes_what_the_first_has_gathered(made, installed):
    first, second = installed("first"), installed("second")
    assert made.runs == 1
    assert (second / "desk.1.css").read_text() == (first / "desk.1.css").read_text()
    (first / "desk.1.css").write_text("spoilt")
    assert (second / "desk.1.css").read_text() == "a{}"


def test_the_same_installation_gathers_again_only_when_a_file_changed(made, installed):
    installed("first")
    installed("first")
    assert made.runs == 1
    (made.source / "desk.css").write_text("b { }")
    root = installed("first")
    assert made.runs == 2
    assert (root / "desk.1.css").read_text() == "b { }"
    assert len(made.kept) == 1


def test_what_was_cut_off_is_gathered_again(made, installed):
    root = installed("first")
    (root / prepare.MANIFEST).unlink()
    (made.kept[0] / prepare.MANIFEST).unlink()
    installed("first")
    assert made.runs == 2
    assert (root / prepare.MANIFEST).exists()
    assert (made.kept[0] / prepare.MANIFEST).exists()


def test_what_the_process_beside_did_not_finish_is_done_here(made, installed, monkeypatch):
    broken = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    monkeypatch.setattr(prepare, "_beside", broken)
    root = installed("first")
    assert broken.returncode == 1
    assert (root / prepare.MANIFEST).exists()
    assert made.runs == 1


def test_an_installed_package_keeps_nothing_beside_itself(made, installed):
    (made.checkout / ".cache").rmdir()
    installed("first")
    installed("second")
    assert made.runs == 2
    assert not (made.checkout / ".cache").exists()


def test_the_process_of_the_pages_starts_with_every_view_and_without_the_voices_dictionary():
    program = (
        "import gc, sys, zhijin.config.wsgi\n"
        "assert 'zhijin.cases.rest_handling' in sys.modules\n"
        "assert 'pypinyin' not in sys.modules\n"
        "assert gc.isenabled() and gc.get_freeze_count() > 100_000"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
