"""Warnings from elsewhere: taken in once, proposed as a broadcast, withdrawn when they are withdrawn."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zhijin.broadcast import cap, envelopes, errors
from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Alert, Broadcast
from zhijin.broadcast.orders import LEVELS
from zhijin.broadcast.services import alert_places, drafting, replacing, senders, stopping
from zhijin.broadcast.services.common import SYSTEM, common_place
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND, Refusal
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q, scoped
from zhijin.core.texts import clean

State = Alert.State

#: How long a warning holds that does not say when it ends.
UNSAID: Final = timedelta(days=1)


def receive(*, actor: Actor, data: bytes) -> Alert:
    """Take a message in, bare or in a known envelope. The same one again (sender and identifier) changes nothing.

    A cancellation or update withdraws what it refers to, and stops its broadcast where one is out. What comes from a
    sender that is on no list of the place is held, and does nothing before somebody vouches for it.
    Raises BC014, BC015, CO403.
    """
    try:
        message = envelopes.opened(data)
    except cap.Bad as error:
        raise errors.BAD_CAP(what=str(error)) from error
    with scoped(SYSTEM):
        # One sender and identifier at a time, whoever brings it.
        known = _known(message)
        if known is not None:
            actor.require("alert.receive", known.place_key)
            return known
        rows = [_kept(actor, message, part, data) for part in _parts(actor, message)]
        if message.kind in {"Cancel", "Update"} and not any(
            row.state == State.HELD for row in rows
        ):
            _withdraw(actor, message, but={row.pk for row in rows})
        for row in rows:
            _note(actor, row, "receive")
    return rows[0]


def _known(message: cap.Message) -> Alert | None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{message.sender},{message.identifier}"],
        )
    return Alert.objects.filter(sender=message.sender, identifier=message.identifier[:110]).first()


@dataclass(frozen=True)
class _Part:
    """What a message says of one event at one level. ``number``: 0 for the gravest, which has the message's name."""

    number: int
    infos: tuple[cap.Info, ...]
    areas: tuple[str, ...]

    @property
    def info(self) -> cap.Info | None:
        return self.infos[0] if self.infos else None


def _parts(actor: Actor, message: cap.Message) -> list[_Part]:
    """One a level and event, the gravest first: a red one here and a yellow one there are two warnings. For a bare
    Cancel the places of the earlier message. Raises BC015, CO403."""
    groups: dict[tuple[str, str], list[cap.Info]] = {}
    for info in message.infos:
        groups.setdefault((info.level, info.event), []).append(info)
    found: list[tuple[tuple[cap.Info, ...], list[str]]] = []
    elsewhere: Refusal | None = None
    for _key, infos in sorted(groups.items(), key=lambda pair: -LEVELS.index(pair[0][0])):
        try:
            areas = alert_places.warned(actor, [area for info in infos for area in info.areas])
        except Refusal as refusal:
            elsewhere = refusal
        else:
            found += [(tuple(infos), areas)] if areas else []
    if not message.infos:
        named = [cap.Area("", tuple(row.areas)) for row in replacing.referred(message)]
        areas = alert_places.warned(actor, named)
        found = [((), areas)] if areas else []
    if not found:
        raise elsewhere or errors.ELSEWHERE()
    return [_Part(number, infos, tuple(areas)) for number, (infos, areas) in enumerate(found)]


def _withdrawn(message: cap.Message) -> bool:
    """Whether a later message that has come before this one takes it back."""
    later = Alert.objects.filter(sender=message.sender, kind__in=("Cancel", "Update"))
    later = later.exclude(state=State.HELD)
    named = f"{message.sender},{message.identifier},"
    return any(
        one.identifier == message.identifier
        for xml in later.filter(xml__contains=named).values_list("xml", flat=True)[:20]
        for one in cap.read(xml.encode()).references
    )


