"""Applying on another's behalf: nothing goes on without a consent that stands, and every paper is somewhere.

What is theirs goes back to the person also after they withdrew, and the matter closes by itself with its last paper.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Proxy, ProxyConsent, ProxyPaper, ProxyStep
from zhijin.activities.service import proxy_keeping, proxy_programme
from zhijin.activities.service.common import CLERK, blind_of, code_of, line, open_text
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    same_keys,
    tell,
    text,
)
from zhijin.core import calendar, clock, crypto, identifiers
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, CONFLICT
from zhijin.core.ids import read_receipt, uuid7
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.people.api import NO_SUCH_PERSON

PERMISSION = "proxy.act"
_SEAL = "activities.proxy-who"
At, Step, State = ProxyPaper.At, ProxyStep.Step, Proxy.State
#: Where a paper must be for a step, and where it is then.
WAYS: dict[str, tuple[tuple[str, ...], str]] = {
    Step.SUBMITTED: ((At.HELPER,), At.OFFICE), Step.RETURNED: ((At.OFFICE,), At.HELPER),
    Step.KEPT: ((At.OFFICE,), At.KEPT), Step.POSTED: ((At.HELPER, At.OFFICE), At.POST),
    Step.HANDED: ((At.HELPER,), At.PERSON), Step.DELIVERED: ((At.POST,), At.PERSON),
}  # fmt: skip
#: Steps that only a standing consent allows; all others bring papers back.
FORWARD = frozenset({Step.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Given:
    """A consent: how, shown by what, until when; the digest of a photographed paper."""

    how: str
    told: str
    until: date
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants what done for them. ``papers``: titles of what was taken in, with their kinds; ``person_id`` names them
    where they are registered; ``key`` makes it happen once, however often the form is sent."""

    kind: str
    name: str
    what: str
    consent: Given
    phone: str = ""
    papers: Sequence[tuple[str, str]] = ()
    person_id: UUID | None = None
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """One step of one paper. ``code``: the person's own; ``photo``: of their signature."""

    step: str
    note: str = ""
    carrier: str = ""
    number: str = ""
    code: str = ""
    photo: str = ""


