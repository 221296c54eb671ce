"""The disclosure application and its places in the navigation."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class DisclosureConfig(AppConfig):
    name = "zhijin.disclosure"
    label = "disclosure"
    desk_nav = [
        NavItem("disclosure", _("信息公开"), "desk:disclosure", "disclose.view", "scroll-text", 14)
    ]
    portal_nav = [NavItem("affairs", _("信息公开"), "portal:affairs-here", "", "scroll-text", 4)]

    def ready(self) -> None:
        from zhijin.activities import api as activities
        from zhijin.core import labels
        from zhijin.disclosure import documents, naming, resolutions

        labels.register("disclosure", naming.documents)
        activities.provide_publication(resolutions.publish)
        documents.on_published(resolutions.tell)
        labels.register_actions(naming.ACTIONS)