def _becomes(message: cap.Message, info: cap.Info | None, until: datetime | None) -> State:
    """What a message whose sender is trusted, or was vouched for, becomes."""
    said = (
        message.status in {"Actual", "Exercise"} and message.scope == "Public" and info is not None
    )
    over = until is not None and until <= clock.now()
    if not said or over or message.kind not in {"Alert", "Update"}:
        return State.DISMISSED
    return State.CANCELLED if _withdrawn(message) else State.PROPOSED


def _does_something(message: cap.Message, state: State) -> bool:
    """Whether it proposes a broadcast, or takes back what stands."""
    live = {State.HELD, State.PROPOSED, State.USED}
    taken = message.kind in {"Cancel", "Update"} and any(
        row.state in live for row in replacing.referred(message)
    )
    return state == State.PROPOSED or taken


def _kept(actor: Actor, message: cap.Message, part: _Part, data: bytes) -> Alert:
    info, now = part.info, clock.now()
    place = common_place(part.areas)
    until = _over(message.sent, part.infos)
    state = _becomes(message, info, until)
    if _does_something(message, state) and not senders.trusted(message.sender, place):
        state = State.HELD
    texts = [
        text for one in part.infos for text in (one.headline, one.description, one.instruction)
    ]
    # A space stands in no identifier of CAP, so that the name of a part is nobody else's.
    name = message.identifier[:110] + (f" {part.number + 1}" if part.number else "")
    return Alert.objects.create(
        county=county_of(place), place_code=place, place_key=place_key(place), areas=list(part.areas),
        identifier=name, sender=message.sender[:120], sent=message.sent, status=message.status,
        kind=message.kind, event=info.event[:120] if info else "", level=info.level if info else "plain",
        urgent=any(one.urgency == "Immediate" for one in part.infos), exercise=message.status == "Exercise",
        headline=(info.headline or info.event)[:200] if info else "", text=_sentences(texts),
        until=until, xml=_xml(message, data), state=state, received_at=now, taken_by=actor.label,
    )  # fmt: skip


def _xml(message: cap.Message, data: bytes) -> str:
    """The message as it was; out of an envelope, as CAP that names it."""
    named = envelopes.unverified(message.source)
    return (cap.write(message) if named else data).decode("utf-8-sig")


def _over(sent: datetime, infos: Sequence[cap.Info]) -> datetime | None:
    """When the last of them ends. Of one that does not say, recipients decide (CAP 1.2, 3.2.2): a day after it was
    sent, so that a message which comes again after months proposes nothing."""
    return max((one.expires or sent + UNSAID for one in infos), default=None)


def _sentences(texts: list[str]) -> str:
    """Headline, description and instruction as one text, nothing said twice."""
    said = list(dict.fromkeys(one.strip() for one in texts if one.strip()))
    # A headline with which the description begins is no sentence of its own.
    said = [one for one in said if not any(one != other and one in other for other in said)]
    return "".join(one if one[-1] in "。！？.!?" else one + "。" for one in said)


def _withdraw(actor: Actor, message: cap.Message, but: Container[UUID]) -> None:
    for row in replacing.referred(message, held=True):
        if (
            row.pk in but
            or row.state in {State.CANCELLED, State.DISMISSED}
            or not actor.can("alert.receive", row.place_key)
        ):
            continue
        out = replacing.is_out(row)
        if out and message.kind == "Update":
            # It sounds on until the update goes out (``replacing``): silence is no newer warning.
            continue
        row.state = State.CANCELLED
        row.save(update_fields=["state"])
        _note(actor, row, "cancel")
        if out and row.broadcast_id is not None:
            stopping.stop(
                actor=SYSTEM, pk=row.broadcast_id, why=f"CAP {message.kind} {message.identifier}"
            )


