"""The assessment application, its entries in the desk's navigation, and what it registers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class AssessmentConfig(AppConfig):
    name = "zhijin.assessment"
    label = "assessment"
    desk_nav = [
        NavItem(
            "enter-once",
            _("一表通"),
            "desk:enter-once",
            "sheet.fill",
            "file-spreadsheet",
            41,
            "figures",
        ),
        NavItem("standing", _("排名"), "desk:standing", "assess.view", "scale", 40, "party"),
        NavItem("rural", _("乡村建设"), "desk:rural", "assess.view", "house", 42, "figures"),
    ]

    def ready(self) -> None:
        """Take assessment programmes, fill sheets, name what the journal holds; begin the chores."""
        from zhijin.assessment import naming, tasks
        from zhijin.assessment.enter_once import setup
        from zhijin.assessment.forms import FORM
        from zhijin.core import file_uses, labels
        from zhijin.playbooks.api import register_form

        register_form(FORM)
        for table in ("assessment_adjustment", "assessment_manual"):
            file_uses.register(table, "files", "list")
        labels.register_actions(naming.ACTIONS)
        setup.install()
        tasks.register()
        labels.register_actions({"assess.export": _("导出排名")})
        _close_years()


def _close_years() -> None:
    """The yearly cycle asks for the frozen, signed result; visits ask what came of them."""
    from zhijin.activities.api import provide_annual, tell_effects
    from zhijin.assessment.cycle.effects import effects
    from zhijin.assessment.cycle.freezing import annual
    from zhijin.core import labels

    labels.register_actions({"assessment.frozen": _("冻结考核结果")})
    provide_annual(annual)
    tell_effects(effects)
