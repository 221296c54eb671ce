"""What every write of service shares: the keys of both sides, open texts, the code of those served."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from zhijin.activities import errors
from zhijin.activities.models import Claim, TwoSided
from zhijin.activities.services.common import text
from zhijin.core import clock, crypto, facts, pii
from zhijin.core.actor import Actor
from zhijin.core.ids import CROCKFORD, is_code, place_key, read_receipt
from zhijin.core.texts import clean
from zhijin.orgs.api import Organisation
from zhijin.people.api import BranchMember
from zhijin.places import api as places

#: What writes across both sides, after the one who asks was found to be allowed to.
CLERK = Actor.system("service")
#: What writes for a member who came by their own link: they have no account.
BY_LINK = Actor.system("member-link")
_CODE = "activities.service-code"
_LENGTH = 10


def doer(member: BranchMember) -> str:
    """How a member without an account stands in a record."""
    return f"member:{member.id}"


def community(code: str) -> places.Place:
    """A village or community that exists now. Raises AV101."""
    found = places.find(code) if is_code(code) and len(code) == 12 else None
    if found is None:
        raise errors.NOT_A_COMMUNITY(code=str(code)[:20])
    return found


def both_sides(
    code: str, side: Organisation | BranchMember | TwoSided, name: str
) -> dict[str, Any]:
    """The columns of something between the community ``code`` and whoever serves it."""
    org = side.key if isinstance(side, Organisation) else side.org_key
    unit = side.unit_key if isinstance(side, TwoSided) else side.place_key
    return {
        "county": facts.county_of(code), "place_code": code, "place_key": place_key(code),
        "org_key": org, "org_name": name, "unit_key": unit,
        "sector_key": side.sector_key, "industry_key": side.industry_key,
    }  # fmt: skip


def leave_fact(
    actor: Actor, kind: str, row: TwoSided, record: str, value: int = 1, /, **attrs: Any
) -> None:
    """One fact at the community, of whoever served."""
    facts.record(
        kind, at=clock.now(), place_code=row.place_code, subject=record, actor=actor, record=record,
        value=value, org_key=row.org_key, attrs=attrs,
    )  # fmt: skip


def open_text(value: str, most: int, what: str, *, known: str = "") -> str:
    """A text that others read. Raises CO400, AV112 when it holds what looks personal.

    ``known``: words beside which it stands anyway (残疾人证 under 残疾人证换领); repeating them tells nobody more.
    """
    found = text(value, most, what)
    pieces = [piece for piece in pii.find(found) if found[piece.start : piece.end] not in known]
    kinds = sorted({piece.kind for piece in pieces})
    if kinds:
        raise errors.PRIVATE_IN_TEXT(
            kinds=pii.titles(kinds), fields={what: errors.PRIVATE_IN_TEXT.help}
        )
    return found


def line(value: str, most: int) -> str:
    return " ".join(str(clean(value)).split())[:most]


def code_of(claim_id: UUID) -> str:
    """The code with which those served confirm: ten characters, computed and stored nowhere."""
    number = int.from_bytes(crypto.hmac_sm3(_CODE, claim_id.bytes)[:8], "big")
    return "".join(CROCKFORD[number >> 5 * at & 31] for at in range(_LENGTH))


def blind_of(code: str) -> bytes:
    return crypto.blind(_CODE, code)


def by_code(typed: str) -> Claim | None:
    """The service whose code it is; the caller opens the scope."""
    code = read_receipt(typed)
    if code is None:
        return None
    return (
        Claim.objects.filter(code_blind=blind_of(code)).exclude(state=Claim.State.WITHDRAWN).first()
    )


def within_year(year: int) -> tuple[date, date]:
    """The first day of a year and of the next."""
    return date(year, 1, 1), date(year + 1, 1, 1)
