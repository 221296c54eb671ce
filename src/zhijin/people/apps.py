"""The people application, its entry in the desk's navigation, and what it registers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem

_DAY = 86_400.0


class PeopleConfig(AppConfig):
    name = "zhijin.people"
    label = "people"
    desk_nav = [
        NavItem("people", _("居民与户"), "desk:people", "person.view", "user", 55, "registers"),
        NavItem(
            "keeping", _("保存期限"), "desk:keeping", "retention.manage", "clock", 58, "registers"
        ),
    ]

    def ready(self) -> None:
        from zhijin.core import labels
        from zhijin.core.tasks import register_tick
        from zhijin.orgs import api as orgs
        from zhijin.people import member_sheet, naming, retention, sheet, sites
        from zhijin.places import api as places

        orgs.register_sheet(sheet.PEOPLE)
        orgs.register_sheet(member_sheet.MEMBERS)
        places.register_points("household", sites.households)
        retention.register()
        register_tick("people.retention", _DAY / 4, retention.sweep)
        labels.register("person", naming.persons)
        labels.register("member", naming.members)
        labels.register_actions(naming.ACTIONS)
        labels.register_sights(
            "person.reveal",
            "person.found",
            "person.export",
            "member.names",
            "member.export",
            "member.reveal",
            "person.listed",
            "person.seen",
            "member.listed",
        )
