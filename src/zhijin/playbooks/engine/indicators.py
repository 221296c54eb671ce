"""The closed grammar of conditions and indicators: count, sum, elapsed, and the ratio of two.

Shapes and their plain truth over one case's data; computing over months is the assessment's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from zhijin.playbooks.engine.parts import Key, Listed, Name, Part, Title, exactly_one

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
_OPERATORS = ("is_", "in_", "not_", "above", "below", "given")


class Condition(Part):
    """一个条件。A condition on one field of the case."""

    field: Name = Field(description="哪个项目。The field.")
    is_: Scalar | None = Field(default=None, alias="is", description="等于。Equal to.")
    in_: Listed[Scalar] | None = Field(
        default=None, alias="in", min_length=1, description="是其中之一。One of these."
    )
    not_: Scalar | None = Field(default=None, alias="not", description="不等于。Not equal to.")
    above: Scalar | None = Field(default=None, description="大于。Greater than.")
    below: Scalar | None = Field(default=None, description="小于。Less than.")
    given: bool | None = Field(default=None, description="是否填了。Whether it was filled in.")

    @model_validator(mode="after")
    def _one_operator(self) -> Condition:
        if len(self.operators) != 1:
            raise PydanticCustomError("condition", "exactly one comparison")
        return self

    @property
    def operators(self) -> list[str]:
        """The comparisons written, by the word in the file."""
        return [name.rstrip("_") for name in _OPERATORS if getattr(self, name) is not None]

    @property
    def values(self) -> list[Any]:
        """What the field is compared with."""
        found = [self.is_, self.not_, *(self.in_ or ())]
        return [value for value in found if value is not None]

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Whether it is true of ``data``. A field not filled in satisfies only ``not`` and given."""
        value = data.get(self.field)
        if self.given is not None:
            return (value not in {None, ""} if _plain(value) else bool(value)) is self.given
        if self.not_ is not None:
            return not _matches(value, self.not_)
        if self.in_ is not None:
            return any(_matches(value, wanted) for wanted in self.in_)
        if self.is_ is not None:
            return _matches(value, self.is_)
        return self._ordered(value)

    def _ordered(self, value: Any) -> bool:
        bound = self.above if self.above is not None else self.below
        try:
            if self.above is not None:
                return bool(_number(value) > _number(bound))
            return bool(_number(value) < _number(bound))
        except (TypeError, ValueError):
            return False


def holds(conditions: Iterable[Condition], data: Mapping[str, Any]) -> bool:
    """Whether all of ``conditions`` are true of ``data``."""
    return all(condition.holds(data) for condition in conditions)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _matches(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return wanted in value
    return bool(value == wanted and isinstance(value, bool) is isinstance(wanted, bool))


def _number(value: Any) -> Any:
    """Numbers compare as numbers, dates and times (ISO) as text."""
    if isinstance(value, bool) or value is None:
        raise TypeError("no order")
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


class Selector(Part):
    """数哪些事。Which happenings are counted."""

    event: Literal["opened", "entered", "moved", "late", "closed"] = Field(
        default="opened", description="什么事。What happened."
    )
    state: Name | None = Field(default=None, description="在哪个状态。In which state.")
    move: Name | None = Field(default=None, description="哪一步。Which step.")
    where: Listed[Condition] = Field(default=[], description="条件。Conditions.")


class Total(Part):
    """把一个数字项目加起来。The sum of a number that was filled in."""

    field: Name = Field(description="哪个项目。The field.")
    where: Listed[Condition] = Field(default=[], description="条件。Conditions.")


class Moment(Part):
    """一个时刻：走到某个状态，或填写的时间。A moment of a case."""

    state: Name | None = Field(default=None, description="第一次走到这个状态。First entered.")
    field: Name | None = Field(default=None, description="填写的日期时刻。A date and time given.")

    @model_validator(mode="after")
    def _one(self) -> Moment:
        exactly_one(self, "state", "field")
        return self


def _moment(value: Any) -> Any:
    return {"state": value} if isinstance(value, str) else value


MomentOrState = Annotated[Moment, BeforeValidator(_moment, json_schema_input_type=Moment | str)]


class Elapsed(Part):
    """从一个时刻到另一个时刻的分钟数。Minutes from one moment to another."""

    from_: MomentOrState = Field(alias="from", description="起点。From.")
    to: MomentOrState = Field(description="终点。To.")
    take: Literal["mean", "median", "p90", "max", "sum"] = Field(
        default="mean", description="怎样汇总。How the cases are put together."
    )
    where: Listed[Condition] = Field(default=[], description="条件。Conditions.")


class Measure(Part):
    """一个量：count、sum、elapsed、period 中的一样。One quantity."""

    count: Selector | None = Field(default=None, description="件数。A number of happenings.")
    sum: Total | None = Field(default=None, description="合计。A total.")
    elapsed: Elapsed | None = Field(default=None, description="时长（分钟）。Minutes.")
    period: Literal["minutes"] | None = Field(
        default=None, description="整个考核期的分钟数。All minutes of the period."
    )

    @model_validator(mode="after")
    def _one(self) -> Measure:
        exactly_one(self, "count", "sum", "elapsed", "period")
        return self

    @property
    def unit(self) -> str:
        """``count``, ``minutes`` or ``value``: only like is divided by like."""
        if self.count is not None:
            return "count"
        return "value" if self.sum is not None else "minutes"


class Ratio(Part):
    """比率：of ÷ to，按万分之一计。A ratio, kept in basis points."""

    of: Measure = Field(description="分子。Numerator.")
    to: Measure = Field(description="分母。Denominator.")


class Indicator(Part):
    """一个指标：count、sum、elapsed、ratio 中的一样。An indicator, computed from the work."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    count: Selector | None = Field(default=None, description="件数。A number of happenings.")
    sum: Total | None = Field(default=None, description="合计。A total.")
    elapsed: Elapsed | None = Field(default=None, description="时长（分钟）。Minutes.")
    ratio: Ratio | None = Field(default=None, description="比率。A ratio.")
    better: Literal["higher", "lower"] | None = Field(
        default=None, description="越高越好还是越低越好。Which way is better."
    )

    @model_validator(mode="after")
    def _one(self) -> Indicator:
        exactly_one(self, "count", "sum", "elapsed", "ratio")
        return self

    @property
    def measures(self) -> list[tuple[tuple[str, ...], Measure]]:
        """Its quantities with the path to each inside the indicator."""
        if self.ratio is not None:
            return [(("ratio", "of"), self.ratio.of), (("ratio", "to"), self.ratio.to)]
        return [((), Measure(count=self.count, sum=self.sum, elapsed=self.elapsed))]