def use(*, actor: Actor, pk: UUID) -> Broadcast:
    """Make the broadcast that a warning proposes; it goes its way like any other. Raises BC006, BC021, CO403, CO404,
    and what drafting raises."""
    with scoped(actor):
        row = _locked(actor, pk)
        if row.until is not None and row.until <= clock.now():
            raise errors.ALERT_OVER(until=clock.local(row.until).strftime("%Y-%m-%d %H:%M"))
        made = drafting.draft(
            actor=actor,
            wanted=drafting.Draft(
                text=row.text[: drafting.MOST_TEXT], areas=row.areas, title=row.headline, level=row.level,
                urgent=row.urgent, exercise=row.exercise, alert_id=row.id, circle=_circle(row),
            ),
        )  # fmt: skip
        row.state, row.broadcast_id = State.USED, made.id
        row.save(update_fields=["state", "broadcast_id"])
        _note(actor, row, "use")
    return made


def _circle(row: Alert) -> Circle | None:
    """The circle that the message itself tells; whoever reads the draft sees it."""
    try:
        infos = cap.read(row.xml.encode()).infos
    except cap.Bad:
        return None
    return alert_places.circle_of(
        one for one in infos if (one.level, one.event[:120]) == (row.level, row.event)
    )


def dismiss(*, actor: Actor, pk: UUID) -> Alert:
    """Do not broadcast it. Raises BC006, CO403, CO404."""
    with scoped(actor):
        row = _dismissable(actor, pk)
        row.state = State.DISMISSED
        row.save(update_fields=["state"])
        _note(actor, row, "dismiss")
    return row


def _dismissable(actor: Actor, pk: UUID) -> Alert:
    """Proposed, or held: of nobody knows whom, anybody who makes broadcasts may say no."""
    held = Alert.objects.filter(scope_q(actor, "place_key"), pk=pk, state=State.HELD).exists()
    return _locked(actor, pk, State.HELD if held else State.PROPOSED)


def vouch(*, actor: Actor, pk: UUID, how: str) -> Alert:
    """Say of a held message how one made sure that it is true; it goes on as if its sender were trusted.

    By somebody else than whoever brought it, with the right to approve there. Raises BC006, BC029, BC031, CO403, CO404.
    """
    words = " ".join(str(clean(how)).split())
    with scoped(actor):
        row = _locked(actor, pk, State.HELD, "broadcast.approve")
        if row.taken_by == actor.label:
            raise errors.ANOTHER_PERSON()
        if not senders.LEAST <= len(words) <= 200:
            raise errors.HOW_SURE(fields={"how": str(errors.HOW_SURE.message)})
        row.vouched_by, row.voucher, row.vouched_how = actor.label, actor.name[:64], words
        message = cap.read(row.xml.encode())
        # The part of the message that this row stands for; none of a bare Cancel.
        infos = [
            one for one in message.infos if (one.level, one.event[:120]) == (row.level, row.event)
        ]
        row.state = _becomes(message, infos[0] if infos else None, row.until)
        row.save(update_fields=["state", "vouched_by", "voucher", "vouched_how"])
        _note(actor, row, "vouch", how=words)
    if message.kind in {"Cancel", "Update"}:
        with scoped(SYSTEM):
            same = Alert.objects.filter(sender=row.sender, sent=row.sent, kind=row.kind)
            _withdraw(actor, message, but=set(same.values_list("pk", flat=True)))
    return row


def _locked(
    actor: Actor, pk: UUID, state: State = State.PROPOSED, permission: str = "broadcast.make"
) -> Alert:
    rows = Alert.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NOT_FOUND()
    actor.require(permission, row.place_key)
    if row.state != state:
        raise errors.WRONG_STATE(state=row.get_state_display())
    return row


def _note(actor: Actor, row: Alert, verb: str, **more: str) -> None:
    record = f"alert:{row.id}"
    detail = {
        "sender": row.sender,
        "identifier": row.identifier,
        "level": row.level,
        "status": row.status,
    }
    told = {**detail, "state": row.state, **more}
    journal.write(actor, f"alert.{verb}", record, place_key=row.place_key, detail=told)
    facts.record(
        f"alert.{verb}", at=clock.now(), place_code=row.place_code, subject=row.level, actor=actor, record=record,
        attrs={**detail, "exercise": row.exercise},
    )  # fmt: skip
