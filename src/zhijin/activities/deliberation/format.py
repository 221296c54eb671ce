"""A programme of deliberation (``deliberation.yaml``): its shape, how it is read and told. Plain Python.

Which lines of steps there are, who holds each step, how many must be there and agree, and on which law, stand in
the file, never here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from zhijin.activities.meetings.format import Vote
from zhijin.core.roles import ROLES
from zhijin.playbooks.engine import FileKind, Part, Title

KEY: Final = "deliberation"
FILE: Final = "deliberation.yaml"
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,23}$")]
Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,31}$")]
Line_ = Annotated[str, StringConstraints(min_length=1, max_length=80)]
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "deliberation": 1, "id": "missing", "title": "?", "basis": "?", "lines": [], "steps": [], "zh": "?",
    "act": "meet", "by": ["village_secretary"], "quorum": 5000, "pass_over": 5000, "of": "due", "body": "?",
    "gatherings": [],
}  # fmt: skip


class Side(Part):
    """One of the parties round a council's table. 议事厅里的一方。"""

    id: Id
    title: Title


class Step(Part):
    """One step of a line. 一步：``meet`` 开会表决，``publish`` 决议公开，``carry`` 落实（事项），``result`` 结果公开。

    ``body`` says who meets and ``vote`` when it stands; ``secret`` how votes are cast unless whoever calls the
    meeting says otherwise; ``by`` the roles that may hold the step; ``sides`` must each be there.
    """

    id: Id
    title: Title
    act: Literal["meet", "publish", "carry", "result"]
    body: Title | None = None
    by: list[Role] = Field(min_length=1, max_length=8)
    vote: Vote | None = None
    secret: bool = False
    sides: list[Side] = Field(default_factory=list, max_length=8)
    board: Literal["party", "village", "service"] = "village"
    playbook: Id | None = None
    basis: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _whole(self) -> Step:
        if self.act == "meet" and (self.vote is None or self.body is None):
            raise PydanticCustomError("meet_whole", "a meeting needs `body` and `vote`")
        if self.act == "carry" and self.playbook is None:
            raise PydanticCustomError("carry_whole", "carrying out needs `playbook`")
        if any(role not in ROLES for role in self.by):
            raise PydanticCustomError("role_unknown", "an unknown role in `by`")
        return self

    def side(self, name: str) -> Side | None:
        return next((side for side in self.sides if side.id == name), None)


class Way(Part):
    """One line of steps, from the first meeting to the result. 一条议事程序。"""

    id: Id
    title: Title
    basis: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    steps: list[Step] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _each_once(self) -> Way:
        names = [step.id for step in self.steps]
        if len(names) != len(set(names)):
            raise PydanticCustomError("step_twice", "a step stands twice")
        if self.steps[0].act != "meet":
            raise PydanticCustomError("first_meets", "a line begins with a meeting")
        return self


class Meet(Part):
    """One kind of neighbours' meeting. 坝坝会、群众会等。"""

    id: Id
    title: Title
    basis: str = Field(default="", max_length=200)


class Deliberation(Part):
    """A whole programme."""

    deliberation: Literal[1]
    id: Id
    title: Title
    basis: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    alike: int = Field(default=45, ge=1, le=100)
    lines: list[Way] = Field(min_length=1, max_length=12)
    gatherings: list[Meet] = Field(default_factory=list, max_length=12)

    @model_validator(mode="after")
    def _each_once(self) -> Deliberation:
        for rows in (self.lines, self.gatherings):
            names = [row.id for row in rows]
            if len(names) != len(set(names)):
                raise PydanticCustomError("line_twice", "a line or meeting stands twice")
        return self

    def way(self, name: str) -> Way | None:
        return next((way for way in self.lines if way.id == name), None)

    def meet(self, name: str) -> Meet | None:
        return next((meet for meet in self.gatherings if meet.id == name), None)


def share(points: int) -> str:
    """Basis points as people read them: 5000 → 50%, 6666 → 66.66%."""
    return f"{points / 100:g}%"


def _sections(found: Deliberation, lang: str) -> Iterator[tuple[str, list[str]]]:
    for way in found.lines:
        yield way.title.in_(lang), [way.basis, *(_told(step, lang) for step in way.steps)]
    if found.gatherings:
        title = "Neighbours' meetings" if lang == "en" else "群众会"
        yield title, [f"{one.title.in_(lang)} {one.basis}".strip() for one in found.gatherings]


def _told(step: Step, lang: str) -> str:
    english = lang == "en"
    if step.vote is None or step.body is None:
        return f"{step.title.in_(lang)}. {step.basis}".strip()
    of = {"due": ("应到", "those due"), "present": ("到会", "those present")}[step.vote.of][english]
    rule = (
        f"{share(step.vote.quorum)} of those due must be there; more than {share(step.vote.pass_over)} of {of} agree"
        if english
        else f"到会不少于应到的 {share(step.vote.quorum)}；赞成超过{of}的 {share(step.vote.pass_over)}"
    )
    return f"{step.title.in_(lang)} ({step.body.in_(lang)}): {rule}. {step.basis}".strip()


FORMAT: Final = FileKind(KEY, FILE, Deliberation, _PLACEHOLDERS, _sections)
load, told, explain = FORMAT.load, FORMAT.told, FORMAT.explain
