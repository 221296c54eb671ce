"""The commands that start, stop and look after an installation."""

from __future__ import annotations

import argparse
import json
import os
import sys

from zhijin.config import up as platform
from zhijin.config.home import Home, say


def up(args: argparse.Namespace) -> int:
    options = platform.Options(args.host, args.port, not args.no_demo, args.scale)
    return platform.up(Home(), options)


def down(args: argparse.Namespace) -> int:
    if platform.down(Home()):
        print(say("已停止。", "Stopped."))
    else:
        print(say("没有在运行。", "It was not running."))
    return 0


def status(args: argparse.Namespace) -> int:
    """Exit code 0 when the platform runs, 3 when it does not (as init scripts have it)."""
    told = platform.status(Home())
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    elif told["running"]:
        print(say("正在运行：", "Running:"), told["url"])
        print(
            say("进程数：", "Processes:"),
            told["processes"],
            say("数据库：", "database:"),
            told["database"],
        )
    else:
        print(say("没有在运行。启动：zhijin up", "Not running. Start it with: zhijin up"))
    return 0 if told["running"] else 3


def serve(args: argparse.Namespace) -> int:
    """Become granian: the pages through WSGI, or the event stream through ASGI."""
    interface, target = ("asgi", "asgi") if args.events else ("wsgi", "wsgi")
    cores = os.cpu_count() or 2
    workers = args.workers or (
        1 if args.events else int(os.environ.get("ZHIJIN_WORKERS", "0")) or min(cores, 8)
    )
    command = [
        sys.executable, "-m", "granian", "--interface", interface, "--host", args.host,
        "--port", str(args.port), "--workers", str(workers), "--respawn-failed-workers",
        "--workers-kill-timeout", "10", "--no-ws", "--backlog", "2048",
        f"zhijin.config.{target}:application",
    ]  # fmt: skip
    if not args.events:
        threads = args.threads or int(os.environ.get("ZHIJIN_THREADS", "0")) or 4
        command[-1:-1] = ["--blocking-threads", str(threads), "--backpressure", str(threads * 64)]
    os.execv(sys.executable, command)  # noqa: S606


def migrate(args: argparse.Namespace) -> int:
    from django.core.management import call_command

    if args.check:
        from zhijin.config.prepare import pending_migrations

        pending = pending_migrations()
        for name in pending:
            print(name)
        return 1 if pending else 0
    call_command("migrate", database="owner", interactive=False)
    return 0


def manage(args: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["zhijin manage", *args.rest])
    return 0
