"""Starts the platform for the first time, stops it, and starts it again, as ``zhijin up`` does.

Seconds until the printed address answers. The first start makes the database and, with ``--demo``, the
demonstration of a village.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--demo`` and ``--times``."""
    parser.add_argument(
        "--demo", action="store_true", help="make the demonstration at the first start"
    )
    parser.add_argument("--times", type=int, default=3, help="how many later starts")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """``first_seconds``, the median ``again_seconds`` of later starts, ``stop_seconds``."""
    top = Path(tempfile.mkdtemp(prefix="zhijin-bench-start-"))
    top.chmod(0o711)
    try:
        first, _ = _start_and_stop(top / "home", demo=args.demo)
        later = sorted(_start_and_stop(top / "home", demo=args.demo) for _ in range(args.times))
    finally:
        shutil.rmtree(top, ignore_errors=True)
    middle = later[len(later) // 2]
    return {
        "first_seconds": round(first, 2),
        "again_seconds": round(middle[0], 2),
        "stop_seconds": round(middle[1], 2),
        "again_goal_seconds": 5,
    }


def _start_and_stop(home: Path, *, demo: bool) -> tuple[float, float]:
    """Seconds from the command to an answered page, and from Ctrl-C to the end."""
    ours = ("ZHIJIN_", "DATABASE_", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    command = [sys.executable, "-m", "zhijin.config.cli", "up", *([] if demo else ["--no-demo"])]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**kept, "ZHIJIN_HOME": str(home), "ZHIJIN_LANG": "en"},
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    url = ""
    for line in process.stdout:
        if "is ready: " in line:
            url = line.split("is ready: ")[1].split()[0]
            break
    with urllib.request.urlopen(f"{url}/healthz", timeout=30) as answer:
        assert answer.status == 200
    started = time.perf_counter() - began
    asked = time.perf_counter()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    return started, time.perf_counter() - asked
