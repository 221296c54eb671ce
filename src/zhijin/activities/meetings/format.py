"""A programme of organisational life (``life.yaml``): its shape, how it is read and told. Plain Python.

The kinds of meeting, how often they are due and on which basis stand in the file, never here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from zhijin.activities.meetings.periods import Each
from zhijin.playbooks.engine import FileKind, Part, Title

KEY: Final = "life"
FILE: Final = "life.yaml"
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,23}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=80)]
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "life": 1, "id": "missing", "title": "?", "basis": "?", "kinds": [], "who": "members", "zh": "?",
    "minutes": ["?"], "quorum": 5000, "pass_over": 5000, "of": "due",
}  # fmt: skip


class Vote(Part):
    """When a vote stands and passes. 表决：到会多少才能投，赞成多少才通过（基点，10000 为全部）。

    ``quorum``: at least this share of those due with a vote must be there. ``pass_over``: more than this
    share of those ``of`` (due or present) must vote for it.
    """

    quorum: int = Field(ge=0, le=10_000)
    pass_over: int = Field(ge=0, le=9_999)
    of: Literal["due", "present"] = "due"


class Kind(Part):
    """One kind of meeting. ``each`` empty: nothing is due, it is only counted. ``study``: it is learning."""

    id: Id
    title: Title
    each: Each | None = None
    least: int = Field(default=1, ge=1, le=31)
    who: Literal["members", "committee"] = "members"
    basis: str = Field(default="", max_length=200)
    study: bool = False
    agenda: list[Line] = Field(default_factory=list, max_length=20)
    minutes: list[Line] = Field(min_length=1, max_length=12)
    vote: Vote | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """What is kept in the words of the file."""
        return (*self.agenda, *self.minutes)


class Life(Part):
    """A whole programme. ``english``: how English pages show lines of agendas and headings of minutes, which are kept
    and printed in Chinese. 英文页面上怎样显示议程和纪要的小标题；存档和 Word 文件总是中文。
    """

    life: Literal[1]
    id: Id
    title: Title
    basis: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    grace: int = Field(default=5, ge=0, le=31)
    remind: int = Field(default=10, ge=0, le=60)
    kinds: list[Kind] = Field(min_length=1, max_length=40)
    english: dict[Line, Line] = Field(default_factory=dict, max_length=200)

    @model_validator(mode="after")
    def _each_once(self) -> Life:
        names = [kind.id for kind in self.kinds]
        if len(names) != len(set(names)):
            raise PydanticCustomError("a kind stands twice", "a kind stands twice")
        return self

    @model_validator(mode="after")
    def _english_of_something(self) -> Life:
        if not self.english.keys() <= {line for kind in self.kinds for line in kind.lines}:
            raise PydanticCustomError("english of nothing", "english of nothing")
        return self

    def words(self, lang: str) -> dict[str, str]:
        """What pages in a language show in the place of a line that is kept in Chinese; empty in Chinese."""
        return dict(self.english) if lang.startswith("en") else {}

    def kind(self, name: str) -> Kind | None:
        return next((kind for kind in self.kinds if kind.id == name), None)

    @property
    def due(self) -> tuple[Kind, ...]:
        """The kinds that must be held."""
        return tuple(kind for kind in self.kinds if kind.each is not None)


_EACH: Final = {
    "month": ("每月", "each month"), "quarter": ("每季度", "each quarter"),
    "half": ("每半年", "each half-year"), "year": ("每年", "each year"),
}  # fmt: skip


def _sections(found: Life, lang: str) -> Iterator[tuple[str, list[str]]]:
    english = lang == "en"
    lines = [
        f"{kind.title.in_(lang)}: {_EACH[kind.each or 'year'][english]} ≥ {kind.least}. {kind.basis}"
        for kind in found.due
    ]
    yield ("What is due" if english else "应开展的组织生活", [found.basis, *lines])
    counted = [kind.title.in_(lang) for kind in found.kinds if kind.each is None]
    yield ("What is counted" if english else "只计数的会议和学习", counted)


FORMAT: Final = FileKind(KEY, FILE, Life, _PLACEHOLDERS, _sections)
load, told, explain = FORMAT.load, FORMAT.told, FORMAT.explain
