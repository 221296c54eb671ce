"""Brings an installation to the present version: migrations, messages, static files, what is shipped.
Run by ``zhijin up`` in a process of its own, only when something changed; every step may run again."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from zhijin.config.home import Home, say


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
    django.setup()
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


def collect_static() -> str:
    from django.conf import settings
    from django.core.management import call_command

    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    return ""


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

    A hook may return ``{"note": str, "demo_accounts": [str]}``; it must be safe to call again.
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
            Home().remember(demo_accounts=list(told["demo_accounts"]))
        if told.get("note"):
            notes.append(str(told["note"]))
    return "; ".join(notes)


STEPS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("升级数据库", "Migrating the database", migrate),
    ("编译译文", "Compiling messages", compile_messages),
    ("收集静态文件", "Collecting static files", collect_static),
    ("安装随附的剧本", "Installing shipped playbooks", install_shipped),
    ("准备演示数据", "Making the demonstration", demonstrate),
)


if __name__ == "__main__":
    sys.exit(main())
