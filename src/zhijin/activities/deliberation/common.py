"""What every write of deliberation shares: whose place it is, its columns, what may stand in public."""

from __future__ import annotations

from typing import Any

from zhijin.activities import errors
from zhijin.activities.models import OfOrganisation
from zhijin.activities.services.common import text
from zhijin.core import facts, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import is_code, place_key
from zhijin.orgs import api as orgs
from zhijin.places import api as places

ACT = "deliberate.act"
#: What acts for whoever has no account: residents on the portal, a voter with a code.
CLERK = Actor.system("deliberation")


def place_columns(place_code: str) -> dict[str, Any]:
    """The columns of a place's own rows; its Party organisation answers for what the place does.

    Raises CO404 when there is no such village or community.
    """
    if not is_code(place_code) or len(place_code) != 12 or places.find(place_code) is None:
        raise NOT_FOUND()
    rows = orgs.Organisation.objects.filter(
        place_key=place_key(place_code), kind__in=orgs.PARTY_KINDS, valid_to=None
    )
    org = rows.order_by("key").first()
    return {
        "county": facts.county_of(place_code), "place_code": place_code, "place_key": place_key(place_code),
        "org_key": org.key if org else None, "org_name": org.name if org else "",
        "sector_key": org.sector_key if org else None, "industry_key": org.industry_key if org else None,
    }  # fmt: skip


def require(actor: Actor, row: OfOrganisation) -> None:
    """Raise CO403 unless ``actor`` holds deliberation at the row's place."""
    actor.require(ACT, row.place_key)


def part_columns(row: OfOrganisation) -> dict[str, Any]:
    """The keys that a part of ``row`` repeats, for row-level security."""
    return {
        "county": row.county, "place_key": row.place_key, "org_key": row.org_key,
        "sector_key": row.sector_key,
    }  # fmt: skip


def public_text(value: str, most: int, what: str) -> str:
    """A text that everybody will read. Raises CO400, AV131 (a telephone, an identity number, … in it)."""
    found = text(value, most, what)
    # The address of a courtyard may be what is talked about; a person's numbers never are.
    kinds = [kind for kind in pii.kinds_in([found]) if kind != "address"]
    if kinds:
        raise errors.NOT_PUBLIC_TEXT(found=pii.titles(kinds))
    return found
