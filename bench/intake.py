"""Reports a second through HTTP, beside the same transaction by psycopg alone on the same server.

granian runs as ``zhijin serve`` runs it. Every report is a form of the portal, with a position that is
looked up among drawn grids, under the portal's own limits. The rival commits the very statements of
one such report with fresh ids, from as many processes and threads, with the same durability. The two take
turns in short rounds, and the median of the rounds' ratios is told: one stall of a shared disk falls into
one side of one round. What either side sends is made before its clock starts.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import ground, replay, serving
from bench.ground import ms, percentile

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, how many."""
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measured stretch")
    parser.add_argument("--clients", type=int, default=16, help="browsers that report at once")
    parser.add_argument("--workers", type=int, default=2, help="processes of the web server")
    parser.add_argument("--threads", type=int, default=4, help="threads of each")
    parser.add_argument("--rounds", type=int, default=9, help="how often the two take turns")
    parser.add_argument("--show", action="store_true", help="list the statements on stderr")


@dataclass(frozen=True)
class Round:
    """The two sides in turn, and what they cost: processor seconds of everything on each side."""

    http: serving.Load
    http_cpu: float
    raw: replay.Repeated
    raw_cpu: float

    @property
    def ratio(self) -> float:
        return self.http.rate / self.raw.rate

    @property
    def cpu_ratio(self) -> float:
        """Transactions that psycopg alone makes of the processor time of one report."""
        return (self.raw_cpu / len(self.raw.times)) / (self.http_cpu / len(self.http.good))


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Reports a second, times, statements of a report, and the ratio to psycopg alone."""
    ground.prepare()
    statements = ground.Statements()
    make = _maker()
    fresh = _captured(make)
    with serving.web(args.workers, args.threads) as web:
        serving.report_for(web.port, 2.0, args.clients, make)
        rounds = [_round(args, web, statements, make, fresh) for _ in range(args.rounds)]
        statements.reset()
        alone = serving.report_for(web.port, args.seconds, 1, make)
        counted = _counted(statements, len(alone.good), show=args.show)
    return {**_figures(rounds), **counted, "alone_p50_ms": ms(percentile(alone.good, 0.5)),
            "clients": args.clients, "workers": args.workers, "threads": args.threads}  # fmt: skip


def _round(
    args: argparse.Namespace, web: serving.Web, statements: ground.Statements, make: Any,
    fresh: replay.Fresh,
) -> Round:  # fmt: skip
    before = web.cpu() + statements.cpu()
    http = serving.report_for(web.port, args.seconds, args.clients, make)
    between = statements.cpu()
    http_cpu = web.cpu() + between - before
    raw = replay.repeat(fresh, args.seconds, args.workers, args.threads)
    return Round(http, http_cpu, raw, raw.cpu + statements.cpu() - between)


def _figures(rounds: list[Round]) -> dict[str, Any]:
    good = [t for one in rounds for t in one.http.good]
    raw = [t for one in rounds for t in one.raw.times]
    reports, transactions = len(good), len(raw)
    return {
        "reports": reports,
        "refused": sum(sum(one.http.other.values()) for one in rounds),
        "reports_per_second": round(reports / sum(one.http.seconds for one in rounds), 1),
        "p50_ms": ms(percentile(good, 0.5)),
        "p99_ms": ms(percentile(good, 0.99)),
        "raw_per_second": round(transactions / sum(one.raw.seconds for one in rounds), 1),
        "raw_p50_ms": ms(percentile(raw, 0.5)),
        "raw_p99_ms": ms(percentile(raw, 0.99)),
        "ratio_raw": round(median(one.ratio for one in rounds), 3),
        "ratio_raw_rounds": sorted(round(one.ratio, 3) for one in rounds),
        "cpu_ms": ms(sum(one.http_cpu for one in rounds) / reports),
        "raw_cpu_ms": ms(sum(one.raw_cpu for one in rounds) / transactions),
        "client_cpu_ms": ms(sum(one.http.client_cpu for one in rounds) / reports),
        "ratio_cpu": round(median(one.cpu_ratio for one in rounds), 3),
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
