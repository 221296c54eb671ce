"""Who belongs to a Party branch, from when to when: enrolled, changed, moved, ended; names behind a gate that
journals; what follows when one leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhijin.core import clock, copying, crypto, facts, identifiers, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q, scoped
from zhijin.core.texts import clean
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.people import ages, errors, following, services
from zhijin.people.catalogue import ADULT_AGE
from zhijin.people.models import BranchMember, Person
from zhijin.people.tying import tie

PERMISSION = "activity.act"
_NAME = "member.name"
_PLAIN = ("standing", "committee", "group", "floating", "whereabouts", "joined_on")
#: What each other field of a member fills.
_SEALED = {
    "name": ("name", "name_masked", "name_blind"),
    "phone": ("phone", "phone_masked", "phone_blind"),
    "id_number": ("id_blind",),
}

#: What lists never load.
SEALED = ("name", "name_blind", "phone", "phone_blind", "id_blind")


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """What is known of a member who joins a branch. ``consent_how``: how they agreed to be registered.

    ``joined_on``: the day of joining the Party; ``since``: their first day in the branch. Of ``id_number`` only a
    mark is kept.
    """

    name: str
    consent_how: str
    standing: str = "full"
    committee: bool = False
    group: str = ""
    floating: bool = False
    whereabouts: str = ""
    person_id: UUID | None = None
    since: date | None = None
    simulated: bool = False
    joined_on: date | None = None
    phone: str = ""
    id_number: str = ""


def branch(actor: Actor, org_key: int) -> Organisation:
    """A Party organisation that ``actor`` answers for. Raises OR001, CO403, PE021."""
    org = orgs.get(actor, org_key)
    actor.require(PERMISSION, org.place_key, org_keys=(org.key,), line_keys=org.line_keys)
    if not org.is_party:
        raise errors.NOT_A_BRANCH(name=org.name)
    return org


@transaction.atomic(savepoint=False)
def enrol_member(*, actor: Actor, org_key: int, draft: MemberDraft) -> BranchMember:
    """Put a member on a branch's list. Raises OR001, CO403, PE001, PE003–PE005, PE021–PE023, PE025, PE027,
    PE028, PE030."""
    row = drafted(branch(actor, org_key), draft)
    _refuse_twice(row)
    tie([row])
    _mark_person(row)
    row.save(force_insert=True)
    _tell(actor, "member.enrolled", row)
    return row


@transaction.atomic(savepoint=False)
def enrol_members(
    *, actor: Actor, drafts: Sequence[tuple[Organisation, MemberDraft]]
) -> list[BranchMember]:
    """Put many on their branches' lists at once; whoever calls has looked that nobody is there already.

    Raises as :func:`enrol_member`, and IntegrityError where one is on a list; then nobody is enrolled.
    """
    for key in {org.key for org, _draft in drafts}:
        branch(actor, key)
    rows = [drafted(org, draft) for org, draft in drafts]
    tie(rows)
    copying.save(rows)
    for row in rows:
        _mark_person(row)
    journal.write_many(actor, "member.enrolled", [(row.record, row.place_key) for row in rows])
    now = clock.now()
    facts.record_many(
        facts.NewFact(
            "member.enrolled", now, row.place_code, row.record, actor.label, row.record,
            org_key=row.org_key,
        )
        for row in rows
    )  # fmt: skip
    return rows


def drafted(org: Organisation, draft: MemberDraft) -> BranchMember:
    """A member's row, checked and sealed, not saved. Raises PE003–PE005, PE023, PE025, PE027, PE028."""
    if len(draft.consent_how.strip()) < 4:
        raise errors.PARTY_CONSENT(fields={"consent_how": errors.PARTY_CONSENT.message})
    since = draft.since or clock.today()
    if since > clock.today():
        raise errors.BAD_MOVE(why=_("日期不能在今天以后"))
    row = BranchMember(
        **_keys(org), person_id=draft.person_id, consent_how=draft.consent_how.strip()[:120],
        valid_from=since, simulated=draft.simulated,
    )  # fmt: skip
    _set(row, {key: getattr(draft, key) for key in (*_SEALED, *_PLAIN)})
    return row


def _name(typed: str) -> str:
    name = " ".join(str(clean(typed)).split())
    if not name or len(name) > 32:
        raise errors.NAME_NEEDED(fields={"name": errors.NAME_NEEDED.message})
    if "*" in name or "＊" in name:
        raise errors.MASKED_NAME()
    return name


def name_index(name: str) -> bytes:
    """By what a member of this name is found."""
    return crypto.blind(_NAME, " ".join(name.split()))


def _keys(org: Organisation) -> dict[str, Any]:
    return {
        "county": facts.county_of(org.place_code), "org_key": org.key, "place_code": org.place_code,
        "place_key": org.place_key, "sector_key": org.sector_key, "industry_key": org.industry_key,
    }  # fmt: skip


