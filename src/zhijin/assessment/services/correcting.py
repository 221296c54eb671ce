"""Correcting a fact: a further one names it, with the same time, so that the same month is counted anew.

Nothing is edited. ``attrs.corrects`` holds the id of the one corrected; with ``attrs.void`` true nothing
takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from zhijin.assessment import errors
from zhijin.core import facts
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.models import Fact

_CORRECTED = """
SELECT 1 FROM core_fact WHERE place_key = %s AND kind = %s AND at = %s AND attrs->>'corrects' = %s
"""


def is_corrected(fact: Fact) -> bool:
    """Whether a later fact has corrected this one already."""
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTED, [fact.place_key, fact.kind, fact.at, str(fact.id)])
        return cursor.fetchone() is not None


def _one_at_a_time(fact: Fact) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"fact {fact.id}"])


def _as_it_stands(fact: Fact) -> Fact:
    """The last of the facts that correct one another."""
    while True:
        later = Fact.objects.filter(
            county=fact.county, place_key=fact.place_key, kind=fact.kind, at=fact.at,
            attrs__corrects=str(fact.id),
        ).order_by("-id").first()  # fmt: skip
        if later is None:
            return fact
        fact = later


def correct_fact(
    *, actor: Actor, fact: Fact, why: str, by: str, changes: Mapping[str, Any] | None = None
) -> None:
    """Correct ``fact`` in the present transaction: with ``changes`` to its attributes, or take it out.

    ``by`` names the record that decided so (``appeal:…``). One that has been corrected already is corrected
    as it stands now: two decisions about one record add up. Raises AE026 when it has been taken out.
    """
    _one_at_a_time(fact)
    fact = _as_it_stands(fact)
    if fact.attrs.get("void"):
        raise errors.TAKEN_OUT()
    attrs: dict[str, Any] = {**fact.attrs, "corrects": str(fact.id), "why": why, "by": by}
    if changes is None:
        attrs["void"] = True
    else:
        attrs.update(changes)
    facts.record_many(
        [
            NewFact(
                fact.kind, fact.at, fact.place_code, fact.subject, actor.label, fact.record,
                fact.value, fact.org_key, attrs, fact.playbook, fact.revision,
            )
        ]
    )  # fmt: skip
