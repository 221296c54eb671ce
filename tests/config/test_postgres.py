"""The embedded PostgreSQL starts, survives what happens to it, and stays private."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from zhijin.config import pguser
from zhijin.config.pguser import PostgresError, RunAs, find_binaries, run_as
from zhijin.config.postgres import ADMIN, APP, OWNER, Cluster


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A state directory with a space and Chinese in its path, reachable by every account."""
    top = Path(tempfile.mkdtemp(prefix="zhijin-pg-"))
    top.chmod(0o711)
    home = top / "大耆老 村" / "state dir"
    home.mkdir(parents=True)
    yield home
    Cluster(home, durable=False).stop(immediate=True) if (home / "postgres.json").exists() else None
    shutil.rmtree(top, ignore_errors=True)


@pytest.fixture
def cluster(place: Path) -> Cluster:
    cluster = Cluster(place, durable=False)
    cluster.start()
    return cluster


def _count(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def _gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def _keep(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("DELETE FROM kept")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 100)")


def test_it_starts_in_a_path_with_spaces_and_chinese(cluster):
    with psycopg.connect(cluster.url(APP)) as connection:
        assert connection.info.server_version >= 160000
        (encoding,) = connection.execute("SHOW server_encoding").fetchone()
        assert encoding == "UTF8"
        assert connection.execute("SELECT upper('é'), length('网格')").fetchone() == ("É", 2)


def test_a_second_start_leaves_the_running_server_alone(cluster):
    before = cluster.pid()
    Cluster(cluster.home, durable=False).start()
    assert cluster.pid() == before


def test_passwords_lie_in_a_file_that_only_the_owner_reads(cluster):
    told = cluster.home / "postgres.json"
    assert stat.S_IMODE(told.stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    assert len(set(cluster.info.passwords.values())) == 3


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_enters_without_the_password(cluster, password):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host="127.0.0.1", port=cluster.info.port, user=APP, password=password, dbname="zhijin"
        )


def test_it_listens_on_the_loopback_only_and_below_the_ephemeral_ports(cluster):
    listening = {
        c.laddr
        for c in psutil.Process(cluster.pid()).net_connections("tcp")
        if c.status == "LISTEN"
    }
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert cluster.info.port < 32768


def test_it_does_not_run_as_root(cluster):
    assert psutil.Process(cluster.pid()).uids().effective != 0


def test_the_app_role_is_below_row_level_security(cluster):
    with psycopg.connect(cluster.url(ADMIN)) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles"
            " WHERE rolname IN ('zhijin_app', 'zhijin_owner') ORDER BY 1"
        ).fetchall()
        (owner,) = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'zhijin'"
        ).fetchone()
    assert rows == [("zhijin_app", False, False), ("zhijin_owner", False, False)]
    assert owner == "zhijin_owner"


def test_it_recovers_from_kill_9_and_keeps_what_was_committed(place):
    durable = Cluster(place, durable=True)
    Cluster(place, durable=False).stop()
    durable.start()
    _keep(durable)
    with psycopg.connect(durable.url(ADMIN)) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW full_page_writes").fetchone() == ("on",)
    os.kill(durable.pid(), signal.SIGKILL)
    durable.start()
    assert _count(durable) == 100


def test_it_recovers_while_a_session_of_the_killed_server_lives_on(place):
    Cluster(place, durable=False).stop()
    durable = Cluster(place, durable=True)
    durable.start()
    _keep(durable)
    with psycopg.connect(durable.url(OWNER)) as busy:
        backend = psutil.Process(busy.info.backend_pid)
        # Stopped, it cannot notice that its server is gone, and holds on to the shared memory.
        backend.suspend()
        os.kill(durable.pid(), signal.SIGKILL)
        durable.start()
        assert _count(durable) == 100
        assert _gone(backend)
        busy.close()


def test_a_lock_file_that_names_a_foreign_process_is_stale(cluster):
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n1\n1\n\n\n\n\n")
    assert cluster.pid() is None
    cluster.start()
    assert cluster.answers()


def test_a_taken_port_is_left_to_its_owner(cluster):
    cluster.stop()
    before = cluster.info.port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", before))
        other.listen()
        cluster.start()
        assert cluster.info.port != before
        assert cluster.answers()
    again = cluster.info.port
    cluster.stop()
    cluster.start()
    assert cluster.info.port == again


def test_a_killed_initdb_leaves_nothing_half_made(place, tmp_path_factory):
    other = place.parent / "other"
    cluster = Cluster(other, durable=False)
    cluster.start()
    cluster.stop()
    data = cluster.data
    half = data.with_name("data.new")
    data.rename(half)
    (half / "PG_VERSION").unlink()
    fresh = Cluster(other, durable=False)
    fresh.start()
    assert fresh.answers()
    fresh.stop(immediate=True)


def test_stop_leaves_no_process(cluster):
    pid = cluster.pid()
    children = psutil.Process(pid).children(recursive=True)
    cluster.stop()
    assert cluster.pid() is None
    assert all(_gone(child) for child in children)


def test_a_database_that_was_never_started_says_so(tmp_path):
    with pytest.raises(PostgresError, match="zhijin up"):
        _ = Cluster(tmp_path).info


def test_a_failing_start_tells_what_the_server_said(place):
    other = place.parent / "broken"
    cluster = Cluster(other, durable=False, options={"shared_buffers": "nonsense"})
    with pytest.raises(PostgresError, match="shared_buffers"):
        cluster.start()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")


@needs_root
def test_root_keeps_data_and_programs_where_the_lent_account_reaches_them(monkeypatch, tmp_path):
    """The checkout of root often lies below /root, which nobody else may enter."""
    closed = Path(tempfile.mkdtemp(prefix="zhijin-closed-"))
    reachable = Path(tempfile.mkdtemp(prefix="zhijin-open-"))
    reachable.chmod(0o711)
    monkeypatch.setattr(pguser, "SYSTEM_STATE", reachable / "zhijin")
    cluster = Cluster(closed / "home", durable=False)
    try:
        cluster.start()
        assert cluster.answers()
        assert cluster.data.is_relative_to(reachable)
    finally:
        cluster.stop(immediate=True)
        shutil.rmtree(closed)
        shutil.rmtree(reachable)


@needs_root
def test_programs_out_of_reach_are_copied(monkeypatch):
    closed = Path(tempfile.mkdtemp(prefix="zhijin-closed-"))
    reachable = Path(tempfile.mkdtemp(prefix="zhijin-open-"))
    reachable.chmod(0o711)
    monkeypatch.setattr(pguser, "SYSTEM_STATE", reachable / "zhijin")
    real = RunAs.can_run
    monkeypatch.setattr(
        RunAs, "can_run", lambda self, p: p.is_relative_to(reachable) and real(self, p)
    )
    try:
        found = find_binaries(run_as(), closed)
        assert found.is_relative_to(reachable)
        assert subprocess.run([found / "postgres", "--version"], check=True, capture_output=True)
    finally:
        shutil.rmtree(closed)
        shutil.rmtree(reachable)
