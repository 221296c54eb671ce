"""Choosing a place by its name in a form: which place what was typed means, or which ones it may mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.core.actor import KEY_LIMIT, Actor
from zhijin.core.ids import Level, is_code
from zhijin.core.roles import ADMINISTRATIVE, ROLES
from zhijin.places.errors import PLACE_OPEN
from zhijin.places.models import Place
from zhijin.places.searching import search
from zhijin.places.selectors import children, find, labels
from zhijin.ui import picking
from zhijin.ui.picking import Choice, Typed

#: What lists are narrowed by, and where something stands.
WIDE: Final = ("province", "prefecture", "county", "township", "village")
ALL: Final = (*WIDE, "group", "grid")
GROUND: Final = ("village", "grid")
#: More choices than this help nobody: then one writes the place above it too.
SHOWN: Final = 12
#: A village's grids are all offered.
_BELOW: Final = 60


@dataclass(frozen=True)
class Picked(picking.Picked):
    """What a field says of a place, and which places it asks for."""

    levels: tuple[str, ...] = WIDE
    permission: str = ""
    grids: bool = False

    def sure(self) -> str:
        """The code, empty when nothing was typed. Raises PL004 while it is open which place is meant."""
        if not self.settled:
            raise PLACE_OPEN(text=self.text)
        return self.code

    @property
    def asks(self) -> str:
        asked = {
            "field": self.field,
            "levels": ".".join(self.levels),
            "permission": self.permission,
        }
        more = {"grids": "1"} if self.grids else {}
        return f"{reverse('desk:place-choices')}?{urlencode(asked | more)}"

    @property
    def example(self) -> str:
        return _("例如：靖安 大耆老")

    @property
    def unknown(self) -> str:
        return _("没有找到“%(text)s”，可以先写上级再写下级。") % {"text": self.text}

    def wrong(self) -> str:
        if self.open:
            return _("有几个地方都叫这个名字，请选一个。")
        return _("没有找到“%(text)s”。请换一个名字，或先写上级再写下级，例如：靖安 大耆老。") % {
            "text": self.text
        }


@dataclass(frozen=True)
class Question:
    """Which places may be chosen: of these levels, where ``permission`` is held (empty: any role).

    ``grids``: a village's grids are offered beside it.
    """

    levels: tuple[str, ...] = WIDE
    permission: str = ""
    grids: bool = False

    def pick(self, actor: Actor, field: str, typed: Typed) -> Picked:
        """The place that is meant. A whole code stands for itself; whether it may be used, the service says."""
        asked = Picked(
            field, typed.text, levels=self.levels, permission=self.permission, grids=self.grids
        )
        if is_code(typed.text):
            return self.told(actor, asked, typed.text)
        if typed.text and typed.text == typed.was and is_code(typed.code):
            return replace(asked, code=typed.code)
        found = self.find(actor, typed.text)
        if len(found) == 1:
            return self.told(actor, asked, found[0].code)
        same = [one for one in found if typed.text in {one.name, one.short}]
        if len(same) == 1 and not self.grids:
            return self.told(actor, asked, same[0].code)
        return replace(asked, choices=_choices(found))

    def told(self, actor: Actor, asked: Picked, code: str) -> Picked:
        """A place that was found, by its name; one outside of what the actor may see keeps to its code."""
        place = find(code)
        if place is None or not any(lo <= place.key < hi for lo, hi in self.reach(actor)):
            return replace(asked, code=code)
        return replace(asked, text=place.short, code=code)

    def find(self, actor: Actor, text: str) -> list[Place]:
        """The places that may be meant, where the actor may look; with the grids of a village found alone."""
        reach = self.reach(actor)
        if not text or not reach:
            return []
        found = search(text, levels=self.levels, limit=SHOWN, within=reach)
        if self.grids and len(found) == 1 and found[0].level == Level.VILLAGE:
            below = [one for one in children(found[0].code) if one.level == Level.GRID]
            found += below[:_BELOW]
        return found

    def offer(self, actor: Actor, field: str, text: str) -> Picked:
        """What is shown while one types: every place that fits, the first one chosen when it is the only one."""
        found = self.find(actor, text)
        only = found[0].code if len(found) == 1 else ""
        return Picked(field, text, only, _choices(found), self.levels, self.permission, self.grids)

    def reach(self, actor: Actor) -> tuple[tuple[int, int], ...]:
        """Where the actor may look: the places of the grants that hold the permission.

        The platform's own administrators stand nowhere: what they hold, they hold everywhere.
        """
        held = [
            grant for grant in actor.grants
            if not self.permission
            or (grant.role in ROLES and self.permission in ROLES[grant.role].permissions)
        ]  # fmt: skip
        if actor.is_system or any(grant.role in ADMINISTRATIVE for grant in held):
            return ((0, KEY_LIMIT),)
        return tuple(sorted({(grant.lo, grant.hi) for grant in held if grant.lo < grant.hi}))


def pick(
    actor: Actor, data: Mapping[str, str], field: str = "place", question: Question | None = None
) -> Picked:
    """What ``data`` (a query or a form) says in ``field``."""
    return (question or Question()).pick(actor, field, Typed.of(data, field))


def any_place(
    actor: Actor, data: Mapping[str, str], field: str = "place", permission: str = ""
) -> Picked:
    """What ``field`` says of places of any level, for rooms that know of no places."""
    return pick(actor, data, field, Question(ALL, permission, grids=True))


def _choices(found: Sequence[Place]) -> tuple[Choice, ...]:
    paths = labels([place.code for place in found], separator=" ", skip=1) if found else {}
    return tuple(
        Choice(place.code, place.short, paths[place.code].removesuffix(place.short).strip())
        for place in found
    )
