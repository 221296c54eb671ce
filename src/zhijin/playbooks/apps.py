"""The playbooks application and its place in the desk's navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class PlaybooksConfig(AppConfig):
    name = "zhijin.playbooks"
    label = "playbooks"
    desk_nav = [
        NavItem(
            "playbooks",
            _("行动方案"),
            "desk:playbooks",
            "playbook.view",
            "workflow",
            10,
            "programmes",
        ),
        NavItem(
            "calendar",
            _("工作日历"),
            "desk:calendar",
            "playbook.view",
            "calendar",
            20,
            "programmes",
        ),
        NavItem(
            "calendar-set",
            _("工作日历"),
            "desk:calendar",
            "settings.manage",
            "calendar",
            50,
            "admin",
        ),
    ]

    def ready(self) -> None:
        """Name the records and actions of this room for the journal."""
        from zhijin.core import labels
        from zhijin.playbooks import naming

        labels.register("playbook", naming.revisions)
        labels.register("playbook_revision", naming.revisions)
        labels.register("calendar", naming.years)
        labels.register_actions(naming.ACTIONS)
