"""The parts of a programme beyond its indicators: what joins the total, who is named, what follows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from zhijin.assessment.engine.shared_model import Bp, Day, PeerAttribute, Weight
from zhijin.playbooks.engine import Key, Listed, Name, Part, Title, exactly_one


class Join(Part):
    """并入总分的另一个结果：往年考核，或会上打的分。Another result that joins the total."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    weight: Weight = Field(description="在总分里的权重。Weight in the total.")
    of: Name | None = Field(
        default=None,
        description="哪套方案的总分。The total of a programme.",
    )
    take: Literal["last", "mean"] = Field(
        default="last",
        description="of 的怎样取：last 本期开始前最近一次封存的；mean 本期内已公布各次的平均，舍去小数。"
        "last: the last one frozen before the period; mean: of those published within it, rounded down.",
    )
    fact: Name | None = Field(
        default=None,
        description="哪种事实的最近数值（0–10000）。The latest value of a fact (0–10000).",
    )
    reach: int = Field(ge=0, le=24, description="最多往前几个月。How many months back it may lie.")
    no_data: Literal["exempt", "full", "zero"] = Field(
        description="没有数据：不计、满分、零分。No data: exempt, full, or zero."
    )

    @model_validator(mode="after")
    def _one(self) -> Join:
        exactly_one(self, "of", "fact")
        if self.fact is not None and self.take != "last":
            raise PydanticCustomError("AS130", "only with", {"name": "take", "form": "of"})
        return self


class Adjustment(Part):
    """加分或扣分：有证据，有人复核。Points added or taken, with evidence and a second approval."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    most: Bp = Field(description="最多加减多少。The most that may be added or taken.")
    evidence: Literal["required"] = Field(description="必须附证据。Evidence is required.")
    second_approval: Name = Field(description="谁复核。Who gives the second approval.")


class Running(Part):
    """连续几个月都在前几名或后几名。Among the first or last for months running."""

    last: int | None = Field(default=None, ge=1, le=100, description="后几名。Among the last.")
    first: int | None = Field(default=None, ge=1, le=100, description="前几名。Among the first.")
    of: Listed[PeerAttribute] = Field(
        min_length=1, max_length=4, description="在哪一组里。Of which group."
    )
    months: int = Field(ge=2, le=12, description="连续几个月。How many months running.")
    least: int = Field(
        ge=2, le=1000, description="组里至少几个才算。How many the group needs for the rule."
    )
    ties: Literal["all", "none"] = Field(
        description="线上同分：都算，或都不算。Equal at the line: all of them, or none."
    )

    @model_validator(mode="after")
    def _one(self) -> Running:
        exactly_one(self, "last", "first")
        return self

    @property
    def size(self) -> int:
        return self.last or self.first or 0


class Mark(Part):
    """认定规则：按比例，或按连续名次。Who is named: by proportion, or by rank months running."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    end: Literal["last", "first"] = Field(description="从末尾还是开头数。From which end.")
    proportion: Bp | None = Field(
        default=None, description="比例，万分之一。The proportion in basis points."
    )
    round: Literal["down", "up"] | None = Field(
        default=None, description="名额取整：舍或入。How the number is rounded."
    )
    least: int | None = Field(
        default=None, ge=0, le=1000, description="至少几个。At least how many of a group."
    )
    most: int | None = Field(
        default=None, ge=1, le=100_000, description="至多几个。At most how many of a group."
    )
    ties: Literal["all", "none"] | None = Field(
        default=None, description="线上同分：都算，或都不算。Equal at the line: all, or none."
    )
    below: Bp | None = Field(default=None, description="总分须低于。Only totals below this.")
    above: Bp | None = Field(default=None, description="总分须高于。Only totals above this.")
    running: Running | None = Field(default=None, description="连续名次。Rank months running.")


class Follow(Part):
    """认定之后开什么事。What is opened for each one named."""

    mark: Name = Field(description="哪条认定。Which mark.")
    open: Name = Field(description="开哪个方案的事。Which playbook's case.")


class Manual(Part):
    """暂时手填：负责人和期限。Typed in for now: who answers for it, until when."""

    indicator: Name = Field(description="哪个指标。Which indicator.")
    owner: Name = Field(description="谁负责填。The role that answers for it.")
    until: Day = Field(description="到哪天为止。The last day.")
    why: str = Field(min_length=4, max_length=200, description="为什么还不能自动。Why, for now.")
