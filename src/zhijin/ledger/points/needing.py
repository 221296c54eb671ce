"""Which records of other rooms an unanswered appeal about points rests on: they stay until it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from zhijin.ledger.models import Appeal, Award


def needed(kind: str, rows: Sequence[Any]) -> set[UUID]:
    """Those of ``rows`` (of one kind) that an award names about which somebody appeals. In the platform's scope."""
    by_record = {f"{kind}:{row.id}": row.id for row in rows}
    waiting = Appeal.objects.filter(state=Appeal.State.OPEN).values("award_id")
    awards = Award.objects.filter(record__in=list(by_record), id__in=waiting)
    return {by_record[record] for record in awards.values_list("record", flat=True)}
