"""The part of a playbook that lets devices open cases: which event, how much of it, who must confirm it,
and how long it is quiet afterwards. Kinds and measures are those of :mod:`zhijin.core.signals`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from zhijin.core.signals import KINDS, Measure, Test
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.parts import Key, Name, Part, Title

Hours = Annotated[
    str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
]


class EventCondition(Part):
    """一个事件满足什么条件。What an event must be."""

    on: Name = Field(description="什么事件。Kind of event.")
    measure: Key | None = Field(
        default=None, description="看哪个量，不写是第一个。Which figure; by default the first."
    )
    at_least: float | None = Field(default=None, description="不小于多少。At least.")
    at_most: float | None = Field(default=None, description="不大于多少。At most.")
    is_: Name | None = Field(default=None, alias="is", description="是哪个词。Which word.")

    @model_validator(mode="after")
    def _has_a_limit(self) -> EventCondition:
        if self.is_ is None and self.at_least is None and self.at_most is None:
            raise PydanticCustomError(
                "one_of", "exactly one", {"allowed": ["at_least", "at_most", "is"]}
            )
        return self

    def measured(self) -> tuple[int, Measure] | None:
        """Position and measure; None when the kind or the measure is unknown."""
        kind = KINDS.get(self.on)
        if kind is None or not kind.measures:
            return None
        return (0, kind.measures[0]) if self.measure is None else kind.measure(self.measure)

    def test(self) -> Test | None:
        """In stored units; None when the condition makes no sense."""
        found = self.measured()
        if found is None:
            return None
        position, measure = found
        number = KINDS[self.on].number
        if self.is_ is not None:
            if self.is_ not in measure.words:
                return None
            at = measure.words.index(self.is_)
            return Test(number, position, at, at)
        low, high = (
            None if limit is None else round(limit * measure.scale)
            for limit in (self.at_least, self.at_most)
        )
        return Test(number, position, low, high)


class Confirmation(EventCondition):
    """第二个传感器的印证。What a second device must report."""

    within: Duration = Field(description="前后多久之内。How close in time.")
    near: Literal["grid", "village"] = Field(
        default="grid", description="在同一网格还是同一村。In the same grid or village."
    )


class SensingRule(EventCondition):
    """什么感知事件要开一件事项。Which event of a device opens a case."""

    id: Key = Field(description="代号。Id.")
    times: int = Field(default=1, ge=1, le=1000, description="要出现几次。How often.")
    within: Duration | None = Field(
        default=None, description="几次要在多久之内。Within how long they must come."
    )
    confirm: Confirmation | None = Field(
        default=None, description="要另一台设备印证。Another device must confirm it."
    )
    quiet: Duration = Field(
        description="开了一件后，同一设备多久不再开。No second case of the device for this long."
    )
    fresh: Duration | None = Field(
        default=None,
        description="事件晚到多久以内还算新；更晚的只作“晚到”记下，不写按种类定。"
        " How late an event may come and still open a case; later ones are kept as late. By default as the kind says.",
    )
    not_between: Hours | None = Field(
        default=None, description="这个时段先不打扰，过后再开。Wait until after these hours."
    )
    where: Name | None = Field(
        default=None, description="把设备位置填进哪个项目。Field that takes the device's position."
    )
    says: Name | None = Field(
        default=None, description="把说明填进哪个项目。Field that takes a sentence about the event."
    )
    fill: dict[Key, str | float | bool] = Field(
        default={}, description="其他项目填什么。What other fields are filled with."
    )
    title: Title | None = Field(default=None, description="名称。Title.")

    def news_minutes(self) -> int:
        """For how many minutes an event may open a case."""
        if self.fresh is not None:
            return self.fresh.rough_minutes()
        kind = KINDS.get(self.on)
        return kind.fresh if kind else 60


class Quarantine(Part):
    """传感器怎样算“发疯”，要隔离到有人看过。When a sensor has gone mad and is shut away until somebody looked."""

    id: Key = Field(description="代号。Id.")
    sign: Literal["range", "flapping", "jump", "stuck"] = Field(
        description="什么迹象：超出范围、来回跳、突变、卡住不动。"
        " The sign: out of range, flapping between states, implausible jumps, stuck at one figure."
    )
    on: Name = Field(description="什么事件。Kind of event.")
    measure: Key | None = Field(
        default=None, description="看哪个量，不写是第一个。Which figure; by default the first."
    )
    by: float | None = Field(
        default=None, description="相邻两次差多少算突变。How much apart two readings are a jump."
    )
    times: int = Field(ge=2, le=10_000, description="出现几次。How often.")
    within: Duration = Field(
        description="多久之内；卡住的，是至少持续多久。Within how long; for stuck: for at least how long."
    )

    def measured(self) -> tuple[int, Measure] | None:
        """Position and measure; None when the kind or the measure is unknown."""
        kind = KINDS.get(self.on)
        if kind is None or not kind.measures:
            return None
        return (0, kind.measures[0]) if self.measure is None else kind.measure(self.measure)


def waits_until(hours: str | None, local: datetime) -> datetime | None:
    """The end of the hours in which nobody is disturbed, if ``local`` lies in them."""
    if hours is None:
        return None
    begin, end = ((int(t[:2]) * 60 + int(t[3:])) for t in hours.split("-"))
    now = local.hour * 60 + local.minute
    inside = begin <= now < end if begin < end else now >= begin or now < end
    if not inside:
        return None
    minutes = (end - now) % 1440
    return local.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
