"""Others are called to a case (whistle), answer (muster); a case is assigned, or goes to another place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from zhijin.access.api import holders
from zhijin.cases import errors
from zhijin.cases.machine import STAGE_FIELDS, enter, machine_of
from zhijin.cases.models import Case, CaseParty, CasePhoto, CaseRequest
from zhijin.cases.services.moves import works_on
from zhijin.cases.services.writing import lock, roles_over, write
from zhijin.cases.sides import side_of
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key, place_span
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.places import api as places


def callable_in(county: int, term: str = "") -> list[orgs.Organisation]:
    """The agencies of a county that may be called to a case.

    Read in a system scope: a township calls departments that lie above its own place.
    """
    lo, hi = place_span(f"{county:06d}")
    with scoped(Actor.system("whistle")):
        rows = orgs.Organisation.objects.filter(
            kind="agency", place_key__gte=lo, place_key__lt=hi, valid_to=None
        )
        if term:
            rows = rows.filter(name__contains=term)
        return list(rows.order_by("place_key", "key")[:60])


def firms_near(case: Case) -> list[orgs.Organisation]:
    """Firms of the case's county that may be the other side of the matter."""
    lo, hi = place_span(f"{case.county:06d}")
    with scoped(Actor.system("respondent")):
        rows = orgs.Organisation.objects.filter(
            kind="firm", place_key__gte=lo, place_key__lt=hi, valid_to=None
        )
        return list(rows.exclude(key=case.org_key or 0).order_by("name")[:200])


def join(*, actor: Actor, case_id: UUID, org_key: int) -> CaseParty:
    """Make a firm the respondent of a matter with two sides; it sees its share from then on.

    Refused before the stages that the playbook shows to that side, since being told early could
    defeat the matter (document 002). Telling one twice adds nothing. Raises CA005, CA009, CA017, CO404.
    """
    with scoped(actor):
        case = lock(actor, case_id)
        machine = machine_of(case)
        if not _handles(actor, case):
            raise errors.NOT_YOURS(owner=case.owner_role)
        side = next((p for p in machine.playbook.parties if p.id == "respondent"), None)
        if side is None or not machine.sees(side, case.state):
            raise errors.NOT_ALLOWED_HERE(what=_("告知被申请企业"))
        firm = next((f for f in firms_near(case) if f.key == org_key), None)
        if firm is None:
            raise errors.UNKNOWN_ORG()
        there = CaseParty.objects.filter(case_id=case.id, org_key=firm.key).first()
        if there is not None:
            return there
        at = clock.now()
        party = CaseParty.objects.create(
            county=case.county, case_id=case.id, place_key=case.place_key, org_key=firm.key,
            org_name=firm.name, kind="respondent", asked_by=actor.label, asked_at=at,
            answered_at=at,
        )  # fmt: skip
        write(case, actor, "joined", at, event={"data": {"org": firm.name}})
    return party


