"""What the pages of playbooks ask of cases: open ones by state, and last year's to play again."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Substr

from zhijin.cases.models import Case, CaseEvent
from zhijin.cases.services.writing import visible
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.core.scope import scope_q
from zhijin.playbooks.api import NOBODY, Opening


def open_by_state(actor: Actor, revisions: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, str], int]:
    """How many open cases that ``actor`` may see stand in each state of ``revisions``."""
    found = Case.objects.filter(scope_q(actor, "place_key"), is_open=True, revision__in=revisions)
    rows = found.values_list("revision_id", "state").annotate(count=Count("pk")).order_by()
    return {(pk, state): count for pk, state, count in rows}


def are_open(actor: Actor, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Of those of some cases that ``actor`` may see: whether each is still open; one statement."""
    rows = Case.objects.filter(visible(actor), id__in=list(ids))
    return dict(rows.values_list("id", "is_open"))


def answered(
    actor: Actor, playbook: str, field: str, *, place: str = "", year: int = 0
) -> dict[str, tuple[int, int]]:
    """Of ended cases of a programme, by village or community: how many answered yes to a question, and how many
    answered it at all; one statement. The last answer of a case counts, at whichever step it was given. Withdrawn and
    merged cases, and those without an answer, are in neither number."""
    said = CaseEvent.objects.filter(
        case_id=OuterRef("id"), county=OuterRef("county"), data__has_key=field
    )
    last = said.order_by("-seq").annotate(said=KeyTextTransform(field, "data")).values("said")[:1]
    rows = Case.objects.filter(
        scope_q(actor, "place_key"), playbook=playbook, is_open=False, merged_into=None
    ).exclude(outcome="withdrawn")
    if place:
        lo, hi = place_span(place)
        rows = rows.filter(place_key__gte=lo, place_key__lt=hi)
    if year:
        first, after = (datetime(one, 1, 1, tzinfo=clock.TZ) for one in (year, year + 1))
        rows = rows.filter(closed_at__gte=first, closed_at__lt=after)
    told = rows.annotate(said=Subquery(last), village=Substr("place_code", 1, 12)).exclude(
        said=None
    )
    counted = told.order_by().values_list("village")
    yes = Count("id", filter=Q(said="true"))
    return {code: (said, of) for code, said, of in counted.annotate(yes=yes, of=Count("id"))}


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
