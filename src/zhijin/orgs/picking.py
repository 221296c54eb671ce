"""Choosing an organisation by its name in a form: which one what was typed means, or which ones it may mean.

The words may name the organisation, a place with what stands there (靖安 合作社), or a place alone. Whoever acts for a
few organisations only is shown those as a list, and for a single one nothing has to be chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.core.actor import Actor
from zhijin.core.roles import ADMINISTRATIVE, ROLES
from zhijin.core.scope import scoped
from zhijin.orgs import selectors, words
from zhijin.orgs.errors import ORG_OPEN
from zhijin.orgs.models import Organisation
from zhijin.orgs.naming_search import keys_named
from zhijin.places import api as places
from zhijin.ui import picking
from zhijin.ui.picking import Choice, Typed, meant

#: More choices than this help nobody: then one writes more of the name.
SHOWN: Final = 12
#: So many organisations of one's own are shown as a list.
FEW: Final = 8
_WORDS, _SPOTS = 4, 8


@dataclass(frozen=True)
class Picked(picking.Picked):
    """What a field says of an organisation; ``code`` is its key. ``few``: the only ones there are to choose from."""

    kinds: tuple[str, ...] = ()
    permission: str = ""
    few: tuple[Choice, ...] = ()
    ground: bool = False
    template: ClassVar[str] = "orgs/_org_field.html"

    @property
    def key(self) -> int | None:
        return int(self.code) if self.code else None

    @property
    def only(self) -> Choice | None:
        """The one organisation that can be meant."""
        return self.few[0] if len(self.few) == 1 else None

    def sure(self) -> str:
        """The key, empty when nothing was typed. Raises OR011 while it is open which organisation is meant."""
        if not self.settled:
            raise ORG_OPEN(text=self.text, fields={self.field: self.wrong()})
        return self.code

    def needed(self) -> int:
        """The key. Raises OR011 while it is open, and when nothing was typed."""
        code = self.sure()
        if not code:
            raise ORG_OPEN(text="", fields={self.field: _("请写组织的名称。")})
        return int(code)

    @property
    def asks(self) -> str:
        ground = "1" if self.ground else ""
        asked = {
            "field": self.field, "kinds": ".".join(self.kinds), "permission": self.permission, "ground": ground,
        }  # fmt: skip
        return f"{reverse('desk:org-choices')}?{urlencode({k: v for k, v in asked.items() if v})}"

    @property
    def example(self) -> str:
        return _("写名称里的几个字")

    @property
    def unknown(self) -> str:
        return _("没有找到“%(text)s”，可以换几个字，或先写地方再写名称。") % {"text": self.text}

    def wrong(self) -> str:
        if self.open:
            return _("有几个组织都符合，请选一个。")
        return _("没有找到“%(text)s”。只能选您管辖范围内现有的组织。") % {"text": self.text}


@dataclass(frozen=True)
class Question:
    """Which organisations may be chosen: of these kinds, where ``permission`` is held (empty: any role).

    ``few``: up to so many are offered as a list at once. ``ground``: of villages and communities only.
    """

    kinds: tuple[str, ...] = ()
    permission: str = ""
    few: int = 0
    ground: bool = False

    def pick(self, actor: Actor, field: str, typed: Typed) -> Picked:
        """The organisation that is meant. A key stands for itself, when it is one that may be chosen."""
        with looking(actor, self.permission) as who:
            return self._picked(who, field, typed)

    def _picked(self, actor: Actor, field: str, typed: Typed) -> Picked:
        few = self.mine(actor)
        asked = Picked(
            field,
            typed.text,
            kinds=self.kinds,
            permission=self.permission,
            few=few,
            ground=self.ground,
        )
        if not typed.text:
            return asked
        one, rows = meant(typed, partial(self._by_key, actor), partial(self.find, actor))
        if one is not None:
            return replace(asked, text=one.name, code=str(one.key))
        return replace(asked, choices=_choices(rows))

    def _by_key(self, actor: Actor, text: str) -> Organisation | None:
        if not (text.isascii() and text.isdigit() and len(text) == 18):
            return None
        return self.rows(actor).filter(key=int(text)).first()

    def mine(self, actor: Actor) -> tuple[Choice, ...]:
        """The organisations, where they are few; else nothing."""
        if not self.few:
            return ()
        rows = list(self.rows(actor).order_by("place_key", "key")[: self.few + 1])
        return _choices(rows) if len(rows) <= self.few else ()

    def rows(self, actor: Actor) -> QuerySet[Organisation]:
        """Existing organisations that may be chosen."""
        rows = selectors.visible(_holding(actor, self.permission)).filter(valid_to=None)
        if self.ground:
            rows = rows.annotate(digits=Length("place_code")).filter(digits=12)
        return rows.filter(kind__in=_kinds(self.kinds)) if self.kinds else rows

    def find(self, actor: Actor, text: str) -> list[Organisation]:
        """The organisations that may be meant, the best first: by name, then by place and name, then by place."""
        parts = text.split()[:_WORDS]
        if not parts:
            return []
        named = self._named(actor, parts, text)
        if named:
            return named
        rows = self.rows(actor)
        for which in (lambda: _at(parts[:-1], parts[-1]), lambda: _at(parts, "")):
            where = which()
            found = list(_best(rows.filter(where), text)[:SHOWN]) if where is not None else []
            if found:
                return found
        return []

    def _named(self, actor: Actor, parts: list[str], text: str) -> list[Organisation]:
        """By name alone, through an index however many there are; the rows under the policies."""
        holding = _holding(actor, self.permission)
        keys = keys_named(holding, parts, text, _kinds(self.kinds), SHOWN)
        found = {one.key: one for one in self.rows(actor).filter(key__in=keys)} if keys else {}
        return [found[key] for key in keys if key in found]

    def offer(self, actor: Actor, field: str, text: str) -> Picked:
        """What is shown while one types: every one that fits, chosen already when it is the only one."""
        with looking(actor, self.permission) as who:
            found = self.find(who, text)
            only = str(found[0].key) if len(found) == 1 else ""
            return Picked(
                field, text, only, _choices(found), self.kinds, self.permission, ground=self.ground
            )


def pick(
    actor: Actor, data: Mapping[str, str], field: str = "org", question: Question | None = None
) -> Picked:
    """What ``data`` (a query or a form) says in ``field``."""
    return (question or Question()).pick(actor, field, Typed.of(data, field))


def any_org(
    actor: Actor, data: Mapping[str, str], field: str = "org", permission: str = ""
) -> Picked:
    """What ``field`` says of organisations of any kind, for rooms that know of none."""
    return pick(actor, data, field, Question((), permission))


@contextmanager
def looking(actor: Actor, permission: str) -> Iterator[Actor]:
    """Who looks: the actor; for the platform's own administrators, who stand nowhere and must name what they grant,
    the platform. They are told names and places of organisations, and nothing else."""
    administers = any(
        grant.role in ADMINISTRATIVE and permission in ROLES[grant.role].permissions
        for grant in actor.grants
    )
    if not administers:
        yield actor
        return
    whole = Actor.system("org-picker")
    with scoped(whole):
        yield whole


class OrgField(picking.PickField):
    """Gives the key of one organisation as text; empty when nothing was typed. Its form is a ``PlacedForm``."""

    def __init__(self, *, kinds: tuple[str, ...] = (), permission: str = "", **more: Any) -> None:
        super().__init__(Question(kinds, permission), **more)


def _holding(actor: Actor, permission: str) -> Actor:
    """The actor with those grants alone that hold ``permission``."""
    if not permission or actor.is_system:
        return actor
    held = (g for g in actor.grants if g.role in ROLES and permission in ROLES[g.role].permissions)
    return replace(actor, grants=tuple(held))


def _kinds(kinds: Iterable[str]) -> set[str]:
    return set().union(*(words.PARTY_KINDS if kind == "party" else {kind} for kind in kinds))


def _at(spot: list[str], name: str) -> Q | None:
    """Organisations standing at the places that ``spot`` names, with ``name`` in theirs; None: no such place."""
    found = places.search(" ".join(spot), levels=places.WIDE, limit=_SPOTS) if spot else []
    if not found:
        return None
    if not name:
        return Q(place_code__in=[place.code for place in found])
    below = Q()
    for place in found:
        below |= selectors.within(place.code)
    return below & Q(name__contains=name)


def _best(rows: QuerySet[Organisation], text: str) -> QuerySet[Organisation]:
    """The same name first, then names that begin so, then shorter ones."""
    fit = Case(
        When(name=text, then=Value(0)), When(name__startswith=text, then=Value(1)),
        default=Value(2), output_field=IntegerField(),
    )  # fmt: skip
    return rows.order_by(fit, Length("name"), "key")


def _choices(found: Iterable[Organisation]) -> tuple[Choice, ...]:
    rows = list(found)
    known = places.get_many(one.place_code for one in rows)
    paths = places.labels(list(known), separator=" ", skip=1) if known else {}
    shown = dict(zip(paths, _told_apart([path.split(" ") for path in paths.values()]), strict=True))
    return tuple(
        Choice(str(one.key), one.name, f"{shown.get(one.place_code, '')} · {one.kind_name}")
        for one in rows
    )


def _told_apart(paths: list[list[str]]) -> list[str]:
    """Paths without what all of them begin with; the last two names of each are kept."""
    same = 0
    while paths and all(len(path) > same + 2 and path[same] == paths[0][same] for path in paths):
        same += 1
    return [" ".join(path[same:]) for path in paths]
