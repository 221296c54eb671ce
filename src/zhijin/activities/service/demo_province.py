"""A whole province's double reporting (document 000): 339,000 in-service members who reported to communities, written
in bulk with the facts that each report would have left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from zhijin.activities.cadres.elections import noon
from zhijin.activities.models import CommunityReport
from zhijin.activities.service.common import both_sides
from zhijin.activities.service.demo_texts import OFFERS
from zhijin.core import copying
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact, record_many
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.places import api as places

SYSTEM: Final = Actor("system", "demo", "演示服务方")
PROVINCE, REPORTED = "52", 339_000
#: Government, state-owned firms, universities, hospitals: whose members work in a unit.
UNITS: Final = (3, 4, 5, 6)


def make(today: date, province: str = PROVINCE, wanted: int = REPORTED) -> int:
    """What is missing of ``wanted``; returns how many reports were made."""
    with scoped(SYSTEM):
        there = CommunityReport.objects.filter(
            places.within_q(province, "place_key"), member_id__isnull=False, ended_on=None
        )
        missing = wanted - there.count()
        if missing <= 0:
            return 0
        made = 0
        for _county, some in groupby(_shares(province, missing), lambda one: one[1][0][:6]):
            made += _write(_reports(some, today))
        return made


def _shares(province: str, wanted: int) -> Iterator[tuple[Organisation, Sequence[str], int]]:
    """Each unit's branch with the communities of its county and how many of its members reported: the same part of
    every unit, so that they add up to ``wanted``."""
    near: dict[str, list[str]] = defaultdict(list)
    communities = places.subtree(province, "village").filter(kind="community").order_by("key")
    for code in communities.values_list("code", flat=True):
        near[code[:6]].append(code)
    rows = orgs.Organisation.objects.filter(
        places.within_q(province, "place_key"), kind="branch", sector__in=UNITS, valid_to=None, members__gt=0,
    )  # fmt: skip
    units = [org for org in rows.order_by("place_key", "key") if near.get(org.place_code[:6])]
    whole, seen, given = sum(org.members or 0 for org in units), 0, 0
    for org in units:
        seen += org.members or 0
        number = wanted * seen // whole - given
        given += number
        if number:
            yield org, near[org.place_code[:6]], number


def _reports(shares: Any, today: date) -> list[CommunityReport]:
    rows = []
    for org, codes, number in shares:
        for at in range(number):
            code = codes[(org.key + at * 5) % len(codes)]
            rows.append(CommunityReport(
                **both_sides(code, org, org.name), member_id=uuid7(), name_masked="模*",
                offers=OFFERS[at % len(OFFERS)], state="received" if at % 8 else "reported",
                reported_on=today - timedelta(days=20 + (org.key + at) % 300), simulated=True,
            ))  # fmt: skip
    return rows


def _write(rows: list[CommunityReport]) -> int:
    copying.save(rows)
    record_many(
        NewFact("activity.service.reported", noon(row.reported_on), row.place_code, row.record, SYSTEM.label,
                row.record, 1, row.org_key, {"who": "member"})
        for row in rows
    )  # fmt: skip
    return len(rows)
