"""The desk's pages of 双报到 with the province's 339,000 members reported to communities, for five viewers.

Members and units are drawn over the real villages and communities of Guizhou; one in eight has a confirmed
service behind it. Each page is the real view with every middleware, as the app role; the median of repeated
requests and how many statements the page sends.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from bench import ground
from bench.branch_life import _statements
from bench.desk_list import _client
from bench.ground import ms, percentile
from zhijin.config.prepare import collect_static

PROVINCE = "52"
VIEWERS = {
    "community": ("village_secretary", "520115007005"),
    "township": ("township_officer", "520115007"),
    "county": ("county_officer", "520115"),
    "prefecture": ("prefecture_officer", "5203"),
    "province": ("province_officer", "52"),
}
PAGES = {
    "reports": "/desk/service/reports/",
    "counts": "/desk/service/counts/",
    "members": "/desk/service/list/?what=members",
    "services": "/desk/service/list/?what=services",
    "needs": "/desk/service/",
}
_REPORT = (
    "id, county, place_code, place_key, org_key, org_name, unit_key, sector_key,"
    " simulated, member_id, name_masked, offers, state, reported_on, why"
)
_CLAIM = (
    "id, county, place_code, place_key, org_key, org_name, unit_key, sector_key,"
    " simulated, need_id, member_id, name_masked, people, state, minutes, told, photos, why, claimed_by,"
    " claimed_at, done_by, done_at, confirmed_how, confirmed_by, confirmed_at, satisfied, code_blind"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many reports, how often each page."""
    parser.add_argument("--reports", type=int, default=339_000, help="members that reported")
    parser.add_argument("--units", type=int, default=12_000, help="units that reported as a whole")
    parser.add_argument("--times", type=int, default=7, help="requests of each page")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Median milliseconds and statements of each page, by viewer."""
    collect_static()
    ground.prepare({})
    loaded = fill(args.reports, args.units)
    pages: dict[str, dict[str, float]] = {}
    sent: dict[str, dict[str, int]] = {}
    for name, (role, place) in VIEWERS.items():
        client = _client(name, role, place)
        pages[name] = {page: _time(client, path, args.times) for page, path in PAGES.items()}
        sent[name] = {page: _statements(client, path) for page, path in PAGES.items()}
        sys.stderr.write(f"{name} {pages[name]} {sent[name]}\n")
    return {
        **loaded, "pages": pages, "statements": sent,
        "worst_ms": max(value for found in pages.values() for value in found.values()),
        "most_statements": max(value for found in sent.values() for value in found.values()),
    }  # fmt: skip


def _time(client: Any, path: str, times: int) -> float:
    client.get(path)
    found = []
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get(path)
        found.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return ms(percentile(found, 0.5))


def fill(members: int, units: int) -> dict[str, Any]:
    """Reports and services by COPY as the owner of the tables; seconds and counts."""
    from django.db import connections, transaction

    from zhijin.places.api import subtree

    began = time.monotonic()
    homes = list(subtree(PROVINCE, "village").values_list("code", flat=True))
    towns = list(subtree(PROVINCE, "township").values_list("code", flat=True))
    rows = _Rows(homes, towns, units)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        _load(
            cursor, "activities_report", _REPORT, (rows.report(n) for n in range(members + units))
        )
        _load(cursor, "activities_claim", _CLAIM, (rows.claim(n) for n in range(members // 8)))
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE activities_report; ANALYZE activities_claim")
    return {
        "reports": members + units, "services": members // 8, "communities": len(homes),
        "load_seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _load(cursor: Any, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY goes into no table under row-level security, so beside it first."""
    cursor.execute(f"CREATE TEMP TABLE bench_rows (LIKE {table}) ON COMMIT DROP")
    with (
        cursor.connection.cursor() as raw,
        raw.copy(f"COPY bench_rows ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM bench_rows")
    cursor.execute("DROP TABLE bench_rows")


class _Rows:
    """Who reports where: the same each time."""

    def __init__(self, homes: list[str], towns: list[str], units: int) -> None:
        self.homes, self.chance = homes, random.Random(4)
        self.units = self.chance.choices(towns, k=units)
        self.first = date.today() - timedelta(days=300)  # noqa: DTZ011 - the bench's own day

    def _sides(self, n: int) -> tuple[Any, ...]:
        """Keys of the community and of the unit."""
        from zhijin.core.ids import line_key, place_key, uuid7

        at = n % len(self.units)
        code, home = self.units[at], self.chance.choice(self.homes)
        return (
            uuid7(), int(home[:6]), home, place_key(home), place_key(code) + 500 + at,
            f"{at} 号单位党支部", place_key(code), line_key(3, code), False,
        )  # fmt: skip

    def report(self, n: int) -> tuple[Any, ...]:
        from zhijin.core.ids import uuid7

        own = n < len(self.units)
        state = self.chance.choice(("reported", "received"))
        return (
            *self._sides(n), None if own else uuid7(), "" if own else "王**", "能修水电", state,
            self.first + timedelta(days=n % 300), "",
        )  # fmt: skip

    def claim(self, n: int) -> tuple[Any, ...]:
        from zhijin.core.ids import uuid7

        at = self.first + timedelta(days=n % 300)
        return (
            *self._sides(n), uuid7(), uuid7(), "王**", 1, "confirmed", 60, "", "[]", "", "bench", at,
            "bench", at, "code", "", at, True, self.chance.randbytes(32),
        )  # fmt: skip
