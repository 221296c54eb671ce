"""The command `zhijin assess`: compute, publish and look at standings without the pages."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from django.utils.translation import gettext as _

from zhijin.core.errors import Refusal


def add_parser(commands: Any) -> None:
    """Add `assess` to the command line."""
    parser = commands.add_parser(
        "assess",
        help=_("计算、公布、查看考核结果"),
        description=_(
            "由事实计算一套考核方案在一个考核期的结果。重复计算是安全的：没有变化就没有新结果。"
        ),
        epilog=_(
            "例：\n"
            "  zhijin assess status                          最近的计算\n"
            "  zhijin assess run double-drive 2026-07        计算七月（全部地方）\n"
            "  zhijin assess run double-drive 2026-07 --place 520181\n"
            "  zhijin assess publish double-drive 2026-07 --place 520181\n"
            "  zhijin assess verify unit-year 2026           核对冻结的年度结果\n"
            "  zhijin assess stream                          只把变动过的月份写成文件\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for name, run, about in (
        ("run", _run, _("计算一个考核期")),
        ("publish", _publish, _("公布一个县算好的结果")),
        ("verify", _verify, _("核对冻结的结果：签名，和每个数背后的记录")),
    ):
        one = kinds.add_parser(name, help=about, description=about)
        one.add_argument("programme", help=_("考核方案的代号，如 double-drive"))
        one.add_argument("period", help=_("2026-07、2026Q3、2026H2 或 2026"))
        one.add_argument("--place", default="", metavar="CODE", help=_("六位县级代码"))
        one.set_defaults(run=run)
    for name, run, about in (
        ("status", _status, _("最近的计算和它们的结果")),
        ("stream", _stream, _("把变动过的月份写成 Parquet 文件")),
    ):
        kinds.add_parser(name, help=about, description=about).set_defaults(run=run)
    for one in kinds.choices.values():
        one.add_argument("--json", action="store_true", help=_("输出 JSON"))


def _run(args: argparse.Namespace) -> int:
    from zhijin.assessment import services
    from zhijin.assessment.periods import parse
    from zhijin.core.actor import Actor

    try:
        batch = services.request_run(
            actor=Actor.system("operator"), programme=args.programme, period=parse(args.period),
            place_code=args.place,
        )  # fmt: skip
        batch = services.compute(batch.id)
    except (Refusal, ValueError) as refusal:
        return _refused(refusal)
    told = _told(batch)
    if args.json:
        print(json.dumps(told))
    else:
        print(_line(told))
    return 0 if batch.state == "done" else 1


def _publish(args: argparse.Namespace) -> int:
    from zhijin.assessment import services
    from zhijin.assessment.models import Run
    from zhijin.assessment.periods import parse
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped

    actor = Actor.system("operator")
    try:
        period = parse(args.period)
        with scoped(actor):
            ready = Run.objects.filter(
                programme=args.programme, period_start=period.start, period_kind=period.kind,
                state=Run.State.READY, place_code__startswith=args.place,
            )  # fmt: skip
            found = list(ready.values_list("id", flat=True))
        made = [services.publish_run(actor=actor, run_id=pk) for pk in found]
    except (Refusal, ValueError) as refusal:
        return _refused(refusal)
    codes = [run.place_code for run in made]
    print(json.dumps(codes) if args.json else _("公布了 {n} 个县的结果").format(n=len(codes)))
    return 0 if made else 1


def _status(args: argparse.Namespace) -> int:
    from zhijin.assessment.models import Batch
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped

    with scoped(Actor.system("operator")):
        told = [_told(batch) for batch in Batch.objects.order_by("-asked_at")[:20]]
    if args.json:
        print(json.dumps(told))
    else:
        print("\n".join(map(_line, told)) or _("还没有计算过"))
    return 0


def _verify(args: argparse.Namespace) -> int:
    from zhijin.assessment.cycle.verifying import verify_run
    from zhijin.assessment.models import Run
    from zhijin.assessment.periods import parse
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped

    try:
        period = parse(args.period)
    except ValueError as error:
        return _refused(error)
    with scoped(Actor.system("operator")):
        rows = Run.objects.filter(
            programme=args.programme, period_start=period.start, period_kind=period.kind,
            state=Run.State.FROZEN, place_code__startswith=args.place,
        )  # fmt: skip
        found = [(run, verify_run(run)) for run in rows.order_by("county")]
    if args.json:
        told = [{"run": str(run.id), "place": run.place_code, "signature": one.signature,
                 "values": one.values, "facts": one.facts,
                 "broken": [[str(org), name] for org, name in one.broken]} for run, one in found]  # fmt: skip
        print(json.dumps(told))
    for run, one in found if not args.json else ():
        line = _("{place} {values} 个数，{facts} 条记录：{verdict}")
        verdict = _("与签名时一致") if one.holds else _("不一致")
        print(
            line.format(place=run.place_code, values=one.values, facts=one.facts, verdict=verdict)
        )
        print("\n".join(f"  {org} {name}" for org, name in one.broken), end="")
    return 0 if found and all(one.holds for _run, one in found) else 1


def _stream(args: argparse.Namespace) -> int:
    from zhijin.assessment import streaming

    done = streaming.refresh()
    months = {f"{month:%Y-%m}": rows for month, rows in sorted(done.months.items())}
    if args.json:
        print(json.dumps(months))
    else:
        for month, rows in months.items():
            print(f"{month}  {rows:>12,}")
    return 0


def _told(batch: Any) -> dict[str, Any]:
    from zhijin.assessment.periods import name_of

    return {
        "id": str(batch.id), "programme": batch.programme, "place": batch.place_code,
        "period": name_of(batch.period_kind, batch.period_start), "state": batch.state,
        "reason": batch.reason, "facts": batch.facts, "organisations": batch.orgs,
        "runs": batch.runs, "millis": batch.millis, "error": batch.error,
        "same_as": str(batch.same_as) if batch.same_as else None,
    }  # fmt: skip


def _line(told: dict[str, Any]) -> str:
    line = (
        f"{told['programme']} {told['period']} {told['place'] or '*':<6} {told['state']:<9}"
        f" {told['reason']:<10} facts {told['facts']:,} orgs {told['organisations']:,}"
        f" runs {told['runs']} {told['millis']} ms"
    )
    return f"{line} {told['error']}".rstrip()


def _refused(refusal: Exception) -> int:
    print(refusal, file=sys.stderr)
    return 2
