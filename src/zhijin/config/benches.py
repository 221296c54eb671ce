"""``zhijin bench``: runs the measurements in ``bench/``, one module each, and prints what they return.

A module has ``run(args) -> dict`` (figures and ratios, JSON) and, if it takes options,
``add_arguments(parser)``. Its first docstring line says what it measures. It finds Django loaded and a
fresh, migrated, durable database (also in DATABASE_URL, for processes that it starts).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from zhijin.config import database
from zhijin.config.home import CHECKOUT, Home, say
from zhijin.config.postgres import Cluster

BENCHES = CHECKOUT / "bench"


def run(args: argparse.Namespace) -> int:
    """``zhijin bench NAME [options] [--json]``, ``zhijin bench all``, ``zhijin bench list``."""
    names = available()
    rest = [word for word in args.rest if word != "--json"]
    if not rest or rest[0] in {"list", "-h", "--help"}:
        for name, what in names.items():
            print(f"  {name:<12} {what}")
        return 0
    if rest[0] == "all":
        # A process each: no measurement warms another's caches.
        command = [sys.executable, "-m", "zhijin.config.cli", "bench"]
        return max(subprocess.run([*command, name], check=False).returncode for name in names)
    if rest[0] not in names:
        print(
            say("没有这个基准。有：", "No such benchmark. There are:"),
            ", ".join(names),
            file=sys.stderr,
        )
        return 2
    if {"-h", "--help"} & set(rest):
        _options(rest[0], rest[1:])
    with alone(), scratch():
        print(json.dumps(measure(rest[0], rest[1:]), ensure_ascii=False), flush=True)
    return 0


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One measurement at a time in an installation: two would measure each other, on one scratch.

    Raises:
        SystemExit: another is running.
    """
    folder = Home().root
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "bench.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                say(
                    "另一个基准正在运行；等它结束再来。",
                    "Another benchmark is running; wait until it ends.",
                )
            ) from None
        yield


@contextlib.contextmanager
def scratch() -> Iterator[None]:
    """A database for one measurement, removed afterwards; with DATABASE_URL, that one as it is."""
    ours = not database.external()
    home = Home(Home().root / "bench")
    if ours:
        _remove(home)
    home.make()
    try:
        os.environ.update(database.start(home), ZHIJIN_HOME=str(home.root))
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        yield
        connections.close_all()
    finally:
        if ours:
            _remove(home)


def _remove(home: Home) -> None:
    cluster = Cluster(home.root)
    if cluster.exists:
        root = Path(cluster.info.root)
        cluster.stop(immediate=True)
        shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(home.root, ignore_errors=True)


def available(folder: Path = BENCHES) -> dict[str, str]:
    """Names of the benchmarks and what each measures; nothing is imported."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        has_run = any(
            isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body
        )
        if has_run:
            found[path.stem.replace("_", "-")] = (ast.get_docstring(tree) or "").split("\n")[0]
    return found


def measure(name: str, options: list[str]) -> dict[str, Any]:
    """Run one benchmark; whatever it prints goes to stderr, so that stdout stays JSON."""
    module, chosen = _options(name, options)
    began = time.monotonic()
    with contextlib.redirect_stdout(sys.stderr):
        figures = dict(module.run(chosen))
    return {"bench": name, **figures, "bench_seconds": round(time.monotonic() - began, 2)}


def _options(name: str, options: list[str]) -> tuple[ModuleType, argparse.Namespace]:
    """The benchmark's module and its options; ``--help`` prints and ends here, before any server."""
    sys.path.insert(0, str(CHECKOUT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
    module: ModuleType = import_module(f"bench.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"zhijin bench {name}", description=module.__doc__)
    if hasattr(module, "add_arguments"):
        module.add_arguments(parser)
    return module, parser.parse_args(options)
