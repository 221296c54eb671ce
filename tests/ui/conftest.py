"""The interface library is tested on its own addresses, so that no room is needed to see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from tests.ui import urls
from zhijin.ui.nav import NavItem

NAV = [
    NavItem("home", _("今天"), "desk:home", icon="list-checks", order=1),
    NavItem("list", _("事项"), "desk:list", icon="inbox", order=2),
    NavItem("style", _("界面部件"), "desk:style", icon="layers", order=3, group="admin"),
    NavItem("hidden", _("看不到"), "desk:list", permission="journal.read", order=4),
    NavItem("gone", _("没有这一页"), "desk:gone", order=5),
]


@pytest.fixture(autouse=True)
def _library_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "tests.ui.urls"
    settings.ZHIJIN_DEMO = True
    settings.ZHIJIN_UI_SCOPES = ""
    templates = [{**settings.TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]}]
    settings.TEMPLATES = templates
    for config in apps.get_app_configs():
        for face in ("desk", "field", "portal"):
            monkeypatch.setattr(config, f"{face}_nav", [], raising=False)
    monkeypatch.setattr(apps.get_app_config("ui"), "desk_nav", NAV, raising=False)
    monkeypatch.setattr(apps.get_app_config("ui"), "field_nav", NAV[:2], raising=False)
    monkeypatch.setattr(apps.get_app_config("ui"), "portal_nav", NAV[:2], raising=False)
    for store in (urls.LIST, urls.TOLD, urls.SENT):
        store.clear()
