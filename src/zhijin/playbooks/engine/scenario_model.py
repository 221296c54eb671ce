"""The shape of ``scenarios.yaml``: stories that a playbook must come out of as written."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from zhijin.core.workcal import TZ
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.parts import Id, Listed, Name, Part, Title, exactly_one


def _readable(value: str) -> str:
    try:
        moment_of(value)
    except ValueError:
        raise PydanticCustomError("moment", "not a time", {"value": value}) from None
    return value


def moment_of(text: str) -> datetime:
    """``2026-02-13 16:00`` in the time of China. Raises ValueError."""
    return datetime.strptime(text.strip().replace("T", " "), "%Y-%m-%d %H:%M").replace(tzinfo=TZ)


#: A moment as a scenario writes it.
Moment = Annotated[str, AfterValidator(_readable)]


class Opening(Part):
    """怎样开头。How the case is opened."""

    by: Name = Field(description="谁上报。Who opens it.")
    with_: dict[str, Any] = Field(default={}, alias="with", description="填了什么。What is given.")
    priority: Name | None = Field(default=None, description="优先级。Priority.")
    refused: bool = Field(default=False, description="预期开不了。Expected to be refused.")


class Stroke(Part):
    """时钟敲的一下。A stroke of the clock."""

    kind: Literal["remind", "late"] = Field(description="提醒或逾期。Reminder or lateness.")
    index: int = Field(default=0, description="第几个。Which one.")
    escalate: Name | None = Field(default=None, description="升级给谁。Escalated to.")
    move: Name | None = Field(default=None, description="自动走到。Moved to.")
    at: Moment | None = Field(default=None, description="什么时候。When.")


class Expectation(Part):
    """这时应当怎样。What should be so now."""

    state: Name | None = Field(default=None, description="在哪个状态。State.")
    owner: Name | None = Field(default=None, description="由谁负责。Owner.")
    priority: Name | None = Field(default=None, description="优先级。Priority.")
    due: Moment | Literal[False] | None = Field(default=None, description="期限。Deadline.")
    late: bool | None = Field(default=None, description="是否逾期。Whether it is late.")
    fired: Listed[Stroke] | None = Field(
        default=None, description="上一步以来敲了哪些。Strokes since the last step."
    )
    points: dict[str, int] | None = Field(default=None, description="记了多少分。Points given.")
    published: list[str] | None = Field(default=None, description="公开了哪些。Published fields.")
    notified: list[str] | None = Field(default=None, description="通知了谁。Roles told on entry.")
    moves: dict[str, list[str]] | None = Field(
        default=None, description="角色: 能走的步子。Steps open to a role."
    )
    sees: dict[str, bool] | None = Field(
        default=None, description="某一方看不看得到。Whether a side sees this."
    )
    indicators: dict[str, int | None] | None = Field(
        default=None, description="这一件算出的指标。Indicators of this case."
    )


class Step(Part):
    """一步。One step of a story."""

    move: Name | None = Field(default=None, description="走哪一步。Take this step.")
    refused: Name | None = Field(default=None, description="这一步应当被拒绝。To be refused.")
    because: Literal["role", "state", "why", "field", "when", "closed"] | None = Field(
        default=None, description="为什么被拒绝。Why it is refused."
    )
    by: Name | None = Field(default=None, description="谁。Who.")
    with_: dict[str, Any] = Field(default={}, alias="with", description="填什么。What is given.")
    why: str = Field(default="", description="理由。Reason.")
    advance: Duration | None = Field(default=None, description="过多久。Let time pass.")
    until: Moment | None = Field(default=None, description="到什么时候。Let time pass until.")
    suspend: Name | None = Field(default=None, description="由谁挂起。Suspended by.")
    resume: Name | None = Field(default=None, description="由谁恢复。Resumed by.")
    extend: Duration | None = Field(default=None, description="延期多久（by 写谁批准）。Extended.")
    expect: Expectation | None = Field(default=None, description="应当怎样。Expectation.")

    @model_validator(mode="after")
    def _one(self) -> Step:
        exactly_one(
            self, "move", "refused", "advance", "until", "suspend", "resume", "extend", "expect"
        )
        return self


class Scenario(Part):
    """一个演练。A story."""

    name: Title = Field(description="名称。Name.")
    at: Moment = Field(description="开头的时间，例如 2026-02-13 16:00。When it begins.")
    opens: Opening = Field(description="怎样开头。How the case is opened.")
    steps: list[Step] = Field(default=[], description="各步。Steps.")


class Scenarios(Part):
    """一个方案的全部演练。All stories of a playbook."""

    playbook: Id = Field(description="方案的代号。Id of the playbook.")
    scenarios: list[Scenario] = Field(min_length=1, description="各个演练。Stories.")
