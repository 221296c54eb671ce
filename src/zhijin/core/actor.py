"""Who acts, and where they may act. Plain Python: knows neither the database nor the request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from zhijin.core.errors import NO_PERMISSION
from zhijin.core.roles import ADMINISTRATIVE, ROLES

#: Every key of the country lies below this (place keys are 12 digits × 10⁶).
KEY_LIMIT = 1_000_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What a transaction may see: half-open ranges of place, line and organisation keys."""

    places: tuple[tuple[int, int], ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    orgs: tuple[tuple[int, int], ...] = ()

    def covers(self, place_key: int) -> bool:
        return any(lo <= place_key < hi for lo, hi in self.places)


EVERYTHING = Scope(places=((0, KEY_LIMIT),))


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held over a place (keys ``lo`` ≤ key < ``hi``), or over a line or organisation there."""

    role: str
    place_code: str
    lo: int
    hi: int
    line: tuple[int, int] | None = None
    org_key: int | None = None

    @property
    def over_place(self) -> bool:
        """True when the role reaches every record of the place, not only a line or organisation."""
        return self.line is None and self.org_key is None

    def reaches(self, place_key: int, org_keys: Iterable[int], line_keys: Iterable[int]) -> bool:
        if self.org_key is not None:
            return self.org_key in org_keys
        if self.line is not None:
            return any(self.line[0] <= key < self.line[1] for key in line_keys)
        return self.lo <= place_key < self.hi


@dataclass(frozen=True)
class Actor:
    """The one who acts: an account, a resident without one, a device, an API key, the system."""

    kind: str
    id: str
    name: str
    grants: tuple[Grant, ...] = ()
    extra_roles: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def system(cls, reason: str) -> Actor:
        """The platform itself; ``reason`` stands in the journal. Sees everything."""
        return cls("system", reason, reason)

    @classmethod
    def resident(cls, *roles: str) -> Actor:
        """Somebody on the portal without an account; sees nothing but what is published."""
        return cls("resident", "", "", extra_roles=frozenset({"resident", *roles}))

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    @property
    def label(self) -> str:
        """``kind:id``, as the journal and the facts name an actor."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Every permission held anywhere."""
        roles = {grant.role for grant in self.grants} | self.extra_roles
        return frozenset().union(*(ROLES[role].permissions for role in roles if role in ROLES))

    @cached_property
    def scope(self) -> Scope:
        """What row-level security lets through for this actor.

        The three administrators administer; whatever place a grant of theirs names opens nothing.
        """
        if self.is_system:
            return EVERYTHING
        held = [g for g in self.grants if g.role not in ADMINISTRATIVE]
        return Scope(
            places=_merged((g.lo, g.hi) for g in held if g.over_place),
            lines=_merged(g.line for g in held if g.line is not None),
            orgs=_merged((g.org_key, g.org_key + 1) for g in held if g.org_key is not None),
        )

    def roles_at(
        self, place_key: int, org_keys: Iterable[int] = (), line_keys: Iterable[int] = ()
    ) -> frozenset[str]:
        """The roles held over a record at ``place_key`` (or of those organisations or lines)."""
        orgs, lines = tuple(org_keys), tuple(line_keys)
        held = {g.role for g in self.grants if g.reaches(place_key, orgs, lines)}
        return frozenset(held) | self.extra_roles

    def can(
        self,
        permission: str,
        place_key: int | None = None,
        *,
        org_keys: Iterable[int] = (),
        line_keys: Iterable[int] = (),
    ) -> bool:
        """Whether ``permission`` is held: anywhere, or over the record described."""
        if self.is_system:
            return True
        if place_key is None:
            return permission in self.permissions
        roles = self.roles_at(place_key, org_keys, line_keys)
        return any(permission in ROLES[role].permissions for role in roles if role in ROLES)

    def require(
        self, permission: str, place_key: int | None = None, **where: Iterable[int]
    ) -> None:
        """Raise CO403 unless :meth:`can`."""
        if not self.can(permission, place_key, **where):
            raise NO_PERMISSION(permission=permission)


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sorted, non-overlapping union of half-open ranges; empty ones fall away."""
    out: list[tuple[int, int]] = []
    for lo, hi in sorted(r for r in ranges if r[0] < r[1]):
        if out and lo <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], hi))
        else:
            out.append((lo, hi))
    return tuple(out)
