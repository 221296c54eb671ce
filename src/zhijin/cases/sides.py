"""Who looks at a case: staff see all of it, a side of the matter sees what its playbook gives to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhijin.cases.answers import PROSE
from zhijin.cases.machine import machine_of
from zhijin.cases.models import Case, CaseEvent, CaseParty, CasePhoto
from zhijin.core.roles import ROLES
from zhijin.playbooks.engine import Party

#: Roles whose people work on cases; a firm's contact does not.
SIDES = frozenset({"firm_contact", "reporter", "resident"})


@dataclass(frozen=True)
class Side:
    """What one viewer may see: everything, or one party's share."""

    internal: bool
    party: Party | None = None

    def lines(self, case: Case, events: Sequence[CaseEvent]) -> list[CaseEvent]:
        """The lines of the timeline (all of them, oldest first) that this viewer may see.

        A line that leads nowhere (a remark, a call) belongs to the stage it was written in.
        """
        if self.internal:
            return list(events)
        machine, state, seen = machine_of(case), "", []
        for event in events:
            state = event.after or state
            if event.public and (self.party is None or machine.sees(self.party, state)):
                seen.append(event)
        return seen

    def photos(self, photos: Sequence[CasePhoto]) -> list[CasePhoto]:
        """The photos and files that this viewer may see."""
        return [photo for photo in photos if self.may_see_field(photo.field)]

    def text(self, case: Case) -> str:
        """What somebody wrote when the case was opened, as far as it is for this viewer."""
        if self.internal or self.party is None:
            return case.text
        asked = machine_of(case).playbook.opens.ask
        prose = [q.field for q in asked if q.type in PROSE and self.may_see_field(q.field)]
        return "\n".join(str(case.data[name]) for name in prose if name in case.data)

    def parties(self, parties: Sequence[CaseParty]) -> list[CaseParty]:
        """The organisations on the case: what departments answered is for the staff."""
        return [one for one in parties if self.internal or one.kind != "called"]

    def may_see_field(self, name: str) -> bool:
        """Whether an answer to the question ``name`` is for this viewer."""
        return self.internal or self.party is None or name in self.party.fields


#: Sees everything of a case.
STAFF = Side(internal=True)


def side_of(case: Case, roles: frozenset[str]) -> Side:
    """The side on which somebody with ``roles`` over the case stands."""
    staff = any("case.act" in ROLES[role].permissions for role in roles if role in ROLES)
    over = any("case.view" in ROLES[role].permissions for role in roles - SIDES if role in ROLES)
    if staff or over or not roles & SIDES:
        return STAFF
    return Side(internal=False, party=machine_of(case).party(roles))
