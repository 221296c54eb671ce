"""Fills the real table of cases with millions of rows over the real places, in the server itself.

As on an installation that has worked for two years: rows lie in the order in which they came.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

from django.db import connections, transaction

from bench import ground
from zhijin.core.grams import grams

TEXTS = 20_000
#: Cases older than this many days have ended, so that about one in fifty of two years is open.
OPEN_DAYS, DAYS = 14, 730
_RARE = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'cases_case' AND indexname NOT LIKE '%_pkey'
"""
_FILL = """
INSERT INTO cases_case (id, county, number, receipt, playbook, revision_id, title, text, data, grams,
  place_code, place_key, channel, network, priority, reporter, state, is_open, outcome, owner_role,
  assignee_name, raised_to, visit, state_since, due_at, next_fire_at, fired, pauses, extensions,
  opened_at, responded_at, response_late, closed_at, late_stages, bounced, reopened, rating, resolved,
  excluded, photos, simulated, version, changed_at)
SELECT gen_random_uuid(), left(p.code, 6)::int,
  left(p.code, 6) || '-' || to_char(r.at, 'YYMMDD') || '-' || upper(lpad(to_hex(r.i), 6, '0')),
  sha256(int8send(r.i)), k.playbook, k.revision, t.title, t.body, '{{}}', t.grams,
  p.code, p.key, 'portal', '', '', 'resident', CASE WHEN r.open THEN k.first ELSE k.last END, r.open,
  CASE WHEN r.open THEN '' ELSE 'solved' END, CASE WHEN r.open THEN k.owner ELSE '' END, '',
  CASE WHEN r.open AND r.f < 0.1 THEN 'township_officer' ELSE '' END, 1, r.at,
  CASE WHEN r.open THEN r.at + r.e * interval '20 days' END,
  CASE WHEN r.open THEN now() + interval '1 day' + r.e * interval '20 days' END, 0, '[]', '[]',
  r.at, CASE WHEN r.e < 0.95 THEN r.at + r.e * interval '1 day' END, r.f < 0.05,
  CASE WHEN NOT r.open THEN r.at + r.e * interval '12 days' END, 0, 0, 0,
  CASE WHEN NOT r.open AND r.f < 0.6 THEN 1 + floor(5 * sqrt(r.e))::int END,
  CASE WHEN NOT r.open THEN r.f < 0.9 END, false, (r.f * 3)::int, true, 1,
  CASE WHEN r.open THEN r.at ELSE r.at + r.e * interval '12 days' END
FROM (
  SELECT i, at, e, f, at > now() - interval '{open_days} days' AS open,
    floor(power(a, 1.3) * {places})::int AS place, floor(b * {texts})::int AS text,
    floor(c * c * {kinds})::int AS kind
  FROM (SELECT i, now() - (1 - (i + random()) / {cases}) * interval '{days} days' AS at,
          random() a, random() b, random() c,
          random() e, random() f FROM generate_series({first}, {last}) i OFFSET 0) drawn
) r JOIN bench_place p ON p.n = r.place JOIN bench_text t ON t.n = r.text
JOIN bench_kind k ON k.n = r.kind
"""


def fill(cases: int, step: int = 500_000) -> dict[str, float]:
    """Make ``cases`` rows; indexes are made afterwards, as a restore does it. Seconds of each part."""
    connection = connections["owner"]
    began = time.monotonic()
    with transaction.atomic(using="owner"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'; SET LOCAL synchronous_commit = off")
        cursor.execute("SELECT setseed(0.42)")
        places, kinds = _sources(cursor)
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for first in range(0, cases, step):
            cursor.execute(
                _FILL.format(
                    first=first, last=min(first + step, cases) - 1, places=places, kinds=kinds,
                    texts=TEXTS, open_days=OPEN_DAYS, days=DAYS, cases=cases,
                )
            )  # fmt: skip
            sys.stderr.write(f"{first + step} cases, {time.monotonic() - began:.0f} s\n")
        filled = time.monotonic() - began
        for name, definition in indexes:
            cursor.execute(definition)
            sys.stderr.write(f"{name}, {time.monotonic() - began:.0f} s\n")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) cases_case")
    return {"fill_seconds": round(filled, 1), "load_seconds": round(time.monotonic() - began, 1)}


def _sources(cursor: Any) -> tuple[int, int]:
    """Temporary tables to draw from: villages in random order, texts, programmes."""
    cursor.execute(
        "CREATE TEMP TABLE bench_place ON COMMIT DROP AS SELECT"
        " (row_number() OVER (ORDER BY random()) - 1)::int AS n, code, key"
        " FROM places_place WHERE level = 'village'"
    )
    cursor.execute("SELECT count(*) FROM bench_place")
    places = int(cursor.fetchone()[0])
    cursor.execute(
        "CREATE TEMP TABLE bench_text (n int, title text, body text, grams varchar[])"
        " ON COMMIT DROP"
    )
    with cursor.copy("COPY bench_text FROM STDIN") as copy:
        for row in _texts():
            copy.write_row(row)
    cursor.execute(
        "CREATE TEMP TABLE bench_kind (n int, playbook text, revision uuid, first text, last text,"
        " owner text) ON COMMIT DROP"
    )
    kinds = _kinds()
    cursor.executemany("INSERT INTO bench_kind VALUES (%s, %s, %s, %s, %s, %s)", kinds)
    for table in ("bench_place", "bench_text", "bench_kind"):
        cursor.execute(f"ANALYZE {table}")
    return places, len(kinds)


def _texts() -> Any:
    """Sentences of common words, each with one of some two thousand rare names."""
    chance = random.Random(7)
    for number in range(TEXTS):
        name = "".join(chance.choices(_RARE, k=2))
        body = f"{name}家门口{ground.sentence(chance, 7)}"
        yield number, body[:60], body, grams(body)


def _kinds() -> list[tuple[Any, ...]]:
    from zhijin.playbooks.api import current
    from zhijin.playbooks.selectors import in_force

    found: list[tuple[Any, ...]] = []
    for name, _code, _pk in in_force():
        revision = current(name, "")
        machine = revision.machine
        owner = machine.owner(machine.initial) or "grid_worker"
        last = min(machine.finals)
        found.append((len(found), name, revision.id, machine.initial, last, owner))
    return found


#: What a search of the benchmark looks for: a word in one of five, a name in one of two thousand.
COMMON, RARE, ABSENT = "路灯", "赵钱", "鹿茸"
