"""The ledger application and what it registers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from zhijin.ui.nav import NavItem


class LedgerConfig(AppConfig):
    name = "zhijin.ledger"
    label = "ledger"
    desk_nav = [
        NavItem("points", _("积分"), "desk:points", "ledger.view", "star", 42, "governance")
    ]
    portal_nav = [NavItem("points", _("积分"), "portal:points", "", "star", 5)]

    def ready(self) -> None:
        from zhijin.core import file_uses, labels
        from zhijin.ledger import naming
        from zhijin.ledger.forms import FORM
        from zhijin.ledger.points import holding, needing, sweep
        from zhijin.people.api import register_holder, register_need_of
        from zhijin.playbooks.api import register_form

        register_form(FORM)
        register_holder("ledger", holding.of)
        register_need_of(needing.needed)
        sweep.register()
        file_uses.register("ledger_award", "evidence", "json")

        labels.register_actions(naming.ACTIONS)
        labels.register_sights(
            "points.card-shown", "points.statement-exported", "points.statement-read",
            "points.accounts-listed",
        )  # fmt: skip
        labels.register("book", naming.books)