def _refuse_twice(row: BranchMember) -> None:
    """Nobody is on one list twice, and nobody's number on two lists of a county that can be seen."""
    same = Q(name_blind=row.name_blind)
    if row.person_id is not None:
        same |= Q(person_id=row.person_id)
    current = BranchMember.objects.filter(valid_to=None).exclude(id=row.id)
    if current.filter(same, org_key=row.org_key).exists():
        raise errors.LISTED_ALREADY(name=row.name_masked)
    if row.id_blind and current.filter(id_blind=row.id_blind, county=row.county).exists():
        raise errors.ON_ANOTHER_LIST()


def _set(row: BranchMember, values: dict[str, Any]) -> set[str]:
    """Check and set values; returns the columns they fill. An unknown key is a programming error."""
    filled: set[str] = set()
    for key, value in values.items():
        if key in _SEALED:
            _seal(row, key, str(value or ""))
            filled.update(_SEALED[key])
            continue
        if key not in _PLAIN:
            raise TypeError(f"not a field of a member: {key}")
        setattr(row, key, str(clean(value)).strip()[:32] if isinstance(value, str) else value)
        filled.add(key)
    if row.standing not in BranchMember.Standing.values:
        raise errors.BAD_MOVE(why=row.standing)
    if row.joined_on is not None and row.joined_on > clock.today():
        raise errors.BAD_MOVE(why=_("入党日期不能在今天以后"))
    _refuse_child(values.get("id_number"), row.joined_on)
    if not row.floating:
        row.whereabouts = ""
    return filled | {"whereabouts"}


def _seal(row: BranchMember, key: str, text: str) -> None:
    if key == "phone":
        services.seal_phone(row, text)
    elif key == "name":
        name = _name(text)
        row.name, row.name_masked = crypto.seal(_NAME, name), crypto.mask_name(name)
        row.name_blind = crypto.blind(_NAME, name)
    else:
        number = identifiers.plain(text)
        flaw = identifiers.read_id_card(number, on=clock.today()) if number else None
        if isinstance(flaw, identifiers.Flaw) and flaw is not identifiers.Flaw.CHECK_DIGIT:
            raise errors.BAD_ID(fields={"id_number": errors.BAD_ID.message})
        row.id_blind = crypto.blind("person.id_number", number) if number else None


def _refuse_child(number: str | None, joined_on: date | None) -> None:
    """Whoever joins the Party is eighteen (Party constitution, article 1). Also read from a number whose check digit
    is wrong."""
    born, day = identifiers.birth_in(number or ""), joined_on or clock.today()
    if born is not None and not ages.reached(born, ADULT_AGE, day):
        raise errors.TOO_YOUNG()


def _mark_person(row: BranchMember) -> None:
    """The resident's own card, where there is one, says the same as the branch's list. Raises PE001."""
    if row.person_id is None:
        return
    party = "member" if row.may_vote else "probationary"
    current = Person.objects.filter(id=row.person_id, valid_to=None)
    person = current.first()
    if person is not None and ages.surely_below(person, ADULT_AGE):
        raise errors.TOO_YOUNG()
    changed = current.update(
        party=party, branch_key=row.org_key, floating=row.floating, changed_at=clock.now()
    )
    if not changed:
        raise errors.NO_SUCH_PERSON()
    if person is not None and not services.has_consent(person, "party"):
        services.record_consent(person, "party", row.consent_how)


def _locked(actor: Actor, member_id: UUID) -> BranchMember:
    """Raises PE020, PE024, CO403."""
    row = BranchMember.objects.select_for_update(no_key=True).filter(id=member_id).first()
    if row is None:
        raise errors.NO_SUCH_MEMBER()
    actor.require(PERMISSION, row.place_key, org_keys=(row.org_key,), line_keys=row.line_keys)
    if row.valid_to is not None:
        raise errors.MEMBER_LEFT(name=row.name_masked, day=row.valid_to)
    return row


@transaction.atomic(savepoint=False)
def change_member(*, actor: Actor, member_id: UUID, **values: Any) -> BranchMember:
    """Change standing, committee, group, floating, whereabouts, joined_on, name, phone or id_number.

    Raises PE003–PE005, PE020, PE022, PE024, PE025, PE027, PE028, PE030, CO403.
    """
    row = _locked(actor, member_id)
    filled = _set(row, values)
    if "name" in values or "id_number" in values:
        _refuse_twice(row)
    row.save(update_fields=sorted(filled))
    _mark_person(row)
    _tell(actor, "member.changed", row, fields=sorted(values))
    return row


