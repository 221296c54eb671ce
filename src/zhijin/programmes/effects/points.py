"""Points: writes down what a rule grants, as a fact. No balance is kept here.

Where a village has a points programme in force, the ledger makes an award of the fact, which the reporter
claims with the status code; elsewhere it stays a fact and nobody can spend anything.
"""

from __future__ import annotations

from django.db import transaction

from zhijin.core import facts
from zhijin.programmes.effects.common import ACTOR, Happening, once


def carry_out(happening: Happening) -> None:
    """A fact ``points.due`` for every rule whose state was reached, once in a case's life.

    A case that is closed, opened again and closed again earns nothing twice.
    """
    case, event = happening.case, happening.event
    for index, rule in enumerate(happening.playbook.points):
        if rule.when != happening.reached:
            continue
        with transaction.atomic():
            if not once(happening, "points", index, per_case=True):
                continue
            facts.record(
                "points.due", at=event.at, place_code=case.place_code, subject=case.playbook,
                actor=ACTOR, record=case.record, value=rule.amount, playbook=case.playbook,
                revision=happening.revision.number,
                attrs={
                    "to": rule.to, "rule": rule.rule, "index": index, "state": rule.when,
                    "event": str(event.id), "appeal": str(rule.appeal) if rule.appeal else "",
                },
            )  # fmt: skip
