"""The activities application, its entry in the desk's navigation, and what it registers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class ActivitiesConfig(AppConfig):
    name = "zhijin.activities"
    label = "activities"
    desk_nav = [
        NavItem("meetings", _("组织生活"), "desk:meetings", "activity.view", "calendar", 28),
        NavItem("service", _("服务和帮扶"), "desk:service", "activity.view", "heart-handshake", 29),
        NavItem("cadres", _("干部队伍"), "desk:elections", "activity.view", "users", 29),
        NavItem(
            "deliberation",
            _("议事"),
            "desk:deliberation",
            "deliberate.answer",
            "message-square",
            29,
        ),
        NavItem("activities", _("活动与评议"), "desk:activities", "activity.view", "flag", 30),
    ]

    def ready(self) -> None:
        from zhijin.activities import naming
        from zhijin.activities.cadres import elections
        from zhijin.activities.cadres import programme as cadres
        from zhijin.activities.deliberation import programme as deliberation
        from zhijin.activities.meetings import programme, settling
        from zhijin.activities.service import proxy_programme as proxies
        from zhijin.activities.services import cycles
        from zhijin.core import labels
        from zhijin.core.tasks import register_tick
        from zhijin.playbooks import api as playbooks

        register_tick("activities.cycle", 60.0, cycles.sweep)
        register_tick("activities.obligations", 900.0, settling.sweep)
        register_tick("activities.elections", 3600.0, elections.sweep)
        for form in (programme.FORM, cadres.FORM, deliberation.FORM, proxies.FORM):
            playbooks.register_form(form)
        for kind, names in naming.NAMED.items():
            labels.register(kind, names)
        labels.register_actions(naming.ACTIONS)
