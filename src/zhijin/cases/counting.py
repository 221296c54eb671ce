"""What the pages of playbooks ask of cases: open ones by state, and last year's to play again."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count

from zhijin.cases.models import Case, CaseEvent
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q
from zhijin.playbooks.api import NOBODY, Opening


def open_by_state(actor: Actor, revisions: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, str], int]:
    """How many open cases that ``actor`` may see stand in each state of ``revisions``."""
    found = Case.objects.filter(scope_q(actor, "place_key"), is_open=True, revision__in=revisions)
    rows = found.values_list("revision_id", "state").annotate(count=Count("pk")).order_by()
    return {(pk, state): count for pk, state, count in rows}


def past_openings(actor: Actor, playbook: str, most: int) -> list[Opening]:
    """The latest ``most`` cases of a year, without what is private: when, by whom, how long each took."""
    found = Case.objects.filter(
        scope_q(actor, "place_key"),
        playbook=playbook,
        merged_into=None,
        opened_at__gte=clock.now() - timedelta(days=365),
    ).order_by("-opened_at")
    cases = list(found.values_list("id", "opened_at", "data")[:most])
    events = CaseEvent.objects.filter(
        scope_q(actor, "place_key"), case_id__in=[pk for pk, _at, _data in cases]
    ).exclude(after="")
    lives: dict[uuid.UUID, list[tuple[datetime, str, str, str, str]]] = defaultdict(list)
    columns = ("case_id", "at", "before", "after", "actor", "role")
    for pk, *line in events.order_by("case_id", "seq").values_list(*columns):
        lives[pk].append((line[0], line[1], line[2], line[3], line[4]))
    return [
        Opening(at, _opener(lives[pk]), dict(data), _took(at, lives[pk])) for pk, at, data in cases
    ]


def _opener(life: Sequence[tuple[datetime, str, str, str, str]]) -> str:
    return life[0][4] or "resident" if life else "resident"


def _took(opened: datetime, life: Iterable[tuple[datetime, str, str, str, str]]) -> dict[str, int]:
    """Minutes of the first stay in each state; NOBODY where only the clock moved the case on."""
    took: dict[str, int] = {}
    entered = opened
    for at, before, after, actor, _role in life:
        if before == after:
            continue
        if before:
            minutes = int((at - entered).total_seconds()) // 60
            took.setdefault(before, NOBODY if actor.startswith("system") else minutes)
        entered = at
    return took
