"""The places application: its name and its entries in the desk's navigation."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class PlacesConfig(AppConfig):
    name = "zhijin.places"
    label = "places"
    verbose_name = "places"
    desk_nav = [
        NavItem("places", _("区划与网格"), "desk:places", "place.view", "map", 10, "registers"),
        NavItem(
            "place-imports",
            _("区划导入"),
            "desk:place-imports",
            "place.import",
            "upload",
            80,
            "admin",
        ),
    ]

    def ready(self) -> None:
        """Name places for the pages of others, and what was done to them for the journal."""
        from zhijin.core import finders, labels
        from zhijin.places import naming, picking

        labels.register("place", naming.places)
        finders.register("place", picking.any_place)
        labels.register_actions(naming.ACTIONS)
