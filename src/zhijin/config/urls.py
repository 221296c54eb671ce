"""Mounts each room's pages under the face they belong to."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.urls import include, path

from zhijin.access.api import public
from zhijin.config import api, live
from zhijin.ui import styleguide


def _collect(face: str) -> list[Any]:
    """Every installed room's ``urls.<face>`` list."""
    found: list[Any] = []
    for config in apps.get_app_configs():
        if config.name.startswith("zhijin.") and find_spec(config.name + ".urls"):
            found += getattr(import_module(config.name + ".urls"), face, [])
    return found


urlpatterns = [
    path("healthz", live.health, name="health"),
    path("events/", live.events, name="events"),
    path("desk/style/", public(methods=("GET",))(styleguide.page), name="style"),
    path("desk/style/<str:face>/", public(methods=("GET",))(styleguide.page), name="style-face"),
    path("desk/", include((_collect("desk"), "desk"))),
    path("field/", include((_collect("field"), "field"))),
    path("api/v1/", api.urls),
    path("open311/v2/", include("zhijin.cases.open311.urls")),
    path("", include((_collect("portal"), "portal"))),
]
handler400 = "zhijin.core.middleware.bad_request"
handler404 = "zhijin.core.middleware.not_found"
handler500 = "zhijin.core.middleware.server_error"
