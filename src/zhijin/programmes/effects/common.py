"""What every effect needs: the case with its line and playbook, and the mark that makes it happen once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection

from zhijin.cases.api import Case, CaseEvent, answers_of, revision_of
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.places import api as places
from zhijin.playbooks.api import Playbook, Revision

ACTOR = Actor.system("programmes")
#: Lines by which a case comes into the state that they name.
ENTERING = frozenset({"opened", "moved", "closed", "called", "reopened"})
_MARK = (
    "INSERT INTO programmes_effect (id, county, place_key, case_id, subject, kind, rule, at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (county, subject, kind, rule) DO NOTHING"
)
_HOLE = re.compile(r"\{([A-Za-z0-9_-]+)\}")


@dataclass(frozen=True)
class Happening:
    """One line of a timeline, with the case as it is now."""

    case: Case
    event: CaseEvent

    @cached_property
    def revision(self) -> Revision:
        return revision_of(self.case)

    @property
    def playbook(self) -> Playbook:
        return self.revision.playbook

    @property
    def reached(self) -> str:
        """The state that the case came into by this line; empty when it stayed."""
        entering = self.event.kind in ENTERING and self.event.after != self.event.before
        return self.event.after if entering else ""

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Every open answer given so far, the latest of each question; nothing private."""
        return answers_of(self.case)

    @cached_property
    def place(self) -> str:
        return places.label(self.case.place_code, skip=3)


def once(happening: Happening, kind: str, rule: int, *, per_case: bool = False) -> bool:
    """Whether this effect is to be done now; True only for the first one that asks, ever.

    The mark joins the current transaction, so it stands or falls with the effect. ``per_case``
    effects are done once in a case's life (points), the others once per line.
    """
    case = happening.case
    subject = case.id if per_case else happening.event.id
    values: list[Any] = [
        uuid7(), case.county, case.place_key, case.id, subject, kind, rule, clock.now(),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MARK, values)
        return cursor.rowcount == 1


def filled(text: str, happening: Happening, lang: str) -> str:
    """``text`` with its placeholders filled; nothing private, and unknown ones left out."""
    case, playbook = happening.case, happening.playbook
    due = clock.local(case.due_at) if case.due_at else None
    known: dict[str, str] = {
        "title": case.title,
        "code": case.number,
        "place": happening.place,
        "state": playbook.state_title(case.state, lang),
        "due": _moment(due, lang) if due else "—",
    }

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in known:
            return known[name]
        spec = playbook.fields.get(name)
        if spec is None or spec.private or name not in happening.answers:
            return "—"
        return str(happening.answers[name])

    return _HOLE.sub(value, text)


def _moment(moment: Any, lang: str) -> str:
    if lang == "en":
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def account_of(label: str) -> UUID | None:
    """The account that an actor's label names; None for anybody else."""
    kind, _, name = label.partition(":")
    try:
        return UUID(name) if kind == "account" else None
    except ValueError:
        return None
