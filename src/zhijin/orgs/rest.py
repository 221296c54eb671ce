"""The HTTP API of organisations, their posts and holders; holders' names are masked.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads the
types of what it wraps.
"""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from zhijin.access.api import api_gate
from zhijin.core import crypto
from zhijin.core.rest_shapes import REFUSED, After, PlaceQuery, Size, actor_of, known_form
from zhijin.orgs import selectors, words
from zhijin.orgs.models import Appointment, Organisation
from zhijin.orgs.selectors import Filter

router = Router(tags=["organisations"])
Key = Annotated[int, Path(ge=1, lt=2**63, description="The organisation's key.")]
State = Literal["current", "ended", "leaderless", "overdue", "uncovered"]


class OrgOut(Schema):
    """One organisation as lists show it."""

    key: str = Field(description="A 64-bit number, as text.")
    name: str
    kind: str = Field(description="branch, committee, firm, cooperative…", examples=["branch"])
    is_party: bool
    sector: int = Field(description="One of the seven fields, 1 to 7.")
    industry: int | None
    place_code: str
    parent: str | None = Field(description="Key of the organisation above it.")
    members: int | None = Field(description="Party members, as registered.")
    employees: int | None
    valid_from: date | None
    valid_to: date | None = Field(description="First day on which it no longer existed.")


class OrgPage(Schema):
    """A page of organisations in the order of places; `after` is empty at the end."""

    items: list[OrgOut]
    after: str


class HolderOut(Schema):
    """Who holds a post: from when to when, the name masked."""

    post: str = Field(description="The kind of post.", examples=["secretary"])
    title: str
    name_masked: str
    valid_from: date
    term_ends: date | None
    concurrent: bool


class OrgFull(OrgOut):
    """One organisation with who holds its posts."""

    term_ends: date | None
    holders: list[HolderOut]


def _out(org: Organisation) -> dict[str, Any]:
    names = ("name", "kind", "is_party", "sector", "industry", "place_code", "members",
             "employees", "valid_from", "valid_to")  # fmt: skip
    found = {name: getattr(org, name) for name in names}
    parent = str(org.parent_id) if org.parent_id is not None else None
    return found | {"key": str(org.key), "parent": parent}


def _holder(held: Appointment) -> dict[str, Any]:
    return {
        "post": held.post.kind, "title": held.post.label, "name_masked": crypto.mask_name(held.holder),
        "valid_from": held.valid_from, "term_ends": held.term_ends, "concurrent": held.concurrent,
    }  # fmt: skip


@router.get("/organisations", response={200: OrgPage, **REFUSED})
@api_gate("org.view")
def list_organisations(
    request: HttpRequest,
    place: PlaceQuery = "",
    kind: Annotated[str, Query(max_length=32, description="A kind, or `party`.")] = "",
    sector: Annotated[int | None, Query(ge=1, le=7)] = None,
    q: Annotated[str, Query(max_length=60, description="Part of a name, or a credit code.")] = "",
    state: State = "current",
    after: After = "",
    size: Size = 50,
) -> Any:
    """Organisations in your scope, in the order of places."""
    wanted = Filter(place=known_form(place), sector=sector, kind=kind, q=q.strip(), state=state)
    rows, following = selectors.page_after(
        selectors.listing(actor_of(request), wanted), after, size
    )
    return {"items": [_out(org) for org in rows], "after": following}


@router.get("/organisations/{key}", response={200: OrgFull, **REFUSED})
@api_gate("org.view")
def get_organisation(request: HttpRequest, key: Key) -> Any:
    """One organisation and who holds its posts now, names masked."""
    actor = actor_of(request)
    org = selectors.get(actor, key)
    held = selectors.appointments_of(actor, org)
    return _out(org) | {"term_ends": org.term_ends, "holders": [_holder(one) for one in held]}


class PostKindOut(Schema):
    """A kind of post."""

    id: str
    zh: str
    en: str


@router.get("/post-kinds", response={200: list[PostKindOut], **REFUSED})
@api_gate("org.view")
def list_post_kinds(request: HttpRequest) -> Any:
    """The kinds of posts that there are."""
    from django.utils.translation import override

    found = []
    for post in words.POST_KINDS.values():
        with override("en"):
            english = str(post.zh)
        with override("zh-hans"):
            found.append({"id": post.key, "zh": str(post.zh), "en": english})
    return found
