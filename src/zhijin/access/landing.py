"""Where somebody begins after signing in, by the roles they hold. Knows roles, but no account."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from zhijin.core.roles import ROLES

ADMINISTRATORS_DESKS = {
    "system_admin": "desk:accounts",
    "security_officer": "desk:grants",
    "auditor": "desk:journal",
}
FIELD_ROLES = frozenset({"grid_worker", "grid_leader", "neighbour_leader"})


def first_page(roles: Collection[str]) -> str:
    """The field for grid posts, an administrator's own desk, the desk for all who work on cases."""
    held = set(roles)
    if held and held <= FIELD_ROLES:
        return "/field/"
    if len(held) == 1 and (name := ADMINISTRATORS_DESKS.get(*held)):
        return reverse(name)
    works = any("case.view" in ROLES[role].permissions for role in held if role in ROLES)
    return "/desk/" if works else reverse("desk:me")
