"""A programme file of another kind: who may let which broadcast go out, how loud, and for how long it holds.

``playbooks/<id>/broadcast.yaml``, published like every programme; the nearest place's own revision holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from zhijin.broadcast.orders import LEVELS
from zhijin.core.roles import LEVEL_ROLES, ROLES, resolve
from zhijin.playbooks.api import Library, Published
from zhijin.playbooks.engine import (
    FileKind,
    Id,
    Intact,
    Name,
    Part,
    Sentence,
    Title,
    enumerated,
    hint,
)

KEY, ID = "broadcast", "village-voice"
_USUAL: Final = ("village_staff", "village", "township", "county")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)\Z")
_PLACEHOLDERS: Final[dict[str, Any]] = {
    "broadcast": 1, "title": "?", "basis": "?", "levels": {}, "send": "?", "zh": "?", "urgent": "?",
    **{level: {"send": "?", "urgent": "?"} for level in LEVELS},
}  # fmt: skip
Quiet = Annotated[
    str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d|none)$")
]


class Rule(Part):
    """一个级别的规则。What holds for one level."""

    send: Name = Field(
        description="谁可以发出；级别更高的也可以。Who may let it go out; those above too."
    )
    urgent: Name = Field(description="紧急时谁可以发出。Who may when it is urgent.")
    volume: Annotated[int, Field(ge=1, le=100)] = Field(
        default=80, description="音量（1–100）。Volume."
    )
    quiet: Quiet = Field(
        default="none", description="安静时段，如 21:30-06:30；none 不设。Quiet hours."
    )
    lasts: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=120,
        description="到时间后多少分钟内还可以开播。Minutes in which it may still begin.",
    )
    times: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="连播几遍。Times in a row."
    )
    knock: bool = Field(
        default=False,
        description="没播到的地方自动派网格员上门。Send grid workers where it did not play.",
    )

    @property
    def hours(self) -> tuple[int, int] | None:
        """Quiet hours as minutes of the day."""
        found = _QUIET.match(self.quiet)
        if found is None:
            return None
        a, b, c, d = map(int, found.groups())
        return a * 60 + b, c * 60 + d


class Levels(Part):
    """五个级别。The five levels."""

    plain: Rule = Field(description="一般通知。An ordinary notice.")
    blue: Rule = Field(description="蓝色。Blue.")
    yellow: Rule = Field(description="黄色。Yellow.")
    orange: Rule = Field(description="橙色：不管安静时段。Orange: whatever the hour.")
    red: Rule = Field(description="红色：打断别的，马上播。Red: interrupts whatever is playing.")

    def of(self, level: str) -> Rule:
        found: Rule = getattr(self, level)
        return found


class BroadcastProgramme(Part):
    """广播规则。The rules of broadcasts."""

    broadcast: Literal[1] = Field(description="格式版本。Version of the format.")
    id: Id = Field(default=ID, description="代号。Id.")
    title: Title = Field(description="名称。Title.")
    basis: Sentence = Field(description="依据。What it rests on.")
    levels: Levels = Field(description="各级别的规则。The rule of each level.")


def _senders(draft: Intact[BroadcastProgramme], _today: date | None) -> None:
    """Whoever may send is somebody whom the platform knows."""
    document = draft.document
    for level in LEVELS:
        for key in ("send", "urgent"):
            wanted = getattr(draft.programme.levels.of(level), key)
            if wanted != "?" and resolve(wanted) is None:
                path = ("levels", level, key)
                document.add("PB202", document.at(path), path, name=wanted, allowed=enumerated(_USUAL),
                             hint=hint(wanted, [*ROLES, *LEVEL_ROLES]))  # fmt: skip


def _sections(found: BroadcastProgramme, lang: str) -> Iterator[tuple[str, list[str]]]:
    for level in LEVELS:
        yield _level(level, lang == "en"), _told(found.levels.of(level), lang)


def _level(level: str, english: bool) -> str:
    zh = dict(zip(LEVELS, ("一般通知", "蓝色", "黄色", "橙色", "红色"), strict=True))
    return level.capitalize() if english else zh[level]


def _told(rule: Rule, lang: str) -> list[str]:
    send, urgent = (
        found.title(lang) if (found := resolve(n)) else n for n in (rule.send, rule.urgent)
    )
    if lang == "en":
        return [
            f"May let it go out: {send}; when urgent: {urgent}", f"Volume {rule.volume}, {rule.times} time(s)",
            f"May begin within {rule.lasts} minutes; quiet hours {rule.quiet}",
        ]  # fmt: skip
    return [
        f"可以发出：{send}；紧急时：{urgent}", f"音量 {rule.volume}，连播 {rule.times} 遍",
        f"到时间后 {rule.lasts} 分钟内有效；安静时段 {'不设' if rule.quiet == 'none' else rule.quiet}",
    ]  # fmt: skip


FORMAT: Final = FileKind(
    KEY, "broadcast.yaml", BroadcastProgramme, _PLACEHOLDERS, _sections, _senders
)
PROGRAMMES = Library(FORMAT)
FORM = PROGRAMMES.form
load, explain = FORMAT.load, FORMAT.explain


def current(place_code: str) -> Published[BroadcastProgramme]:
    """The rules in force at a place. Raises PR001."""
    return PROGRAMMES.current(ID, place_code)
