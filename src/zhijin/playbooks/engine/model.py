"""The format of a playbook, as pydantic models; the JSON Schema and the reference come from here.

Shapes only: whether the parts make sense together is ``meaning``'s business. Every description is
written in Chinese and English, since editors show it to clerks.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from zhijin.playbooks.engine import words
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.findings import is_english
from zhijin.playbooks.engine.indicators import Condition, Indicator
from zhijin.playbooks.engine.parts import (
    FieldType,
    Id,
    Key,
    Listed,
    Name,
    Part,
    Sentence,
    Text,
    Title,
    exactly_one,
    listed,
)
from zhijin.playbooks.engine.sensing import Quarantine, SensingRule


class Choice(Part):
    """一个选项。One choice; a plain word stands for its own id and title."""

    id: Annotated[str, StringConstraints(pattern=r"^[\w-]{1,40}$")] = Field(
        description="代号，存进数据里。Id that is stored."
    )
    zh: str = Field(default="", max_length=60, description="中文。Chinese.")
    en: str = Field(default="", max_length=60, description="英文。English.")

    def title(self, lang: str = "zh") -> str:
        return (self.en or self.zh or self.id) if is_english(lang) else (self.zh or self.id)


def _choice(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class FieldSpec(Part):
    """一个要填的项目。Something to fill in."""

    field: Key = Field(description="代号。Id of the field.")
    type: FieldType = Field(description="类型。Type.")
    label: Title | None = Field(default=None, description="名称。Label.")
    help: Title | None = Field(default=None, description="填写提示。Hint for whoever fills it in.")
    required: bool = Field(default=False, description="是否必填。Whether it must be filled in.")
    choices: Listed[
        Annotated[Choice, BeforeValidator(_choice, json_schema_input_type=Choice | str)]
    ] = Field(default=[], max_length=60, description="选项（单选、多选用）。Choices.")
    min: float | None = Field(default=None, description="最小值、最少字数或最少个数。Least.")
    max: float | None = Field(default=None, description="最大值、最多字数或最多个数。Most.")
    unit: Title | None = Field(default=None, description="数字的单位。Unit of a number.")
    by: Listed[Name] = Field(default=[], description="只问这些角色。Asked of these roles only.")
    when: Listed[Condition] = Field(
        default=[], description="满足条件才问。Asked only when this holds."
    )
    private: bool = Field(
        default=False, description="个人信息，默认打码、不公开。Personal; masked, never published."
    )
    purpose: Sentence | None = Field(
        default=None, description="为什么收集（个人信息必写）。Why it is collected."
    )

    def title(self, lang: str = "zh") -> str:
        """The label, or the common word for this id, or the id."""
        if self.label is not None:
            return self.label.in_(lang)
        pair = words.FIELDS.get(self.field)
        return pair[is_english(lang)] if pair else self.field


class Move(Part):
    """一步：谁可以把事项走到哪里。A step: who may take the case where."""

    id: Key | None = Field(
        default=None, description="代号，不写时同 to。Id; by default the target."
    )
    to: Name = Field(description="走到哪个状态。The state it leads to.")
    by: Listed[Name] = Field(min_length=1, description="哪些角色可以走。Roles that may take it.")
    title: Title | None = Field(default=None, description="按钮上的字。Words on the button.")
    why: Literal["none", "optional", "required"] = Field(
        default="optional", description="是否要写理由。Whether a reason is asked."
    )
    ask: Listed[FieldSpec] = Field(default=[], description="这一步要填什么。What is asked.")
    when: Listed[Condition] = Field(
        default=[], description="满足条件才能走。Offered only when this holds."
    )
    step: (
        Literal[
            "accept", "dispatch", "handle", "verify", "close",
            "return", "rework", "transfer", "withdraw",
        ]
        | None
    ) = Field(default=None, description="算作国标里的哪一步。Which step of GB/T 30428 it is.")  # fmt: skip
    whistle: bool = Field(
        default=False, description="街乡吹哨：召集部门会办。A township calls departments."
    )


class Rung(Part):
    """逾期后的一级。One rung of what follows lateness."""

    after: Duration | None = Field(
        default=None, description="逾期多久之后，不写是到期那一刻。How long after the deadline."
    )
    escalate: Name | None = Field(default=None, description="升级给谁。Escalate to this role.")
    notify: Listed[Name] = Field(default=[], description="通知谁。Tell these roles.")
    move: Name | None = Field(default=None, description="自动走到哪个状态。Move to this state.")

    @model_validator(mode="after")
    def _does_something(self) -> Rung:
        if not self.notify:
            exactly_one(self, "escalate", "move")
        return self


class Suspension(Part):
    """能不能挂起。Whether the clock may be stopped."""

    max: Duration = Field(description="最长多久。At most this long.")
    approver: Name | None = Field(default=None, description="谁批准。Who approves.")


class Extension(Part):
    """能不能延期。Whether the deadline may be put off."""

    max: Duration = Field(description="每次最多延多久。At most this much each time.")
    times: int = Field(default=1, ge=1, le=3, description="最多几次。How often.")
    approver: Name = Field(description="谁批准，要比负责人高。Who approves; above the owner.")


def _within(value: Any) -> Any:
    return {"": value} if not isinstance(value, dict) and value is not None else value


Within = Annotated[
    dict[str, Duration],
    BeforeValidator(_within, json_schema_input_type=Duration | dict[str, Duration]),
]


class State(Part):
    """一个状态。One state of a case."""

    title: Title | None = Field(default=None, description="名称。Title.")
    guide: Title | None = Field(
        default=None, description="给负责人的提示。What the owner should do."
    )
    owner: Name | None = Field(default=None, description="由谁负责。Who answers for it.")
    within: Within = Field(
        default={}, description="期限，可按优先级分别写。Deadline, or one for each priority."
    )
    remind: Listed[Duration] = Field(
        default=[], max_length=5, description="到期前多久提醒。Remind this long before."
    )
    late: Listed[Rung] = Field(default=[], max_length=6, description="逾期怎么办。What follows.")
    moves: Listed[Move] = Field(default=[], max_length=24, description="可以走的步子。Steps.")
    suspend: Suspension | None = Field(default=None, description="能不能挂起。Suspension.")
    extend: Extension | None = Field(default=None, description="能不能延期。Extension.")
    final: bool = Field(default=False, description="是不是终点。Whether it is an end.")
    outcome: Literal["solved", "unsolved", "refused", "withdrawn", "passed_on"] | None = Field(
        default=None, description="终点的结果，不写算已解决。How it ended; by default solved."
    )

    @field_validator("moves", mode="after")
    @classmethod
    def _named(cls, moves: list[Move]) -> list[Move]:
        """Give every step an id: its target, numbered when two lead the same way."""
        taken = {move.id for move in moves if move.id}
        out = []
        for move in moves:
            name = move.id or move.to
            number = 2
            while move.id is None and name in taken:
                name, number = f"{move.to}-{number}", number + 1
            taken.add(name)
            out.append(move if move.id else move.model_copy(update={"id": name}))
        return out


class Priority(Part):
    """一个优先级。A priority."""

    id: Key = Field(description="代号。Id.")
    title: Title | None = Field(default=None, description="名称。Title.")
    factor: float = Field(
        default=1, gt=0, le=10, description="期限乘以多少，0.5 是减半。Multiplies every deadline."
    )
    when: Listed[Condition] = Field(
        default=[], description="什么情况下属于这一级。When a case has it; none for the default."
    )


class Opens(Part):
    """谁可以上报，要填什么。Who may open a case, and what is asked."""

    by: Listed[Name] = Field(min_length=1, description="谁可以上报。Roles that may open a case.")
    ask: Listed[FieldSpec] = Field(default=[], max_length=40, description="要填什么。Questions.")
    start: Name | None = Field(
        default=None, description="从哪个状态开始，不写是第一个。First state; by default the first."
    )


class Network(Part):
    """一张网的职责（党建网、民生网、平安网）。One network's duty in a shared record."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    role: Name = Field(description="由谁承担。Who carries it.")
    duty: Title = Field(description="做什么。What it does.")
    states: Listed[Name] = Field(min_length=1, description="对应的状态。Its states.")


