"""What a person asks about their own data: to see, correct or erase it; each closed with evidence.

An erasure removes at once what rests on consent alone; what the law has us keep stays until its time, and the answer
says so. GB/T 35273 gives thirty days for an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.core.texts import clean
from zhijin.people import catalogue, errors, keeping, revealing, services
from zhijin.people.models import Consent, DataRequest, Person

#: Days for an answer (GB/T 35273-2020, 8.7).
DAYS: Final = 30
State, Kind = DataRequest.State, DataRequest.Kind


@transaction.atomic(savepoint=False)
def receive(*, actor: Actor, person_id: UUID, kind: str, how: str) -> DataRequest:
    """Note what a person asked for, and how it came. Raises CO403, PE001, PE032.

    Also of somebody who has left: their rights do not end with their stay.
    """
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise errors.NO_SUCH_PERSON()
    actor.require("person.edit", person.place_key)
    how = _words(how, "how")
    if kind not in Kind.values:
        raise errors.BAD_REQUEST_KIND()
    now = clock.now()
    row = DataRequest.objects.create(
        county=facts.county_of(person.place_code), place_key=person.place_key,
        place_code=person.place_code, person=person, kind=kind, how=how, asked_at=now,
        due_at=now + timedelta(days=DAYS), version_then=person.version, made_by=actor.label,
    )  # fmt: skip
    _tell(actor, "request.received", row)
    return row


def _words(text: str, field: str) -> str:
    """Raises PE032 with fewer than four characters."""
    found = " ".join(str(clean(text)).split())[:200]
    if len(found) < 4:
        raise errors.REQUEST_WORDS(fields={field: errors.REQUEST_WORDS.message})
    return found


def _open(actor: Actor, request_id: UUID) -> tuple[DataRequest, Person]:
    """Both rows, locked. Raises CO403, CO404, PE033."""
    row = DataRequest.objects.select_for_update(no_key=True).filter(id=request_id).first()
    if row is None:
        raise NOT_FOUND()
    actor.require("person.edit", row.place_key)
    if row.state != State.OPEN:
        raise errors.REQUEST_CLOSED()
    person = Person.objects.select_for_update(no_key=True).get(id=row.person_id)
    return row, person


@transaction.atomic(savepoint=False)
def give_access(
    *, actor: Actor, request_id: UUID, copy: bytes, held: Mapping[str, int]
) -> DataRequest:
    """The person got ``copy`` of everything held of them; its digest is the evidence, with ``held``: how many lines
    came from which room. Raises CO403, CO404, PE033, PE035."""
    row, person = _open(actor, request_id)
    if row.kind != Kind.ACCESS:
        raise errors.BAD_REQUEST_KIND()
    digest = hashlib.sha256(copy).hexdigest()
    journal.write(
        actor, "person.reveal", person.record, place_key=person.place_key,
        detail={
            "fields": list(catalogue.SEALED), "purpose": "request", "reason": str(row.id), "held": dict(held),
        },
    )  # fmt: skip
    evidence = {"sha256": digest, "bytes": len(copy), "lines": sum(held.values())}
    return _closed(actor, row, _("已给本人一份全部内容的副本。"), evidence)


@transaction.atomic(savepoint=False)
def corrected(*, actor: Actor, request_id: UUID, answer: str) -> DataRequest:
    """It was put right since it was asked for: shown by the person's version. Raises CO403, CO404, PE032–PE034."""
    row, person = _open(actor, request_id)
    if row.kind != Kind.CORRECT:
        raise errors.BAD_REQUEST_KIND()
    if person.version <= row.version_then:
        raise errors.NOTHING_CORRECTED()
    evidence = {"version_then": row.version_then, "version_now": person.version}
    return _closed(actor, row, _words(answer, "answer"), evidence)


@transaction.atomic(savepoint=False)
def erase(*, actor: Actor, request_id: UUID) -> DataRequest:
    """Remove what rests on consent alone; of somebody who has left, everything. Raises CO403, CO404, PE033."""
    row, person = _open(actor, request_id)
    if row.kind != Kind.ERASE:
        raise errors.BAD_REQUEST_KIND()
    gone = [key for key in ("phone", "id_number") if getattr(person, key) is not None]
    if person.party or person.branch_key is not None:
        gone.append("party")
    for consent in Consent.objects.filter(person=person, withdrawn_at=None):
        revealing.end_consent(consent)
    revealing.forget(actor, person, "phone", "id_number", "party")
    kept = ["name", "address", "gender", "birth_year", "household"]
    if person.valid_to is not None:
        services.forget_person(person)
        gone, kept = [*gone, *kept], []
    also = keeping.erase_of_person(actor, person.id)
    left = _("依法履行职责保存的姓名、住址、性别、出生年份和所在户留到迁出后一年。") if kept else ""
    answer = _("只凭同意保存的内容已删除。") + left
    evidence: dict[str, Any] = {"erased": gone, "kept": kept}
    return _closed(actor, row, answer, evidence | ({"along": also} if also else {}))


@transaction.atomic(savepoint=False)
def refuse(*, actor: Actor, request_id: UUID, why: str) -> DataRequest:
    """Say why it is not done; the person may complain. Raises CO403, CO404, PE032, PE033."""
    row, _person = _open(actor, request_id)
    return _closed(actor, row, _words(why, "why"), {}, State.REFUSED)


def _closed(
    actor: Actor, row: DataRequest, answer: str, evidence: dict[str, Any], state: str = State.DONE
) -> DataRequest:
    row.state, row.answer, row.evidence = state, answer[:200], evidence
    row.closed_at, row.closed_by, row.closed_name = (
        max(clock.now(), row.asked_at),
        actor.label,
        actor.name[:64],
    )
    row.save(update_fields=["state", "answer", "evidence", "closed_at", "closed_by", "closed_name"])
    _tell(actor, "request.closed", row)
    return row


def _tell(actor: Actor, kind: str, row: DataRequest) -> None:
    detail: dict[str, Any] = {"kind": row.kind}
    if row.closed_at is not None:
        detail |= {"state": row.state, "on_time": row.closed_at <= row.due_at}
    journal.write(actor, kind, row.record, place_key=row.place_key, detail=detail | row.evidence)
    facts.record(
        f"person.{kind}", at=clock.now(), place_code=row.place_code, subject=row.record, actor=actor,
        record=row.record, attrs=detail,
    )  # fmt: skip


def visible(actor: Actor) -> Any:
    """Requests in scope, open ones by their deadline."""
    return DataRequest.objects.filter(scope_q(actor, "place_key")).select_related("person")


def listed(actor: Actor, *, ended: bool = False) -> list[DataRequest]:
    """Open requests, the most urgent first; or ended ones, the newest first."""
    rows = visible(actor).defer("person__name", "person__phone", "person__id_number")
    if ended:
        return list(rows.exclude(state=State.OPEN).order_by("-closed_at", "id")[:100])
    return list(rows.filter(state=State.OPEN).order_by("due_at", "id")[:200])
