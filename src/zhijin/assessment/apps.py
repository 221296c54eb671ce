"""The assessment application, its entries in the desk's navigation, and what it registers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class AssessmentConfig(AppConfig):
    name = "zhijin.assessment"
    label = "assessment"
    desk_nav = [
        NavItem("enter-once", _("一表通"), "desk:enter-once", "sheet.fill", "file-spreadsheet", 40)
    ]

    def ready(self) -> None:
        """Let playbooks read and publish assessment programmes too; register what fills sheets;
        begin the recurring chores."""
        from zhijin.assessment import tasks
        from zhijin.assessment.enter_once import setup
        from zhijin.assessment.forms import FORM
        from zhijin.playbooks.api import register_form

        register_form(FORM)
        setup.install()
        tasks.register()