class Party(Part):
    """办理中的一方。One side of a matter that two sides follow."""

    id: Key = Field(description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    role: Name = Field(description="以什么角色看。The role it has.")
    sees: Listed[Name] = Field(
        default=["all"], description="能看到哪些状态，all 是全部。States it may see."
    )
    fields: Listed[Name] = Field(default=[], description="能看到哪些项目。Fields it may see.")


class Points(Part):
    """一条积分规则。A rule of points."""

    when: Name = Field(description="走到哪个状态时。On reaching this state.")
    to: Name = Field(description="记给谁。Whose points.")
    amount: Annotated[int, Field(ge=-100, le=100)] = Field(description="多少分。How many.")
    rule: Sentence = Field(description="依据哪一条规矩。The rule it rests on.")
    title: Title | None = Field(default=None, description="名称。Title.")
    appeal: Duration | None = Field(
        default=None, description="扣分的申诉期。How long a deduction may be appealed."
    )


class Publication(Part):
    """公开什么。What is published."""

    when: Name = Field(description="走到哪个状态时。On reaching this state.")
    fields: Listed[Name] = Field(min_length=1, description="公开哪些项目。Which fields.")
    board: Key = Field(description="公开栏。The board.")
    days: int | None = Field(default=None, ge=1, le=3650, description="公开多少天。For how long.")


class Notice(Part):
    """通知谁。Whom to tell."""

    when: Name = Field(description="走到哪个状态时。On reaching this state.")
    to: Listed[Name] = Field(min_length=1, description="通知哪些角色。Which roles.")
    text: Title = Field(
        description="内容，可用 {title} {code} {place} {due} 和项目。Words, with placeholders."
    )


class FollowUp(Part):
    """后续再开一件。A further case that follows."""

    when: Name = Field(description="走到哪个状态时。On reaching this state.")
    open: Id = Field(description="开哪个方案的事项。The playbook of the new case.")
    after: Duration | None = Field(default=None, description="过多久再开。How much later.")
    fields: dict[Key, Name] = Field(
        default={}, description="新项目: 本项目，带过去的内容。New field: field of this case."
    )


class Playbook(Part):
    """一个行动方案。A programme."""

    playbook: Literal[1] = Field(description="格式版本，写 1。Version of the format: 1.")
    id: Id = Field(description="代号，与文件夹同名。Id, the same as the folder's name.")
    title: Title = Field(description="名称。Title.")
    basis: Sentence = Field(description="依据：为什么有这个方案。Why this programme exists.")
    summary: Title | None = Field(default=None, description="一句话说明。One sentence for people.")
    kind: Literal["matter", "request", "registration", "fault", "suggestion"] = Field(
        default="matter", description="哪一类。What kind of case it is."
    )
    icon: Key | None = Field(default=None, description="图标名。Name of an icon.")
    networks: Listed[Network] = Field(
        default=[], max_length=9, description="几张网的职责。Networks."
    )
    opens: Opens = Field(description="上报。Opening.")
    priorities: Listed[Priority] = Field(
        default=[], max_length=6, description="优先级。Priorities."
    )
    states: dict[Key, State] = Field(min_length=2, max_length=40, description="状态。States.")
    parties: Listed[Party] = Field(default=[], max_length=6, description="各方能看什么。Sides.")
    points: Listed[Points] = Field(default=[], max_length=20, description="积分。Points.")
    publish: Listed[Publication] = Field(default=[], max_length=8, description="公开。Publication.")
    notify: Listed[Notice] = Field(default=[], max_length=20, description="通知。Notices.")
    follow: Listed[FollowUp] = Field(default=[], max_length=8, description="后续。Follow-ups.")
    indicators: Listed[Indicator] = Field(
        default=[], max_length=40, description="指标。Indicators."
    )
    sensing: Listed[SensingRule] = Field(
        default=[], max_length=20, description="设备事件怎样开事项。How devices open cases."
    )
    quarantine: Listed[Quarantine] = Field(
        default=[],
        max_length=40,
        description="传感器怎样算发疯、要隔离。When a sensor is shut away.",
    )

    @property
    def initial(self) -> str:
        """The state in which a case begins."""
        return self.opens.start or next(iter(self.states))

    @cached_property
    def fields(self) -> dict[str, FieldSpec]:
        """Every field that is asked anywhere, by id; the first wins when two share a name."""
        found: dict[str, FieldSpec] = {}
        for spec in self.opens.ask:
            found.setdefault(spec.field, spec)
        for state in self.states.values():
            for move in state.moves:
                for spec in move.ask:
                    found.setdefault(spec.field, spec)
        return found

    def state_title(self, state: str, lang: str = "zh") -> str:
        """The title of a state, or the common word for its id, or the id."""
        found = self.states.get(state)
        if found is not None and found.title is not None:
            return found.title.in_(lang)
        pair = words.STATES.get(state)
        return pair[is_english(lang)] if pair else state

    def move_title(self, move: Move, lang: str = "zh") -> str:
        """The words on the button."""
        if move.title is not None:
            return move.title.in_(lang)
        target = self.state_title(move.to, lang)
        return f"To “{target}”" if is_english(lang) else f"转到“{target}”"


__all__ = [
    "Choice", "Condition", "Extension", "FieldSpec", "FollowUp", "Indicator", "Move", "Network",
    "Notice", "Opens", "Party", "Playbook", "Points", "Priority", "Publication", "Rung", "State",
    "Suspension", "Text", "listed",
]  # fmt: skip
