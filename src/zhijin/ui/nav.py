"""Entries of the desk's, field's and portal's navigation, gathered from every app's AppConfig."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: The desk's groups, in the order in which they stand. An entry of another group comes last.
GROUPS: dict[str, str | Promise] = {
    "": "",
    "governance": _("治理和服务"),
    "party": _("党建"),
    "figures": _("统计和报表"),
    "registers": _("名册"),
    "programmes": _("方案"),
    "admin": _("管理"),
}


#: Everything of a face lies under these, so they are current on their own page only.
ROOTS = ("/", "/desk/", "/field/")


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry. ``url_name`` is reversed with its namespace (``desk:cases``); ``permission`` empty
    means that everybody who is signed in sees it; ``order`` sorts inside its group."""

    key: str
    label: str | Promise
    url_name: str
    permission: str = ""
    icon: str = "chevron-right"
    order: int = 100
    group: str = ""


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry as a template draws it."""

    key: str
    label: str | Promise
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries under one heading (the first group has none)."""

    label: str | Promise
    links: tuple[NavLink, ...]


def items(face: str) -> list[NavItem]:
    """Every ``<face>_nav`` of the installed apps, sorted by group and order."""
    found = [
        item for config in apps.get_app_configs() for item in getattr(config, f"{face}_nav", ())
    ]
    order = list(GROUPS)
    place = {group: index for index, group in enumerate(order)}
    return sorted(found, key=lambda i: (place.get(i.group, len(order)), i.group, i.order, i.key))


def groups(request: HttpRequest, face: str) -> tuple[NavGroup, ...]:
    """What ``request.actor`` may open on ``face``, grouped; the current page is marked."""
    visible = [(item, url) for item, url in _visible(request, face)]
    current = _current(request.path, [url for _item, url in visible])
    out = []
    for name, members in groupby(visible, key=lambda pair: pair[0].group):
        links = tuple(
            NavLink(item.key, item.label, url, item.icon, url == current) for item, url in members
        )
        out.append(NavGroup(GROUPS.get(name, name), links))
    return tuple(out)


def _visible(request: HttpRequest, face: str) -> Iterator[tuple[NavItem, str]]:
    actor = getattr(request, "actor", None)
    for item in items(face):
        if item.permission and (actor is None or not actor.can(item.permission)):
            continue
        try:
            yield item, reverse(item.url_name)
        except NoReverseMatch:
            continue


def _current(path: str, urls: list[str]) -> str:
    """The longest entry that the page's path lies under; a face's own root is only itself."""
    under = [
        url
        for url in urls
        if path == url or (url not in ROOTS and path.startswith(url.rstrip("/") + "/"))
    ]
    return max(under, key=len, default="")
