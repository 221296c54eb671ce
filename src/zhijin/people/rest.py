"""The HTTP API of residents and of branches' members: masked, and nothing that is sealed is ever answered.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads the
types of what it wraps.
"""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from zhijin.access.api import api_gate
from zhijin.core import journal
from zhijin.core.rest_shapes import REFUSED, After, PlaceQuery, Size, actor_of, known_form
from zhijin.orgs import api as orgs
from zhijin.people import branches, selectors
from zhijin.people.models import BranchMember, Membership, Person

router = Router(tags=["people"])
Who = Literal["", "members", "elders", "minors"]


class ResidentOut(Schema):
    """One resident, masked."""

    id: UUID
    place_code: str
    name_masked: str = Field(examples=["罗**"])
    phone_masked: str
    gender: str = Field(description="m, f or empty")
    birth_year: int | None
    changed_at: Any = Field(description="ISO 8601")


class ResidentPage(Schema):
    """A page of residents in the order of places; `after` is empty at the end."""

    items: list[ResidentOut]
    after: str


class ConsentOut(Schema):
    """What somebody agreed to."""

    purpose: str
    given_at: Any
    withdrawn_at: Any | None


class ResidentFull(ResidentOut):
    """One resident with the household's number and what they consented to."""

    household: str
    relation: str
    valid_to: date | None
    consents: list[ConsentOut]


class MemberOut(Schema):
    """One on a branch's list, masked."""

    id: UUID
    name_masked: str
    standing: str = Field(description="full or probationary")
    committee: bool
    group: str
    floating: bool
    joined_on: date | None
    valid_from: date


def _out(person: Person) -> dict[str, Any]:
    names = (
        "id", "place_code", "name_masked", "phone_masked", "gender", "birth_year", "changed_at",
    )  # fmt: skip
    return {name: getattr(person, name) for name in names}


@router.get("/people", response={200: ResidentPage, **REFUSED})
@api_gate("person.view")
def list_people(
    request: HttpRequest, place: PlaceQuery = "", who: Who = "", after: After = "", size: Size = 50
) -> Any:
    """Residents in your scope, masked, in the order of places. Reading a page stands in the journal."""
    actor = actor_of(request)
    wanted = selectors.Filter(place=known_form(place), who=who)
    rows, following = selectors.page_after(selectors.listing(actor, wanted), after, size)
    journal.write(actor, "person.listed", f"place:{place or '*'}", detail={"rows": len(rows)})
    return {"items": [_out(person) for person in rows], "after": following}


@router.get("/people/{uuid:person_id}", response={200: ResidentFull, **REFUSED})
@api_gate("person.view")
def get_person(request: HttpRequest, person_id: Annotated[UUID, Path()]) -> Any:
    """One resident, masked; what is sealed is opened only on the desk, with a purpose. Stands in the journal."""
    actor = actor_of(request)
    person = selectors.get(actor, person_id)
    journal.write(actor, "person.seen", person.record, place_key=person.place_key)
    rows = Membership.objects.filter(person=person, valid_to=None).select_related("household")
    home = rows.first()
    consents = person.consents.order_by("given_at", "id")
    return _out(person) | {
        "household": home.household.number if home else "", "relation": home.relation if home else "",
        "valid_to": person.valid_to,
        "consents": [
            {"purpose": one.purpose, "given_at": one.given_at, "withdrawn_at": one.withdrawn_at}
            for one in consents
        ],
    }  # fmt: skip


@router.get("/organisations/{key}/members", response={200: list[MemberOut], **REFUSED})
@api_gate("activity.act")
def list_members(
    request: HttpRequest,
    key: Annotated[int, Path(ge=1, lt=2**63, description="The organisation's key.")],
    floating: Annotated[
        bool | None, Query(description="Only floating ones, or only others.")
    ] = None,
) -> Any:
    """Who is on a branch's list now, masked; for whoever acts for the branch. Stands in the journal."""
    actor = actor_of(request)
    org = branches.branch(actor, orgs.get(actor, key).key)
    rows = branches.members_of(actor, org.key)
    if floating is not None:
        rows = [row for row in rows if row.floating == floating]
    journal.write(
        actor, "member.listed", org.record, place_key=org.place_key, detail={"rows": len(rows)}
    )
    return [_member(row) for row in rows]


def _member(row: BranchMember) -> dict[str, Any]:
    names = (
        "id",
        "name_masked",
        "standing",
        "committee",
        "group",
        "floating",
        "joined_on",
        "valid_from",
    )
    return {name: getattr(row, name) for name in names}
