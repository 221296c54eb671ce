"""What is known of those who hold public posts, and the make-up of teams counted from it. Nobody is ever compared.

One holder's values are written here and never read back on a page; what is read are counts over many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Appointment
from zhijin.people import catalogue, errors
from zhijin.people.models import Particulars

LINES = ("sector_key", "industry_key")
#: Upper ages of the bands; the last band is open.
AGES: Final = (35, 45, 55)
_VALUES = ("gender", "birth_year", "education", "certificate", *catalogue.TRAITS)


@transaction.atomic(savepoint=False)
def record_particulars(
    *, actor: Actor, appointment_id: UUID, simulated: bool = False, **values: Any
) -> Particulars:
    """Write or correct what is known of a holder; None leaves a value as it is. Raises CO403, CO404, PE011, PE026."""
    held = orgs.visible_appointments(actor).filter(id=appointment_id).first()
    if held is None:
        raise NOT_FOUND()
    keys = tuple(key for key in (held.sector_key, held.industry_key) if key is not None)
    org_keys = (held.org_id,) if held.org_id is not None else ()
    actor.require("org.edit", held.place_key, org_keys=org_keys, line_keys=keys)
    given = {key: value for key, value in values.items() if value is not None and value != ""}
    _check(given)
    row = Particulars.objects.select_for_update(no_key=True).filter(appointment=held).first()
    if row is None:
        row = Particulars(
            county=facts.county_of(held.place_code), place_key=held.place_key, org_key=held.org_id,
            sector_key=held.sector_key, industry_key=held.industry_key, appointment=held,
            simulated=simulated, version=0,
        )  # fmt: skip
    for key, value in given.items():
        setattr(row, key, value)
    row.version, row.changed_at = row.version + 1, clock.now()
    row.save()
    record = f"appointment:{held.id}"
    journal.write(actor, "particulars.recorded", record, place_key=held.place_key,
                  detail={"fields": sorted(given)})  # fmt: skip
    facts.record(
        "particulars.recorded", at=clock.now(), place_code=held.place_code, subject=record, actor=actor,
        record=record, org_key=held.org_id,
    )  # fmt: skip
    return row


def _check(given: dict[str, Any]) -> None:
    """Raises PE011, PE026; an unknown key is a programming error."""
    unknown = set(given) - set(_VALUES)
    if unknown:
        raise TypeError(f"not particulars: {sorted(unknown)}")
    year = given.get("birth_year")
    if year is not None and not 1900 <= year <= clock.today().year - 16:
        raise errors.BAD_BIRTH_YEAR(fields={"birth_year": errors.BAD_BIRTH_YEAR.message})
    known = {
        "gender": {"m", "f"},
        "education": catalogue.EDUCATION,
        "certificate": catalogue.CERTIFICATES,
    }
    for key, allowed in known.items():
        if key in given and given[key] not in allowed:
            raise errors.BAD_PARTICULARS(fields={key: errors.BAD_PARTICULARS.message})
    for key in catalogue.TRAITS:
        if key in given and not isinstance(given[key], bool):
            raise errors.BAD_PARTICULARS(fields={key: errors.BAD_PARTICULARS.message})


def visible_particulars(actor: Actor) -> QuerySet[Particulars]:
    """Particulars within the viewer's scope: to be counted."""
    return Particulars.objects.filter(scope_q(actor, "place_key", orgs="org_key", lines=LINES))


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; ``of`` counts only those of whom it is known. ``key`` names it for drilling down."""

    key: str
    count: int
    of: int

    @property
    def rate(self) -> int | None:
        """In basis points, rounded down; None of nobody."""
        return self.count * 10_000 // self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Makeup:
    """The make-up of a team (or of all teams of a place): holders, of how many something is known, the shares.

    ``eighties`` are the 三个80% of document 002: members who lead innovation projects, members who are backbone
    staff, highly qualified staff who are members.
    """

    holders: int
    known: int
    ages: tuple[Share, ...]
    sexes: tuple[Share, ...]
    schooling: tuple[Share, ...]
    traits: tuple[Share, ...]
    eighties: tuple[Share, ...]
    concurrent: Share

    def share(self, key: str) -> Share:
        """One share by its key. Raises KeyError."""
        every = (*self.ages, *self.sexes, *self.schooling, *self.traits, *self.eighties,
                 self.concurrent)  # fmt: skip
        return {one.key: one for one in every}[key]


def condition(key: str) -> tuple[Q, Q]:
    """What a share counts and of whom: two conditions on appointments. Raises KeyError on an unknown key."""
    return _conditions()[key]


def _conditions() -> dict[str, tuple[Q, Q]]:
    year = clock.today().year
    born = Q(particulars__birth_year__isnull=False)
    out: dict[str, tuple[Q, Q]] = {"concurrent": (Q(concurrent=True), Q())}
    lowest = 0
    for upper in (*AGES, 200):
        band = Q(
            particulars__birth_year__gte=year - upper, particulars__birth_year__lte=year - lowest
        )
        out[f"age-{lowest}"] = (band, born)
        lowest = upper + 1
    for sex in ("m", "f"):
        out[f"sex-{sex}"] = (Q(particulars__gender=sex), Q(particulars__gender__in=("m", "f")))
    for level in catalogue.EDUCATION:
        out[f"education-{level}"] = (
            Q(particulars__education=level),
            Q(particulars__education__isnull=False),
        )
    for trait in catalogue.TRAITS:
        name = f"particulars__{trait}"
        out[trait] = (Q(**{name: True}), Q(**{f"{name}__isnull": False}))
    member = Q(particulars__party_member=True)
    for key, trait in (("eighty-lead", "leads_project"), ("eighty-backbone", "backbone")):
        name = f"particulars__{trait}"
        out[key] = (Q(**{name: True}), member & Q(**{f"{name}__isnull": False}))
    talent = Q(particulars__talent=True, particulars__party_member__isnull=False)
    out["eighty-talent"] = (member, talent)
    return out


def makeup(rows: QuerySet[Appointment]) -> Makeup:
    """Counted over ``rows`` (appointments that the caller has put in scope); one query."""
    found = _conditions()
    wanted: dict[str, Any] = {"holders": Count("id"), "known": Count("particulars")}
    for number, (counted, among) in enumerate(found.values()):
        wanted[f"c{number}"] = Count("id", filter=counted & among)
        wanted[f"o{number}"] = Count("id", filter=among) if among else Count("id")
    told = rows.order_by().aggregate(**wanted)
    shares = {
        key: Share(key, told[f"c{number}"], told[f"o{number}"]) for number, key in enumerate(found)
    }

    def some(prefix: str) -> tuple[Share, ...]:
        return tuple(share for key, share in shares.items() if key.startswith(prefix))

    traits = tuple(shares[key] for key in catalogue.TRAITS)
    return Makeup(
        told["holders"], told["known"], some("age-"), some("sex-"), some("education-"), traits,
        some("eighty-"), shares["concurrent"],
    )  # fmt: skip


def counted(rows: QuerySet[Appointment], key: str) -> QuerySet[Appointment]:
    """The appointments behind a share: the very condition that counted it. Raises KeyError."""
    matched, among = condition(key)
    return rows.filter(matched & among)
