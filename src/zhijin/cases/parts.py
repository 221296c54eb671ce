"""What is open in each part of a place, for maps. Knows numbers only: no title, no text, no person."""

from __future__ import annotations

from django.db.models import Count, Q
from django.db.models.functions import Left

from zhijin.cases.models import Case
from zhijin.cases.services.writing import visible
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span


def open_by_part(actor: Actor, place: str, digits: int) -> dict[str, tuple[int, int]]:
    """How many cases are open and how many of them late in each part of a place, by the part's code.

    A part is the first ``digits`` digits of a case's place; what lies nowhere finer stands under its own code.
    """
    lo, hi = place_span(place)
    rows = Case.objects.filter(visible(actor), place_key__gte=lo, place_key__lt=hi, is_open=True)
    counted = (
        rows.annotate(part=Left("place_code", digits))
        .values("part")
        .order_by()
        .annotate(n=Count("id"), late=Count("id", filter=Q(due_at__lt=clock.now())))
    )
    return {row["part"]: (row["n"], row["late"]) for row in counted}
