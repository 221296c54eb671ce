"""Reads of events and their parties, sheets and questions: for the host, for who takes part, for the public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijin.activities.models import Event, Party, Question, Sheet
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q, scoped

LINES = ("sector_key", "industry_key")


def hosted(actor: Actor) -> QuerySet[Event]:
    """Events held in the viewer's scope."""
    return Event.objects.filter(scope_q(actor, "place_key", lines=("sector_key",)))


def parties_q(actor: Actor) -> Q:
    """Parties that the viewer stands behind: an organisation in scope, or the viewer judging."""
    return scope_q(actor, "place_key", orgs="org_key", lines=LINES) | Q(account=actor.label)


def visible(actor: Actor) -> QuerySet[Event]:
    """Events held in the viewer's scope, or in which the viewer takes part."""
    mine = Party.objects.filter(parties_q(actor)).values("event_id")
    return Event.objects.filter(scope_q(actor, "place_key", lines=("sector_key",)) | Q(id__in=mine))


def listing(actor: Actor, kind: str = "", size: int = 50) -> list[Event]:
    """The newest events in sight."""
    rows = visible(actor)
    if kind in Event.Kind.values:
        rows = rows.filter(kind=kind)
    return list(rows.order_by("-made_at", "-id")[:size])


def get(actor: Actor, pk: UUID) -> Event:
    """One event in sight. Raises CO404."""
    found = visible(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def entrants(actor: Actor, event: Event) -> list[Party]:
    """The entrants that the viewer may see: all for the host, else their own."""
    rows = Party.objects.filter(
        parties_q(actor) | scope_q(actor, "host_key"), event_id=event.id, role=Party.Role.ENTRANT
    )
    return list(rows.order_by("rank", "lot", "org_key"))


def reports(event: Event) -> list[Party]:
    """What every entrant of an event shows: read by whoever sees the event (an entrant sees only its own row)."""
    with scoped(Actor.system("event-reports")):
        rows = Party.objects.filter(
            event_id=event.id, role=Party.Role.ENTRANT, handed_at__isnull=False
        )
        return list(rows.order_by("lot", "org_key"))


def judges(event: Event) -> list[Party]:
    return list(
        Party.objects.filter(event_id=event.id, role=Party.Role.JUDGE).order_by("name", "id")
    )


def sheets_q(actor: Actor) -> Q:
    """Sheets that the viewer fills in, or that belong to an event held in scope."""
    own = scope_q(actor, "from_key", orgs="from_org", lines=("from_line",))
    return own | scope_q(actor, "host_key") | Q(account=actor.label)


def own_sheets(actor: Actor, event: Event) -> list[Sheet]:
    """The sheets that the viewer is to fill in."""
    own = scope_q(actor, "from_key", orgs="from_org", lines=("from_line",))
    rows = Sheet.objects.filter(own | Q(account=actor.label), event_id=event.id)
    return list(rows.order_by("from_name", "id"))


def sheets(actor: Actor, event: Event) -> list[Sheet]:
    """Every sheet in sight; all of them for the host."""
    rows = Sheet.objects.filter(sheets_q(actor), event_id=event.id)
    return list(rows.order_by("from_name", "org_key"))


def questions(event: Event) -> list[Question]:
    return list(Question.objects.filter(event_id=event.id).order_by("at", "id"))


@dataclass(frozen=True, slots=True)
class Signed:
    """Something signed that anybody may read: its bytes, the text of the signature, a name for the file."""

    data: bytes
    side: str
    name: str


def public(pk: UUID) -> Event:
    """An event with something signed; the caller opens the scope. Raises CO404."""
    found = (
        Event.objects.filter(Q(notice__isnull=False) | Q(document__isnull=False), id=pk)
        .exclude(kind=Event.Kind.MUTUAL)
        .first()
    )
    if found is None:
        raise NOT_FOUND()
    return found


def signed(event: Event, what: str) -> Signed:
    """``notice`` (the list before a draw) or ``result``. Raises CO404 when there is none yet."""
    data, side = (
        (event.notice, event.notice_sig)
        if what == "notice"
        else (event.document, event.document_sig)
    )
    if data is None or what not in {"notice", "result"}:
        raise NOT_FOUND()
    return Signed(bytes(data), side, f"{what}.json")


def marked_names(sheets: Iterable[Sheet]) -> dict[UUID, str]:
    """The names of those whom ``sheets`` (one's own) are about; nothing else of them."""
    with scoped(Actor.system("sheet-entrant")):
        rows = Party.objects.filter(id__in={sheet.entrant_id for sheet in sheets})
        return dict(rows.values_list("id", "org_name"))
