"""The home application and the first entries of every face's navigation."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class HomeConfig(AppConfig):
    name = "zhijin.home"
    label = "home"
    desk_nav = [
        NavItem("today", _("今天"), "desk:today", "case.view", "house", 1),
        NavItem("walls", _("大屏"), "desk:walls", "wall.manage", "monitor", 88, "figures"),
        *(
            [
                NavItem(
                    "clock", _("演示时钟"), "desk:clock", "demo.clock", "alarm-clock", 90, "admin"
                )
            ]
            if settings.ZHIJIN_DEMO
            else []
        ),
    ]
    field_nav = [
        NavItem("today", _("今天"), "field:today", "case.act", "list-checks", 1),
        NavItem("report", _("上报"), "field:report", "case.report", "camera", 2),
        NavItem("me", _("我"), "desk:me", "", "user", 9),
    ]
    portal_nav = [
        NavItem("home", _("首页"), "portal:home", "", "house", 1),
        NavItem("report", _("上报"), "portal:report", "", "send", 2),
        NavItem("status", _("查进展"), "portal:status-form", "", "search", 3),
    ]

    def ready(self) -> None:
        """Let the demonstration have something of every room."""
        from zhijin.home import (
            demo_activities,
            demo_cases,
            demo_devices,
            demo_disclosure,
            demo_firms,
            demo_keeping,
            demo_points,
            demo_standing,
        )
        from zhijin.home.demo.registry import register_step
        from zhijin.home.wall import demo as walls

        demo_devices.register()
        register_step("cases", 80, demo_cases.step)
        register_step("firms", 81, demo_firms.step)
        register_step("points", 88, demo_points.step)
        register_step("disclosure", 90, demo_disclosure.step)
        register_step("standings", 90, demo_standing.step)
        register_step("keeping", 95, demo_keeping.step)
        demo_activities.register()
        walls.register()
