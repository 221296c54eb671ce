"""Brings an installation to the present version: migrations, messages, static files, what is shipped.
Run by ``zhijin up`` in a process of its own, only when something changed; every step may run again."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from zhijin.config.home import CHECKOUT, PACKAGE, Home, say

#: Written last, so that what has it is whole.
MANIFEST = "staticfiles.json"


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
    django.setup()
    if sys.argv[1:] == ["static"]:
        collect_static()
        return 0
    begin_static()
    for zh, en, step in STEPS:
        began = time.monotonic()
        print(f"{say(zh, en)} ... ", end="", flush=True)
        note = step()
        print(f"{note + ' ' if note else ''}({time.monotonic() - began:.1f} s)", flush=True)
    return 0


def pending_migrations() -> list[str]:
    """Names of migrations that the database does not have yet."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate() -> str:
    from django.core.management import call_command

    pending = pending_migrations()
    if pending:
        call_command("migrate", database="owner", interactive=False, verbosity=0)
    return str(len(pending)) if pending else ""


def compile_messages() -> str:
    from zhijin.config.messages import compile_catalogue

    return str(compile_catalogue())


_beside: subprocess.Popen[bytes] | None = None


def begin_static() -> None:
    """Compress what pages load beside the migrations: the one keeps a processor, the other the database."""
    global _beside
    if _static_wanted():
        command = [sys.executable, "-m", "zhijin.config.prepare", "static"]
        _beside = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finish_static() -> str:
    """Wait for what was begun. What did not come to an end is done here, and says why if it cannot be."""
    if _beside is not None:
        _beside.wait()
    return collect_static()


def _static_wanted() -> str:
    """What is to be gathered, as a fingerprint; empty when it is there."""
    from django.conf import settings

    wanted = fingerprint_of(p for folder in PACKAGE.glob("*/static") for p in folder.rglob("*"))
    there = (Path(settings.STATIC_ROOT) / MANIFEST).exists()
    done = settings.DEBUG or (Home().remembered().get("static") == wanted and there)
    return "" if done else wanted


def collect_static() -> str:
    """Gather and compress what pages load; takes seconds, so only when a file changed."""
    from django.conf import settings
    from django.core.management import call_command

    wanted = _static_wanted()
    if not wanted:
        return ""
    root = Path(settings.STATIC_ROOT)
    kept = CHECKOUT / ".cache" / "static" / wanted[:16]
    if (kept / MANIFEST).exists():
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(kept, root)
    else:
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        _keep(root, kept)
    Home().remember(static=wanted)
    return ""


def _keep(root: Path, kept: Path) -> None:
    """Let the other installations of a checkout have what was collected, in place of what they had before."""
    if not kept.parent.parent.is_dir():  # an installed package: nothing is built beside it
        return
    with suppress(OSError):  # somebody else's checkout, or another one was quicker
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent.parent) as beside:
            shutil.copytree(root, Path(beside) / "static")
            shutil.rmtree(kept, ignore_errors=True)  # cut off, or it would have been taken
            (Path(beside) / "static").rename(kept)
        for other in kept.parent.iterdir():
            if other != kept:
                shutil.rmtree(other, ignore_errors=True)


def fingerprint_of(paths: Iterable[Path]) -> str:
    """Changes when a file is added, removed or written."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            facts = path.stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def install_shipped() -> str:
    """Ask every room that ships something to put it into the database."""
    return _hooks("install_shipped")


def demonstrate() -> str:
    """Make the demonstration once; remember its accounts for the greeting."""
    if not os.environ.get("ZHIJIN_DEMO"):
        return say("正式安装，跳过", "a real installation: skipped")
    return _hooks("ensure_demo")


def _hooks(name: str) -> str:
    """Call ``zhijin.<room>.setup.<name>()`` of each installed room, lowest room first.

    A hook may return ``{"note": str, "demo_accounts": {"zh": [str], "en": [str]}}``; it must be safe
    to call again.
    """
    from django.apps import apps

    notes = []
    for config in apps.get_app_configs():
        module = f"{config.name}.setup"
        if not config.name.startswith("zhijin.") or find_spec(module) is None:
            continue
        hook = getattr(import_module(module), name, None)
        if hook is None:
            continue
        told = hook() or {}
        if told.get("demo_accounts"):
            Home().remember(demo_accounts=dict(told["demo_accounts"]))
        if told.get("note"):
            notes.append(str(told["note"]))
    return "; ".join(notes)


STEPS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("升级数据库", "Migrating the database", migrate),
    ("编译译文", "Compiling messages", compile_messages),
    ("收集静态文件", "Collecting static files", finish_static),
    ("安装随附的行动方案", "Installing shipped playbooks", install_shipped),
    ("准备演示数据", "Making the demonstration", demonstrate),
)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print(say("中断了；下次启动会接着做。", "interrupted; the next start goes on."))
        sys.exit(130)
