"""Resolutions that are carried out as cases: opened when a village orders it, told when the case has ended."""

from __future__ import annotations

from uuid import UUID

from zhijin.activities.api import Order, Outcome, resolution_carried_out
from zhijin.cases.api import Report, answers_of, by_ids, open_case
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
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
        org_key=order.org_key, org_name=order.org_name, place_known=True, simulated=order.simulated,
    )  # fmt: skip
    # Whoever orders it opens it as what they are there.
    held = actor.roles_at(place_key(order.place_code))
    opener = next((role for role in asked.by if role in held), asked.by[0])
    opened = open_case(actor=actor, report=report, opener=opener)
    return opened.case_id, opened.number


def outcome(case_id: UUID) -> Outcome | None:
    """How the case of a resolution stands, for everybody: whether it ended, whether it was carried out, and the
    answer that says so. Nothing private."""
    with scoped(ACTOR):
        view = by_ids(ACTOR, [case_id]).get(case_id)
        if view is None:
            return None
        found = view.case
        said = answers_of(found).get("result", "") if not found.is_open else ""
        return Outcome(not found.is_open, found.outcome == "solved", str(said))


def carry_out(happening: Happening) -> None:
    """When a case has ended, the deliberation that waits for it goes on."""
    case = happening.case
    if happening.reached and not case.is_open and once(happening, "resolution", 0, per_case=True):
        carried = case.outcome == "solved"
        resolution_carried_out(case.id, happening.event.at, ACTOR, carried=carried)
