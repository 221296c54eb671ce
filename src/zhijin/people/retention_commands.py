"""``zhijin retention``: what would be erased now, as a dry run; do it; or erase again what a restore brought back."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _


def add_parser(commands: Any) -> None:
    """Add ``retention`` to the parsers of the ``zhijin`` command."""
    parser = commands.add_parser(
        "retention",
        help=_("查看或删除保存期满的个人信息"),
        description=_(
            "不带选项：只数一数现在到期、会被删除的有多少，什么也不改。后台每六小时自动删除一次。"
            "恢复备份以后，用 --again 把恢复前已经删除的再删一次。"
        ),
    )
    parser.add_argument("--erase", action="store_true", help=_("现在就删除到期的"))
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help=_("按这份删除清单（erased.jsonl）再删一次")
    )
    parser.add_argument("--json", action="store_true", help=_("输出 JSON"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0; 2 when the list is missing or is none."""
    from zhijin.people import erased_log, keeping, retention

    if args.again is not None:
        try:
            lines = list(erased_log.read(args.again))
        except (OSError, ValueError) as error:
            print(_("读不懂删除清单：{error}").format(error=error))
            return 2
        _say(args, "again", keeping.again(lines), _("再次删除了 {n} 条。"))
    elif args.erase:
        _say(args, "erased", retention.sweep(), _("删除了 {n} 条。"))
    else:
        found = waiting()
        if args.json:
            print(json.dumps({"due": found}, ensure_ascii=False))
        else:
            titles = {kept.key: kept.title for kept in keeping.kinds()}
            for key, n in found.items():
                print(_("{title}：到期 {n} 条").format(title=titles[key], n=n))
    return 0


def _say(args: argparse.Namespace, what: str, n: int, words: str) -> None:
    print(json.dumps({what: n}) if args.json else words.format(n=n))


def waiting() -> dict[str, int]:
    """How many of each kind the sweep would erase now; nothing is changed."""
    from zhijin.core.scope import scoped
    from zhijin.people import keeping

    found = {}
    for kept in keeping.kinds():
        with scoped(keeping.KEEPER):
            rows = keeping.due(kept, keeping.days_of(kept))
            ids = list(rows.order_by("id")[: keeping.CHUNK * keeping.ROUNDS])
            found[kept.key] = len(ids) - len(keeping.still_needed(kept, ids))
    return found
