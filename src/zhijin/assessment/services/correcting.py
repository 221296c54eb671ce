"""Correcting a fact: a further one names it, with the same time, so that the same month is counted anew.

Nothing is edited. ``attrs.corrects`` holds the id of the one corrected; with ``attrs.void`` true nothing
takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

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


def correct_fact(
    *, actor: Actor, fact: Fact, why: str, by: str, changes: Mapping[str, Any] | None = None
) -> None:
    """Correct ``fact`` in the present transaction: with ``changes`` to its attributes, or take it out.

    ``by`` names the record that decided so (``appeal:…``).
    """
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
