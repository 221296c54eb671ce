"""The organisations application, its entries in the desk's navigation, and what it registers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem

_DAY = 86_400.0


class OrgsConfig(AppConfig):
    name = "zhijin.orgs"
    label = "orgs"
    desk_nav = [
        NavItem("orgs", _("组织"), "desk:orgs", "org.view", "landmark", 50, "registers"),
        NavItem("posts", _("岗位与任职"), "desk:posts", "org.view", "users", 51, "registers"),
        NavItem(
            "sheets",
            _("表格导入导出"),
            "desk:sheets",
            "org.view",
            "file-spreadsheet",
            59,
            "registers",
        ),
    ]

    def ready(self) -> None:
        from zhijin.core import finders, labels
        from zhijin.core.tasks import register_tick
        from zhijin.orgs import lines, naming, picking, sheeting, sheets_orgs, sheets_places

        for sheet in (sheets_places.PLACES, sheets_orgs.ORGANISATIONS, sheets_orgs.APPOINTMENTS):
            sheeting.register_sheet(sheet)
        register_tick("orgs.clear_answers", _DAY / 4, sheeting.clear_answers)
        labels.register("org", naming.organisations)
        labels.register("granted-org", naming.granted)
        labels.register("line", lines.names)
        finders.register("line", lines.asked)
        finders.register("org", picking.any_org)
        labels.register("sheet", naming.sheets)
        labels.register_actions(naming.ACTIONS)
