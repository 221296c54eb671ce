"""The disclosure application and its places in the navigation."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class DisclosureConfig(AppConfig):
    name = "zhijin.disclosure"
    label = "disclosure"
    desk_nav = [
        NavItem(
            "disclosure",
            _("信息公开"),
            "desk:disclosure",
            "disclose.view",
            "scroll-text",
            14,
            "governance",
        )
    ]
    portal_nav = [NavItem("affairs", _("信息公开"), "portal:affairs-here", "", "scroll-text", 4)]

    def ready(self) -> None:
        from zhijin.activities import api as activities
        from zhijin.core import file_uses, labels
        from zhijin.disclosure import deciding, documents, naming, resolutions

        file_uses.register("disclosure_attachment", "file_id")
        labels.register("disclosure", naming.documents)
        activities.provide_publication(resolutions.publish)
        deciding.on_published(resolutions.tell)
        documents.on_discarded(resolutions.let_go)
        labels.register_actions(naming.ACTIONS)
