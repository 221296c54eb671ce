"""A backup is worth what its restore is worth."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tarfile
import tempfile
from pathlib import Path

import psycopg
import pytest

from zhijin.config import backups
from zhijin.config.home import Home
from zhijin.config.postgres import ADMIN, OWNER, Cluster
from zhijin.config.up import Refused

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def top():
    top = Path(tempfile.mkdtemp(prefix="zhijin-backup-"))
    top.chmod(0o711)
    yield top
    for home in top.iterdir():
        if (home / "postgres.json").exists():
            Cluster(home).stop(immediate=True)
    shutil.rmtree(top, ignore_errors=True)


def _fill(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute(
            "CREATE TABLE people (id int PRIMARY KEY, name text, place_key int8);"
            "INSERT INTO people SELECT n, '居民' || n, n FROM generate_series(1, 1000) n;"
            "ALTER TABLE people ENABLE ROW LEVEL SECURITY; ALTER TABLE people FORCE ROW LEVEL SECURITY;"
            "CREATE POLICY here ON people USING (place_key < 10);"
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'append-only'; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON people EXECUTE FUNCTION refuse();"
        )


@pytest.fixture(scope="module")
def archive(top: Path) -> Path:
    """An installation with rows behind row-level security, keys and a file, backed up while it runs."""
    home = Home(top / "old home")
    home.make()
    cluster = Cluster(home.root)
    cluster.start()
    _fill(cluster)
    keys, files = home.root / "keys", home.root / "files" / "ab"
    keys.mkdir(mode=0o700)
    files.mkdir(parents=True)
    (keys / "master.key").write_bytes(b"k" * 32)
    (keys / "master.key").chmod(0o600)
    (files / "abcd").write_bytes(b"photo")
    (home.root / "journal-heads.txt").write_text("2026-11-23T00:00:00+00:00 1 " + "0" * 64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZHIJIN_HOME", str(home.root))
        patch.delenv("DATABASE_URL", raising=False)
        backups.backup(argparse.Namespace(target=str(top / "backup.tar"), without_keys=False))
    return top / "backup.tar"


def _restore(monkeypatch, home: Path, source: Path) -> int:
    monkeypatch.setenv("ZHIJIN_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return backups.restore(argparse.Namespace(source=str(source)))


def test_everything_comes_back_with_its_owner_policies_and_triggers(monkeypatch, top, archive):
    home = top / "new home"
    assert _restore(monkeypatch, home, archive) == 0
    cluster = Cluster(home)
    cluster.start()
    with psycopg.connect(cluster.url(ADMIN)) as connection:
        assert connection.execute("SELECT count(*), max(name) FROM people").fetchone() == (
            1000,
            "居民999",
        )
        owner, forced = connection.execute(
            "SELECT pg_get_userbyid(relowner), relforcerowsecurity FROM pg_class WHERE relname = 'people'"
        ).fetchone()
        assert (owner, forced) == (OWNER, True)
    with psycopg.connect(cluster.url("zhijin_app")) as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchone() == (9,)
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute("DELETE FROM people")
    cluster.stop()
    assert (home / "keys" / "master.key").read_bytes() == b"k" * 32
    assert (home / "keys" / "master.key").stat().st_mode & 0o777 == 0o600
    assert (home / "files" / "ab" / "abcd").read_bytes() == b"photo"
    assert (home / "journal-heads.txt").exists()


def test_an_archive_is_closed_to_others_and_may_leave_the_keys_out(monkeypatch, top, archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("ZHIJIN_HOME", str(top / "old home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    backups.backup(argparse.Namespace(target=str(top / "plain.tar"), without_keys=True))
    with tarfile.open(top / "plain.tar") as plain:
        assert not [name for name in plain.getnames() if name.startswith("keys")]


def test_what_is_there_is_never_overwritten(monkeypatch, top, archive):
    before = hashlib.sha256((top / "old home" / "postgres.json").read_bytes()).digest()
    with pytest.raises(Refused, match=r"ZHIJIN_HOME"):
        _restore(monkeypatch, top / "old home", archive)
    assert hashlib.sha256((top / "old home" / "postgres.json").read_bytes()).digest() == before


def test_a_damaged_archive_is_refused_before_anything_is_restored(
    monkeypatch, top, archive, tmp_path
):
    damaged = tmp_path / "damaged.tar"
    body = bytearray(archive.read_bytes())
    place = body.index(b"PGDMP") + 2000
    body[place : place + 4] = b"\0\0\0\0" if body[place : place + 4] != b"\0\0\0\0" else b"oops"
    damaged.write_bytes(body)
    with pytest.raises(Refused, match=r"database\.dump"):
        _restore(monkeypatch, top / "third", damaged)
    assert not (top / "third" / "postgres.json").exists()


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\0" * 10240])
def test_what_is_no_archive_is_refused(monkeypatch, top, tmp_path, content):
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(Refused):
        _restore(monkeypatch, top / "fourth", tmp_path / "x.tar")


def test_another_server_has_its_own_backups(monkeypatch, top):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/zhijin")
    with pytest.raises(Refused, match=r"DATABASE_URL"):
        backups.backup(argparse.Namespace(target=str(top), without_keys=False))


def test_an_archive_that_would_write_elsewhere_is_refused(monkeypatch, top, tmp_path):
    with tarfile.open(tmp_path / "evil.tar", "w") as evil:
        entry = tarfile.TarInfo("../../outside")
        evil.addfile(entry)
    with pytest.raises(Refused):
        _restore(monkeypatch, top / "fifth" / "home", tmp_path / "evil.tar")
    assert not (top / "outside").exists()
