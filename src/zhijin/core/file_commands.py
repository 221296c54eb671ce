"""``zhijin files``: are all stored files there and whole; delete those that nothing names any more."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from zhijin.core.file_check import Fault, Report

#: Faults told one by one.
MOST = 50


def add_parser(commands: Any) -> None:
    """Add ``files`` to the parsers of the ``zhijin`` command."""
    parser = commands.add_parser(
        "files", help=_("核对和清理上传的文件"), description=_("核对和清理上传的文件")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser(
        "check",
        help=_("核对每个文件都在、都没有损坏"),
        description=_("核对每个文件都在、都没有损坏。有缺失或损坏时退出码为 1。"),
    )
    check.add_argument("--quick", action="store_true", help=_("只比较大小，不读内容"))
    check.add_argument("--json", action="store_true", help=_("输出 JSON"))
    check.set_defaults(run=run_check)
    sweep = actions.add_parser(
        "sweep",
        help=_("现在就清理不再使用的文件"),
        description=_(
            "后台每六小时做一次同样的事：没有任何记录再用到的文件，过了保留期（ZHIJIN_FILE_GRACE_DAYS）"
            "就连同内容一起删除，并写进审计日志。"
        ),
    )
    sweep.add_argument(
        "--even-most", action="store_true", help=_("即使要删除一半以上的文件，也照样删除")
    )
    sweep.set_defaults(run=run_sweep)


def run_check(args: argparse.Namespace) -> int:
    """Exit code 0 when all that is named can be read as it was stored, else 1."""
    from zhijin.core.file_check import check

    report = check(quick=args.quick)
    if args.json:
        print(json.dumps({**asdict(report), "whole": not report.faults}, ensure_ascii=False))
    else:
        print("\n".join(told(report)))
    return 1 if report.faults else 0


def told(report: Report) -> list[str]:
    """The finding in sentences."""
    lines = [
        _("共 {n} 个文件，{size} MB。").format(n=report.files, size=_mega(report.bytes)),
        _("其中 {n} 个（{size} MB）没有记录再用到，过了保留期就删除。").format(
            n=report.idle, size=_mega(report.idle_bytes)
        ),
    ]
    lines += _listed(_("缺失 {n} 个："), report.missing)
    lines += _listed(_("损坏 {n} 个："), report.damaged)
    lines += _listed(_("记录里有、文件表里没有的 {n} 个："), report.unknown)
    if report.strays:
        lines.append(
            _("没有登记的文件 {n} 个：上传中断时留下的，下次清理时处理。").format(
                n=len(report.strays)
            )
        )
    if report.faults:
        lines.append(
            _(
                "请从备份的 files 目录里找回同名的文件，放回原来的位置，再核对一次。文件名就是内容的摘要。"
            )
        )
    else:
        lines.append(_("有记录用到的文件都在，都没有损坏。"))
    return lines


def _listed(title: str, faults: list[Fault]) -> list[str]:
    if not faults:
        return []
    shown = [
        f"  {one.digest}{'.' + one.variant if one.variant else ''}  {', '.join(one.used_in)}"
        for one in faults[:MOST]
    ]
    return [title.format(n=len(faults)), *shown, *(["  …"] if len(faults) > MOST else [])]


def _mega(size: int) -> str:
    return f"{size / 1024**2:.1f}"


def run_sweep(args: argparse.Namespace) -> int:
    """Exit code 0; 1 when it was refused."""
    from zhijin.core.errors import Refusal
    from zhijin.core.file_care import sweep

    try:
        done = sweep(even_most=args.even_most)
    except Refusal as refusal:
        print(refusal.message, refusal.help)
        return 1
    print(
        _(
            "新标记或取消标记 {marked} 个，登记了遗留的 {adopted} 个，删除 {deleted} 个，释放 {size} MB。"
        ).format(
            marked=done.marked, adopted=done.adopted, deleted=done.deleted, size=_mega(done.freed)
        )
    )
    return 0
