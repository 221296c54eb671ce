"""The reads of programmes: what is public, what one should know, what waits for approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language, gettext

from zhijin.cases.api import Published, Told, shown
from zhijin.cases.api import answered as count_answered
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.core.scope import scope_q
from zhijin.playbooks.api import Playbook, revision
from zhijin.programmes.models import Notice, NoticeRead, Publication

PAGE = 50


@dataclass(frozen=True)
class Item:
    """One publication as a board shows it: labels and values in the reader's language."""

    number: str
    kind: str
    place_code: str
    at: datetime
    rows: list[tuple[str, Any]]
    photos: list[str]
    case_id: UUID


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _shown(at: datetime | None = None) -> Q:
    present = at or clock.now()
    return Q(state=Publication.State.SHOWN) & (Q(until=None) | Q(until__gt=present))


def board(
    place: str, board: str = "", *, size: int = 20, before: datetime | None = None
) -> list[Item]:
    """What is public at a place and below, newest first; ``board`` empty: of every board."""
    lo, hi = place_span(place)
    rows = Publication.objects.filter(_shown(), place_key__gte=lo, place_key__lt=hi)
    if board:
        rows = rows.filter(board=board)
    if before is not None:
        rows = rows.filter(shown_at__lt=before)
    return [item_of(row) for row in rows.order_by("-shown_at")[:size]]


def item_of(row: Publication) -> Item:
    """A publication in words."""
    playbook = revision(row.revision_id).playbook
    return Item(
        row.number, playbook.title.in_(_lang()), row.place_code, row.shown_at or row.prepared_at,
        labelled(playbook, row.fields), list(row.photos), row.case_id,
    )  # fmt: skip


@dataclass(frozen=True)
class Face:
    """What everybody may read of one case: answers in words, the position if it is published."""

    number: str
    kind: str
    playbook: str
    place_code: str
    at: datetime
    rows: list[tuple[str, str]]
    point: tuple[float, float] | None
    photos: list[str]
    case_id: UUID


def face(number: str) -> Face | None:
    """The public face of the case with this number; None when nothing of it is public."""
    found = list(Publication.objects.filter(_shown(), number=number).order_by("shown_at"))
    if not found:
        return None
    last = found[-1]
    public = shown_of([last.case_id])[last.case_id]
    book = revision(last.revision_id).playbook
    known = [
        (spec, public.fields[name]) for name, spec in book.fields.items() if name in public.fields
    ]
    points = [value for spec, value in known if spec.type == "point" and isinstance(value, dict)]
    return Face(
        last.number, book.title.in_(_lang()), last.playbook, last.place_code, public.at,
        [(spec.title(_lang()), shown(spec, value)) for spec, value in known if spec.type != "point"],
        (points[0]["lon"], points[0]["lat"]) if points else None,
        list(dict.fromkeys(public.photos)), last.case_id,
    )  # fmt: skip


def labelled(playbook: Playbook, fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Fields in the playbook's order with their titles; choices by their titles too."""
    found = []
    for name, spec in playbook.fields.items():
        if name not in fields:
            continue
        value = fields[name]
        if spec.type in {"choice", "choices"}:
            titles = {choice.id: choice.title(_lang()) for choice in spec.choices}
            chosen = value if isinstance(value, list) else [value]
            words: Any = gettext("、").join(titles.get(str(one), str(one)) for one in chosen)
        else:
            words = value
        found.append((spec.title(_lang()), words))
    return found


def shown_of(case_ids: Sequence[UUID]) -> dict[UUID, Published]:
    """What is public of these cases (several publications of one case are put together)."""
    found: dict[UUID, Published] = {}
    rows = Publication.objects.filter(_shown(), case_id__in=list(case_ids)).order_by("shown_at")
    for row in rows:
        before = found.get(row.case_id)
        fields = {**(before.fields if before else {}), **row.fields}
        photos = [*(before.photos if before else ()), *row.photos]
        found[row.case_id] = Published(row.shown_at or row.prepared_at, fields, photos)
    return found


def told(case_id: UUID) -> list[Told]:
    """What the reporter of a case was told, newest first."""
    rows = Notice.objects.filter(case_id=case_id, role="reporter").order_by("-at", "-id")
    english = _lang() == "en"
    return [Told(n.at, (n.text_en or n.text_zh) if english else n.text_zh) for n in rows]


def answered(
    actor: Actor, programme: str, question: str, place: str, year: int
) -> dict[str, tuple[int, int]]:
    """Of a programme's ended cases, by village: how many answered yes to a question, and how many answered it."""
    return count_answered(actor, programme, question, place=place, year=year)


def addressed_to(actor: Actor) -> Q:
    """Notices for one of the actor's roles where it is held, for their organisation, or by name."""
    q = Q(account=actor.id) if actor.kind in {"account", "api"} else Q(pk__in=())
    for grant in actor.grants:
        if grant.org_key is not None:
            q |= Q(org_key=grant.org_key) & (Q(role="") | Q(role=grant.role)) & Q(account=None)
        elif grant.over_place:
            q |= Q(role=grant.role, place_key__gte=grant.lo, place_key__lt=grant.hi)
    return q


def notices(
    actor: Actor, *, unread: bool = False, after: UUID | None = None, size: int = PAGE
) -> list[Notice]:
    """The actor's notices, newest first, each with ``is_read``; ``after`` is the last one's id."""
    rows: QuerySet[Notice] = Notice.objects.filter(addressed_to(actor)).exclude(role="reporter")
    read = NoticeRead.objects.filter(notice=OuterRef("pk"), account=actor.id)
    rows = rows.annotate(is_read=Exists(read))
    if unread:
        rows = rows.filter(is_read=False)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return list(rows.order_by("-id")[:size])


def unread_count(actor: Actor) -> int:
    """How many notices the actor has not read yet, at most 100."""
    if not actor.grants:
        return 0
    read = NoticeRead.objects.filter(notice=OuterRef("pk"), account=actor.id)
    rows = Notice.objects.filter(addressed_to(actor), ~Exists(read)).exclude(role="reporter")
    return len(rows.values_list("pk", flat=True)[:100])


def publications(actor: Actor, state: str, *, size: int = PAGE) -> list[Publication]:
    """Publications in scope by state, the longest waiting first (shown ones: newest first)."""
    rows = Publication.objects.filter(scope_q(actor, "place_key"), state=state)
    order = "prepared_at" if state == Publication.State.HELD else "-decided_at"
    return list(rows.order_by(order)[:size])


def publication(actor: Actor, pk: UUID) -> Publication | None:
    """One publication in scope."""
    return Publication.objects.filter(scope_q(actor, "place_key"), pk=pk).first()
