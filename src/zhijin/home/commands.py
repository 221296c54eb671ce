"""The command `zhijin demo`: makes a demonstration's population, or lists its accounts."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from django.utils.translation import gettext as _

from zhijin.core.errors import Refusal


def add_parser(commands: Any) -> None:
    """Add `demo` to the command line."""
    parser = commands.add_parser(
        "demo",
        help=_("生成演示数据"),
        description=_(
            "在真实的区划上生成模拟的组织、岗位、居民和账号。重复运行是安全的：只补上缺的。"
        ),
        epilog=_(
            "例：\n"
            "  zhijin demo                     一个村完整可用（默认）\n"
            "  zhijin demo --scale county      再加清镇市和材料里的村\n"
            "  zhijin demo --scale province    贵州全省 98,000 个党组织，以及昭通、海西\n"
            "  zhijin demo accounts            列出演示账号\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    choices = ["make", "accounts"]
    parser.add_argument(
        "what", nargs="?", choices=choices, default="make", help=_("make 生成；accounts 列出账号")
    )
    scales = ["village", "county", "province"]
    parser.add_argument("--scale", choices=scales, default="village", help=_("规模"))
    parser.add_argument("--seed", type=int, metavar="N", help=_("随机种子；同一种子得到同样的数据"))
    parser.add_argument("--json", action="store_true", help=_("输出 JSON"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when done; 1 when there is no demonstration to list; 2 when refused."""
    return _accounts(args) if args.what == "accounts" else _make(args)


def _accounts(args: argparse.Namespace) -> int:
    from django.conf import settings

    from zhijin.home.demo.accounts import table

    lines = [line.replace("{site}", settings.ZHIJIN_ORIGIN) for line in table()]
    if not lines:
        print(_("还没有演示账号。先运行：zhijin demo"), file=sys.stderr)
        return 1
    print(json.dumps(lines, ensure_ascii=False) if args.json else "\n".join(lines))
    return 0


def _make(args: argparse.Namespace) -> int:
    from zhijin.home.demo.making import DEFAULT_SEED, make
    from zhijin.home.demo.registry import Scale

    began = time.perf_counter()
    seed = DEFAULT_SEED if args.seed is None else args.seed
    try:
        made = make(Scale(args.scale), seed)
    except Refusal as refusal:
        print(f"{refusal.id} {refusal.message}\n{refusal.help}", file=sys.stderr)
        return 2
    total = round(time.perf_counter() - began, 2)
    if args.json:
        told = {"scale": args.scale, "seed": seed, **made.counts, "seconds": total}
        print(json.dumps({**told, "steps": made.seconds}))
        return 0
    for name, count in made.counts.items():
        print(f"  {name:<14} {count:>9,}")
    steps = ", ".join(f"{name} {seconds}" for name, seconds in made.seconds.items())
    print(f"{total} s ({steps})")
    return 0
