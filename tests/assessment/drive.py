"""A small standing: villages of one sub-district and the next, their cases, and a programme that ranks them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from tests.cast import COUNTY, TOWNSHIP
from zhijin.assessment import services
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Batch, Mark, Run, Score, Value
from zhijin.core import facts
from zhijin.core.actor import Actor
from zhijin.core.ids import level_of, parent_code, place_key
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.orgs.services import register_organisation
from zhijin.places.models import Place
from zhijin.places.names import kind_of
from zhijin.playbooks import selectors
from zhijin.playbooks import services as playbooks

SYSTEM = Actor.system("test")
MAY, JUNE, JULY = (Period(date(2026, month, 1)) for month in (5, 6, 7))
#: What time it is in these tests: July is over.
NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
PROGRAMME = """\
assessment: 1
id: test-drive
title: {zh: 试排队, en: Test standing}
basis: 测试用的考核办法
period: month
rounding: floor
applies: {kinds: [branch], levels: village}
peers: {by: [township], least: 4, else: [county], still_small: rank_only}
ties: {by: [solved], then: share}
dimensions:
  - id: activity
    title: {zh: 基本活动, en: Activity}
    weight: 60
    indicators:
      - id: solved
        title: {zh: 解决率, en: Solved}
        weight: 70
        of: {count: case.closed, where: {attr: outcome, is: solved}, who: place}
        to: {count: case.closed, who: place}
        better: higher
        no_data: zero
      - id: rated
        title: {zh: 好评率, en: Rated well}
        weight: 30
        of: {count: case.closed, where: {attr: rating, above: 3}, who: place}
        to: {count: case.closed, where: {attr: rating, given: true}, who: place}
        better: higher
        no_data: exempt
  - id: team
    title: {zh: 基本队伍, en: Team}
    weight: 40
    indicators:
      - id: pledges
        title: {zh: 承诺兑现, en: Pledges}
        weight: 100
        of: {count: activity.pledge.done, where: {attr: on_time, is: true}, who: org}
        to: {count: activity.pledge.done, who: org}
        better: higher
        no_data: full
adjustments:
  - {id: praise, title: {zh: 表彰, en: Praise}, most: 200, evidence: required, second_approval: county_officer}
marks:
  - {id: laggard, title: {zh: 后进, en: Laggard}, end: last,
     proportion: 500, round: down, least: 1, ties: all, below: 9000,
     running: {last: 2, of: [township], months: 3, least: 4, ties: all}}
  - {id: advanced, title: {zh: 先进, en: Advanced}, end: first,
     proportion: 2000, round: down, least: 1, ties: none, above: 6000}
"""


def village(number: int, township: str = TOWNSHIP) -> str:
    return f"{township}{200 + number:03d}"


def add_places(*codes: str) -> None:
    """Places that are not there yet."""
    Place.objects.bulk_create(
        (
            Place(code=code, key=place_key(code), name=f"第{code[-3:]}村村民委员会",
                  level=level_of(code), kind=kind_of(code), parent_id=parent_code(code))
            for code in codes
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def branch(code: str, **more: Any) -> Organisation:
    """A branch at a village, there since January."""
    values = {"kind": "branch", "sector": 1, "valid_from": date(2026, 1, 1), **more}
    with scoped(SYSTEM):
        return register_organisation(actor=SYSTEM, place_code=code, name=f"{code}党支部", **values)


def branches(count: int, township: str = TOWNSHIP) -> list[Organisation]:
    """``count`` branches, each in a village of its own."""
    codes = [village(number, township) for number in range(count)]
    add_places(*codes)
    return [branch(code) for code in codes]


def work(
    org: Organisation,
    month: Period,
    solved: int,
    closed: int = 10,
    *,
    place: str = "",
    rating: int = 0,
) -> None:
    """``closed`` cases of the organisation's place in a month, ``solved`` of them solved."""
    attrs: dict[str, Any] = {"rating": rating} if rating else {}
    with scoped(SYSTEM):
        facts.record_many(
            facts.NewFact(
                "case.closed", at=datetime(month.start.year, month.start.month, 10, n % 24, tzinfo=UTC),
                place_code=place or org.place_code, subject="road-hazard", actor="system:test",
                record=f"case:{month.start}-{org.key}-{n}",
                attrs={"outcome": "solved" if n < solved else "returned", **attrs},
            )
            for n in range(closed)
        )  # fmt: skip


def publish_programme(text: str = PROGRAMME, place: str = "53") -> Any:
    """Put the programme into force."""
    with scoped(SYSTEM):
        row = playbooks.save_draft(actor=SYSTEM, source=text, scenarios="", place_code=place)
        playbooks.publish(actor=SYSTEM, pk=row.pk)
    selectors.forget()
    return row


def compute(period: Period = JULY, place: str = "", reason: str = Batch.Reason.ASKED) -> Batch:
    """Ask for a period and compute it, as the worker does."""
    batch = services.request_run(
        actor=SYSTEM,
        programme="test-drive",
        period=period,
        place_code=place or COUNTY,
        reason=reason,
    )
    return services.compute(batch.id)


def run_of(period: Period = JULY, county: str = COUNTY, **state: Any) -> Run:
    with scoped(SYSTEM):
        wanted = {"state__in": ("ready", "published"), **state}
        rows = Run.objects.filter(period_start=period.start, place_code=county, **wanted)
        return rows.order_by("-ready_at")[0]


def ranks(run: Run) -> dict[int, tuple[int | None, int | None]]:
    """Organisation → total and rank."""
    with scoped(SYSTEM):
        rows = Score.objects.filter(run_id=run.id)
        return {row.org_key: (row.total, row.rank) for row in rows}


def score(run: Run, org: Organisation) -> Score:
    with scoped(SYSTEM):
        return Score.objects.get(run_id=run.id, org_key=org.key)


def value(run: Run, org: Organisation) -> Value:
    with scoped(SYSTEM):
        return Value.objects.get(run_id=run.id, org_key=org.key)


def marks(run: Run) -> dict[tuple[int, str], list[str]]:
    with scoped(SYSTEM):
        return {(m.org_key, m.kind): m.rules for m in Mark.objects.filter(run_id=run.id)}


def settle(seconds: float = 180.0) -> None:
    """Wait until the mark of what was read lies beyond every fact that is there.

    Other tests write in the same server, and the mark never passes a transaction that still runs.
    """
    ends = time.monotonic() + seconds
    with scoped(SYSTEM), connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(
                "SELECT coalesce(max(tx::text::bigint), 0) < "
                "pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM core_fact"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("some transaction on this server has not ended")