@transaction.atomic(savepoint=False)
def move_member(
    *, actor: Actor, member_id: UUID, to_org: int, on: date | None = None
) -> BranchMember:
    """Move a member to another branch from ``on`` (its first day there); returns the new row.

    Meetings before that day stay with the branch they were held in. ``actor`` answers for both branches;
    otherwise the one ends the row and the other enrols. Raises OR001, CO403, PE020–PE022, PE024, PE025.
    """
    row = _locked(actor, member_id)
    org = branch(actor, to_org)
    day = on or clock.today()
    if org.key == row.org_key:
        raise errors.BAD_MOVE(why=_("转入的就是现在的支部"))
    if day > clock.today() or day <= row.valid_from:
        raise errors.BAD_MOVE(why=_("日期要在转入以后、今天以前"))
    row.valid_to, row.ended_why = day, f"转到{org.name}"[:120]
    row.save(update_fields=["valid_to", "ended_why"])
    moved = BranchMember(
        **_keys(org), person_id=row.person_id, name=row.name, name_masked=row.name_masked,
        name_blind=row.name_blind, standing=row.standing, floating=row.floating,
        whereabouts=row.whereabouts, consent_how=row.consent_how, valid_from=day, simulated=row.simulated,
        joined_on=row.joined_on, phone=row.phone, phone_masked=row.phone_masked,
        phone_blind=row.phone_blind, id_blind=row.id_blind, first_id=row.who,
    )  # fmt: skip
    _refuse_twice(moved)
    moved.save(force_insert=True)
    _mark_person(moved)
    _tell(actor, "member.moved", row, to=org.key, on=day.isoformat())
    following.member_left(actor, row, moved)
    return moved


@transaction.atomic(savepoint=False)
def end_member(*, actor: Actor, member_id: UUID, why: str, on: date | None = None) -> BranchMember:
    """A member left the branch. Raises CO403, PE020, PE024, PE025."""
    row = _locked(actor, member_id)
    day = on or clock.today()
    why = str(clean(why)).strip()
    if not why or day > clock.today() or day < row.valid_from:
        raise errors.BAD_MOVE(why=_("请写明原因和日期"))
    row.valid_to, row.ended_why = day, why[:120]
    row.save(update_fields=["valid_to", "ended_why"])
    if row.person_id is not None:
        Person.objects.filter(id=row.person_id, branch_key=row.org_key).update(branch_key=None)
    _tell(actor, "member.ended", row)
    following.member_left(actor, row)
    return row


#: Ends a place on a list that may be out of sight of whoever writes down why.
_KEEPER = Actor.system("people.lists")


def end_listings(actor: Actor, person: Person, why: str) -> None:
    """A resident is on no branch's list from today, wherever it is. The caller has checked who may."""
    with scoped(_KEEPER):
        rows = BranchMember.objects.select_for_update(no_key=True).filter(person_id=person.id)
        for row in rows.filter(valid_to=None):
            row.valid_to, row.ended_why = max(row.valid_from, clock.today()), why[:120]
            row.save(update_fields=["valid_to", "ended_why"])
            _tell(actor, "member.ended", row)
            following.member_left(actor, row)


@transaction.atomic(savepoint=False)
def renew_member_link(*, actor: Actor, member_id: UUID) -> BranchMember:
    """Make the member's old link worthless. Raises CO403, PE020, PE024."""
    row = _locked(actor, member_id)
    row.link_version += 1
    row.save(update_fields=["link_version"])
    journal.write(actor, "member.link", row.record, place_key=row.place_key)
    return row


def _tell(actor: Actor, kind: str, row: BranchMember, **detail: Any) -> None:
    journal.write(actor, kind, row.record, place_key=row.place_key, detail=detail)
    facts.record(
        kind, at=clock.now(), place_code=row.place_code, subject=row.record, actor=actor,
        record=row.record, org_key=row.org_key,
    )  # fmt: skip


# -- reads ------------------------------------------------------------------------------------


def visible_members(actor: Actor) -> QuerySet[BranchMember]:
    """Members in the viewer's scope, without what is sealed."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=("sector_key", "industry_key"))
    return BranchMember.objects.filter(own).defer(*SEALED)


def members_of(actor: Actor, org_key: int) -> list[BranchMember]:
    """Who belongs to a branch now, its committee first."""
    rows = visible_members(actor).filter(org_key=org_key, valid_to=None)
    return list(rows.order_by("-committee", "group", "valid_from", "id"))


def members_on(org_key: int, day: date) -> list[BranchMember]:
    """Who belonged to a branch on ``day``, under the transaction's own scope."""
    rows = BranchMember.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), org_key=org_key, valid_from__lte=day
    )
    return list(rows.defer(*SEALED).order_by("-committee", "group", "valid_from", "id"))


def member_names(
    *, actor: Actor, org: Organisation, ids: Iterable[UUID], about: str
) -> dict[UUID, str]:
    """Full names of a branch's own members, for whoever answers for the branch; journalled first. Raises CO403.

    Minutes, rolls and notices need whole names: two members may be 李**.
    """
    actor.require(PERMISSION, org.place_key, org_keys=(org.key,), line_keys=org.line_keys)
    wanted = list(ids)
    journal.write(
        actor, "member.names", org.record, place_key=org.place_key,
        detail={"about": about, "count": len(wanted)},
    )  # fmt: skip
    rows = BranchMember.objects.filter(org_key=org.key, id__in=wanted)
    return {
        # Of somebody who left long ago only the mask is kept.
        pk: crypto.unseal(_NAME, sealed) if sealed else masked
        for pk, sealed, masked in rows.values_list("id", "name", "name_masked")
    }
