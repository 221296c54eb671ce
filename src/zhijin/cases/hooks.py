"""What a higher room may add to a case's public face. Cases ask here and never look up.

``programmes`` provides both at start; without it nothing is published and nobody was told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Published:
    """What the public may see of a case: checked fields of its playbook, digests of photos."""

    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    photos: Sequence[str] = ()


@dataclass(frozen=True)
class Told:
    """One sentence that the reporter was told."""

    at: datetime
    text: str


_published: Callable[[Sequence[UUID]], Mapping[UUID, Published]] | None = None
_told: Callable[[UUID], Sequence[Told]] | None = None


def provide_published(source: Callable[[Sequence[UUID]], Mapping[UUID, Published]]) -> None:
    """Register who knows what is published."""
    global _published
    _published = source


def provide_told(source: Callable[[UUID], Sequence[Told]]) -> None:
    """Register who knows what a case's reporter was told."""
    global _told
    _told = source


def published(case_ids: Sequence[UUID]) -> Mapping[UUID, Published]:
    """What is public of these cases now; cases of which nothing is are left out."""
    return _published(case_ids) if _published and case_ids else {}


def told(case_id: UUID) -> Sequence[Told]:
    """What the reporter was told, newest first. Runs under the caller's scope."""
    return _told(case_id) if _told else ()
