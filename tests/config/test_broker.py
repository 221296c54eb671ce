"""The broker's settings, certificates and ports; the broker itself runs in tests/sensing."""

from __future__ import annotations

import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from zhijin.config import broker, certificates, doctor
from zhijin.config.home import Home


@pytest.fixture
def home(tmp_path) -> Home:
    one = Home(tmp_path / "home")
    one.make()
    return one


def test_the_settings_are_what_the_broker_understands(home):
    command = broker.prepare(home)
    assert command is not None
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_ports_and_passwords_stay_the_same(home):
    broker.prepare(home)
    first = broker.info(home)
    broker.prepare(home, taken=(1, 2))
    assert broker.info(home) == first
    assert first is not None
    assert first.port < 32768 > first.mqtt_port
    assert len(set(first.passwords.values())) == len(broker.USERS)


def test_what_is_secret_is_closed(home):
    broker.prepare(home)
    secret = [*(home.root / "keys").iterdir(), home.root / "broker" / "nats.conf"]
    assert {p.name for p in secret} >= {"broker.json", "ca.key", "ca.pem", "broker.key"}
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in secret)


def test_without_the_program_nothing_is_prepared(home, monkeypatch):
    monkeypatch.setattr(broker, "program", lambda: None)
    assert broker.prepare(home) is None
    assert broker.info(home) is None
    assert [f.level for f in doctor.check_broker(home)] == ["note"]


def test_the_certificate_is_renewed_for_another_name_but_the_authority_stays(tmp_path):
    certificates.prepare(tmp_path, ["localhost", "127.0.0.1"])
    authority, first = (tmp_path / "ca.pem").read_bytes(), (tmp_path / "broker.pem").read_bytes()
    certificates.prepare(tmp_path, ["localhost"])
    assert (tmp_path / "broker.pem").read_bytes() == first
    certificates.prepare(tmp_path, ["localhost", "zhijin.lan"])
    assert (tmp_path / "broker.pem").read_bytes() != first
    assert (tmp_path / "ca.pem").read_bytes() == authority
    ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))


def test_a_certificate_that_runs_out_is_renewed(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "SERVER_DAYS", 30)
    certificates.prepare(tmp_path, ["localhost"])
    soon = certificates.ends_at(tmp_path / "broker.pem")
    assert soon < datetime.now(UTC) + timedelta(days=31)
    monkeypatch.undo()
    certificates.prepare(tmp_path, ["localhost"])
    assert certificates.ends_at(tmp_path / "broker.pem") > soon


def test_every_address_of_the_machine_is_named_for_a_network(monkeypatch):
    monkeypatch.setenv("ZHIJIN_BROKER_NAMES", "zhijin.lan, 10.0.0.9")
    names = certificates.names_of("0.0.0.0")
    assert {"127.0.0.1", "localhost", "zhijin.lan", "10.0.0.9"} <= set(names)
    assert "192.168.7.7" in certificates.names_of("192.168.7.7")


def test_the_doctor_tells_of_a_certificate_that_ends(home, monkeypatch):
    assert [f.level for f in doctor.check_broker(home)] == ["note"]
    monkeypatch.setattr(certificates, "SERVER_DAYS", 3)
    broker.prepare(home)
    assert [f.level for f in doctor.check_broker(home)] == ["problem"]
    monkeypatch.undo()
    broker.prepare(home)
    assert [f.level for f in doctor.check_broker(home)] == ["ok"]
