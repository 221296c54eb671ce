"""``zhijin backup`` and ``zhijin restore``: the database, the keys, the files and the heads of the journal in one
archive with the digest of each part, and back into an empty state directory."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhijin import __version__
from zhijin.config import database
from zhijin.config.home import Home, say
from zhijin.config.pguser import find_binaries, run_as
from zhijin.config.postgres import ADMIN, Cluster
from zhijin.config.up import Refused, status

MANIFEST, DUMP = "manifest.json", "database.dump"
#: Beside the database; what is not there yet is left out.
KEPT = ("keys", "files", "journal-heads.txt", "state.json")


def backup(args: argparse.Namespace) -> int:
    """Write the archive; safe while the platform runs (one snapshot of the database, files never change)."""
    home, target = Home(), Path(args.target)
    _only_our_own()
    if target.is_dir():
        target = target / f"zhijin-{time.strftime('%Y%m%d-%H%M%S')}.tar"
    with _cluster(home) as cluster, tempfile.TemporaryDirectory(dir=target.parent) as place:
        dump = Path(place) / DUMP
        _program(home, "pg_dump", "--format=custom", f"--file={dump}", cluster.url(ADMIN))
        fresh = Path(place) / "archive"
        fresh.touch(mode=0o600)
        _pack(home, dump, fresh, with_keys=not args.without_keys)
        fresh.replace(target)
    size = target.stat().st_size / 1024**2
    print(say(f"已备份到 {target}（{size:.1f} MB）", f"Backed up to {target} ({size:.1f} MB)"))
    if not args.without_keys:
        print(say("其中有密钥：请像密钥一样保管。", "It holds the keys: keep it as you keep them."))
    return 0


def restore(args: argparse.Namespace) -> int:
    """Into an empty state directory only: what is there is never overwritten."""
    home, source = Home(), Path(args.source)
    _only_our_own()
    if status(home)["running"] or Cluster(home.root).exists or (home.root / "keys").exists():
        raise Refused(
            say(
                f"{home.root} 里已经有数据。请恢复到一个空目录：ZHIJIN_HOME=… zhijin restore …",
                f"{home.root} is not empty. Restore into another directory:"
                " ZHIJIN_HOME=... zhijin restore ...",
            )
        )
    home.make()
    with tempfile.TemporaryDirectory(dir=home.root) as place:
        parts = Path(place)
        _unpack(source, parts)
        for name in KEPT:
            if (parts / name).exists():
                shutil.move(parts / name, home.root / name)
        with _cluster(home) as cluster:
            url = cluster.url(ADMIN)
            _program(home, "pg_restore", "--exit-on-error", f"--dbname={url}", str(parts / DUMP))
    print(
        say(
            "已恢复。启动前先运行：zhijin retention --again <原来的 erased.jsonl>，"
            "把备份以后删除过的个人信息再删一次；再核对备份以后登记的暂缓。"
            "接着运行：zhijin verify journal，zhijin doctor",
            "Restored. Before it starts: zhijin retention --again <the old erased.jsonl> erases again what"
            " was erased since the backup; enter again the holds made since."
            " Then: zhijin verify journal, zhijin doctor",
        )
    )
    return 0


def _only_our_own() -> None:
    if database.external():
        raise Refused(
            say(
                "DATABASE_URL 指向外部数据库：请用它自己的备份，并另外备份数据目录里的 keys 和 files。",
                "DATABASE_URL names another server: use its own backups, and keep keys and files of the"
                " state directory beside them.",
            )
        )


@contextmanager
def _cluster(home: Home) -> Iterator[Cluster]:
    """Our PostgreSQL, stopped again if it was not running."""
    cluster = Cluster(home.root)
    was_running = cluster.pid() is not None
    cluster.start()
    try:
        yield cluster
    finally:
        if not was_running:
            cluster.stop()


def _program(home: Home, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's client programs as ourselves."""
    program = find_binaries(run_as(), home.root) / name
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if result.returncode:
        raise Refused(f"{name}: {result.stderr.strip()[-2000:]}")


def _pack(home: Home, dump: Path, target: Path, *, with_keys: bool) -> None:
    parts = [(DUMP, dump)]
    for name in KEPT:
        if name == "keys" and not with_keys:
            continue
        top = home.root / name
        found = sorted(p for p in top.rglob("*") if p.is_file()) if top.is_dir() else [top]
        found = [p for p in found if p.exists() and p.suffix != ".part"]
        parts += [(str(p.relative_to(home.root)), p) for p in found]
    digests = {}
    with tarfile.open(target, "w") as archive:
        for name, path in parts:
            try:
                digests[name] = _add(archive, name, path)
            except FileNotFoundError:
                # Swept since it was listed: nothing in the dump, which is older, has named it for days.
                continue
        told = {
            "version": __version__,
            "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "sha256": digests,
        }
        body = json.dumps(told, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode, entry.mtime = len(body), 0o600, int(time.time())
        archive.addfile(entry, io.BytesIO(body))


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file; returns its digest. Opened once: what is deleted meanwhile is still read to its end."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
        handle.seek(0)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=handle), handle)
    return digest


def _unpack(source: Path, target: Path) -> None:
    """Take an archive apart; refuse one that is damaged or that is none of ours."""
    try:
        with tarfile.open(source) as archive:
            for entry in archive:
                _extract(archive, entry, target)
        told = json.loads((target / MANIFEST).read_text())
        damaged = [n for n, digest in told["sha256"].items() if _digest(target / n) != digest]
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        raise Refused(
            say(f"{source} 不是完整的备份：{error}", f"{source} is not a whole backup: {error}")
        ) from error
    if damaged:
        names = ", ".join(damaged[:5])
        raise Refused(
            say(
                f"备份里的 {names} 损坏了，没有恢复。",
                f"Damaged in the backup: {names}. Nothing was restored.",
            )
        )
    if (target / "keys").exists():
        (target / "keys").chmod(0o700)
    for path in (target / "keys").glob("*"):
        path.chmod(0o600)


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    """Plain files below ``target`` only: an archive may come from anywhere."""
    path = target / entry.name
    source = archive.extractfile(entry) if entry.isfile() else None
    if source is None or not path.resolve().is_relative_to(target.resolve()):
        raise tarfile.TarError(entry.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with source, path.open("xb") as out:
        shutil.copyfileobj(source, out)


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
