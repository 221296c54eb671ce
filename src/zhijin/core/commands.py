"""``zhijin verify``: checks that nobody altered the journal, or a signed document; ``zhijin signing``: its keys."""

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
        help=_("核对审计日志或签名文件没有被改动"),
        description=_(
            "journal：重算整条 SM3 链，并与写在别处的链尾核对。链尾记录在数据目录的 journal-heads.txt；"
            "把它定期抄到另一台机器或打印存档，就能证明抄写之前的日志没有被整体重写或截断。"
            "文件名：核对这个文件和旁边的 .sig 签名。有问题时退出码为 1。"
        ),
    )
    parser.add_argument(
        "what", metavar="journal|FILE", help=_("journal：审计日志的链；或者一个签过名的文件")
    )
    parser.add_argument(
        "--heads", type=Path, metavar="FILE", help=_("与另存的链尾文件核对（默认用本机的）")
    )
    parser.add_argument(
        "--sig", type=Path, metavar="FILE", help=_("签名文件（默认是文件名加 .sig）")
    )
    parser.add_argument(
        "--key", type=Path, metavar="PEM", help=_("用这个公钥核对（默认用本平台公布过的公钥）")
    )
    parser.add_argument("--json", action="store_true", help=_("输出 JSON"))
    parser.set_defaults(run=verify)


def verify(args: argparse.Namespace) -> int:
    """Exit code 0 when it is whole, 1 when it is not, 2 when a file is missing or is none."""
    return verify_journal(args) if args.what == "journal" else verify_file(args)


def verify_file(args: argparse.Namespace) -> int:
    """Check a signed file against the signature beside it."""
    from zhijin.core import signing

    path = Path(args.what)
    side = args.sig or path.with_name(path.name + signing.SUFFIX)
    for wanted in (path, side, *([args.key] if args.key else [])):
        if not wanted.is_file():
            print(_("没有这个文件：{path}").format(path=wanted))
            return 2
    try:
        signature = signing.read_side_file(side.read_text(errors="replace"))
        given = signing.read_pem(args.key.read_text(errors="replace")) if args.key else None
    except ValueError as error:
        print(_("读不懂签名或公钥：{error}").format(error=error))
        return 2
    key = given or signing.find_key(signature.kid)
    whole = key is not None and signing.verify(path.read_bytes(), signature, key)
    if args.json:
        told_ = {"file": str(path), "key": signature.kid, "known": key is not None, "whole": whole}
        print(json.dumps(told_, ensure_ascii=False))
    elif key is None:
        print(_("公钥 {kid} 不是本平台的。").format(kid=signature.kid))
    elif whole:
        print(_("签名有效：文件一字未改，由公钥 {kid} 签出。").format(kid=key.kid))
    else:
        print(_("签名无效：文件被改过，或者不是由公钥 {kid} 签出。").format(kid=key.kid))
    return 0 if whole else 1


def verify_journal(args: argparse.Namespace) -> int:
    """Check the journal's chain."""
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
