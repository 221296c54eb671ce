"""What the operations of the HTTP API for cases share: parameters, and what any of them may answer."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Path, Query

from zhijin.cases import rest_schemas as s
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import is_code

#: What any operation may answer beside its own.
REFUSED = {400: s.Problem, 401: s.Problem, 403: s.Problem, 404: s.Problem, 429: s.Problem}
CHANGED = {**REFUSED, 409: s.Problem}
PUBLIC = {400: s.Problem, 404: s.Problem, 429: s.Problem}
READERS = Actor.system("api")

PlaceQuery = Annotated[
    str,
    Query(
        pattern=r"^([1-9][0-9]{1,14})?$",
        description="A division code; its whole subtree is meant. Empty: everywhere.",
        examples=["530602105207"],
    ),
]
CaseId = Annotated[UUID, Path(description="The case's id.")]
Code = Annotated[str, Path(max_length=24, description="The reporter's status code.")]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Yours, unique per report: a repeated request gives the same case.",
        examples=["0199a6e2-6c1f-7d1e-a1b2-1f6e2c9d4b10"],
    ),
]
View = Literal[
    "open", "waiting", "overdue", "soon", "raised", "suspended", "closed", "merged", "all"
]


def known_form(place: str) -> str:
    """``place`` itself. Raises CO400 when it is no division code."""
    if place and not is_code(place):
        raise BAD_REQUEST(fields={"place": "2, 4, 6, 9, 12, 14 or 15 digits"})
    return place


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
