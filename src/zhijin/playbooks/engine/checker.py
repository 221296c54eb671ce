"""What the checks of meaning share: the playbook, its names, and how to say what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from zhijin.core.roles import LEVEL_ROLES, ROLES, resolve
from zhijin.playbooks.engine.reader import Path
from zhijin.playbooks.engine.structure import Draft, enumerated, hint

#: The roles offered when a name is unknown: the ones that handle cases.
USUAL_ROLES = (
    "resident", "reporter", "grid_worker", "grid_leader", "village_staff", "village_secretary",
    "township_officer", "department_officer", "county_officer",
)  # fmt: skip


class Checker:
    """What the checks share: the playbook, its names, and a way to say what is wrong."""

    def __init__(self, draft: Draft, known: Collection[str] | None = None) -> None:
        self.draft = draft
        self.playbook = draft.playbook
        self.document = draft.document
        self.known = known

    def say(self, problem: str, path: Path, *, key: bool = False, **params: Any) -> None:
        """Report ``problem`` at the value (or key) at ``path``."""
        self.document.add(problem, self.document.at(path, key=key), path, **params)

    def state(self, name: str, path: Path) -> bool:
        """Whether ``name`` is a state; reports when it is not."""
        if name in self.playbook.states or self.draft.ghost(name):
            return name in self.playbook.states
        self.say("PB201", path, name=name, hint=hint(name, self.playbook.states),
                 allowed=enumerated(self.playbook.states))  # fmt: skip
        return False

    def role(self, name: str, path: Path, *, handles: bool = True) -> bool:
        """Whether ``name`` is a role that may have to do with cases; reports when it is not."""
        if self.draft.ghost(name):
            return False
        role = resolve(name)
        if role is None:
            names = [*ROLES, *LEVEL_ROLES]
            self.say("PB202", path, name=name, hint=hint(name, names),
                     allowed=enumerated(USUAL_ROLES))  # fmt: skip
            return False
        if handles and not any(p.startswith("case.") for p in role.permissions):
            self.say("PB233", path, name=name)
            return False
        return True

    def field(self, name: str, path: Path, problem: str = "PB203") -> bool:
        """Whether ``name`` is asked anywhere; reports when it is not."""
        if name in self.playbook.fields or self.draft.ghost(name):
            return name in self.playbook.fields
        self.say(problem, path, name=name, hint=hint(name, self.playbook.fields),
                 allowed=enumerated(self.playbook.fields))  # fmt: skip
        return False

    def unique(self, names: list[tuple[str, Path]]) -> None:
        """Report every id of ``names`` that stands there twice."""
        first: dict[str, Path] = {}
        for name, path in names:
            if name in first and not self.draft.ghost(name):
                self.say("PB204", path, name=name, line=self.document.at(first[name]).line)
            first.setdefault(name, path)

    def title_of(self, state: str) -> tuple[str, str]:
        """A state's title in both languages, as findings name it."""
        return self.playbook.state_title(state, "zh"), self.playbook.state_title(state, "en")


def role_title(name: str) -> tuple[str, str]:
    """A role's title in both languages."""
    role = resolve(name)
    return (role.zh, role.en) if role else (name, name)
