"""The ledger application and what it registers."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "zhijin.ledger"
    label = "ledger"

    def ready(self) -> None:
        from zhijin.core import labels
        from zhijin.ledger import naming
        from zhijin.ledger.forms import FORM
        from zhijin.playbooks.api import register_form

        register_form(FORM)

        labels.register_actions(naming.ACTIONS)
        labels.register("book", naming.books)
