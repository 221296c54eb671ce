"""Choosing a resident by their whole name in a form: shown masked, with household, place and year to tell them apart.

Names are sealed and found by their keyed index, never by a part, so nobody can leaf through a village. A form may be
about somebody who is not registered: then the name stands as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.core import crypto, journal
from zhijin.core.actor import Actor
from zhijin.people import selectors
from zhijin.people.models import Membership, Person
from zhijin.places import api as places
from zhijin.ui import picking
from zhijin.ui.picking import Choice, Typed

#: More of one name than this are told apart by nobody.
SHOWN: Final = 12
#: The choice that means somebody who is not on the register.
NOBODY: Final = "none"


@dataclass(frozen=True)
class Picked(picking.Picked):
    """What a field says of a resident. ``free``: it may be somebody who is not registered."""

    free: bool = False

    @property
    def person_id(self) -> UUID | None:
        """The resident who was chosen."""
        return UUID(self.code) if self.code and self.code != NOBODY else None

    @property
    def lost(self) -> bool:
        return not self.free and super().lost

    @property
    def settled(self) -> bool:
        return super().settled or (self.free and not self.choices)

    @property
    def asks(self) -> str:
        asked = {"field": self.field, "free": "1" if self.free else ""}
        return f"{reverse('desk:resident-choices')}?{urlencode(asked)}"

    @property
    def example(self) -> str:
        return _("写完整的姓名")

    @property
    def unknown(self) -> str:
        return _("居民册里没有叫“%(text)s”的人。") % {"text": self.text}

    def wrong(self) -> str:
        if self.open:
            return _("居民册里有这个名字，请选是哪一位。")
        return _("居民册里没有叫“%(text)s”的人，请写完整的姓名。") % {"text": self.text}


@dataclass(frozen=True)
class Question:
    """Which resident is meant, of those whom the actor may see. Looking is journalled."""

    free: bool = False

    def pick(self, actor: Actor, field: str, typed: Typed) -> Picked:
        """Who was chosen among those of the name. A single one of the name is not taken for them: somebody who is not
        registered may be called the same."""
        asked = Picked(field, typed.text, free=self.free)
        found = self.find(actor, typed.text)
        if not found:
            return asked
        asked = replace(asked, choices=_choices(found, self.free))
        chosen = typed.code if typed.text == typed.was else ""
        known = chosen in {one.code for one in asked.choices}
        return replace(asked, code=chosen) if known else asked

    def offer(self, actor: Actor, field: str, text: str) -> Picked:
        """What is shown while one types; the only one of the name is chosen already."""
        found = self.find(actor, text)
        only = str(found[0].id) if len(found) == 1 else ""
        choices = _choices(found, self.free) if found else ()
        return Picked(field, text, only, choices, self.free)

    def find(self, actor: Actor, text: str) -> list[Person]:
        """Those of that whole name in sight, in the order of places."""
        name = " ".join(text.split())
        if len(name) < 2 or not actor.can("person.view"):
            return []
        rows = selectors.visible(actor).filter(
            name_blind=crypto.blind("person.name", name), valid_to=None
        )
        lived = Membership.objects.filter(valid_to=None).select_related("household")
        rows = rows.prefetch_related(Prefetch("memberships", lived, to_attr="lived"))
        found: list[Person] = list(rows.order_by("place_key", "id")[:SHOWN])
        if found:
            journal.write(actor, "person.found", "person:search", detail={"hits": len(found)})
        return found


def pick(actor: Actor, data: Mapping[str, str], field: str, *, free: bool = False) -> Picked:
    """What ``data`` (a form) says in ``field``."""
    return Question(free).pick(actor, field, Typed.of(data, field))


def _choices(found: list[Person], free: bool) -> tuple[Choice, ...]:
    known = places.get_many(one.place_code for one in found)
    paths = places.labels(list(known), separator=" ", skip=4)
    rows = [Choice(str(one.id), one.name_masked, _told(one, paths)) for one in found]
    return (*rows, *((Choice(NOBODY, _("都不是：没有登记的人"), ""),) if free else ()))


def _told(person: Person, paths: dict[str, str]) -> str:
    lived: list[Membership] = getattr(person, "lived", [])
    parts = [_("{n} 号户").format(n=one.household.number) for one in lived]
    parts.append(paths.get(person.place_code, person.place_code))
    if person.birth_year:
        parts.append(_("{year} 年生").format(year=person.birth_year))
    return " · ".join(parts)
