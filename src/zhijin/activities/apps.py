"""The activities application, its entry in the desk's navigation, and what it registers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class ActivitiesConfig(AppConfig):
    name = "zhijin.activities"
    label = "activities"
    desk_nav = [
        NavItem(
            "meetings", _("组织生活"), "desk:meetings", "activity.view", "calendar", 28, "party"
        ),
        NavItem(
            "service",
            _("服务和帮扶"),
            "desk:service",
            "activity.view",
            "heart-handshake",
            29,
            "governance",
        ),
        NavItem("cadres", _("干部队伍"), "desk:elections", "activity.view", "users", 29, "party"),
        NavItem(
            "deliberation",
            _("议事"),
            "desk:deliberation",
            "deliberate.answer",
            "message-square",
            29,
            "governance",
        ),
        NavItem(
            "activities", _("活动与评议"), "desk:activities", "activity.view", "flag", 30, "party"
        ),
    ]

    def ready(self) -> None:
        from zhijin.activities import holding, naming
        from zhijin.activities.cadres import elections
        from zhijin.activities.cadres import programme as cadres
        from zhijin.activities.deliberation import programme as deliberation
        from zhijin.activities.meetings import programme, settling
        from zhijin.activities.service import leaving, proxy_keeping
        from zhijin.activities.service import proxy_programme as proxies
        from zhijin.activities.services import cycles
        from zhijin.core import file_uses, labels
        from zhijin.core.tasks import register_tick
        from zhijin.people import api as people
        from zhijin.playbooks import api as playbooks

        for table, column in (
            ("course_part", "digest"), ("work", "digest"), ("progress", "file"),
            ("proxy_consent", "photo"), ("proxy_step", "photo"),
        ):  # fmt: skip
            file_uses.register(f"activities_{table}", column)
        for table in ("claim", "work_log"):
            file_uses.register(f"activities_{table}", "photos", "json")
        register_tick("activities.cycle", 60.0, cycles.sweep)
        register_tick("activities.obligations", 900.0, settling.sweep)
        register_tick("activities.elections", 3600.0, elections.sweep)
        people.register_holder("activities", holding.of)
        people.register_kept(proxy_keeping.PROXIES)
        people.follow_members(leaving.member_left)
        people.follow_households(leaving.household_changed)
        for form in (programme.FORM, cadres.FORM, deliberation.FORM, proxies.FORM):
            playbooks.register_form(form)
        for kind, names in naming.NAMED.items():
            labels.register(kind, names)
        labels.register_actions(naming.ACTIONS)
