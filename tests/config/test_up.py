"""``zhijin up`` as an operator meets it: started, stopped, killed, and started again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from zhijin.config.home import Home
from zhijin.config.ports import is_free, random_port
from zhijin.config.postgres import Cluster
from zhijin.config.supervisor import strays
from zhijin.config.up import (
    Addresses,
    Options,
    Refused,
    _demonstration,
    _environment,
    fingerprint,
    mark,
    services,
)

# One platform for all of them: it stays with one process of the test run.
pytestmark = pytest.mark.slow
READY = re.compile(r"(http://\S+)")


def _until(condition: Callable[[], bool], seconds: float = 180) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


class Platform:
    """A ``zhijin up`` of its own, without demonstration data."""

    def __init__(self, home: Path) -> None:
        self.home = Home(home)
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[str] = []
        self.url = ""
        #: Where the database was when everything was last prepared, and whether it was so again without need.
        self.prepared_at = 0
        self.prepared_again = False

    def environment(self) -> dict[str, str]:
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("ZHIJIN_", "DATABASE_", "DJANGO_"))
        }
        return {
            **kept,
            "ZHIJIN_HOME": str(self.home.root),
            "ZHIJIN_LANG": "en",
            "ZHIJIN_WORKERS": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "zhijin.config.cli", *arguments], env=self.environment(),
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def run_elsewhere(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same command as another installation would run it."""
        other = Platform(self.home.root.with_name("other"))
        return other.run(*arguments)

    def up(self) -> float:
        """Start and wait for the address; returns the seconds it took."""
        began = time.monotonic()
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zhijin.config.cli", "up", "--no-demo"], env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        while line := self.process.stdout.readline():
            self.lines.append(line)
            if "is ready" in line:
                self.url = READY.search(line)[1]
                self._note_preparing()
                threading.Thread(target=self._drain, daemon=True).start()
                return time.monotonic() - began
        raise AssertionError("".join(self.lines))

    def _note_preparing(self) -> None:
        """A database that moved to another port is looked at again; one that did not, is not."""
        port = Cluster(self.home.root).info.port
        prepared = any("Migrating the database" in line for line in self.lines)
        assert prepared or self.prepared_at == port
        self.prepared_again = prepared and self.prepared_at == port
        self.prepared_at = port

    def _drain(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line)

    def status(self) -> int:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def answers_within(self, seconds: float) -> bool:
        return _until(lambda: self.status() == 200, seconds)

    def processes(self, name: str) -> list[psutil.Process]:
        """Live processes of one service, by what stands on their command line."""
        found = []
        for process in strays(mark(self.home)):
            try:
                if name in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(120)
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    top = Path(tempfile.mkdtemp(prefix="zhijin-up-"))
    top.chmod(0o711)
    platform = Platform(top / "with space")
    # Away from where every other installation on this machine begins to look.
    platform.home.make()
    platform.home.remember(web_port=random_port())
    yield platform
    platform.run("down")
    if platform.process is not None:
        platform.process.wait(120)
        platform.process.stdout.close()
    shutil.rmtree(top, ignore_errors=True)


@pytest.fixture
def running(platform: Platform) -> Iterator[Platform]:
    if platform.process is None or platform.process.poll() is not None:
        platform.up()
    assert platform.answers_within(180)
    return platform


def test_it_starts_answers_and_tells_its_address(running):
    assert running.status() == 200
    told = json.loads(running.run("status", "--json").stdout)
    assert told["running"] is True
    assert told["url"] == running.url


def test_a_second_one_is_refused_and_told_where_the_first_is(running):
    second = running.run("up", "--no-demo")
    assert second.returncode == 1
    assert running.url in second.stderr
    assert "zhijin down" in second.stderr
    assert running.status() == 200


def test_doctor_finds_nothing_wrong(running):
    result = running.run("doctor", "--json")
    findings = json.loads(result.stdout)
    # The bundle may be missing where only Python is tested.
    assert [f for f in findings if f["level"] == "problem" and f["check"] != "pages"] == []
    assert {"python", "disk", "keys", "database", "migrations", "journal", "clock"} <= {
        f["check"] for f in findings
    }


@pytest.mark.parametrize("name", ["wsgi:application", "asgi:application", "cli worker"])
def test_kill_9_of_any_process_is_recovered(running, name):
    # One that another test has just killed may still be on its way back.
    assert _until(lambda: running.processes(name))
    victims = running.processes(name)
    for victim in victims:
        victim.kill()
    # Once at once, and once more when whatever outlived its parent has been cleared away.
    for pause in (0, 2):
        time.sleep(pause)
        assert _until(
            lambda: (
                any(p not in victims for p in running.processes(name)) and running.status() == 200
            )
        )


