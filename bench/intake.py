"""Reports a second through HTTP, beside the same transaction by psycopg alone on the same server.

granian runs as ``zhijin serve`` runs it. Every report is a form of the portal, with a position that is
looked up among drawn grids, under the portal's own limits. The rival commits the very statements of
one such report with fresh ids, from as many processes and threads, with the same durability.
"""

from __future__ import annotations

import argparse
import random
import sys
from typing import Any

from bench import ground, replay, serving
from bench.ground import ms, percentile

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, how many."""
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measured stretch")
    parser.add_argument("--clients", type=int, default=16, help="browsers that report at once")
    parser.add_argument("--workers", type=int, default=2, help="processes of the web server")
    parser.add_argument("--threads", type=int, default=4, help="threads of each")
    parser.add_argument("--rounds", type=int, default=2, help="how often the two take turns")
    parser.add_argument("--show", action="store_true", help="list the statements on stderr")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Reports a second, times, statements of a report, and the ratio to psycopg alone."""
    ground.prepare()
    statements = ground.Statements()
    make = _maker()
    fresh = _captured(make)
    http: list[serving.Load] = []
    raw: list[tuple[int, float, list[float]]] = []
    counted: dict[str, Any] = {}
    with serving.web(args.workers, args.threads) as port:
        serving.report_for(port, 2.0, args.clients, make)
        for _ in range(args.rounds):
            statements.reset()
            http.append(serving.report_for(port, args.seconds, args.clients, make))
            counted = _counted(statements, len(http[-1].good), show=args.show)
            raw.append(replay.repeat(fresh, args.seconds, args.workers, args.threads))
        alone = serving.report_for(port, min(args.seconds, 4.0), 1, make)
    return {**_figures(http, raw), **counted, "alone_p50_ms": ms(percentile(alone.good, 0.5)),
            "clients": args.clients, "workers": args.workers, "threads": args.threads}  # fmt: skip


def _figures(http: list[serving.Load], raw: list[tuple[int, float, list[float]]]) -> dict[str, Any]:
    good = [t for load in http for t in load.good]
    seconds = sum(load.seconds for load in http)
    raw_times = [t for _, _, times in raw for t in times]
    raw_rate = sum(n for n, _, _ in raw) / sum(s for _, s, _ in raw)
    ratios = [load.rate / (n / s) for load, (n, s, _) in zip(http, raw, strict=True)]
    return {
        "reports": len(good),
        "refused": sum(sum(load.other.values()) for load in http),
        "reports_per_second": round(len(good) / seconds, 1),
        "p50_ms": ms(percentile(good, 0.5)),
        "p99_ms": ms(percentile(good, 0.99)),
        "raw_per_second": round(raw_rate, 1),
        "raw_p50_ms": ms(percentile(raw_times, 0.5)),
        "raw_p99_ms": ms(percentile(raw_times, 0.99)),
        "ratio_raw": round(len(good) / seconds / raw_rate, 3),
        "ratio_raw_rounds": [round(ratio, 3) for ratio in ratios],
    }


def _counted(statements: ground.Statements, reports: int, *, show: bool) -> dict[str, Any]:
    rows = statements.counted()
    if not rows or not reports:
        return {"statements": None}
    plain = [row for row in rows if not row[0].upper().startswith(TRANSACTION)]
    if show:
        for query, calls, spent in rows[:20]:
            line = " ".join(query.split())[:110]
            sys.stderr.write(f"{calls / reports:6.2f} {spent / calls:7.3f} ms  {line}\n")
    return {
        "statements": round(sum(calls for _, calls, _ in plain) / reports, 2),
        "statements_with_begin_commit": round(sum(calls for _, calls, _ in rows) / reports, 2),
        "server_ms": round(sum(spent for _, _, spent in rows) / reports, 3),
    }


def _maker() -> Any:
    """Makes the fields of a report somewhere in the drawn grids."""
    from zhijin.places.models import Outline

    boxes = [
        (o.place_id[:12], (o.min_lon + o.max_lon) / 2, (o.min_lat + o.max_lat) / 2)
        for o in Outline.objects.filter(place__level="grid")
    ]

    def make(chance: random.Random) -> dict[str, str]:
        code, lon, lat = chance.choice(boxes)
        return {
            "place": code, "what": ground.sentence(chance), "kind": "surface",
            "lon": f"{lon + chance.uniform(-1e-3, 1e-3):.6f}",
            "lat": f"{lat + chance.uniform(-1e-3, 1e-3):.6f}",
        }  # fmt: skip

    return make


def _captured(make: Any) -> replay.Fresh:
    """The transaction of one report as the view makes it, ready to be repeated."""
    from zhijin.cases.services.intake import Report, open_case
    from zhijin.core.actor import Actor

    fields = make(random.Random(1))
    made: list[Any] = []
    report = Report(
        playbook="road-hazard", channel="portal", key="bench-key-0001", place_code=fields["place"],
        lon=float(fields["lon"]), lat=float(fields["lat"]), place_known=True,
        answers={
            "what": fields["what"], "kind": "surface",
            "where": {"lon": float(fields["lon"]), "lat": float(fields["lat"])},
        },
    )  # fmt: skip

    def act() -> None:
        made.append(open_case(actor=Actor.resident(), report=report, opener="resident"))

    statements = replay.captured(act)
    return replay.Fresh(statements, {"bench-key-0001", made[0].number})
