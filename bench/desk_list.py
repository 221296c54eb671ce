"""The desk's pages with five million cases in the table, under row-level security, for four viewers.

Rows are drawn over the real villages of Guizhou, Zhaotong and Haixi; about one in fifty is open. Each page is
the real view with every middleware, as the app role; the median and the 95th percentile of repeated requests.
"""

from __future__ import annotations

import argparse
import html
import re
import secrets
import sys
import time
from typing import Any

from bench import ground, many_cases
from bench.ground import ms, percentile
from zhijin.config.prepare import collect_static

VIEWERS = {
    "village": ("village_secretary", "520115007005"),
    "township": ("township_officer", "520115007"),
    "county": ("county_officer", "520115"),
    "province": ("province_officer", "52"),
}
PAGES = {
    "open": "/desk/cases/",
    "overdue": "/desk/cases/?view=overdue",
    "raised": "/desk/cases/?view=raised",
    "closed": "/desk/cases/?view=closed",
    "all": "/desk/cases/?view=all",
    "kind": "/desk/cases/?kind=dispute",
    "common": f"/desk/cases/?view=all&q={many_cases.COMMON}",
    "common_open": f"/desk/cases/?q={many_cases.COMMON}",
    "rare": f"/desk/cases/?view=all&q={many_cases.RARE}",
    "rare_open": f"/desk/cases/?q={many_cases.RARE}",
    "absent": f"/desk/cases/?view=all&q={many_cases.ABSENT}",
    "today": "/desk/",
    "rates": "/desk/cases/rates/",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many cases, how often each page."""
    parser.add_argument("--cases", type=int, default=5_000_000)
    parser.add_argument("--filled", action="store_true",
                        help="the database in DATABASE_URL holds the cases already")  # fmt: skip
    parser.add_argument("--times", type=int, default=11, help="requests of each page")
    parser.add_argument("--explain", type=float, default=0.0, metavar="MS",
                        help="explain on stderr the statements slower than this")  # fmt: skip


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Median milliseconds of the list and of every other page, by viewer."""
    collect_static()
    loaded: dict[str, Any] = {"load_seconds": None}
    if not args.filled:
        ground.prepare({})
        loaded = many_cases.fill(args.cases)
    pages: dict[str, dict[str, float]] = {}
    slow: dict[str, dict[str, float]] = {}
    for name, (role, place) in VIEWERS.items():
        client = _client(name, role, place)
        times = {page: _times(client, path, args) for page, path in PAGES.items()}
        times["next"] = _times(client, _next(client), args)
        pages[name] = {page: ms(percentile(found, 0.5)) for page, found in times.items()}
        slow[name] = {page: ms(percentile(found, 0.95)) for page, found in times.items()}
        sys.stderr.write(f"{name} {pages[name]}\n")
    worst = max(value for found in pages.values() for value in found.values())
    return {
        "cases": args.cases, **loaded, **_size(),
        **{f"{name}_ms": pages[name]["open"] for name in VIEWERS},
        **{f"{name}_p95_ms": slow[name]["open"] for name in VIEWERS},
        "flat": round(pages["province"]["open"] / pages["village"]["open"], 2),
        "worst_median_ms": worst, "pages": pages, "pages_p95": slow,
    }  # fmt: skip


def _client(name: str, role: str, place: str) -> Any:
    """A browser in which somebody with the role is signed in."""
    from django.test import Client

    from zhijin.access.api import create_account, grant_role
    from zhijin.access.middleware import COOKIE
    from zhijin.access.sign_ins import open_session
    from zhijin.core.actor import Actor

    system = Actor.system("bench")
    account = create_account(
        actor=system, username=f"bench-{name}-{secrets.token_hex(3)}", name=name, password="five-looms-9",
        must_change_password=False,
    )  # fmt: skip
    grant_role(actor=system, account=account, role=role, place_code=place)
    client = Client()
    client.cookies[COOKIE] = open_session(account, "bench")
    return client


def _next(client: Any) -> str:
    """Where the list's link to its second page leads; the first page when there is only one."""
    page = client.get(PAGES["open"]).content.decode()
    found = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
    return PAGES["open"] + html.unescape(found[1]) if found else PAGES["open"]


def _times(client: Any, path: str, args: argparse.Namespace) -> list[float]:
    """Seconds of each request but the first, which warms the caches."""
    found: list[float] = []
    for _ in range(args.times + 1):
        began = time.perf_counter()
        answer = client.get(path)
        found.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        if found[-1] > 5 and len(found) > 2:
            break
    if args.explain and ms(percentile(found[1:], 0.5)) > args.explain:
        _explain(client, path, args.explain)
    return found[1:]


def _explain(client: Any, path: str, above: float) -> None:
    """Show how the server carries out the slow statements of a page."""
    from django.db import connection

    def watch(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        result = execute(sql, params, many, context)
        if ms(time.perf_counter() - began) > above / 3 and str(sql).startswith("SELECT"):
            with connection.connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + str(sql), params)
                lines = "\n".join(row[0] for row in cursor.fetchall())
            sys.stderr.write(f"\n{path}\n{sql}\n{lines}\n")
        return result

    with connection.execute_wrapper(watch):
        client.get(path)


def _size() -> dict[str, Any]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE is_open),"
            " pg_table_size('cases_case') / 1048576, pg_indexes_size('cases_case') / 1048576"
            " FROM cases_case"
        )
        opened, table, indexes = cursor.fetchone()
    return {"open_cases": opened, "table_mb": table, "indexes_mb": indexes}
