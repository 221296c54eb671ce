"""The cases application and its places in the desk's navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class CasesConfig(AppConfig):
    name = "zhijin.cases"
    label = "cases"
    desk_nav = [
        NavItem("cases", _("事项"), "desk:cases", "case.view", "inbox", 10),
        NavItem("case-new", _("登记事项"), "desk:case-new", "case.report", "plus", 11),
        NavItem("rates", _("三率"), "desk:rates", "case.view", "bar-chart-3", 12, "figures"),
    ]

    def ready(self) -> None:
        """Let the worker look after the clocks, and the playbooks count their open cases."""
        from zhijin.cases import naming, retention
        from zhijin.cases.counting import open_by_state, past_openings
        from zhijin.cases.services.clocks import sweep_all
        from zhijin.core import file_uses, labels
        from zhijin.core.tasks import register_tick
        from zhijin.people import api as people
        from zhijin.playbooks.api import register_open_cases, register_past_cases

        file_uses.register("cases_photo", "file_id")
        labels.register("case", naming.cases)
        labels.register_actions(naming.ACTIONS)
        labels.register_sights(*naming.SIGHTS)
        register_tick("cases.clocks", 5, sweep_all)
        people.register_kept(retention.CASES)
        register_open_cases(open_by_state)
        register_past_cases(past_openings)
