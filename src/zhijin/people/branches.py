"""Who belongs to a Party branch, from when to when: enrolled, changed, moved, ended; names behind a gate that
journals; a private link for each member, so that whoever works away needs no account."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhijin.core import clock, crypto, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scope_q
from zhijin.core.texts import clean
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.people import errors
from zhijin.people.models import BranchMember, Person

PERMISSION = "activity.act"
_NAME = "member.name"
_LINK = "people.member-link"
_MAC = 15
_PLAIN = ("standing", "committee", "group", "floating", "whereabouts")


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """What is known of a member who joins a branch. ``consent_how``: how they agreed to be registered."""

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


def _branch(actor: Actor, org_key: int) -> Organisation:
    """A Party organisation that ``actor`` answers for. Raises OR001, CO403, PE021."""
    org = orgs.get(actor, org_key)
    actor.require(PERMISSION, org.place_key, org_keys=(org.key,), line_keys=org.line_keys)
    if not org.is_party:
        raise errors.NOT_A_BRANCH(name=org.name)
    return org


@transaction.atomic(savepoint=False)
def enrol_member(*, actor: Actor, org_key: int, draft: MemberDraft) -> BranchMember:
    """Put a member on a branch's list. Raises OR001, CO403, PE001, PE003, PE021–PE023, PE025."""
    org = _branch(actor, org_key)
    if len(draft.consent_how.strip()) < 4:
        raise errors.PARTY_CONSENT(fields={"consent_how": errors.PARTY_CONSENT.message})
    since = draft.since or clock.today()
    if since > clock.today():
        raise errors.BAD_MOVE(why=_("日期不能在今天以后"))
    name = _name(draft.name)
    row = BranchMember(
        **_keys(org), person_id=draft.person_id, name=crypto.seal(_NAME, name),
        name_masked=crypto.mask_name(name), name_blind=crypto.blind(_NAME, name),
        consent_how=draft.consent_how.strip()[:120], valid_from=since, simulated=draft.simulated,
    )  # fmt: skip
    _refuse_twice(row, name)
    _set(row, {key: getattr(draft, key) for key in _PLAIN})
    _mark_person(row)
    row.save(force_insert=True)
    _tell(actor, "member.enrolled", row, floating=row.floating)
    return row


def _name(typed: str) -> str:
    name = " ".join(str(clean(typed)).split())
    if not name or len(name) > 32:
        raise errors.NAME_NEEDED(fields={"name": errors.NAME_NEEDED.message})
    return name


def _keys(org: Organisation) -> dict[str, Any]:
    return {
        "county": facts.county_of(org.place_code), "org_key": org.key, "place_code": org.place_code,
        "place_key": org.place_key, "sector_key": org.sector_key, "industry_key": org.industry_key,
    }  # fmt: skip


def _refuse_twice(row: BranchMember, name: str) -> None:
    same = Q(name_blind=row.name_blind)
    if row.person_id is not None:
        same |= Q(person_id=row.person_id)
    if BranchMember.objects.filter(same, org_key=row.org_key, valid_to=None).exists():
        raise errors.LISTED_ALREADY(name=crypto.mask_name(name))


def _set(row: BranchMember, values: dict[str, Any]) -> None:
    """An unknown key is a programming error."""
    for key, value in values.items():
        if key not in _PLAIN:
            raise TypeError(f"not a field of a member: {key}")
        setattr(row, key, str(clean(value)).strip()[:32] if isinstance(value, str) else value)
    if row.standing not in BranchMember.Standing.values:
        raise errors.BAD_MOVE(why=row.standing)
    if not row.floating:
        row.whereabouts = ""


def _mark_person(row: BranchMember) -> None:
    """The resident's own card, where there is one, says the same as the branch's list. Raises PE001."""
    if row.person_id is None:
        return
    party = "member" if row.may_vote else "probationary"
    changed = Person.objects.filter(id=row.person_id, valid_to=None).update(
        party=party, branch_key=row.org_key, floating=row.floating, changed_at=clock.now()
    )
    if not changed:
        raise errors.NO_SUCH_PERSON()


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
    """Change standing, committee, group, floating or whereabouts. Raises PE020, PE024, PE025, CO403."""
    row = _locked(actor, member_id)
    _set(row, values)
    row.save(update_fields=sorted({*values, "whereabouts"}))
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
    org = _branch(actor, to_org)
    day = on or clock.today()
    if org.key == row.org_key:
        raise errors.BAD_MOVE(why=_("转入的就是现在的支部"))
    if day > clock.today() or day <= row.valid_from:
        raise errors.BAD_MOVE(why=_("日期要在转入以后、今天以前"))
    row.valid_to, row.ended_why = day, f"转到{org.name}"[:120]
    row.save(update_fields=["valid_to", "ended_why"])
    name = crypto.unseal(_NAME, row.name)
    moved = BranchMember(
        **_keys(org), person_id=row.person_id, name=row.name, name_masked=row.name_masked,
        name_blind=row.name_blind, standing=row.standing, floating=row.floating,
        whereabouts=row.whereabouts, consent_how=row.consent_how, valid_from=day, simulated=row.simulated,
    )  # fmt: skip
    _refuse_twice(moved, name)
    moved.save(force_insert=True)
    _mark_person(moved)
    _tell(actor, "member.moved", row, to=org.key, on=day.isoformat())
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
    return row


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
    """Members in the viewer's scope, without their sealed names."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=("sector_key", "industry_key"))
    return BranchMember.objects.filter(own).defer("name", "name_blind")


def members_of(actor: Actor, org_key: int) -> list[BranchMember]:
    """Who belongs to a branch now, its committee first."""
    rows = visible_members(actor).filter(org_key=org_key, valid_to=None)
    return list(rows.order_by("-committee", "group", "valid_from", "id"))


def members_on(org_key: int, day: date) -> list[BranchMember]:
    """Who belonged to a branch on ``day``, under the transaction's own scope."""
    rows = BranchMember.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), org_key=org_key, valid_from__lte=day
    )
    return list(
        rows.defer("name", "name_blind").order_by("-committee", "group", "valid_from", "id")
    )


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
    rows = BranchMember.objects.filter(org_key=org.key, id__in=wanted).values_list("id", "name")
    return {pk: crypto.unseal(_NAME, sealed) for pk, sealed in rows}


# -- the private link ---------------------------------------------------------------------------


def member_link(member: BranchMember) -> str:
    """The token of a member's own page: nothing of it is stored, and a new version voids it."""
    body = member.id.bytes + _mac(member.id, member.link_version)
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def _mac(pk: UUID, version: int) -> bytes:
    return crypto.hmac_sm3(_LINK, pk.bytes + version.to_bytes(2, "big"))[:_MAC]


def member_by_link(token: str) -> BranchMember | None:
    """The member whose link it is; None when it is none, was renewed, or they left. The caller opens the scope."""
    try:
        body = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(body) != 16 + _MAC:
        return None
    row = BranchMember.objects.filter(id=UUID(bytes=body[:16]), valid_to=None).first()
    if row is None or not hmac.compare_digest(_mac(row.id, row.link_version), body[16:]):
        return None
    return row