def whistle(
    *, actor: Actor, case_id: UUID, org_keys: list[int], what: str, due_at: datetime | None = None
) -> list[CaseParty]:
    """Call organisations of the same county to a case; they see it from then on.

    Raises CA006, CA007, CA017, CO400, CO403, CO404. Calling one twice adds nothing.
    """
    if not what.strip():
        raise errors.WHY_NEEDED(fields={"what": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        case = lock(actor, case_id)
        actor.require("case.whistle", case.place_key)
        if not case.is_open:
            raise errors.CLOSED()
        names = {org.key: org.name for org in callable_in(case.county) if org.key in org_keys}
        if not names or set(names) != set(org_keys):
            raise errors.UNKNOWN_ORG()
        at = clock.now()
        if due_at is not None and due_at <= at:
            raise BAD_REQUEST(fields={"due": _("请选择将来的时间。")})
        there = set(CaseParty.objects.filter(case_id=case.id).values_list("org_key", flat=True))
        rows = [
            CaseParty(
                county=case.county,
                case_id=case.id,
                place_key=case.place_key,
                org_key=key,
                org_name=name,
                kind="called",
                asked_by=actor.label,
                asked_at=at,
                what=what.strip(),
                due_at=due_at,
            )
            for key, name in names.items()
            if key not in there
        ]
        if not rows:
            return []
        CaseParty.objects.bulk_create(rows)
        write(
            case, actor, "whistled", at,
            event={"why": what.strip(), "data": {"called": [r.org_name for r in rows]}},
            fact={"value": len(rows), "attrs": {"orgs": [r.org_key for r in rows]}},
        )  # fmt: skip
    return rows


def muster(*, actor: Actor, case_id: UUID, party_id: UUID, answer: str) -> CaseParty:
    """A called organisation answers, once; the same answer again changes nothing.

    Raises CA005, CA006, CA019, CO404.
    """
    if not answer.strip():
        raise errors.WHY_NEEDED(fields={"answer": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        case = lock(actor, case_id)
        party = (
            CaseParty.objects.select_for_update(no_key=True)
            .filter(pk=party_id, case_id=case.id, kind="called")
            .first()
        )
        if party is None:
            raise NOT_FOUND()
        if not any(g.org_key == party.org_key for g in actor.grants):
            raise errors.NOT_YOURS(owner=party.org_name)
        if party.answered_at is not None:
            if party.answer == answer.strip():
                return party
            raise errors.ALREADY_ANSWERED(name=party.org_name)
        at = clock.now()
        late = party.due_at is not None and at > party.due_at
        minutes = int((at - party.asked_at).total_seconds() // 60)
        party.answered_at, party.answer = at, answer.strip()
        party.save(update_fields=["answered_at", "answer"])
        write(
            case, actor, "mustered", at,
            event={"why": answer.strip(), "data": {"org": party.org_name}},
            fact={"value": minutes, "attrs": {"org": party.org_key, "late": late}},
        )  # fmt: skip
    return party


def assign(*, actor: Actor, case_id: UUID, account_id: UUID) -> Case:
    """Name one person to handle the case; others with the role still may.

    It must be somebody who holds the stage's role there; naming the same one again changes nothing.
    Raises CA007, CA020, CO403, CO404.
    """
    with scoped(actor):
        case = lock(actor, case_id)
        actor.require("case.dispatch", case.place_key)
        if not case.is_open:
            raise errors.CLOSED()
        people = {one.id: one for one in holders(case.owner_role, case.place_code)}
        if account_id not in people:
            raise errors.NOT_A_HOLDER(fields={"account": _("请从列表中选择一个人。")})
        if case.assignee == account_id:
            return case
        case.assignee, case.assignee_name = account_id, people[account_id].name
        write(
            case, actor, "assigned", clock.now(), changed=("assignee", "assignee_name"),
            event={"data": {"to": case.assignee_name}},
        )  # fmt: skip
        return case


def transfer(*, actor: Actor, case_id: UUID, place_code: str, why: str) -> Case:
    """Send a case to the place it belongs to, inside the county; its first stage begins anew.

    The one who sends may lose sight of it. Counts as a bounce. Raises CA001, CA006, CA007, CO403.
    """
    if not why.strip():
        raise errors.WHY_NEEDED(fields={"why": str(errors.WHY_NEEDED.message)})
    with scoped(actor):
        case = lock(actor, case_id)
        _check_transfer(actor, case, place_code)
        with scoped(Actor.system("transfer")):
            _carry(actor, case, place_code, why)
    return case


def _check_transfer(actor: Actor, case: Case, place_code: str) -> None:
    if not _handles(actor, case):
        actor.require("case.transfer", case.place_key)
    if not case.is_open:
        raise errors.CLOSED()
    if case.suspended_at is not None:
        raise errors.SUSPENDED()
    same_county = len(place_code) >= 6 and county_of(place_code) == case.county
    if not same_county or places.find(place_code) is None or place_code == case.place_code:
        raise errors.UNKNOWN_PLACE(place=place_code)


def _handles(actor: Actor, case: Case) -> bool:
    """Whether the stage is the actor's work, as one of the staff: a side decides nothing of this."""
    return works_on(actor, case) and side_of(case, roles_over(actor, case)).internal


def _carry(actor: Actor, case: Case, place_code: str, why: str) -> None:
    machine, at, before = machine_of(case), clock.now(), case.place_code
    case.place_code, case.place_key = place_code, place_key(place_code)
    case.assignee, case.assignee_name = None, ""
    case.bounced += 1
    state = case.state
    enter(case, machine, machine.initial, at)
    for model in (CaseParty, CasePhoto, CaseRequest):
        model.objects.filter(case_id=case.id).update(place_key=case.place_key)
    write(
        case, actor, "transferred", at,
        changed=(*STAGE_FIELDS, "place_code", "place_key", "assignee", "assignee_name", "bounced"),
        event={"before": state, "after": case.state, "why": why.strip(),
               "data": {"from": before, "to": place_code}},
        fact={"attrs": {"from_place": before}},
    )  # fmt: skip
