"""Choosing a volunteer team by its name: a list while there are few, found by a few characters where there are many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhijin.activities.models import Team
from zhijin.activities.service import reading, showing
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.places import api as places
from zhijin.ui import picking
from zhijin.ui.picking import Choice, Typed, meant

#: More choices than this help nobody: then one writes more of the name.
SHOWN: Final = 12
#: So many are shown as a list.
FEW: Final = 8
#: So many are looked through for those that one answers for.
LOOKED: Final = 60


@dataclass(frozen=True)
class Picked(picking.Picked):
    """What a field says of a team. ``few``: all that there are; ``own``: only teams that the viewer answers for."""

    own: bool = False
    few: tuple[Choice, ...] = ()
    nobody: str | Promise = ""
    template: ClassVar[str] = "activities/service/_team_field.html"

    @property
    def team_id(self) -> UUID | None:
        return UUID(self.code) if self.code else None

    def sure(self) -> UUID | None:
        """The team, None when nothing was typed. Raises CO400 while it is open which one is meant."""
        if not self.settled:
            raise BAD_REQUEST(fields={self.field: self.wrong()})
        return self.team_id

    @property
    def asks(self) -> str:
        asked = {"field": self.field, "own": "1" if self.own else ""}
        return f"{reverse('desk:team-choices')}?{urlencode(asked)}"

    @property
    def example(self) -> str:
        return _("写队名里的几个字")

    @property
    def unknown(self) -> str:
        return _("没有找到叫“%(text)s”的志愿服务队。") % {"text": self.text}

    def wrong(self) -> str:
        return _("有几支队伍都符合，请选一支。") if self.open else self.unknown


@dataclass(frozen=True)
class Question:
    """Which team is meant, of those in sight that have not ended. ``nobody``: what choosing none is called."""

    own: bool = False
    nobody: str | Promise = ""

    def pick(self, actor: Actor, field: str, typed: Typed) -> Picked:
        few = self.few(actor)
        asked = Picked(field, typed.text, own=self.own, few=few, nobody=self.nobody)
        if not typed.text:
            return asked
        one, rows = meant(typed, partial(self._by_id, actor), partial(self.find, actor))
        if one is not None:
            return replace(asked, text=one.name, code=str(one.id))
        return replace(asked, choices=_choices(rows))

    def offer(self, actor: Actor, field: str, text: str) -> Picked:
        """What is shown while one types; the only one that fits is chosen already."""
        found = self.find(actor, text)
        only = str(found[0].id) if len(found) == 1 else ""
        return Picked(field, text, only, _choices(found), self.own)

    def find(self, actor: Actor, text: str) -> list[Team]:
        """Teams whose names hold the words, the shorter names first."""
        rows = self.rows(actor)
        for word in text.split()[:4]:
            rows = rows.filter(name__contains=word)
        rows = rows.order_by(Length("name"), "place_key", "id")
        return self._mine(actor, rows[:LOOKED])[:SHOWN] if text.split() else []

    def few(self, actor: Actor) -> tuple[Choice, ...]:
        """All of them, where they are few; else nothing."""
        found = list(self.rows(actor)[: LOOKED + 1])
        mine = self._mine(actor, found)
        return _choices(mine) if len(found) <= LOOKED and len(mine) <= FEW else ()

    def rows(self, actor: Actor) -> QuerySet[Team]:
        return reading.teams(actor).filter(ended_on=None)

    def _mine(self, actor: Actor, rows: Iterable[Team]) -> list[Team]:
        return [one for one in rows if not self.own or showing.leads(actor, one)]

    def _by_id(self, actor: Actor, text: str) -> Team | None:
        pk = showing.maybe_uuid(text)
        found = self.rows(actor).filter(id=pk).first() if pk is not None else None
        return found if found is not None and self._mine(actor, [found]) else None


def pick(actor: Actor, data: Mapping[str, str], field: str, question: Question) -> Picked:
    """What ``data`` (a query or a form) says in ``field``."""
    return question.pick(actor, field, Typed.of(data, field))


def _choices(found: Sequence[Team]) -> tuple[Choice, ...]:
    there = places.get_many(one.place_code for one in found)
    known = places.labels(list(there), separator=" ", skip=3)
    return tuple(
        Choice(str(one.id), one.name, f"{known.get(one.place_code, '')} · {one.org_name}")
        for one in found
    )
