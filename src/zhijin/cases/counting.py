"""Open cases by playbook revision and state, for the pages of playbooks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Count

from zhijin.cases.models import Case
from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q


def open_by_state(actor: Actor, revisions: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, str], int]:
    """How many open cases that ``actor`` may see stand in each state of ``revisions``."""
    found = Case.objects.filter(scope_q(actor, "place_key"), is_open=True, revision__in=revisions)
    rows = found.values_list("revision_id", "state").annotate(count=Count("pk")).order_by()
    return {(pk, state): count for pk, state, count in rows}
