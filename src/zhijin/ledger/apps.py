"""The ledger application and what it registers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class LedgerConfig(AppConfig):
    name = "zhijin.ledger"
    label = "ledger"
    desk_nav = [NavItem("points", _("积分"), "desk:points", "ledger.view", "star", 42)]
    portal_nav = [NavItem("points", _("积分"), "portal:points", "", "star", 5)]

    def ready(self) -> None:
        from zhijin.core import labels
        from zhijin.ledger import naming
        from zhijin.ledger.forms import FORM
        from zhijin.ledger.points import sweep
        from zhijin.playbooks.api import register_form

        register_form(FORM)
        sweep.register()

        labels.register_actions(naming.ACTIONS)
        labels.register_sights(
            "points.card-shown", "points.statement-exported", "points.statement-read",
            "points.accounts-listed",
        )  # fmt: skip
        labels.register("book", naming.books)
