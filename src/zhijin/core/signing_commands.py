"""``zhijin signing``: the keys that sign what is published."""

from __future__ import annotations

import argparse
from typing import Any

from django.utils.translation import gettext as _


def add_parser(commands: Any) -> None:
    """Add ``signing`` to the parsers of the ``zhijin`` command."""
    parser = commands.add_parser(
        "signing",
        help=_("查看或更换签名的密钥"),
        description=_(
            "show 列出签过名的全部公钥；rotate 换一把新的：旧的私钥当即销毁，旧的公钥永久保留，"
            "以前的签名照样能核对。"
        ),
    )
    parser.add_argument("what", choices=["show", "rotate"], help=_("做什么"))
    parser.add_argument("--why", default="", help=_("更换的原因，写进审计日志"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0; 2 when a key is to be changed without a reason."""
    from zhijin.core import signing
    from zhijin.core.actor import Actor

    if args.what == "rotate":
        if not args.why.strip():
            print(_("请用 --why 写明更换的原因。"))
            return 2
        signing.rotate(actor=Actor.system("command-line"), why=args.why.strip())
    for key in signing.public_keys():
        since = f"{key.since:%Y-%m-%d}" if key.since else "-"
        print(f"{key.kid}  {since}  {_('在用') if key.current else _('已换下')}")
        print(key.pem, end="")
    return 0
