"""Resolutions that are carried out as cases: opened when a village orders it, told when the case has ended."""

from __future__ import annotations

from uuid import UUID

from zhijin.activities.api import Order, resolution_carried_out
from zhijin.cases.api import Report, open_case
from zhijin.core.actor import Actor
from zhijin.playbooks.api import current
from zhijin.programmes.effects.common import ACTOR, Happening, once


def open_order(actor: Actor, order: Order) -> tuple[UUID, str]:
    """Open the case of an order, once; gives its id and number. Raises what intake refuses."""
    asked = current(order.playbook, order.place_code).playbook.opens
    answers = {"what": order.what, "decided-by": order.decided_by}
    known = {question.field for question in asked.ask}
    report = Report(
        playbook=order.playbook, channel="follow", key=order.key, place_code=order.place_code,
        answers={name: value for name, value in answers.items() if name in known and value},
        org_key=order.org_key, place_known=True, simulated=order.simulated,
    )  # fmt: skip
    opened = open_case(actor=actor, report=report, opener=asked.by[0])
    return opened.case_id, opened.number


def carry_out(happening: Happening) -> None:
    """When a case has ended, the deliberation that waits for it goes on."""
    case = happening.case
    if happening.reached and not case.is_open and once(happening, "resolution", 0, per_case=True):
        resolution_carried_out(case.id, happening.event.at, ACTOR)
