"""``zhijin verify journal``: checks that nobody altered the journal, here or against a copy kept elsewhere."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _


def add_parser(commands: Any) -> None:
    """Add ``verify`` to the parsers of the ``zhijin`` command."""
    parser = commands.add_parser(
        "verify",
        help=_("核对审计日志没有被改动"),
        description=_(
            "重算整条 SM3 链，并与写在别处的链尾核对。链尾记录在数据目录的 journal-heads.txt；"
            "把它定期抄到另一台机器或打印存档，就能证明抄写之前的日志没有被整体重写或截断。"
            "有问题时退出码为 1。"
        ),
    )
    parser.add_argument("what", choices=["journal"], help=_("journal：审计日志的链"))
    parser.add_argument(
        "--heads", type=Path, metavar="FILE", help=_("与另存的链尾文件核对（默认用本机的）")
    )
    parser.add_argument("--json", action="store_true", help=_("输出 JSON"))
    parser.set_defaults(run=verify)


def verify(args: argparse.Namespace) -> int:
    """Exit code 0 when the chain is whole, 1 when it is not, 2 when the file of heads is missing."""
    from zhijin.core import chain

    path = args.heads
    if path is not None and not path.exists():
        print(_("没有这个文件：{path}").format(path=path))
        return 2
    verdict = chain.verify(chain.read_heads(path) if path else None)
    if args.json:
        print(json.dumps({**asdict(verdict), "whole": verdict.whole}, ensure_ascii=False))
    else:
        print("\n".join(told(verdict)))
    return 0 if verdict.whole else 1


def told(verdict: Any) -> list[str]:
    """The finding in sentences."""
    lines = [
        _("已封存 {sealed} 条，等待封存 {unsealed} 条；与 {heads} 个另记的链尾核对。").format(
            sealed=verdict.sealed, unsealed=verdict.unsealed, heads=verdict.heads
        )
    ]
    if verdict.broken_at is not None:
        lines.append(
            _("第 {n} 条被改动、删除或调换过。请保全现场，并与备份对照。").format(
                n=verdict.broken_at
            )
        )
    if verdict.head_lost is not None:
        lines.append(
            _("{at} 记下的链尾（第 {n} 条）已不在链上：其后的日志被截断或重写过。").format(
                at=verdict.head_lost.at, n=verdict.head_lost.seq
            )
        )
    if verdict.overdue:
        lines.append(
            _("有 {n} 条超过十五分钟没有封存。请看后台任务是否在运行。").format(n=verdict.overdue)
        )
    if verdict.whole:
        lines.append(_("链条完整。链尾：{head}").format(head=verdict.head))
    return lines
