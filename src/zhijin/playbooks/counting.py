"""What cases tell about a playbook, asked of a higher room that registers itself: how many are open in
each state, and how last year's went."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from zhijin.core.actor import Actor
from zhijin.playbooks.engine.simulate import Opening

#: (actor, revision ids) → {(revision id, state): open cases that the actor may see}
Counter = Callable[[Actor, Sequence[uuid.UUID]], Mapping[tuple[uuid.UUID, str], int]]

#: (actor, playbook id, at most so many) → the latest cases of a year that the actor may see
Rememberer = Callable[[Actor, str, int], Sequence[Opening]]

_counters: list[Counter] = []
_rememberers: list[Rememberer] = []


def register_open_cases(counter: Counter) -> None:
    """Let ``counter`` be asked. A room calls this once, from its AppConfig.ready."""
    if counter not in _counters:
        _counters.append(counter)


def open_cases(actor: Actor, pks: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, str], int]:
    """Open cases by revision and state, as far as ``actor`` may see them."""
    found: dict[tuple[uuid.UUID, str], int] = {}
    for counter in _counters if pks else ():
        for key, count in counter(actor, pks).items():
            found[key] = found.get(key, 0) + count
    return found


def register_past_cases(rememberer: Rememberer) -> None:
    """Let ``rememberer`` be asked. A room calls this once, from its AppConfig.ready."""
    if rememberer not in _rememberers:
        _rememberers.append(rememberer)


def past_cases(actor: Actor, playbook_id: str, most: int) -> list[Opening]:
    """Cases of the past year to play again, oldest first, as far as ``actor`` may see them."""
    found = [one for ask in _rememberers for one in ask(actor, playbook_id, most)]
    return sorted(found, key=lambda one: one.at)
