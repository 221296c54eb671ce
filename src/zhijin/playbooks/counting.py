"""How many open cases stand in each state of a revision: asked of a higher room, which registers itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from zhijin.core.actor import Actor

#: (actor, revision ids) → {(revision id, state): open cases that the actor may see}
Counter = Callable[[Actor, Sequence[uuid.UUID]], Mapping[tuple[uuid.UUID, str], int]]

_counters: list[Counter] = []


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
