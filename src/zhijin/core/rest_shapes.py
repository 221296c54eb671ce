"""What the operations of several rooms' HTTP APIs share: how a refusal looks, common parameters."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Schema

from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import is_code


class RefusalBody(Schema):
    """Why a request was refused and what to do next."""

    id: str = Field(description="Stable id, documented in the list of errors.")
    message: str
    help: str
    fields: dict[str, str]


class RefusalOut(Schema):
    """Every refusal has this form."""

    error: RefusalBody


#: What an operation for signed-in callers, or for everybody, may answer beside its own.
REFUSED = {400: RefusalOut, 401: RefusalOut, 403: RefusalOut, 404: RefusalOut, 429: RefusalOut}
PUBLIC = {400: RefusalOut, 404: RefusalOut, 429: RefusalOut}

PlaceQuery = Annotated[
    str,
    Query(
        pattern=r"^([1-9][0-9]{1,14})?$",
        description="A division code; its whole subtree is meant. Empty: everywhere in your scope.",
        examples=["530602105207"],
    ),
]
After = Annotated[
    str, Query(max_length=64, pattern=r"^[0-9a-f_-]*$", description="What the page before gave.")
]
Size = Annotated[int, Query(ge=1, le=200)]


def known_form(place: str) -> str:
    """``place`` itself. Raises CO400 when it is no division code."""
    if place and not is_code(place):
        raise BAD_REQUEST(fields={"place": "2, 4, 6, 9, 12, 14 or 15 digits"})
    return place


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
