"""Who looks at a case: staff see all of it, a side of the matter sees what its playbook gives to it."""

from __future__ import annotations

from dataclasses import dataclass

from zhijin.cases.machine import machine_of
from zhijin.cases.models import Case, CaseEvent
from zhijin.core.roles import ROLES
from zhijin.playbooks.engine import Party

#: Roles whose people work on cases; a firm's contact does not.
SIDES = frozenset({"firm_contact", "reporter", "resident"})


@dataclass(frozen=True)
class Side:
    """What one viewer may see: everything, or one party's share."""

    internal: bool
    party: Party | None = None

    def lines(self, case: Case, events: list[CaseEvent]) -> list[CaseEvent]:
        """The lines of the timeline that this viewer may see."""
        if self.internal:
            return events
        machine = machine_of(case)
        return [
            event
            for event in events
            if event.public
            and (self.party is None or machine.sees(self.party, event.after or case.state))
        ]

    def may_see_field(self, name: str) -> bool:
        """Whether an answer to the question ``name`` is for this viewer."""
        return self.internal or self.party is None or name in self.party.fields


def side_of(case: Case, roles: frozenset[str]) -> Side:
    """The side on which somebody with ``roles`` over the case stands."""
    staff = any("case.act" in ROLES[role].permissions for role in roles if role in ROLES)
    over = any("case.view" in ROLES[role].permissions for role in roles - SIDES if role in ROLES)
    if staff or over or not roles & SIDES:
        return Side(internal=True)
    return Side(internal=False, party=machine_of(case).party(roles))
