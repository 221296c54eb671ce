"""What every write about one organisation leaves: a journal entry and a fact."""

from __future__ import annotations

from typing import Any

from zhijin.assessment.models import OfOrganisation
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor


def tell(
    actor: Actor, kind: str, row: OfOrganisation, record: str, subject: str, **detail: Any
) -> None:
    """In the present transaction."""
    journal.write(actor, kind, record, place_key=row.place_key, detail=detail)
    shown = {name: value for name, value in detail.items() if name != "why"}
    facts.record(
        kind, at=clock.now(), place_code=row.place_code, subject=subject, actor=actor,
        record=record, org_key=row.org_key, attrs=shown, playbook=subject,
    )  # fmt: skip


def whose(row: OfOrganisation) -> dict[str, Any]:
    """The columns that say whose row it is, to repeat them in another."""
    return {
        "county": row.county, "org_key": row.org_key, "place_code": row.place_code,
        "place_key": row.place_key, "sector_key": row.sector_key,
        "industry_key": row.industry_key,
    }  # fmt: skip


def reaches(actor: Actor, permission: str, row: OfOrganisation) -> bool:
    """Whether ``actor`` holds ``permission`` over the organisation of ``row``, by place or as its own."""
    lines = [row.sector_key] + ([row.industry_key] if row.industry_key else [])
    return actor.can(permission, row.place_key, org_keys=(row.org_key,), line_keys=lines)
