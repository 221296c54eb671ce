"""A programme of applications on another's behalf (``proxy.yaml``): its shape, how it is read and told. Plain Python.

What may be done for others, within how many workdays each step and for how long a consent lasts stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from zhijin.playbooks.engine import FileKind, Part, Title

KEY: Final = "proxy"
FILE: Final = "proxy.yaml"
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,23}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Days = Annotated[int, Field(ge=1, le=120)]
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "proxy": 1, "id": "missing", "title": "?", "basis": "?", "zh": "?", "longest": 1,
    "kinds": [], "within": {"submit": 1, "decide": 1, "deliver": 1}, "submit": 1, "decide": 1, "deliver": 1,
}  # fmt: skip


class Within(Part):
    """Workdays. 几个工作日：递交窗口、窗口办结、送到本人。"""

    submit: Days
    decide: Days
    deliver: Days


class Kind(Part):
    """One kind of application. ``papers``: what is usually taken from the person."""

    id: Id
    title: Title
    within: Within
    papers: list[Line] = Field(default_factory=list, max_length=12)


class Proxies(Part):
    """A whole programme. ``longest``: a consent lasts so many days at most."""

    proxy: Literal[1]
    id: Id
    title: Title
    basis: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    longest: int = Field(ge=1, le=366)
    kinds: list[Kind] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _each_once(self) -> Proxies:
        names = [kind.id for kind in self.kinds]
        if len(names) != len(set(names)):
            raise PydanticCustomError("a kind stands twice", "a kind stands twice")
        return self

    def kind(self, name: str) -> Kind | None:
        return next((kind for kind in self.kinds if kind.id == name), None)


def _sections(found: Proxies, lang: str) -> Iterator[tuple[str, list[str]]]:
    if lang == "en":
        consent = f"A consent lasts {found.longest} days at most."
        lines = [
            f"{kind.title.in_('en')}: handed in within {kind.within.submit} workdays, decided within "
            f"{kind.within.decide}, delivered within {kind.within.deliver}."
            for kind in found.kinds
        ]
        yield "What may be done on another's behalf", [found.basis, consent, *lines]
        return
    lines = [
        f"{kind.title.zh}：{kind.within.submit} 个工作日内递交，{kind.within.decide} 个工作日内办结，"
        f"{kind.within.deliver} 个工作日内送达。"
        for kind in found.kinds
    ]
    yield "可以代办的事", [found.basis, f"委托最长 {found.longest} 天。", *lines]


FORMAT: Final = FileKind(KEY, FILE, Proxies, _PLACEHOLDERS, _sections)
load, told, explain = FORMAT.load, FORMAT.told, FORMAT.explain
