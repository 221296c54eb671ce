"""The commands that start, stop and look after an installation."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zhijin.config import up as platform
from zhijin.config.home import Home, say

if TYPE_CHECKING:
    from zhijin.core.chain import Verdict


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


def verify(args: argparse.Namespace) -> int:
    """Exit code 1 when the chain of the journal is broken, cut short, or not being sealed."""
    from dataclasses import asdict

    from zhijin.core import chain

    heads = chain.read_heads(Path(args.heads)) if args.heads else None
    verdict = chain.verify(heads)
    if args.json:
        print(
            json.dumps({"whole": verdict.whole, **asdict(verdict)}, ensure_ascii=False, default=str)
        )
        return 0 if verdict.whole else 1
    print(
        say(
            f"已封 {verdict.sealed} 条，未封 {verdict.unsealed} 条；与 {verdict.heads} 个留存的链头核对。",
            f"{verdict.sealed} entries sealed, {verdict.unsealed} not yet;"
            f" held against {verdict.heads} heads written down.",
        )
    )
    for zh, en in journal_faults(verdict):
        print(say(zh, en))
    if verdict.whole:
        print(say("链完整。链头：", "The chain is whole. Its head:"), verdict.head)
    return 0 if verdict.whole else 1


def journal_faults(verdict: Verdict) -> list[tuple[str, str]]:
    """What is wrong with the chain, in both languages."""
    faults = []
    if verdict.broken_at is not None:
        seq = verdict.broken_at
        faults.append((f"第 {seq} 条被改动或删除。", f"Entry {seq} was changed or removed."))
    if verdict.head_lost is not None:
        head = verdict.head_lost
        faults.append(
            (f"留存的链头不在链中：{head}", f"A head written down is not in the chain: {head}")
        )
    if verdict.overdue:
        count = verdict.overdue
        faults.append(
            (
                f"{count} 条过期未封：后台任务没有运行？",
                f"{count} entries overdue for sealing: does the worker run?",
            )
        )
    return faults


def manage(args: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["zhijin manage", *args.rest])
    return 0
