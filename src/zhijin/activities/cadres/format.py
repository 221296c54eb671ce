"""A programme of cadres and teams (``cadres.yaml``): its shape, how it is read and told. Plain Python.

How long ahead, how many votes, which grades, which conditions and which shares stand in the file, never here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from zhijin.playbooks.engine import FileKind, Part, Title

KEY: Final = "cadres"
FILE: Final = "cadres.yaml"
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,23}$")]
Basis = Annotated[str, StringConstraints(min_length=1, max_length=400)]
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "cadres": 1, "id": "missing", "title": "?", "basis": "?", "elections": {}, "workers": {}, "postings": {},
    "study": {}, "zh": "?", "rules": [], "of": [], "turnout": 8000, "posts": [], "grades": [], "logs": [],
    "commend": {}, "cadre": {}, "team": {}, "months": 1, "kinds": 1, "met": 1, "public": 0,
}  # fmt: skip


class Turnout(Part):
    """When an election stands: at least (``over``: more than) this share of the electors voted. 基点。"""

    of: list[Word] = Field(min_length=1, max_length=20)
    turnout: int = Field(ge=0, le=10_000)
    over: bool = False
    basis: Basis

    def stands(self, voted: int, electors: int) -> bool:
        share, needed = voted * 10_000, electors * self.turnout
        return share > needed if self.over else share >= needed

    def least(self, electors: int) -> int:
        """How many must vote at the least."""
        needed = electors * self.turnout
        return needed // 10_000 + 1 if self.over else -(-needed // 10_000)


class Elections(Part):
    """换届。``warn``: so many days ahead an election is told to come due."""

    warn: int = Field(default=180, ge=1, le=730)
    rules: list[Turnout] = Field(min_length=1, max_length=20)


class Grade(Part):
    """One grade, and what it takes to come up to it from the one below. 等级和晋级条件。"""

    id: Id
    title: Title
    months: int = Field(default=0, ge=0, le=600)
    education: int = Field(default=0, ge=0, le=5)
    certificate: int = Field(default=0, ge=0, le=3)


class Workers(Part):
    """社区工作者: which posts have grades, from the lowest up."""

    basis: Basis
    posts: list[Word] = Field(min_length=1, max_length=10)
    grades: list[Grade] = Field(min_length=1, max_length=40)

    def at(self, name: str) -> int:
        """The place of a grade in the ladder; -1 when it has none."""
        return next((at for at, grade in enumerate(self.grades) if grade.id == name), -1)


class LogKind(Part):
    """A kind of work log. 日志种类。"""

    id: Id
    title: Title


class CadreRule(Part):
    """在岗月数、每月日志数、工作种类数: all must be met."""

    months: int = Field(ge=1, le=12)
    logs: int = Field(ge=1, le=31)
    kinds: int = Field(ge=1, le=20)


class TeamRule(Part):
    """队员数、达到条件的人数、工作种类数: all must be met."""

    cadres: int = Field(ge=1, le=20)
    met: int = Field(ge=0, le=20)
    kinds: int = Field(ge=1, le=20)


class Commend(Part):
    """What a commendation asks for, and on which basis. 表彰条件。"""

    cadre: CadreRule
    team: TeamRule
    basis: Basis


class Postings(Part):
    """驻村。"""

    logs: list[LogKind] = Field(min_length=1, max_length=20)
    commend: Commend


class Shares(Part):
    """学历提升的费用分担: ``public`` basis points are paid by prefecture and county, the rest by the learner."""

    public: int = Field(ge=0, le=10_000)
    basis: Basis

    def split(self, fee: int) -> tuple[int, int]:
        """Fen of the public and of the learner; they add up to ``fee``, a part of a fen is the learner's."""
        public = fee * self.public // 10_000
        return public, fee - public


class Cadres(Part):
    """A whole programme."""

    cadres: Literal[1]
    id: Id
    title: Title
    basis: Basis
    elections: Elections
    workers: Workers
    postings: Postings
    study: Shares

    @model_validator(mode="after")
    def _each_once(self) -> Cadres:
        lists = (
            [grade.id for grade in self.workers.grades],
            [kind.id for kind in self.postings.logs],
            [of for rule in self.elections.rules for of in rule.of],
        )
        if any(len(names) != len(set(names)) for names in lists):
            raise PydanticCustomError("stands twice", "a grade, log or organisation stands twice")
        return self

    def rule(self, kind: str) -> Turnout | None:
        """The rule of elections for a kind of organisation."""
        return next((rule for rule in self.elections.rules if kind in rule.of), None)

    @property
    def electing(self) -> tuple[str, ...]:
        """The kinds of organisation that hold elections."""
        return tuple(of for rule in self.elections.rules for of in rule.of)

    def log_kind(self, name: str) -> LogKind | None:
        return next((kind for kind in self.postings.logs if kind.id == name), None)


def _sections(found: Cadres, lang: str) -> Iterator[tuple[str, list[str]]]:
    english = lang == "en"
    ahead = (
        f"{found.elections.warn} days ahead" if english else f"届满前 {found.elections.warn} 天提醒"
    )
    yield (
        "Elections" if english else "换届",
        [ahead, *(rule.basis for rule in found.elections.rules)],
    )
    grades = [_grade(grade, english) for grade in found.workers.grades]
    yield (
        "Grades of community workers" if english else "社区工作者等级",
        [found.workers.basis, *grades],
    )
    kinds = [kind.title.in_(lang) for kind in found.postings.logs]
    yield ("Postings" if english else "驻村", ["、".join(kinds), found.postings.commend.basis])
    yield ("Study" if english else "学历提升", [found.study.basis])


def _grade(grade: Grade, english: bool) -> str:
    title = grade.title.in_("en" if english else "zh")
    if english:
        return (f"{title}: {grade.months} months below, schooling {grade.education}, certificate "
                f"{grade.certificate}")  # fmt: skip
    return f"{title}：在下一级满 {grade.months} 个月，学历 {grade.education} 档，职业资格 {grade.certificate} 档"


FORMAT: Final = FileKind(KEY, FILE, Cadres, _PLACEHOLDERS, _sections)
load, told, explain = FORMAT.load, FORMAT.told, FORMAT.explain
