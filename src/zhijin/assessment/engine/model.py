"""The format of an assessment programme: one file says who is ranked, by what, and what follows.

Shapes only; whether the parts make sense together is checked in ``meaning``. Descriptions are
bilingual and become the reference and the editors' help.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from zhijin.assessment.engine.marks_model import Adjustment, Follow, Join, Manual, Mark
from zhijin.assessment.engine.measures_model import Measure, MeasureOrFormula
from zhijin.assessment.engine.shared_model import Level, PeerAttribute, Weight
from zhijin.playbooks.engine import Id, Key, Listed, Name, Part, Sentence, Title, exactly_one


class Applies(Part):
    """考核谁：按当时的种类、领域、层级。Who is assessed, as they then were."""

    kinds: Listed[Name] = Field(
        min_length=1, description="组织种类。Kinds of organisation (committee, branch …)."
    )
    sectors: Listed[Name] = Field(
        default=[], description="领域，空着是全部。Sectors; empty means all."
    )
    levels: Listed[Level] = Field(
        default=[], description="所在层级，空着是全部。Levels of place; empty means all."
    )
    industries: Listed[int] = Field(
        default=[], description="行业编号，空着是全部。Industry numbers; empty means all."
    )


class Peers(Part):
    """和谁比：分组，以及组太小时怎么办。The peer group, and what is done when it is small."""

    by: Listed[PeerAttribute] = Field(
        min_length=1, max_length=4,
        description="按什么分组：一个层级，加领域、种类、规模。A level, with sector, kind, size.",
    )  # fmt: skip
    least: int = Field(
        ge=2, le=1000, description="一组至少几个。How many a group needs to stand alone."
    )
    otherwise: Listed[Level] = Field(
        alias="else", description="不够时依次放宽到。The wider levels, tried one after another."
    )
    still_small: Literal["rank_only", "mark"] = Field(
        description="放到最宽还不够：只排名，或照样认定。Still too few: only rank, or mark as well."
    )
    sizes: list[int] = Field(
        default=[], max_length=8,
        description="规模的分界（人数），按规模分组时写。Where size classes begin, by members.",
    )  # fmt: skip


class Ties(Part):
    """同分怎么办。What decides between equal totals."""

    by: Listed[Name] = Field(
        default=[], max_length=6,
        description="依次比这些维度或指标的得分。Dimensions or indicators compared in turn.",
    )  # fmt: skip
    then: Literal["share"] = Field(
        description="仍然相同：并列。Still equal: they share the rank; nothing is drawn by lot."
    )


Point = Annotated[list[int], Field(min_length=2, max_length=2)]


class Indicator(Part):
    """一个指标：分子、分母、怎样得分。An indicator: of what, to what, and how it scores."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    weight: Weight = Field(description="在本维度里的权重。Weight inside the dimension.")
    criterion: Title | None = Field(
        default=None, description="对应“五个看”的哪一条。Which criterion it stands for."
    )
    of: MeasureOrFormula = Field(description="分子，或一条公式。What is counted, or a formula.")
    to: MeasureOrFormula | None = Field(
        default=None, description="分母；写了就按万分之一计。The denominator; gives basis points."
    )
    better: Literal["higher", "lower"] = Field(
        description="越高越好还是越低越好。Which way is better."
    )
    curve: list[Point] | None = Field(
        default=None, min_length=2, max_length=12,
        description="数值到得分的折线，得分 0–10000。Value to score (0–10000), straight in between.",
    )  # fmt: skip
    target: int | None = Field(
        default=None, ge=1, description="目标值，达到得满分。The value that earns the full score."
    )
    cap: int | None = Field(
        default=None, ge=1, description="分子最多算到。The most of the numerator that counts."
    )
    least: int = Field(
        default=1, ge=1, le=10_000,
        description="分母少于它就算没有数据。A smaller denominator counts as no data.",
    )  # fmt: skip
    no_data: Literal["exempt", "full", "zero"] = Field(
        description="没有数据：不计、满分、零分。No data: exempt, full, or zero."
    )
    unit: Title | None = Field(default=None, description="数值的单位。The unit of the value.")

    @model_validator(mode="after")
    def _once(self) -> Indicator:
        if self.curve is not None and self.target is not None:
            exactly_one(self, "curve", "target")
        return self


class Dimension(Part):
    """一个维度。A dimension."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    weight: Weight = Field(description="在总分里的权重。Weight in the total.")
    criteria: Listed[Title] = Field(
        default=[], max_length=8, description="看什么。What is looked at."
    )
    indicators: list[Indicator] = Field(
        min_length=1, max_length=60, description="指标。Indicators."
    )


class Assessment(Part):
    """一套考核方案。A whole assessment programme."""

    assessment: Literal[1] = Field(description="格式版本，写 1。Version of the format: 1.")
    id: Id = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    basis: Sentence = Field(description="依据。Why this programme exists: the rule it rests on.")
    period: Literal["month", "quarter", "half", "year"] = Field(
        description="考核周期。The period that is ranked."
    )
    rounding: Literal["floor", "half_up", "ceiling"] = Field(
        description="百分数怎样取整。How percentages become whole basis points."
    )
    applies: Applies = Field(description="考核谁。Who is assessed.")
    peers: Peers = Field(description="和谁比。The peer group.")
    ties: Ties = Field(description="同分怎么办。What decides between equals.")
    measures: dict[Key, Measure] = Field(
        default={}, description="起了名字、公式里用的量。Measures with names, for formulas."
    )
    dimensions: list[Dimension] = Field(
        min_length=1, max_length=20, description="维度。Dimensions."
    )
    joins: list[Join] = Field(
        default=[],
        max_length=8,
        description="并入总分的其他结果。Other results that join the total.",
    )
    adjustments: list[Adjustment] = Field(
        default=[], max_length=12, description="加分、扣分。Adjustments with evidence."
    )
    marks: list[Mark] = Field(
        default=[], max_length=8, description="认定谁。Who is named, by rule."
    )
    follow: list[Follow] = Field(default=[], max_length=8, description="之后做什么。What follows.")
    manual: list[Manual] = Field(
        default=[], max_length=20,
        description="暂时手填的指标，有人负责、有期限。Typed in for now: with an owner and an end.",
    )  # fmt: skip

    @property
    def indicators(self) -> dict[str, Indicator]:
        """All indicators by id, in the order of the file."""
        return {item.id: item for dim in self.dimensions for item in dim.indicators}
