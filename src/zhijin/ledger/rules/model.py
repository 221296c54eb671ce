"""The format of a points programme: one file says what earns points, by which resolution, and what they buy.

Shapes only; whether the parts make sense together is checked in ``meaning``. Descriptions are
bilingual and become the reference and the editors' help.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from zhijin.playbooks.engine import Id, Key, Listed, Name, Part, Sentence, Title

Day = Annotated[
    str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
]
Per = Literal["month", "quarter", "year"]
#: What a rule is given by when somebody enters what was done, with evidence.
DEED = "deed"


class Resolution(Part):
    """通过这些规则的决议。The resolution that passed the rules."""

    number: Sentence = Field(description="决议文号。Its number.")
    title: Title = Field(description="决议名称。Its title.")
    passed_on: Day = Field(description="通过日期。The day it was passed.")
    by: Literal[
        "villagers_assembly", "household_representatives", "residents_assembly", "member_assembly"
    ] = Field(description="哪个会议通过。Which meeting passed it.")
    due: int = Field(ge=3, le=1_000_000, description="应到人数。How many were due.")
    present: int = Field(ge=1, le=1_000_000, description="实到人数。How many were there.")
    agreed: int = Field(ge=1, le=1_000_000, description="同意人数。How many agreed.")

    @property
    def day(self) -> date:
        return date.fromisoformat(self.passed_on)


class Cap(Part):
    """上限：一个周期里一条规则最多记多少分。The most one rule gives in a period."""

    points: int = Field(ge=1, le=10_000, description="最多多少分。The most points.")
    per: Per = Field(description="每月、每季还是每年。In a month, a quarter or a year.")


class Rule(Part):
    """一条积分规则。One rule."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称，例如 参加志愿服务。Title.")
    article: Sentence = Field(description="决议的第几条。Which article of the resolution.")
    given_by: Name = Field(
        alias="from",
        description="由什么得分：deed 是登记的行为，其他写事实的名称。deed, or the kind of fact that earns it.",
    )
    where: dict[Name, Sentence] = Field(
        default={}, description="事实的属性要等于什么。What attributes the fact must have."
    )
    amount: Annotated[int, Field(ge=-100, le=100)] | None = Field(
        default=None,
        description="多少分；由事实得分的可以不写，按事实的数。Points; a fact may tell.",
    )
    evidence: Listed[Literal["photo", "note"]] = Field(
        default=["note"], description="登记时要有的凭证。What must be given when it is entered."
    )
    check: Literal["second", "none"] = Field(
        default="second", description="要不要另一个人核对。Whether a second person checks."
    )
    cap: Cap | None = Field(default=None, description="上限。The most in a period.")


class Shop(Part):
    """积分超市。The points shop."""

    most_each: int = Field(ge=1, le=100, description="一次最多换几件。The most pieces at once.")
    keep_days: int = Field(
        ge=1, le=90, description="换了不取，保留几天后退回。Days that an uncollected piece is kept."
    )


class Honour(Part):
    """光荣榜：经本人同意。The honour list, by consent."""

    titles: Listed[Title] = Field(
        min_length=1, max_length=20, description="可以授予的称号。What may be conferred."
    )
    days: int = Field(ge=7, le=730, description="公布多少天。For how many days.")


class Reminder(Part):
    """提醒榜：默认不开。The reminder list, off unless a county turns it on."""

    enabled: bool = Field(default=False, description="是否启用。Whether there is one.")
    notice_days: int = Field(
        default=7,
        ge=0,
        le=60,
        description="先告知多少天，才能听取申辩。Days between notice and hearing.",
    )
    days: int = Field(default=15, ge=1, le=365, description="公布多少天后自动撤下。When it ends.")
    hearing: bool = Field(default=True, description="是否先听取申辩。Whether there is a hearing.")
    second_approval: bool = Field(
        default=True, description="是否由另一个人批准。Whether a second person approves."
    )


class Step(Part):
    """情景里的一步。One step of a scenario."""

    rule: Name = Field(description="哪条规则。Which rule.")
    who: Name = Field(description="哪一户（人），随便起名。Whose, any name.")
    on: Day = Field(description="哪一天。The day.")
    amount: int | None = Field(default=None, description="事实的数。The fact's value.")
    minor: bool = Field(default=False, description="是不是未成年人。Whether it is a minor.")


class Scenario(Part):
    """情景：这样做了，各得多少分。What was done, and what each has by it."""

    name: Sentence = Field(description="名称。Its name.")
    steps: list[Step] = Field(min_length=1, max_length=200, description="步骤。Steps.")
    expect: dict[Name, int] = Field(description="各得多少分。Points of each afterwards.")


class Points(Part):
    """积分方案。A points programme."""

    points: Literal[1] = Field(description="格式版本，固定为 1。Version of the format.")
    id: Id = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    basis: Sentence = Field(description="依据。Why this programme exists.")
    resolution: Resolution = Field(description="通过规则的决议。The resolution.")
    holder: Literal["household", "member"] = Field(
        description="记在户上，还是记在党员本人。A household's points, or a Party member's."
    )
    appeal_days: int = Field(
        ge=7, le=90, description="告知后多少天内可以申诉。Days for an appeal, from notice."
    )
    answer_days: int = Field(
        ge=1, le=30, description="几个工作日内答复。Workdays within which it is answered."
    )
    rules: list[Rule] = Field(min_length=1, max_length=60, description="规则。Rules.")
    shop: Shop | None = Field(default=None, description="积分超市。The shop.")
    honour: Honour | None = Field(default=None, description="光荣榜。The honour list.")
    reminder: Reminder | None = Field(default=None, description="提醒榜。The reminder list.")
    scenarios: list[Scenario] = Field(
        min_length=1,
        max_length=40,
        description="情景，每条规则至少用到一次。Each rule in one at least.",
    )

    def rule(self, name: str) -> Rule | None:
        """The rule of an id; None when there is none."""
        return next((one for one in self.rules if one.id == name), None)
