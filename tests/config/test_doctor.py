"""``zhijin doctor`` finds each fault that was made on purpose, and says how to mend it."""

from __future__ import annotations

import shutil

import pytest

from zhijin.config import doctor
from zhijin.config.home import Home
from zhijin.config.ports import random_port


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    monkeypatch.setenv("ZHIJIN_LANG", "en")
    monkeypatch.setenv("ZHIJIN_HOME", str(tmp_path))
    home = Home(tmp_path)
    home.make()
    return home


def _only(findings) -> doctor.Finding:
    (finding,) = findings
    return finding


def test_a_full_disk(home, monkeypatch):
    usage = shutil.disk_usage(home.root)._replace(free=100 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    finding = _only(doctor.check_disk(home))
    assert finding.level == "problem"
    assert "2 GB" in finding.mend


def test_keys_that_others_can_read(home):
    keys = home.root / "keys"
    keys.mkdir()
    (keys / "master.key").write_bytes(b"x" * 32)
    (keys / "master.key").chmod(0o644)
    finding = _only(doctor.check_keys(home))
    assert finding.level == "problem"
    assert finding.mend.startswith("chmod 600")
    (keys / "master.key").chmod(0o600)
    assert _only(doctor.check_keys(home)).level == "ok"


def test_a_key_that_was_cut(home):
    keys = home.root / "keys"
    keys.mkdir()
    (keys / "master.key").write_bytes(b"x" * 7)
    (keys / "master.key").chmod(0o600)
    assert "backup" in _only(doctor.check_keys(home)).mend


def test_a_port_that_another_program_took(home):
    import socket

    port = random_port()
    home.remember(web_port=port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        finding = _only(doctor.check_ports(home))
    assert finding.level == "note"
    assert str(port) in finding.says


def test_a_role_above_row_level_security(home, monkeypatch, database_environment):
    monkeypatch.setenv("DATABASE_URL", database_environment["DATABASE_URL"])
    levels = {f.check: f.level for f in doctor.check_database(home)}
    assert levels == {"database": "ok", "roles": "ok"}
    monkeypatch.setenv("DATABASE_URL", database_environment["DATABASE_OWNER_URL"])
    assert {f.check: f.level for f in doctor.check_database(home)}["roles"] == "problem"


def test_one_failing_check_does_not_hide_the_others(home, monkeypatch):
    def broken(_):
        raise OSError("disk on fire")

    broken.__name__ = "check_fire"
    monkeypatch.setattr(doctor, "CHECKS", (broken, doctor.check_python))
    first, second = doctor.examine(home)
    assert (first.check, first.level) == ("fire", "problem")
    assert "disk on fire" in first.says
    assert second.level == "ok"


def test_an_old_python(home, monkeypatch):
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (4, 0))
    assert _only(doctor.check_python(home)).level == "problem"
