"""Runs made by hand, for tests of what stands on them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.cast import COUNTY, VILLAGE
from zhijin.assessment.models import Batch, Run, Score, Value
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.facts import county_of
from zhijin.core.ids import line_key, org_key, place_key, place_span, uuid7
from zhijin.core.scope import scoped

SYSTEM = Actor.system("test")
JULY = date(2026, 7, 1)


def run_of(county: str = COUNTY, **given: Any) -> Run:
    """A ready run of a county for July."""
    lo, hi = place_span(county)
    fields: dict[str, Any] = {
        "county": county_of(county), "place_code": county, "place_key": lo, "place_end": hi,
        "batch": uuid7(), "programme": "test-drive", "revision_id": uuid7(),
        "period_kind": "month", "period_start": JULY, "period_end": date(2026, 8, 1),
        "reason": Batch.Reason.DUE, "facts_upto": 1, "indicators": ["solved"],
        "dimensions": ["team"], "orgs": 1, "digest": "0" * 64, "ready_at": clock.now(),
    }  # fmt: skip
    with scoped(SYSTEM):
        return Run.objects.create(**{**fields, **given})


def of(code: str, seq: int = 1, sector: int = 1, industry: int | None = None) -> dict[str, Any]:
    """The columns that say whose row it is, and open it."""
    return {
        "county": county_of(code), "org_key": org_key(code[:12], seq), "place_code": code[:12],
        "place_key": place_key(code[:12]), "sector_key": line_key(sector, code),
        "industry_key": line_key(industry, code) if industry else None,
    }  # fmt: skip


def score_of(run: Run, code: str = VILLAGE, **given: Any) -> Score:
    """One organisation's line in a run, with its values."""
    whose = of(code, given.pop("seq", 1), given.get("sector", 1), given.get("industry"))
    fields: dict[str, Any] = {
        "run_id": run.id, "name": "某某党支部", "kind": "branch", "sector": 1, "total": 8000,
        "dims": [8000], "rank": 1, "of": 1, "tied": 1, "group_key": code[:9],
        "group_by": "township", **whose,
    }  # fmt: skip
    with scoped(SYSTEM):
        Value.objects.create(
            run_id=run.id, numerators=[37], denominators=[50], values=[7400], scores=[8000],
            states=[Value.State.VALUE], **whose,
        )  # fmt: skip
        return Score.objects.create(**{**fields, **given})


def later(run: Run, **days: int) -> Any:
    return run.ready_at + timedelta(**days)
