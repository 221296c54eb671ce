"""Proposals: made by residents or at a yard meeting, supported once each, talked about, hidden with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from zhijin.activities import errors
from zhijin.activities.deliberation import programme
from zhijin.activities.deliberation.common import CLERK, place_columns, public_text, require
from zhijin.activities.models import Gathering, Proposal, Remark
from zhijin.activities.services.common import in_state, locked, note, tell, text
from zhijin.core import clock, crypto, idempotency
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.grams import grams
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.ui import spans

TITLE, TEXT, BY, REMARK = 60, 1000, 40, 500
_SUPPORT = (
    "INSERT INTO activities_support (id, county, place_key, proposal_id, who, at)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (proposal_id, county, who) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is proposed. ``by``: which group or firm, empty for a resident; never a name."""

    title: str
    text: str
    by: str = ""


def _made(
    actor: Actor, place_code: str, draft: Draft, channel: str, pk: UUID, gathering_id: UUID | None,
    simulated: bool,
) -> Proposal:  # fmt: skip
    title = public_text(draft.title, TITLE, "title")
    body = public_text(draft.text, TEXT, "text")
    row = Proposal(
        **place_columns(place_code), id=pk, title=title, text=body,
        by=public_text(draft.by, BY, "by") if draft.by.strip() else "", channel=channel,
        grams=grams(title, body), gathering_id=gathering_id, made_by=actor.label,
        made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    row.save(force_insert=True)
    note(actor, "proposal.made", row.record, row.place_key, channel=channel)
    tell(actor, "activity.proposal.made", row, row.record, subject=row.record,
         attrs={"channel": channel, "yard": gathering_id is not None})  # fmt: skip
    return row


def propose(*, place_code: str, draft: Draft, key: str) -> UUID:
    """A resident or group proposes something on the portal, without an account; the same ``key`` once.

    Raises CO400, CO404, CO422, AV131.
    """
    pk = uuid7()
    body = f"{place_code}\n{draft.title}\n{draft.text}\n{draft.by}".encode()
    with scoped(CLERK):
        claim = idempotency.claim("activities.proposal", key, body, str(pk))
        if claim.is_replay:
            return UUID(claim.answer)
        _made(Actor.resident(), place_code, draft, "portal", pk, None, False)
    return pk


@transaction.atomic(savepoint=False)
def enter(
    *, actor: Actor, place_code: str, draft: Draft, gathering_id: UUID | None = None,
    simulated: bool = False,
) -> Proposal:  # fmt: skip
    """Whoever holds deliberation at a place writes down what somebody proposed (at a yard meeting).

    Raises CO400, CO403, CO404, AV131.
    """
    columns = place_columns(place_code)
    actor.require("deliberate.act", columns["place_key"])
    if gathering_id is not None:
        locked(Gathering.objects.filter(place_code=place_code), gathering_id)
    return _made(actor, place_code, draft, "desk", uuid7(), gathering_id, simulated)


def support(*, who: str, proposal_id: UUID, at: datetime | None = None) -> int:
    """One more supporter, known by ``who`` (a secret of their browser); returns how many there are now.

    Raises CO404, AV001, AV130. What is kept is a keyed digest for this proposal alone, so that nobody can
    see what else the same person supported.
    """
    if len(who) < 16:
        raise BAD_REQUEST()
    with scoped(CLERK):
        row = locked(Proposal.objects.filter(hidden=False), proposal_id)
        in_state(row, Proposal.State.OPEN)
        digest = crypto.hmac_sm3("activities.support", f"{proposal_id}:{who}".encode())
        with connection.cursor() as cursor:
            cursor.execute(
                _SUPPORT,
                [uuid7(), row.county, row.place_key, row.id, digest, at or clock.now()],
            )
            if not cursor.rowcount:
                raise errors.SUPPORTED_ALREADY()
        Proposal.objects.filter(id=row.id).update(supporters=F("supporters") + 1)
        note(CLERK, "proposal.supported", row.record, row.place_key)
        return row.supporters + 1


def _remark(actor: Actor, row: Proposal, said: str, *, official: bool) -> Remark:
    made = Remark.objects.create(
        county=row.county, place_key=row.place_key, proposal_id=row.id,
        text=public_text(said, REMARK, "said"), official=official, at=clock.now(),
    )  # fmt: skip
    note(actor, "proposal.remark", row.record, row.place_key, official=official)
    return made


def remark(*, proposal_id: UUID, said: str) -> Remark:
    """Something that anybody says under a proposal. Raises CO400, CO404, AV131."""
    with scoped(CLERK):
        row = locked(Proposal.objects.filter(hidden=False), proposal_id)
        return _remark(Actor.resident(), row, said, official=False)


@transaction.atomic(savepoint=False)
def reply(*, actor: Actor, proposal_id: UUID, said: str) -> Remark:
    """What the village says under a proposal. Raises CO400, CO403, CO404, AV131."""
    row = locked(Proposal.objects.all(), proposal_id)
    require(actor, row)
    return _remark(actor, row, said, official=True)


@transaction.atomic(savepoint=False)
def hide(*, actor: Actor, proposal_id: UUID, why: str, remark_id: UUID | None = None) -> None:
    """Take a proposal, or one remark under it, off the public page; it stays on the desk with the reason.

    Raises CO400, CO403, CO404, AV001.
    """
    row = locked(Proposal.objects.all(), proposal_id)
    require(actor, row)
    reason = text(why, 120, "why")
    if remark_id is not None:
        said = locked(Remark.objects.filter(proposal_id=row.id, hidden=False), remark_id)
        said.hidden, said.hidden_why = True, reason
        said.save(update_fields=["hidden", "hidden_why"])
    else:
        row.hidden, row.hidden_why = True, reason
        row.save(update_fields=["hidden", "hidden_why"])
    note(
        actor, "proposal.hidden", row.record, row.place_key, remark=str(remark_id or ""), why=reason
    )


@transaction.atomic(savepoint=False)
def show_again(*, actor: Actor, proposal_id: UUID, remark_id: UUID | None = None) -> None:
    """Undo :func:`hide`. Raises CO403, CO404."""
    row = locked(Proposal.objects.all(), proposal_id)
    require(actor, row)
    target = row if remark_id is None else locked(
        Remark.objects.filter(proposal_id=row.id, hidden=True), remark_id
    )  # fmt: skip
    target.hidden, target.hidden_why = False, ""
    target.save(update_fields=["hidden", "hidden_why"])
    note(actor, "proposal.shown", row.record, row.place_key, remark=str(remark_id or ""))


@transaction.atomic(savepoint=False)
def answer(*, actor: Actor, proposal_id: UUID, said: str) -> Proposal:
    """Answer a proposal that is not taken into deliberation. Raises CO400, CO403, CO404, AV001, AV131."""
    row = locked(Proposal.objects.all(), proposal_id)
    require(actor, row)
    in_state(row, Proposal.State.OPEN)
    row.state, row.answer = Proposal.State.ANSWERED, public_text(said, 600, "said")
    row.save(update_fields=["state", "answer"])
    note(actor, "proposal.answered", row.record, row.place_key)
    days = (clock.local(clock.now()).date() - clock.local(row.made_at).date()).days
    tell(actor, "activity.proposal.answered", row, row.record, subject=row.record, value=max(days, 0),
         attrs={"taken": False})  # fmt: skip
    return row


@transaction.atomic(savepoint=False)
def gather(
    *, actor: Actor, place_code: str, kind: str, title: str, starts_at: datetime, place: str = "",
    link: str = "", simulated: bool = False,
) -> Gathering:  # fmt: skip
    """Call a neighbours' meeting of a kind that the programme in force knows. Raises CO400, CO403, CO404, AV132."""
    columns = place_columns(place_code)
    actor.require("deliberate.act", columns["place_key"])
    if programme.current(place_code).model.meet(kind) is None:
        raise errors.NO_SUCH_LINE(name=kind)
    if link and not link.startswith("https://"):
        raise BAD_REQUEST(fields={"link": "https://…"})
    row = Gathering(
        **columns, kind=kind, title=public_text(title, 120, "title"), starts_at=starts_at,
        place=place.strip()[:80], link=link.strip()[:300], made_by=actor.label, simulated=simulated,
    )  # fmt: skip
    row.save(force_insert=True)
    note(actor, "gathering.called", row.record, row.place_key, kind=kind)
    return row


@transaction.atomic(savepoint=False)
def held(*, actor: Actor, gathering_id: UUID, came: int, notes: str) -> Gathering:
    """Write down that it was held: how many came (a number, no names) and what was talked about.

    Raises CO400, CO403, CO404, AV001, AV131, AV144.
    """
    row = locked(Gathering.objects.all(), gathering_id)
    require(actor, row)
    in_state(row, Gathering.State.CALLED)
    if not 1 <= came <= 20_000:
        raise BAD_REQUEST(fields={"came": "1–20000"})
    if row.starts_at > clock.now():
        raise errors.NOT_HOLDING(why=spans.moment(row.starts_at))
    row.state, row.came, row.held_at = Gathering.State.HELD, came, clock.now()
    row.notes = public_text(notes, 2000, "notes")
    row.save(update_fields=["state", "came", "notes", "held_at"])
    note(actor, "gathering.held", row.record, row.place_key, came=came)
    tell(actor, "activity.gathering.held", row, row.record, subject=row.record, value=came, at=row.starts_at,
         attrs={"kind": row.kind, "suggestions": Proposal.objects.filter(gathering_id=row.id).count()})  # fmt: skip
    return row
