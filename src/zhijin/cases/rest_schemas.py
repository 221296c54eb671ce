"""The shapes of the HTTP API for cases; its reference is made from their descriptions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import is_code


def _code(value: str) -> str:
    if value and not is_code(value):
        raise ValueError("a division code has 2, 4, 6, 9, 12, 14 or 15 digits")
    return value


def _year(value: datetime) -> datetime:
    if value.tzinfo is None or not 1970 <= value.year <= 2200:
        raise ValueError("a moment needs a time zone and a year from 1970 to 2200")
    return value


def moment(value: datetime) -> datetime:
    """``value`` itself. Raises CO400 when it has no time zone or an impossible year."""
    try:
        return _year(value)
    except ValueError as error:
        raise BAD_REQUEST(fields={"_": str(error)}) from error


PlaceCode = Annotated[
    str,
    AfterValidator(_code),
    Field(
        max_length=15,
        pattern=r"^([1-9][0-9]{1,14})?$",
        description="A division code; where a list is asked for, its whole subtree is meant.",
        examples=["530602105207"],
    ),
]
Moment = Annotated[datetime, AfterValidator(_year)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, Field(max_length=2000)]
Key = Annotated[str, Field(max_length=64)]
#: Keys of organisations are positive 64-bit integers.
OrgKey = Annotated[int, Field(ge=1, lt=2**63)]


class ProblemBody(Schema):
    """Why a request was refused and what to do next."""

    id: str = Field(description="Stable id, documented in the list of errors.")
    message: str
    help: str
    fields: dict[str, str] = Field(description="A sentence for each field that is wrong.")


class Problem(Schema):
    """Every refusal has this form."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": {
                        "id": "CO404",
                        "message": "没有找到这一页或这条记录。",
                        "help": "它可能不存在，或者不在您的管辖范围内。",
                        "fields": {},
                    }
                }
            ]
        }
    )
    error: ProblemBody


class CaseBrief(Schema):
    """A case as lists show it."""

    id: UUID
    number: str = Field(examples=["530602-261123-7K2M9Q"])
    title: str
    playbook: str = Field(examples=["road-hazard"])
    place_code: str
    state: str
    state_title: str = Field(description="The state in the language of Accept-Language.")
    is_open: bool
    outcome: str = Field(description="How it ended: solved, refused, withdrawn… Empty while open.")
    owner_role: str
    priority: str
    late: bool
    due_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    photos: int
    version: int = Field(description="Goes up with every change; send it back when you move.")


class FieldOut(Schema):
    """One question."""

    field: str
    type: str
    title: str
    required: bool
    private: bool
    choices: list[dict[str, str]]
    max: float | None


class MoveOut(Schema):
    """A step that may be taken now."""

    id: str
    to: str
    title: str
    why: str = Field(description="none, optional or required")
    ask: list[FieldOut]


class CaseFull(CaseBrief):
    """A case with what was entered. Private answers are never here."""

    text: str
    data: dict[str, Any]
    lon: float | None
    lat: float | None
    channel: str
    network: str
    assignee_name: str
    raised_to: str
    suspended_until: datetime | None
    rating: int | None
    reopened: int
    merged_into: UUID | None
    moves: list[MoveOut] = Field(description="What this client may do now.")


class CasePage(Schema):
    """One page of a list."""

    items: list[CaseBrief]
    after: str = Field(description="Send it as `after` for the next page; empty on the last one.")


class EventOut(Schema):
    """One line of a timeline."""

    seq: int
    at: datetime
    kind: str
    who: str
    role: str
    before: str
    after: str
    move: str
    why: str
    data: dict[str, Any]
    public: bool


class PhotoOut(Schema):
    """A stored photo, encoded anew without its metadata."""

    digest: str
    field: str
    size: int
    width: int | None
    height: int | None
    url: str = Field(description="Where its bytes are; the same authorisation applies.")


class StoredOut(Schema):
    """An uploaded photo, to be named by its digest when a case is opened or moved."""

    digest: str
    size: int
    width: int | None
    height: int | None


