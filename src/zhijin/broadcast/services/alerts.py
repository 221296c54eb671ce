"""Warnings from elsewhere: taken in once, proposed as a broadcast, withdrawn when they are withdrawn."""

from __future__ import annotations

from uuid import UUID

from zhijin.broadcast import cap, errors
from zhijin.broadcast.models import Alert, Broadcast
from zhijin.broadcast.services import drafting, sending
from zhijin.broadcast.services.common import SYSTEM, common_place
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q, scoped
from zhijin.places import api as places

State = Alert.State


def receive(*, actor: Actor, data: bytes) -> Alert:
    """Take a CAP message in. The same one again (sender and identifier) changes nothing.

    A cancellation or update withdraws what it refers to, and stops its broadcast where one is out.
    Raises BC014, BC015, CO403.
    """
    try:
        message = cap.read(data)
    except cap.Bad as error:
        raise errors.BAD_CAP(what=str(error)) from error
    with scoped(SYSTEM):
        # One sender and identifier at a time, whoever brings it.
        known = _known(message)
        areas = _areas(actor, message) if known is None else list(known.areas)
        if known is not None:
            actor.require("alert.receive", known.place_key)
            return known
        place = common_place(areas)
        row = _kept(message, areas, place, data)
        if message.kind in {"Cancel", "Update"}:
            _withdraw(actor, message)
        _note(actor, row, "receive")
    return row


def _known(message: cap.Message) -> Alert | None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{message.sender},{message.identifier}"],
        )
    return Alert.objects.filter(sender=message.sender, identifier=message.identifier).first()


def _areas(actor: Actor, message: cap.Message) -> list[str]:
    """The places that the message names, which the actor may warn; those of the earlier message for a bare Cancel."""
    codes: list[str] = []
    if message.info is not None:
        codes = [cap.place_code(code) for area in message.info.areas for code in area.codes]
    elif message.references:
        codes = [code for row in _referred(message) for code in row.areas]
    wanted = sorted(
        {code for code in codes if code and places.known(code)}, key=lambda c: (len(c), c)
    )
    found = [one for one in wanted if actor.can("alert.receive", place_key(one))]
    if wanted and not found:
        actor.require("alert.receive", place_key(wanted[0]))
    if not found or not common_place(found):
        raise errors.ELSEWHERE()
    return found


def _referred(message: cap.Message) -> list[Alert]:
    out = []
    for one in message.references:
        out += list(Alert.objects.filter(sender=one.sender, identifier=one.identifier))
    return out


def _kept(message: cap.Message, areas: list[str], place: str, data: bytes) -> Alert:
    info, now = message.info, clock.now()
    over = info is not None and info.expires is not None and info.expires <= now
    said = (
        message.status in {"Actual", "Exercise"}
        and message.scope == "Public"
        and info is not None
        and not over
    )
    proposed = said and message.kind in {"Alert", "Update"}
    texts = [info.headline, info.description, info.instruction] if info is not None else []
    return Alert.objects.create(
        county=county_of(place), place_code=place, place_key=place_key(place), areas=areas,
        identifier=message.identifier[:120], sender=message.sender[:120], sent=message.sent, status=message.status,
        kind=message.kind, event=info.event[:120] if info else "", level=info.level if info else "plain",
        urgent=info is not None and info.urgency == "Immediate", exercise=message.status == "Exercise",
        headline=(info.headline or info.event)[:200] if info else "", text=_sentences(texts),
        until=info.expires if info else None, xml=data.decode("utf-8-sig"),
        state=State.PROPOSED if proposed else State.DISMISSED, received_at=now,
    )  # fmt: skip


def _sentences(texts: list[str]) -> str:
    """Headline, description and instruction as one text, nothing said twice."""
    out: list[str] = []
    for text in (one.strip() for one in texts):
        if text and not any(text in other for other in out):
            out.append(text if text[-1] in "。！？.!?" else text + "。")
    return "".join(out)


def _withdraw(actor: Actor, message: cap.Message) -> None:
    for row in _referred(message):
        if row.state in {State.CANCELLED, State.DISMISSED} or not actor.can(
            "alert.receive", row.place_key
        ):
            continue
        row.state = State.CANCELLED
        row.save(update_fields=["state"])
        _note(actor, row, "cancel")
        if row.broadcast_id is not None:
            out = Broadcast.objects.filter(pk=row.broadcast_id, state=Broadcast.State.OUT)
            if out.exists():
                sending.stop(
                    actor=SYSTEM,
                    pk=row.broadcast_id,
                    why=f"CAP {message.kind} {message.identifier}",
                )


def use(*, actor: Actor, pk: UUID) -> Broadcast:
    """Make the broadcast that a warning proposes; it goes its way like any other. Raises BC006, CO403, CO404, and what
    drafting raises."""
    with scoped(actor):
        row = _locked(actor, pk)
        made = drafting.draft(
            actor=actor,
            wanted=drafting.Draft(
                text=row.text[: drafting.MOST_TEXT], areas=row.areas, title=row.headline, level=row.level,
                urgent=row.urgent, exercise=row.exercise, alert_id=row.id,
            ),
        )  # fmt: skip
        row.state, row.broadcast_id = State.USED, made.id
        row.save(update_fields=["state", "broadcast_id"])
        _note(actor, row, "use")
    return made


def dismiss(*, actor: Actor, pk: UUID) -> Alert:
    """Do not broadcast it. Raises BC006, CO403, CO404."""
    with scoped(actor):
        row = _locked(actor, pk)
        row.state = State.DISMISSED
        row.save(update_fields=["state"])
        _note(actor, row, "dismiss")
    return row


def _locked(actor: Actor, pk: UUID) -> Alert:
    rows = Alert.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NOT_FOUND()
    actor.require("broadcast.make", row.place_key)
    if row.state != State.PROPOSED:
        raise errors.WRONG_STATE(state=row.get_state_display())
    return row


def _note(actor: Actor, row: Alert, verb: str) -> None:
    record = f"alert:{row.id}"
    detail = {
        "sender": row.sender,
        "identifier": row.identifier,
        "level": row.level,
        "status": row.status,
    }
    journal.write(actor, f"alert.{verb}", record, place_key=row.place_key, detail=detail)
    facts.record(
        f"alert.{verb}", at=clock.now(), place_code=row.place_code, subject=row.level, actor=actor, record=record,
        attrs={**detail, "exercise": row.exercise},
    )  # fmt: skip
