"""``zhijin ledger verify``: do the books agree with themselves?"""

from __future__ import annotations

import argparse
from typing import Any

from django.utils.translation import gettext as _

from zhijin.core.actor import Actor
from zhijin.core.scope import scoped


def add_parser(commands: Any) -> None:
    """Add ``ledger`` to the commands."""
    parser = commands.add_parser("ledger", help=_("账簿核对"), description=_("账簿核对"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser(
        "verify",
        help=_("核对每个账户、每笔账和每次结账"),
        description=_("核对每个账户、每笔账和每次结账"),
    )
    verify.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every finding; 0 when the books agree with themselves, 1 otherwise."""
    from zhijin.ledger import selectors
    from zhijin.ledger.models import Book, Transfer

    words = {
        "balance": _("账户余额"),
        "sum": _("一笔账的合计"),
        "closing": _("结账的摘要"),
        "content": _("一笔账的内容"),
    }
    with scoped(Actor.system("ledger verify")):
        counts = Book.objects.count(), Transfer.objects.count()
        found = list(selectors.verify())
    for one in found:
        print(
            _("账簿 {book}：{what} {subject} 应为 {expected}，现为 {found}").format(
                book=one.book, what=words[one.what], subject=one.subject,
                expected=one.expected, found=one.found,
            )
        )  # fmt: skip
    print(_("核对了 {books} 本账、{transfers} 笔，问题 {wrong} 处。").format(
        books=counts[0], transfers=counts[1], wrong=len(found)
    ))  # fmt: skip
    return 1 if found else 0
