"""What every page knows without asking: language, elder mode, navigation, demonstration, live address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.ui import nav
from zhijin.ui.middleware import ELDER_COOKIE

#: HTML's names for the interface's languages.
LANGUAGE_TAGS = {"zh-hans": "zh-Hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """One place (or line) in which the signed-in person works, for the switch in the top bar."""

    name: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Ui:
    """The ``ui`` variable of every template."""

    request: HttpRequest

    @property
    def demo(self) -> bool:
        return bool(getattr(settings, "ZHIJIN_DEMO", False))

    @property
    def demo_offset(self) -> timedelta:
        """How far the demonstration clock is ahead."""
        return clock.demo_offset() if self.demo else timedelta(0)

    @property
    def now(self) -> Any:
        return clock.now()

    @property
    def lang(self) -> str:
        """``zh-Hans`` or ``en``."""
        return LANGUAGE_TAGS.get(get_language() or "", "zh-Hans")

    @property
    def elder(self) -> bool:
        return self.request.COOKIES.get(ELDER_COOKIE) == "1"

    @property
    def at_work(self) -> bool:
        """Whether somebody with an account looks at a page of the desk or the field."""
        actor = getattr(self.request, "actor", None)
        working = self.request.path.startswith(("/desk/", "/field/"))
        return bool(working and actor is not None and actor.kind == "account")

    @property
    def live_url(self) -> str:
        """Where server-sent events come from (append ``?kinds=case.``); empty when there are none."""
        return _reverse("events", "")

    @property
    def feedback_url(self) -> str:
        """Where complaints about the platform itself go (投诉建议), from every page."""
        return _reverse("portal:feedback", "/report/")

    @property
    def portal_foot(self) -> list[nav.NavLink]:
        """What stands at the foot of the portal's pages: rules, personal data, the staff's door."""
        wanted = (
            ("programmes", _("办事规则"), "portal:programmes"),
            ("privacy", _("保存哪些个人信息"), "portal:privacy"),
            ("sign-in", _("工作人员登录"), "portal:sign-in"),
        )
        found = [(key, label, _reverse(name, "")) for key, label, name in wanted]
        return [nav.NavLink(key, label, url, "", False) for key, label, url in found if url]

    @cached_property
    def desk_nav(self) -> tuple[nav.NavGroup, ...]:
        return nav.groups(self.request, "desk")

    @cached_property
    def field_nav(self) -> tuple[nav.NavLink, ...]:
        return _flat(nav.groups(self.request, "field"))

    @cached_property
    def portal_nav(self) -> tuple[nav.NavLink, ...]:
        return _flat(nav.groups(self.request, "portal"))

    @cached_property
    def scopes(self) -> list[ScopeItem]:
        """The places of the signed-in person, from the function that ``ZHIJIN_UI_SCOPES`` names."""
        dotted = getattr(settings, "ZHIJIN_UI_SCOPES", "")
        if not dotted or getattr(self.request, "actor", None) is None:
            return []
        source: Callable[[HttpRequest], Iterable[ScopeItem]] = import_string(dotted)
        return list(source(self.request))

    @property
    def scope(self) -> ScopeItem | None:
        """The place in which one works now."""
        scopes = self.scopes
        return next((item for item in scopes if item.current), scopes[0] if scopes else None)


def _reverse(name: str, fallback: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return fallback


def _flat(groups: Iterable[nav.NavGroup]) -> tuple[nav.NavLink, ...]:
    return tuple(link for group in groups for link in group.links)


def ui(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"ui": SimpleLazyObject(lambda: Ui(request))}
