"""The ``zhijin`` command reads like documentation and fails politely."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from zhijin.config import cli
from zhijin.config.commands import COMMANDS, ENVIRONMENT
from zhijin.config.environment import VARIABLES
from zhijin.config.home import Home, say, state_directory


def test_without_a_command_it_says_what_there_is(capsys):
    assert cli.main([]) == 0
    told = capsys.readouterr().out
    assert [c.name for c in COMMANDS if f"  {c.name} " not in told] == []


@pytest.mark.parametrize(
    ("language", "word"), [("zh", "启动整个平台"), ("en", "start the whole platform")]
)
def test_help_is_in_the_terminals_language(monkeypatch, capsys, language, word):
    monkeypatch.setenv("ZHIJIN_LANG", language)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    assert word in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "ZHIJIN_LANG": "zh"}, True),
    ],
)
def test_the_language_follows_the_environment(monkeypatch, environment, chinese):
    for name in ("ZHIJIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert say("中", "en") == ("中" if chinese else "en")


def test_every_command_says_itself_in_both_languages():
    for command in COMMANDS:
        assert command.zh, command.name
        assert command.en, command.name
        assert bool(command.more_zh) == bool(command.more_en)
        assert bool(command.run) != bool(command.mount)


def test_the_overview_names_only_variables_that_exist():
    assert {name for name, _, _ in ENVIRONMENT} <= {v.name for v in VARIABLES}


@pytest.mark.parametrize("name", [c.name for c in COMMANDS if not c.mount and c.name != "manage"])
def test_each_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: zhijin {name}" in capsys.readouterr().out


def test_an_unknown_command_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["frobnicate"])
    assert ended.value.code == 2
    assert "frobnicate" in capsys.readouterr().err


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "zhijin.config.cli", *arguments],
        env={**kept, "ZHIJIN_LANG": "en", **environment},
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def test_help_needs_neither_django_nor_a_database(tmp_path):
    # Python tells on stderr what it imports.
    result = _run("--help", ZHIJIN_HOME=str(tmp_path / "none"), PYTHONPROFILEIMPORTTIME="1")
    assert result.returncode == 0
    imported = {line.split("|")[-1].strip() for line in result.stderr.splitlines()}
    assert "argparse" in imported
    assert imported.isdisjoint({"django.apps", "django.db", "duckdb"})
    assert not (tmp_path / "none").exists()


def test_a_database_that_does_not_answer_is_told_in_a_sentence(tmp_path):
    result = _run("migrate", ZHIJIN_HOME=str(tmp_path), DATABASE_URL="postgresql://x@127.0.0.1:1/x")
    assert result.returncode == 1
    assert "DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_address_that_is_none_is_told_in_a_sentence(tmp_path):
    result = _run("migrate", ZHIJIN_HOME=str(tmp_path), DATABASE_URL="nonsense")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


def test_a_database_without_tables_is_told_in_a_sentence(tmp_path):
    home = tmp_path / "new"
    home.mkdir()
    tmp_path.chmod(0o711)
    result = _run("demo", ZHIJIN_HOME=str(home))
    assert result.returncode == 1, result.stdout
    assert "zhijin migrate" in result.stderr
    assert "Traceback" not in result.stderr


def test_status_of_a_place_where_nothing_runs(tmp_path):
    result = _run("status", "--json", ZHIJIN_HOME=str(tmp_path))
    assert result.returncode == 3
    assert json.loads(result.stdout)["running"] is False


def test_doctor_before_the_first_start_says_how_to_begin(tmp_path):
    result = _run("doctor", "--json", ZHIJIN_HOME=str(tmp_path))
    findings = {f["check"]: f for f in json.loads(result.stdout)}
    assert findings["database"]["mend"] == "zhijin up"
    assert findings["python"]["level"] == "ok"


def test_the_state_directory_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHIJIN_HOME", str(tmp_path / "of its own"))
    assert state_directory() == tmp_path / "of its own"


def test_what_is_remembered_survives_and_a_broken_file_is_no_obstacle(tmp_path):
    home = Home(tmp_path)
    home.make()
    home.remember(web_port=8000)
    home.remember(events_port=8001)
    assert Home(tmp_path).remembered() == {"web_port": 8000, "events_port": 8001}
    (tmp_path / "state.json").write_text("{ half")
    assert home.remembered() == {}
