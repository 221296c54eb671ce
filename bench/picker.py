"""Choosing an organisation or a place by a few characters of its name, with 98,000 organisations in the registry.

Organisations are drawn over the real villages of Guizhou, under row-level security as the app role. Each question is
what the field asks while somebody types, with everything that its choices need; the median of repeated ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from typing import Any

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from bench import ground
from bench.ground import ms, percentile
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_span
from zhijin.core.scope import scoped
from zhijin.orgs.picking import Question as Orgs
from zhijin.places.picking import Question as Places

VIEWERS = {
    "village": ("village_secretary", "520115007005"),
    "township": ("township_officer", "520115007"),
    "county": ("county_officer", "520115"),
    "province": ("province_officer", "52"),
    "platform": ("", ""),
}
#: What is typed: the kind of question → words.
ORGS = {
    "common": "党支部", "two": "支部", "one": "党", "rare": "第97001号", "absent": "不存在的组织名",
    "placed": "金华镇 合作社", "place": "金华镇",
}  # fmt: skip
PLACES = {
    "common": "新村",
    "one": "村",
    "rare": "大耆老村",
    "absent": "没有这个地方",
    "placed": "金华 新村",
}
_FILL = """
INSERT INTO orgs_organisation
  (key, place_code, place_key, name, kind, sector, sector_key, simulated, led, version, credit_code)
SELECT v.key + n, v.code, v.key, v.name || (ARRAY['党支部', '党总支', '合作社', '经济联合社', '卫生室'])[1 + n %% 5]
  || CASE WHEN n > 5 THEN '第' || (v.place * 7 + n) || '号' ELSE '' END,
  (ARRAY['branch', 'general_branch', 'cooperative', 'cooperative', 'institution'])[1 + n %% 5],
  1, 1, true, false, 1, ''
FROM (SELECT code, key, name, row_number() OVER (ORDER BY key) AS place FROM places_place
      WHERE level = 'village' AND code LIKE '52%%') v, generate_series(1, %s) n
ORDER BY md5(v.code || n) LIMIT %s
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many organisations, how often each question."""
    parser.add_argument("--organisations", type=int, default=98_000)
    parser.add_argument("--times", type=int, default=9, help="of each question")
    parser.add_argument("--explain", type=float, default=0.0, metavar="MS",
                        help="explain on stderr the statements slower than this")  # fmt: skip


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Median milliseconds and statements of each question by viewer, and the slowest."""
    ground.prepare({})
    with connections["owner"].cursor() as cursor:
        cursor.execute(_FILL, [8, args.organisations])
        cursor.execute("ANALYZE orgs_organisation")
        cursor.execute("SELECT count(*) FROM orgs_organisation")
        count = int(cursor.fetchone()[0])
    found: dict[str, dict[str, float]] = {}
    statements = 0
    for name, (role, place) in VIEWERS.items():
        times, most = _all(_actor(role, place), args)
        statements = max(statements, most)
        found[name] = times
        sys.stderr.write(f"{name} {times}\n")
    worst = max(value for times in found.values() for value in times.values())
    return {
        "organisations": count, "worst_median_ms": worst, "goal_ms": 50, "most_statements": statements,
        **{f"{name}_worst_ms": max(times.values()) for name, times in found.items()}, "medians": found,
    }  # fmt: skip


def _all(actor: Actor, args: argparse.Namespace) -> tuple[dict[str, float], int]:
    """Every question of one viewer: milliseconds, and the most statements of one."""
    questions: dict[str, Any] = {}
    for what, text in ORGS.items():
        questions[f"org_{what}"] = partial(Orgs().offer, actor, "org", text)
    for what, text in PLACES.items():
        questions[f"place_{what}"] = partial(Places().offer, actor, "place", text)
    asked = {what: _asked(question, actor, args) for what, question in questions.items()}
    return {what: taken for what, (taken, _n) in asked.items()}, max(n for _t, n in asked.values())


def _actor(role: str, place: str) -> Actor:
    lo, hi = place_span(place) if place else (0, 0)
    if not place:
        return Actor.system("bench")
    return Actor("account", role, role, (Grant(role, place, lo, hi),))


def _asked(question: Any, actor: Actor, args: argparse.Namespace) -> tuple[float, int]:
    """Milliseconds and statements."""
    taken, statements = [], 0
    for number in range(args.times + 1):
        began = time.perf_counter()
        with scoped(actor):
            question()
        if number:
            taken.append(time.perf_counter() - began)
    with scoped(actor), CaptureQueriesContext(connection) as told:
        question()
    statements = len(told)
    for one in told.captured_queries if args.explain else ():
        if float(one["time"]) * 1000 >= args.explain and one["sql"].startswith("SELECT"):
            with scoped(actor), connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + one["sql"].replace("%", "%%"))
                plan = "\n".join(row[0] for row in cursor.fetchall())
            sys.stderr.write(f"{one['time']} s\n{one['sql'][:900]}\n{plan}\n\n")
    return ms(percentile(taken, 0.5)), statements
