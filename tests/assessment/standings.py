"""Three months of a standing, made by hand: ten organisations of one township, as the pages show them.

Scores fall by a hundred points from one organisation to the next; the last one is in the last three of
all three months. ``plant`` computes nothing: it writes what the engine would have written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.cast import COUNTY, TOWNSHIP, VILLAGE
from zhijin.assessment.models import Adjustment, Appeal, Batch, Follow, Mark, Run, Score, Value
from zhijin.assessment.pages.reading import ADVANCED, LAGGARD
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact, county_of, record_many
from zhijin.core.ids import line_key, org_key, place_key, place_span, uuid7
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.playbooks.models import PlaybookRevision

SYSTEM = Actor.system("test")
MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
SOURCE = Path(__file__).parents[2] / "playbooks" / "double-drive" / "assessment.yaml"
DIMENSIONS = (
    "organisation",
    "team",
    "activity",
    "system",
    "guarantee",
    "last-year",
    "contest",
    "review",
)
INDICATORS = (
    "current", "whistle-answered", "pledges", "topics", "solved", "satisfied", "in-time",
    "days-to-close", "rework", "rectified",
)  # fmt: skip
#: Village codes of one township; the cast's own comes last, and so it scores least.
VILLAGES = (*(f"{TOWNSHIP}{n}" for n in range(208, 217)), VILLAGE)


@dataclass
class Planted:
    """The runs by month, and the key of the organisation that comes last."""

    runs: dict[date, Run] = field(default_factory=dict)
    last: int = 0
    first: int = 0
    revision: Any = None


def revision() -> PlaybookRevision:
    """The shipped programme as a revision in force."""
    found = PlaybookRevision.objects.filter(playbook="double-drive", state="in_force").first()
    return found or PlaybookRevision.objects.create(
        playbook="double-drive", form="assessment", place_code="", revision=1, digest="d" * 64,
        title_zh="排队抓尾、双整双创", title_en="Ranking and rectification",
        source=SOURCE.read_text(encoding="utf-8"), state="in_force", uploaded_by="test",
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def whose(code: str, key: int, sector: int = 1) -> dict[str, Any]:
    return {
        "county": county_of(code), "org_key": key, "place_code": code[:12],
        "place_key": place_key(code[:12]), "sector_key": line_key(sector, code),
        "industry_key": None,
    }  # fmt: skip


def run(month: date, county: str = COUNTY, **given: Any) -> Run:
    """A run of a county for a month; published unless said otherwise."""
    lo, hi = place_span(county)
    ready = datetime(month.year, month.month + 1, 1, 2, tzinfo=UTC)
    fields: dict[str, Any] = {
        "county": county_of(county), "place_code": county, "place_key": lo, "place_end": hi,
        "batch": uuid7(), "programme": "double-drive", "revision_id": uuid7(),
        "period_kind": "month", "period_start": month,
        "period_end": date(month.year, month.month + 1, 1), "reason": Batch.Reason.DUE,
        "facts_upto": 1, "indicators": list(INDICATORS), "dimensions": list(DIMENSIONS),
        "orgs": 1, "digest": "0" * 64, "ready_at": ready, "state": Run.State.PUBLISHED,
        "published_at": ready, "published_by": "system:test",
    }  # fmt: skip
    fields |= given
    if fields["state"] == Run.State.READY:
        fields |= {"published_at": None, "published_by": ""}
    return Run.objects.create(**fields)


def score(of: Run, code: str, name: str, rank: int, count: int, **given: Any) -> Score:
    """One organisation's line: rank 1 has 95 points, each further one a point less."""
    key = given.pop("key", org_key(code, 1))
    total = given.pop("total", 9500 - (rank - 1) * 100)
    holder = whose(code, key, given.get("sector", 1))
    fields: dict[str, Any] = {
        "run_id": of.id, "name": name, "kind": "branch", "sector": 1, "total": total,
        "dims": [total, total + 50, total - 50, total, total, None, 8800, None], "rank": rank,
        "of": count, "tied": 1, "group_key": f"township+sector:{code[:9]}:1",
        "group_by": "township+sector",
    }  # fmt: skip
    Value.objects.create(
        run_id=of.id, **holder,
        numerators=[1, None, 4, 3, 37, 20, 6, 2_880, 1, None],
        denominators=[None, None, 5, 3, 50, 25, 60, None, 50, None],
        values=[1, None, 8000, 10_000, 7400, 8000, 1000, 2880, 200, None],
        scores=[10_000, None, 8000, 10_000, 7600, 8000, 8000, 10_000, 9200, None],
        states=[0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
    )  # fmt: skip
    return Score.objects.create(**{**fields, **given, **holder})


def plant(
    county: str = COUNTY,
    members: Sequence[tuple[str, str]] = tuple(
        (code, f"第{n}村党支部") for n, code in enumerate(VILLAGES, 1)
    ),
    months: Sequence[date] = (MAY, JUNE, JULY),
    state: str = Run.State.PUBLISHED,
) -> Planted:
    """Months of one township; ``state`` is that of the last month's run."""
    made = Planted(last=org_key(members[-1][0], 1), first=org_key(members[0][0], 1))
    with scoped(SYSTEM):
        made.revision = revision()
        for number, month in enumerate(months):
            latest = month == months[-1]
            held = run(
                month, county, revision_id=made.revision.id,
                state=state if latest else Run.State.PUBLISHED, orgs=len(members),
            )  # fmt: skip
            made.runs[month] = held
            # The middle ones change places from month to month; the ends stay.
            turned = [members[0], *_turned(members[1:-1], number), members[-1]]
            for rank, (code, name) in enumerate(turned, 1):
                score(held, code, name, rank, len(members))
            running = [[f"{m:%Y-%m}", 1, len(members)] for m in reversed(months)]
            mark(
                held, members[-1][0], LAGGARD,
                ["proportion", "running"] if latest else ["proportion"],
                {"quota": 1, "running": running if latest else []},
            )  # fmt: skip
            mark(held, members[0][0], ADVANCED, ["proportion"])
    return made


def _turned(members: Sequence[tuple[str, str]], by: int) -> list[tuple[str, str]]:
    by %= max(len(members), 1)
    return [*members[by:], *members[:by]]


def mark(
    of: Run, code: str, kind: str, rules: Sequence[str], reason: dict[str, Any] | None = None
) -> Mark:
    return Mark.objects.create(
        run_id=of.id, programme=of.programme, period_start=of.period_start, kind=kind,
        rules=list(rules), reason=reason or {}, **whose(code, org_key(code, 1)),
    )  # fmt: skip


def follow(of: Run, marked: Mark, case_id: Any = None, **given: Any) -> Follow:
    fields: dict[str, Any] = {
        "run_id": of.id, "mark_id": marked.id, "programme": of.programme,
        "period_start": of.period_start, "kind": marked.kind, "opens": "rectification",
        "case_id": case_id, "at": of.ready_at, "due_at": of.ready_at + timedelta(days=7),
        "county": marked.county, "org_key": marked.org_key, "place_code": marked.place_code,
        "place_key": marked.place_key, "sector_key": marked.sector_key,
    }  # fmt: skip
    return Follow.objects.create(**{**fields, **given})


def fact(code: str = VILLAGE, at: datetime | None = None) -> Any:
    """One solved case of July as a fact; gives the fact's id and moment."""
    record_many(
        [
            NewFact(
                "case.closed", at or datetime(2026, 7, 10, 4, tzinfo=UTC), code, "road-hazard",
                "system:test", f"case:{uuid7()}", value=60, attrs={"outcome": "solved"},
            )
        ]
    )  # fmt: skip
    return Fact.objects.filter(kind="case.closed", place_code=code).order_by("-id").first()


def appealed(made: Planted, **given: Any) -> Appeal:
    """An appeal of the last organisation about one record of July."""
    with scoped(SYSTEM):
        contested = fact()
        held = made.runs[JULY]
        fields: dict[str, Any] = {
            "run_id": held.id, "programme": held.programme, "period_start": held.period_start,
            "indicator": "solved", "fact_id": contested.id, "fact_at": contested.at,
            "fact_county": contested.county, "fact_kind": contested.kind,
            "record": contested.record, "claim": Appeal.Claim.EXCLUDE, "why": "重复登记",
            "filed_by": "account:somebody", "filed_name": "李春禾", "filed_at": held.ready_at,
            "due_at": held.ready_at + timedelta(days=15), **whose(VILLAGE, made.last),
        }  # fmt: skip
        return Appeal.objects.create(**{**fields, **given})


def adjusted(made: Planted, **given: Any) -> Adjustment:
    """Points for the last organisation that somebody else proposed for July."""
    with scoped(SYSTEM):
        held = made.runs[JULY]
        fields: dict[str, Any] = {
            "programme": held.programme, "period_start": held.period_start, "rule": "praise",
            "amount": 150, "why": "市里通报表扬", "records": [f"org:{made.last}"],
            "approver_role": "township_officer", "proposed_by": "account:somebody",
            "proposed_name": "李春禾", "proposed_at": held.ready_at, **whose(VILLAGE, made.last),
        }  # fmt: skip
        return Adjustment.objects.create(**{**fields, **given})
