"""What can be measured: the closed grammar over facts. Nothing else can stand in an indicator."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from zhijin.playbooks.engine import Listed, Name, Part, exactly_one

Scalar = StrictBool | StrictInt | StrictStr
FORMS: Final = (
    "count", "sum", "distinct", "exists", "elapsed", "latest", "period", "manual", "formula",
)  # fmt: skip
#: At most how many months back the first of two facts, or the latest one, is looked for.
MAX_REACH: Final = 24


class Condition(Part):
    """事实的一个条件。A condition on one attribute of a fact."""

    attr: Name = Field(description="事实的属性，或 playbook、subject、value。The attribute.")
    is_: Scalar | None = Field(default=None, alias="is", description="等于。Equal to.")
    in_: Listed[Scalar] | None = Field(
        default=None,
        alias="in",
        min_length=1,
        max_length=40,
        description="是其中之一。One of these.",
    )
    not_: Scalar | None = Field(default=None, alias="not", description="不等于。Not equal to.")
    above: StrictInt | None = Field(default=None, description="大于。Greater than.")
    below: StrictInt | None = Field(default=None, description="小于。Less than.")
    given: bool | None = Field(default=None, description="有没有写。Whether it is there.")

    @model_validator(mode="after")
    def _one_operator(self) -> Condition:
        if len(self.operators) != 1:
            raise PydanticCustomError("condition", "exactly one comparison")
        return self

    @property
    def operators(self) -> list[str]:
        """The comparisons written, by the word in the file."""
        names = ("is_", "in_", "not_", "above", "below", "given")
        return [name.rstrip("_") for name in names if getattr(self, name) is not None]

    @property
    def values(self) -> list[Any]:
        """What the attribute is compared with."""
        found = [self.is_, self.not_, self.above, self.below, *(self.in_ or ())]
        return [value for value in found if value is not None]


class Elapsed(Part):
    """同一条记录上，从一件事到另一件事的时长。From one fact to another of the same record."""

    from_: Name = Field(alias="from", description="起点。The kind of fact it begins with.")
    to: Name = Field(
        description="终点，算在它发生的月份。The kind it ends with; counts in its month."
    )
    take: Literal["minutes", "pairs", "within"] = Field(
        description="合计分钟、对数、按时的对数。Minutes in all, pairs, or pairs in time."
    )
    within: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description="多少分钟以内算按时。Minutes that are in time.",
    )
    reach: int = Field(
        ge=0, le=MAX_REACH, description="起点最多往前找几个月。How many months back it may begin."
    )

    @model_validator(mode="after")
    def _within(self) -> Elapsed:
        if (self.take == "within") != (self.within is not None):
            raise PydanticCustomError("AS132", "within goes with take: within")
        return self


class Latest(Part):
    """最近一次的数值。The value of the latest fact."""

    kind: Name = Field(description="哪种事实。The kind of fact.")
    reach: int = Field(
        ge=0, le=MAX_REACH, description="最多往前找几个月。How many months back it may lie."
    )


class Measure(Part):
    """一个量：从事实里数出来的。One quantity, counted from facts."""

    count: Listed[Name] | None = Field(
        default=None, max_length=12, description="件数。A number of facts, by kind."
    )
    sum: Listed[Name] | None = Field(
        default=None, max_length=12, description="数值合计。The total of their values."
    )
    distinct: Listed[Name] | None = Field(
        default=None, max_length=12, description="不同的有几个。How many different ones."
    )
    exists: Listed[Name] | None = Field(
        default=None, max_length=12, description="有没有：有为 1。Whether there is any: 1 or 0."
    )
    elapsed: Elapsed | None = Field(default=None, description="时长。Time between two facts.")
    latest: Latest | None = Field(default=None, description="最近的数值。The latest value.")
    period: Literal["months", "days"] | None = Field(
        default=None, description="考核期有几个月、几天。The months or days of the period."
    )
    manual: Literal[True] | None = Field(
        default=None, description="手填，须在 manual 里写明。Typed in; needs an entry in manual."
    )
    formula: str | None = Field(
        default=None, min_length=1, max_length=400,
        description="一条公式，用 measures 里的名字。A formula over named measures.",
    )  # fmt: skip
    attr: Name | None = Field(
        default=None, description="sum 时加哪个属性，不写加数值。The attribute that sum adds up."
    )
    on: Literal["subject", "record", "actor", "place"] | None = Field(
        default=None, description="distinct 时数什么。What distinct counts."
    )
    each: Literal["period", "month"] | None = Field(
        default=None, description="exists 时整期算一次，还是按月。exists: once, or by month."
    )
    where: Listed[Condition] = Field(default=[], max_length=8, description="条件。Conditions.")
    who: Literal["org", "place", "tree"] | None = Field(
        default=None,
        description="算谁的：org 本组织、place 本地、tree 本组织和下级。"
        "Whose: the organisation's, its place's, or its own and those below it.",
    )

    @model_validator(mode="after")
    def _one(self) -> Measure:
        exactly_one(self, *FORMS)
        for name, form in (("attr", "sum"), ("on", "distinct"), ("each", "exists")):
            if getattr(self, name) is not None and getattr(self, form) is None:
                raise PydanticCustomError("AS130", "only with", {"name": name, "form": form})
        for name, form in (("on", "distinct"), ("each", "exists")):
            if getattr(self, form) is not None and getattr(self, name) is None:
                raise PydanticCustomError("AS131", "needed", {"name": name, "form": form})
        if self.of_facts and self.who is None:
            raise PydanticCustomError("AS131", "needed", {"name": "who", "form": self.form})
        return self

    @property
    def form(self) -> str:
        """Which of the forms it is."""
        return next(name for name in FORMS if getattr(self, name) is not None)

    @property
    def of_facts(self) -> bool:
        """Whether it is computed from facts itself: no formula, calendar or typed figure."""
        return self.form not in {"period", "manual", "formula"}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of fact that it reads; of ``elapsed`` the end first."""
        if self.elapsed is not None:
            return (self.elapsed.to, self.elapsed.from_)
        if self.latest is not None:
            return (self.latest.kind,)
        return tuple(self.count or self.sum or self.distinct or self.exists or ())

    @property
    def reach(self) -> int:
        """How many months before the period it may read."""
        back = self.elapsed or self.latest
        return back.reach if back is not None else 0


def _formula(value: Any) -> Any:
    return {"formula": value} if isinstance(value, str) else value


#: A measure; a text stands for a formula over named ones.
MeasureOrFormula = Annotated[
    Measure, BeforeValidator(_formula, json_schema_input_type=Measure | str)
]