class OpenIn(Schema):
    """What is reported. Give a place, a position, or both."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "playbook": "road-hazard",
                    "place_code": "530602105207",
                    "lon": 103.605,
                    "lat": 27.305,
                    "answers": {"kind": "surface", "what": "村口路面塌了一块"},
                    "photos": {},
                    "phone": "",
                    "name": "",
                }
            ]
        },
    )
    playbook: Key
    place_code: PlaceCode = ""
    lon: float | None = Field(default=None, ge=-180, le=180, description="WGS-84 degrees.")
    lat: float | None = Field(default=None, ge=-90, le=90, description="WGS-84 degrees.")
    answers: dict[Key, Any] = Field(default={}, description="Answers by the playbook's fields.")
    photos: dict[Key, Annotated[list[Digest], Field(max_length=12)]] = Field(
        default={}, description="Digests of uploaded photos by field."
    )
    phone: str = Field(default="", max_length=32, description="Kept sealed.")
    name: str = Field(default="", max_length=64, description="Kept sealed.")


class OpenedOut(Schema):
    """The case, and the code by which its reporter can follow it."""

    id: UUID
    number: str
    code: str = Field(examples=["7K2M9-QX4TD"])
    status_url: str
    replayed: bool = Field(description="True when the same key had opened this case before.")


class MoveIn(Schema):
    """One step."""

    model_config = ConfigDict(extra="forbid")
    move: Key
    data: dict[Key, Any] = {}
    why: Words = ""
    photos: dict[Key, Annotated[list[Digest], Field(max_length=12)]] = {}
    version: int | None = Field(
        default=None, ge=1, lt=2**31, description="The version you saw; another one is refused."
    )


class CommentIn(Schema):
    """A remark on the timeline."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    public: bool = Field(default=False, description="Whether the reporter sees it.")


class RequestIn(Schema):
    """A request that another has to grant."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["extend", "suspend", "exclude"]
    why: Annotated[str, Field(min_length=1, max_length=2000)]
    amount: str = Field(default="", max_length=32, examples=["2 workdays"])
    until: Moment | None = None


class RequestOut(Schema):
    """A request and what became of it."""

    id: UUID
    case_id: UUID
    kind: str
    amount: str
    until: datetime | None
    why: str
    asked_name: str
    asked_at: datetime
    approver_role: str
    decision: str
    answer: str


class DecisionIn(Schema):
    """Whether a request is granted."""

    model_config = ConfigDict(extra="forbid")
    granted: bool
    answer: Words = ""


class TransferIn(Schema):
    """Where a case belongs."""

    model_config = ConfigDict(extra="forbid")
    place_code: PlaceCode
    why: Annotated[str, Field(min_length=1, max_length=2000)]


class MergeIn(Schema):
    """The case that is kept."""

    model_config = ConfigDict(extra="forbid")
    into: UUID
    why: Words = ""


class WhyIn(Schema):
    """A reason."""

    model_config = ConfigDict(extra="forbid")
    why: Annotated[str, Field(min_length=1, max_length=2000)]


class WhistleIn(Schema):
    """Organisations that are called to a case."""

    model_config = ConfigDict(extra="forbid")
    org_keys: Annotated[list[OrgKey], Field(min_length=1, max_length=20)]
    what: Annotated[str, Field(min_length=1, max_length=2000)]
    due_at: Moment | None = None


class PlaybookOut(Schema):
    """Something that can be reported at a place."""

    id: str
    revision: int
    title: str
    summary: str
    opened_by: list[str]
    ask: list[FieldOut]


class StatusLine(Schema):
    """One line that the reporter may see; staff are named by their post."""

    at: datetime
    title: str
    who: str
    body: str


class StatusOut(Schema):
    """How a report stands, for whoever holds its code."""

    number: str
    kind: str
    state: str
    state_title: str
    is_open: bool
    outcome: str
    place: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    erased_at: datetime | None = Field(
        description="When its period was over and what was personal in it was erased."
    )
    version: int
    lines: list[StatusLine]
    told: list[StatusLine] = Field(description="What the reporter was told, newest first.")
    moves: list[MoveOut]
    can_reopen: bool


class RateOut(Schema):
    """A share with its denominator, in basis points rounded down; null without a denominator."""

    numerator: int
    denominator: int
    basis_points: int | None


class RatesOut(Schema):
    """The three rates."""

    response: RateOut
    resolution: RateOut
    satisfaction: RateOut
