"""DATABASE_URL points the platform at a PostgreSQL that is not its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from zhijin.config import database
from zhijin.config.home import Home
from zhijin.config.pguser import PostgresError
from zhijin.config.postgres import APP, OWNER, Cluster


@pytest.fixture(scope="module")
def another():
    """A server that stands for the county's: two roles and an empty database, as the guide makes them."""
    top = Path(tempfile.mkdtemp(prefix="zhijin-external-"))
    top.chmod(0o711)
    cluster = Cluster(top / "theirs", durable=False)
    cluster.start()
    yield cluster
    cluster.stop(immediate=True)
    shutil.rmtree(top, ignore_errors=True)


def _run(another: Cluster, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("ZHIJIN_", "DATABASE_", "DJANGO_"))
    }
    environment = {
        **kept,
        "ZHIJIN_HOME": str(home), "ZHIJIN_LANG": "en",
        "DATABASE_URL": another.url(APP), "DATABASE_OWNER_URL": another.url(OWNER),
    }  # fmt: skip
    command = [sys.executable, "-m", "zhijin.config.cli", *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.mark.slow
def test_it_is_migrated_and_found_sound_and_no_server_of_our_own_is_made(another, tmp_path):
    migrated = _run(another, tmp_path, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert _run(another, tmp_path, "migrate", "--check").returncode == 0
    with psycopg.connect(another.url(APP)) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE tableowner = 'zhijin_owner' AND schemaname = 'public'"
        ).fetchone()
    assert count > 20
    verified = _run(another, tmp_path, "verify", "journal")
    assert verified.returncode == 0, verified.stderr
    doctor = _run(another, tmp_path, "doctor")
    assert "roles" in doctor.stdout
    assert not (tmp_path / "postgres.json").exists()
    assert not (tmp_path / "postgres").exists()


def test_it_is_left_running(another, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", another.url(APP))
    monkeypatch.setenv("DATABASE_OWNER_URL", another.url(OWNER))
    with database.available(Home(tmp_path)) as urls:
        assert urls == {"DATABASE_URL": another.url(APP), "DATABASE_OWNER_URL": another.url(OWNER)}
    assert another.answers()


def test_an_old_server_is_refused_with_what_is_needed(another, monkeypatch):
    monkeypatch.setattr(database, "OLDEST", 99)
    with pytest.raises(PostgresError, match="99"):
        database.check_server(another.url(APP))


def test_the_version_is_told(another):
    assert database.check_server(another.url(APP)) >= 16