@transaction.atomic(savepoint=False)
def open_proxy(
    *, actor: Actor, org_key: int, wanted: Wanted, simulated: bool = False
) -> tuple[Proxy, str]:
    """Take on an application of a community's resident; returns it and the code for the person.

    Raises OR001, CO400, CO403, CO409, AV101, AV112, AV115, AV116, PE001, PR001.
    """
    org = organisation(actor, org_key, PERMISSION)
    if len(org.place_code) != 12:
        raise errors.NOT_A_COMMUNITY(code=org.place_code)
    programme = proxy_programme.current(org.place_code)
    kind = programme.model.kind(wanted.kind)
    if kind is None:
        raise errors.PROXY_KIND()
    now, pk = clock.now(), wanted.key or uuid7()
    code = code_of(pk)
    if (there := _sent_before(actor, pk)) is not None:
        return there, code
    name = text(wanted.name, 32, "name")
    row = Proxy(
        **keys_of(org), id=pk, kind=kind.id, title=kind.title.zh, revision_id=programme.id,
        who=_sealed(name, wanted), person_id=_registered(actor, name, wanted), name_masked=crypto.mask_name(name),
        helper=actor.label, helper_name=actor.name[:64], code_blind=blind_of(code), opened_at=now,
        due_at=calendar.current().add_workdays(now, kind.within.submit), simulated=simulated,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # The same form at the same moment; it has been committed meanwhile.
        if (there := _sent_before(actor, pk)) is None:
            raise
        return there, code
    _consented(row, wanted.consent, programme.model.longest)
    for title, sort in wanted.papers:
        _paper(actor, row, title, sort, Step.TAKEN)
    note(actor, "proxy.opened", row.record, row.place_key, kind=row.kind)
    tell(actor, "activity.proxy.opened", row, row.record, subject=row.record, attrs={
        "kind": row.kind, "how": wanted.consent.how,
    })  # fmt: skip
    return row, code


def _sent_before(actor: Actor, pk: UUID) -> Proxy | None:
    """The application that the same helper's form made already. Raises CO409 when it is somebody else's."""
    with scoped(CLERK):
        there = Proxy.objects.filter(id=pk).first()
    if there is not None and there.helper != actor.label:
        raise CONFLICT()
    return there


def _registered(actor: Actor, name: str, wanted: Wanted) -> UUID | None:
    """The resident of that name whom the helper chose among those in sight. Raises PE001."""
    if wanted.person_id is None:
        return None
    found = people.get(actor, wanted.person_id)
    if not people.is_called(found, name) or found.valid_to is not None:
        raise NO_SUCH_PERSON()
    return found.id


def _sealed(name: str, wanted: Wanted) -> bytes:
    phone = identifiers.plain_phone(wanted.phone)
    if phone and identifiers.phone_flaw(phone) not in (None, identifiers.Flaw.UNKNOWN_RANGE):
        raise BAD_REQUEST(fields={"phone": _("电话号码不对；没有电话就留空。")})
    who = {"name": name, "phone": phone, "what": text(wanted.what, 300, "what")}
    return crypto.seal(_SEAL, json.dumps(who, ensure_ascii=False))


def _consented(row: Proxy, given: Given, longest: int) -> ProxyConsent:
    """Raises AV116."""
    told, today = line(given.told, 120), clock.today()
    if given.how not in ProxyConsent.How.values or len(told) < 4:
        raise errors.PROXY_CONSENT(why=_("没有写明怎样同意的"))
    if given.how == ProxyConsent.How.PAPER and not given.photo:
        raise errors.PROXY_CONSENT(why=_("没有委托书的照片"))
    if not today <= given.until <= today + timedelta(days=longest):
        raise errors.PROXY_CONSENT(why=_("到期日要在今天以后、{n} 天以内").format(n=longest))
    return ProxyConsent.objects.create(
        **same_keys(row), proxy_id=row.id, how=given.how, told=told, photo=given.photo,
        given_at=clock.now(), until=given.until,
    )  # fmt: skip


def standing(row: Proxy) -> ProxyConsent | None:
    """The consent under which the application may go on today."""
    rows = ProxyConsent.objects.filter(proxy_id=row.id, withdrawn_at=None, until__gte=clock.today())
    return rows.order_by("-until", "-given_at").first()


@transaction.atomic(savepoint=False)
def renew(*, actor: Actor, proxy_id: UUID, given: Given) -> ProxyConsent:
    """Record that the person agreed once more. Raises CO403, CO404, AV001, AV116."""
    row = _locked(actor, proxy_id)
    in_state(row, State.OPEN, State.SUBMITTED)
    longest = proxy_programme.PROGRAMMES.revision(row.revision_id).model.longest
    consent = _consented(row, given, longest)
    note(actor, "proxy.renewed", row.record, row.place_key, how=given.how)
    return consent


def _locked(actor: Actor, proxy_id: UUID) -> Proxy:
    row = locked(Proxy.objects.all(), proxy_id)
    actor.require(PERMISSION, row.place_key, org_keys=(row.org_key or 0,), line_keys=row.line_keys)
    return row


def _paper(actor: Actor, row: Proxy, title: str, sort: str, step: str) -> ProxyPaper:
    if sort not in ProxyPaper.Kind.values:
        raise BAD_REQUEST(fields={"sort": _("请从列表里选择。")})
    paper = ProxyPaper.objects.create(
        **same_keys(row),
        proxy_id=row.id,
        title=open_text(title, 60, "title", known=row.title),
        kind=sort,
    )
    _stepped(actor, row, paper, step)
    return paper


def _stepped(actor: Actor, row: Proxy, paper: ProxyPaper, step: str, **more: str) -> None:
    ProxyStep.objects.create(
        **same_keys(row), proxy_id=row.id, paper_id=paper.id, paper_title=paper.title, step=step,
        made_at=clock.now(), made_by=actor.label, **more,
    )  # fmt: skip
    note(actor, "proxy.paper", row.record, row.place_key, step=step, paper=str(paper.id))


@transaction.atomic(savepoint=False)
def take_paper(*, actor: Actor, proxy_id: UUID, title: str, sort: str) -> ProxyPaper:
    """Take in one more paper from the person. Raises CO400, CO403, CO404, AV001, AV112, AV117."""
    row = _locked(actor, proxy_id)
    in_state(row, State.OPEN, State.SUBMITTED)
    _require_consent(row)
    return _paper(actor, row, title, sort, Step.TAKEN)


def _require_consent(row: Proxy) -> None:
    if standing(row) is None:
        raise errors.PROXY_LAPSED()


@transaction.atomic(savepoint=False)
def move_paper(*, actor: Actor, proxy_id: UUID, paper_id: UUID, moved: Moved) -> Proxy:
    """Note where a paper went. Raises CO400, CO403, CO404, AV001, AV112, AV117–AV121."""
    row = _locked(actor, proxy_id)
    in_state(row, State.OPEN, State.SUBMITTED, State.DECIDED)
    paper = locked(ProxyPaper.objects.filter(proxy_id=row.id), paper_id)
    signed = ""
    if moved.step in (Step.HANDED, Step.DELIVERED):
        signed = _signature(row, moved)
    if moved.step == Step.POSTED and not (line(moved.carrier, 32) and line(moved.number, 40)):
        raise errors.PROXY_POST()
    go(actor, row, paper, moved, signed)
    return row


def _signature(row: Proxy, moved: Moved) -> str:
    """How the person signed. Raises AV119."""
    typed = read_receipt(moved.code) if moved.code else None
    if typed and hmac.compare_digest(blind_of(typed), bytes(row.code_blind)):
        return "code"
    if moved.photo:
        return "receipt"
    raise errors.PROXY_SIGNATURE()


def go(actor: Actor, row: Proxy, paper: ProxyPaper, moved: Moved, signed: str) -> None:
    way = WAYS.get(moved.step)
    if way is None:
        raise BAD_REQUEST()
    if paper.at not in way[0]:
        raise errors.PAPER_ELSEWHERE(title=paper.title, where=paper.get_at_display())
    if moved.step in FORWARD:
        _require_consent(row)
    paper.at = way[1]
    paper.save(update_fields=["at"])
    remark = open_text(moved.note, 120, "note", known=row.title) if moved.note.strip() else ""
    _stepped(
        actor, row, paper, moved.step, note=remark, carrier=line(moved.carrier, 32),
        number=line(moved.number, 40), signed=signed, photo=moved.photo,
    )  # fmt: skip
    if paper.at == At.PERSON:
        tell(actor, "activity.proxy.delivered", row, row.record, subject=row.record, attrs={
            "way": moved.step, "signed": signed, "sort": paper.kind,
        })  # fmt: skip
    _settle(actor, row)


@transaction.atomic(savepoint=False)
def submit(*, actor: Actor, proxy_id: UUID, office: str) -> Proxy:
    """Hand in at an office everything the helper holds. Raises CO400, CO403, CO404, AV001, AV112, AV117."""
    row = _locked(actor, proxy_id)
    in_state(row, State.OPEN)
    _require_consent(row)
    now = clock.now()
    on_time = now <= row.due_at
    row.state, row.office = State.SUBMITTED, open_text(office, 80, "office")
    row.due_at = calendar.current().add_workdays(now, _within(row).decide)
    row.save(update_fields=["state", "office", "due_at"])
    for paper in ProxyPaper.objects.filter(proxy_id=row.id, at=At.HELPER).order_by("id"):
        go(actor, row, paper, Moved(Step.SUBMITTED), "")
    note(actor, "proxy.submitted", row.record, row.place_key)
    tell(actor, "activity.proxy.submitted", row, row.record, subject=row.record,
         attrs={"kind": row.kind, "on_time": on_time})  # fmt: skip
    return row


def _within(row: Proxy) -> Any:
    """The workdays of the programme under which it was taken on."""
    kind = proxy_programme.PROGRAMMES.revision(row.revision_id).model.kind(row.kind)
    if kind is None:
        raise errors.PROXY_KIND()
    return kind.within


@transaction.atomic(savepoint=False)
def decide(
    *, actor: Actor, proxy_id: UUID, done: bool, said: str, results: Sequence[str] = ()
) -> Proxy:
    """The office has decided; ``results`` are papers it issued. Raises CO400, CO403, CO404, AV001, AV112."""
    row = _locked(actor, proxy_id)
    in_state(row, State.SUBMITTED)
    for title in results:
        _paper(actor, row, title, ProxyPaper.Kind.RESULT, Step.ISSUED)
    outcome = Proxy.Outcome.DONE if done else Proxy.Outcome.REFUSED
    _decided(actor, row, outcome, open_text(said, 200, "said", known=row.title))
    return row


def _decided(actor: Actor, row: Proxy, outcome: str, said: str) -> None:
    now = clock.now()
    on_time = now <= row.due_at
    days = (clock.local(now).date() - clock.local(row.opened_at).date()).days
    row.state, row.outcome, row.said, row.decided_at = State.DECIDED, outcome, said, now
    row.due_at = calendar.current().add_workdays(now, _within(row).deliver)
    row.save(update_fields=["state", "outcome", "said", "decided_at", "due_at"])
    note(actor, "proxy.decided", row.record, row.place_key, outcome=outcome)
    tell(actor, "activity.proxy.decided", row, row.record, subject=row.record, value=days,
         attrs={"kind": row.kind, "outcome": outcome, "on_time": on_time})  # fmt: skip
    _settle(actor, row)


def _settle(actor: Actor, row: Proxy) -> None:
    """Close it when it is decided and no paper is under way: what was held of the person is erased then."""
    if row.state != State.DECIDED:
        return
    away = ProxyPaper.objects.filter(proxy_id=row.id).exclude(at__in=(At.PERSON, At.KEPT))
    if away.exists():
        return
    now = clock.now()
    on_time = now <= row.due_at
    row.state, row.closed_at, row.who = State.CLOSED, now, None
    row.save(update_fields=["state", "closed_at", "who"])
    if row.outcome == Proxy.Outcome.WITHDRAWN:
        proxy_keeping.forget_consents(row)
    note(actor, "proxy.closed", row.record, row.place_key)
    tell(actor, "activity.proxy.closed", row, row.record, subject=row.record,
         attrs={"kind": row.kind, "outcome": row.outcome, "on_time": on_time})  # fmt: skip


@transaction.atomic(savepoint=False)
def withdraw(*, actor: Actor, proxy_id: UUID, how: str) -> Proxy:
    """The person told the helper that they no longer agree. Raises CO400, CO403, CO404, AV001."""
    row = _locked(actor, proxy_id)
    return withdrawn(actor, row, text(how, 120, "how"))


def withdrawn(actor: Actor, row: Proxy, how: str) -> Proxy:
    in_state(row, State.OPEN, State.SUBMITTED)
    ProxyConsent.objects.filter(proxy_id=row.id, withdrawn_at=None).update(
        withdrawn_at=clock.now(), withdrawn_how=how
    )
    note(actor, "proxy.withdrawn", row.record, row.place_key)
    _decided(actor, row, Proxy.Outcome.WITHDRAWN, _("本人撤回委托，材料全部退还。"))
    return row


def read_who(row: Proxy) -> dict[str, str]:
    """What is sealed of the person: name, telephone, what is wanted. Whoever calls has journalled it."""
    found: dict[str, str] = json.loads(crypto.unseal(_SEAL, row.who)) if row.who else {}
    return found


def contact(*, actor: Actor, proxy_id: UUID) -> dict[str, str]:
    """Name, telephone and what is wanted, for whoever handles it; journalled first. Raises CO403, CO404."""
    with transaction.atomic():
        row = _locked(actor, proxy_id)
        note(actor, "proxy.contact", row.record, row.place_key)
        return read_who(row)


def code_for(*, actor: Actor, proxy_id: UUID) -> str:
    """The person's code once more, when the slip was lost; journalled. Raises CO403, CO404."""
    with transaction.atomic():
        row = _locked(actor, proxy_id)
        note(actor, "proxy.code", row.record, row.place_key)
        return code_of(row.id)
