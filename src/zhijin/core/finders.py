"""Fields of forms that a lower room shows and a higher room understands: which place some words mean.

The room that holds the records registers how its kind is found, so that a lower room need not import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from zhijin.core.actor import Actor


class Found(Protocol):
    """What a field says: the ``code`` that is meant (empty while it is open), and how the field is drawn."""

    @property
    def code(self) -> str: ...

    @property
    def template(self) -> str:
        """Drawn with ``found`` as ``picked``, and ``id``, ``label``, ``help``."""

    def sure(self) -> str:
        """The code, empty when nothing was typed. Raises a refusal while it is open what is meant."""


class Finder(Protocol):
    """Reads ``field`` of a form or query, within what ``actor`` may look at by ``permission``."""

    def __call__(
        self, actor: Actor, data: Mapping[str, str], field: str, permission: str
    ) -> Found: ...


_finders: dict[str, Finder] = {}


def register(kind: str, finder: Finder) -> None:
    """Say how records of ``kind`` are found. Raises ValueError when it is taken."""
    if kind in _finders and _finders[kind] is not finder:
        raise ValueError(f"finding a {kind} is registered twice")
    _finders[kind] = finder


def find(
    kind: str, actor: Actor, data: Mapping[str, str], field: str, permission: str = ""
) -> Found:
    """What ``field`` says. Raises KeyError for a kind that nobody registered."""
    return _finders[kind](actor, data, field, permission)