def test_kill_9_of_the_database_is_recovered_while_running(running):
    cluster = Cluster(running.home.root)
    before = cluster.pid()
    os.kill(before, signal.SIGKILL)
    assert _until(lambda: cluster.pid() not in {None, before})
    assert running.answers_within(180)


def test_nobody_takes_the_port_of_the_pages_while_they_are_down(running):
    """Two installations that listen on one port would be dealt each other's callers by the system."""
    port = int(running.url.rsplit(":", 1)[1])
    for process in running.processes("wsgi:application"):
        process.kill()
    assert not is_free(port)
    asked = running.run_elsewhere("up", "--no-demo", "--port", str(port))
    assert asked.returncode == 1
    assert str(port) in asked.stderr
    assert running.answers_within(180)


def test_a_database_whose_port_was_taken_meanwhile_is_found_at_its_new_one(running):
    cluster = Cluster(running.home.root)
    before, server = cluster.info.port, cluster.pid()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        os.kill(server, signal.SIGKILL)
        assert _until(lambda: _listens(other, before))
        assert _until(lambda: Cluster(running.home.root).pid() not in {None, server})
        assert Cluster(running.home.root).info.port != before
        assert running.answers_within(180)


def _listens(server: socket.socket, port: int) -> bool:
    try:
        server.bind(("127.0.0.1", port))
        server.listen()
    except OSError:
        return False
    return True


def test_kill_9_of_the_supervisor_is_recovered_at_the_next_start(running):
    left = {p.pid for p in strays(mark(running.home))}
    assert len(left) >= 3
    running.process.kill()
    running.process.wait()
    running.process.stdout.close()
    seconds = running.up()
    assert running.answers_within(180)
    assert not left & {p.pid for p in strays(mark(running.home))}
    assert not running.prepared_again
    assert seconds < 180


def test_ctrl_c_stops_everything_and_the_second_start_is_quick_and_at_the_same_address(running):
    before = running.url
    assert running.end() == 0
    assert strays(mark(running.home)) == []
    assert Cluster(running.home.root).pid() is None
    assert running.run("status").returncode == 3
    # 5 s is the promise for an idle machine (zhijin bench start); tests share theirs, and how long it takes beside
    # other work says little. What makes it quick does not depend on that: nothing is prepared again.
    assert running.up() < 180
    assert not running.prepared_again
    assert running.url == before


@pytest.mark.last
def test_down_stops_one_that_runs_elsewhere(running):
    assert "Stopped" in running.run("down").stdout
    assert running.process.wait(120) == 0
    running.process.stdout.close()
    assert "not running" in running.run("down").stdout


def test_keys_are_made_once_and_closed(running):
    keys = running.home.root / "keys"
    assert {oct(p.stat().st_mode & 0o777) for p in keys.iterdir()} == {"0o600"}


def test_a_changed_migration_is_noticed_at_the_next_start(tmp_path, monkeypatch):
    base = {"DATABASE_URL": "postgresql:///a"}
    assert fingerprint(base) == fingerprint(dict(base))
    assert fingerprint(base) != fingerprint({"DATABASE_URL": "postgresql:///b"})


def test_the_origin_that_pages_are_checked_against_is_the_address(tmp_path, monkeypatch):
    monkeypatch.delenv("ZHIJIN_ORIGIN", raising=False)
    addresses = Addresses("0.0.0.0", 8000, 8001)
    told = _environment(Home(tmp_path), Options(host="0.0.0.0"), addresses, {})
    assert told["ZHIJIN_ORIGIN"] == "http://127.0.0.1:8000"


def test_a_real_installation_never_becomes_a_demonstration(tmp_path):
    home = Home(tmp_path)
    assert _demonstration(home, wanted=False) is False
    assert _demonstration(home, wanted=True) is False


def test_a_demonstration_never_becomes_a_real_installation(tmp_path):
    home = Home(tmp_path)
    assert _demonstration(home, wanted=True) is True
    with pytest.raises(Refused, match="ZHIJIN_HOME"):
        _demonstration(home, wanted=False)


def test_a_broker_of_others_is_not_started_and_its_readers_are():
    names = [service.name for service in services(Addresses("127.0.0.1", 8000, 8001), [])]
    assert "broker" not in names
    assert {"gate", "voice", "ingest"} <= set(names)
