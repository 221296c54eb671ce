"""The shapes of the HTTP API for handling a case with others: who is on it, assigned to it, called about it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from zhijin.cases.rest_schemas import Key


class MusterIn(Schema):
    """What a called organisation answers."""

    model_config = ConfigDict(extra="forbid")
    answer: Annotated[str, Field(min_length=1, max_length=2000)]


class AssignIn(Schema):
    """Who is to handle a case."""

    model_config = ConfigDict(extra="forbid")
    account: UUID = Field(description="One of `people`.")


class PersonOut(Schema):
    """Somebody who holds the role of a case's present stage where it lies."""

    account: UUID
    name: str


class CallIn(Schema):
    """A telephone call to a reporter who has not answered."""

    model_config = ConfigDict(extra="forbid")
    reached: bool
    note: Annotated[str, Field(min_length=1, max_length=2000)]
    move: Key = Field(default="", description="What the reporter decided, when they were reached.")
    data: dict[Key, Any] = {}


class PartyOut(Schema):
    """An organisation on a case: a side of it, or called to it."""

    id: UUID
    kind: str = Field(description="applicant, respondent or called")
    org_key: int
    org_name: str
    what: str
    asked_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    answer: str
