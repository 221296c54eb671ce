"""Choosing a place by its name in a form: what was typed, which place is meant, or which ones it may be.

Nobody has to know a code. A name that fits one place is that place; one that fits several comes back with the
places to choose from, so that it works without scripts; with them the choices come while one types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from zhijin.core.actor import KEY_LIMIT, Actor
from zhijin.core.ids import Level, is_code
from zhijin.core.roles import ADMINISTRATIVE, ROLES
from zhijin.places.errors import PLACE_OPEN
from zhijin.places.models import Place
from zhijin.places.searching import search
from zhijin.places.selectors import children, find, labels

#: What lists are narrowed by, and where something stands.
WIDE: Final = ("province", "prefecture", "county", "township", "village")
ALL: Final = (*WIDE, "group", "grid")
GROUND: Final = ("village", "grid")
#: More choices than this help nobody: then one writes the place above it too.
SHOWN: Final = 12
#: A village's grids are all offered.
_BELOW: Final = 60
LONGEST: Final = 60


@dataclass(frozen=True)
class Choice:
    """One place that may be meant; ``path`` are the names above it."""

    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Picked:
    """What a field of a form says. ``code`` is empty while it is open which place is meant."""

    field: str
    text: str = ""
    code: str = ""
    choices: tuple[Choice, ...] = ()
    levels: tuple[str, ...] = WIDE
    permission: str = ""
    grids: bool = False
    #: Drawn with this as ``picked``, and ``id``, ``label``, ``help``.
    template: ClassVar[str] = "places/_place_field.html"

    @property
    def open(self) -> bool:
        """Whether one of several has yet to be chosen."""
        return bool(self.choices) and not self.code

    @property
    def lost(self) -> bool:
        """Whether something was typed that no place is called."""
        return bool(self.text) and not self.code and not self.choices

    @property
    def settled(self) -> bool:
        """Whether it is known what is meant: one place, or none at all."""
        return bool(self.code) or not self.text

    def sure(self) -> str:
        """The code, empty when nothing was typed. Raises PL004 while it is open which place is meant."""
        if not self.settled:
            raise PLACE_OPEN(text=self.text)
        return self.code


@dataclass(frozen=True)
class Typed:
    """The three values that the field sends: the words, the choice, and the words it was a choice of."""

    text: str = ""
    code: str = ""
    was: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str], field: str) -> Typed:
        given = (str(data.get(field + end) or "") for end in ("", ".code", ".was"))
        text, code, was = (one.replace("\0", "").strip()[:LONGEST] for one in given)
        return cls(text, code, was)


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
