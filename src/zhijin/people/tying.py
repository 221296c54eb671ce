"""Who was on another branch's list before, also on one out of sight, is told by number or resident: never by a name."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.people.models import BranchMember

#: Reads lists that may be out of sight; what it finds is an id that pages never show.
_KEEPER = Actor.system("people.lists")


def tie(rows: Sequence[BranchMember]) -> None:
    """Set ``first_id`` on new rows of whoever was listed before; one query, none without number and resident."""
    numbers = {bytes(row.id_blind) for row in rows if row.id_blind}
    residents = {row.person_id for row in rows if row.person_id}
    if not numbers and not residents:
        return
    with scoped(_KEEPER):
        known = BranchMember.objects.filter(Q(id_blind__in=numbers) | Q(person_id__in=residents))
        found = known.exclude(id__in=[row.id for row in rows]).order_by("valid_from", "id")
        marks: dict[bytes | UUID, UUID] = {}
        for pk, first, number, resident in found.values_list(
            "id", "first_id", "id_blind", "person_id"
        ):
            for mark in (bytes(number) if number else None, resident):
                if mark is not None:
                    marks.setdefault(mark, first or pk)
    for row in rows:
        mine = (bytes(row.id_blind) if row.id_blind else None, row.person_id)
        row.first_id = next((marks[one] for one in mine if one is not None and one in marks), None)
