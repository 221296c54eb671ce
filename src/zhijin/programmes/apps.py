"""The programmes application and its places in the desk's navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class ProgrammesConfig(AppConfig):
    name = "zhijin.programmes"
    label = "programmes"
    desk_nav = [
        NavItem("notices", _("通知"), "desk:notices", "case.view", "bell", 15),
        NavItem(
            "publications",
            _("公开审核"),
            "desk:publications",
            "case.approve",
            "check-check",
            16,
            "governance",
        ),
        NavItem("webhooks", _("回调"), "desk:webhooks", "webhook.manage", "link", 85, "admin"),
    ]

    def ready(self) -> None:
        """Tell the rooms below what they learn from one another, and begin the recurring chores."""
        from zhijin.activities import api as activities
        from zhijin.cases import api as cases
        from zhijin.core import file_uses, labels
        from zhijin.core.tasks import register_tick
        from zhijin.ledger import api as ledger
        from zhijin.people.api import register_erased_along
        from zhijin.programmes import naming, selectors
        from zhijin.programmes.effects import erasing, following, resolutions
        from zhijin.programmes.webhooks import queueing

        file_uses.register("programmes_publication", "photos", "list")
        labels.register_actions(naming.ACTIONS)
        activities.provide_carrying_out(resolutions.open_order, resolutions.outcome)
        activities.provide_answered(selectors.answered)
        cases.provide_published(selectors.shown_of)
        cases.provide_told(selectors.told)
        register_erased_along("case", erasing.forget)
        ledger.provide_record_of(cases.record_of_code)
        register_tick("programmes.follow_ups", 20.0, following.open_due)
        register_tick("programmes.deliveries", 5.0, queueing.requeue)
