"""What rooms above do for a resolution: publish it, follow its carrying-out as a case. They say here how.

Activities knows neither disclosure nor cases; each hook is provided once, when the platform starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from zhijin.activities import errors
from zhijin.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Paper:
    """A text for the public: on which board, under which title, with which table."""

    place_code: str
    board: str
    title: str
    body: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be carried out: by which playbook, where, in which words. ``key`` makes it one case."""

    playbook: str
    place_code: str
    key: str
    what: str
    decided_by: str
    org_key: int | None = None
    org_name: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the carrying-out stands: ended or not, carried out or given up, and what was said of it."""

    ended: bool
    carried: bool
    said: str = ""


#: Drafts and hands in a document; gives its id and its public code.
Publish = Callable[[Actor, Paper], tuple[UUID, str]]
#: Opens a case; gives its id and its number.
CarryOut = Callable[[Actor, Order], tuple[UUID, str]]
#: Tells how a case stands; None when there is none.
HowItStands = Callable[[UUID], Outcome | None]

_provided: dict[str, Any] = {}


def provide_publication(publish: Publish) -> None:
    """Called by the room that publishes."""
    _provided["publish"] = publish


def provide_carrying_out(carry_out: CarryOut, outcome: HowItStands | None = None) -> None:
    """Called by the room that opens follow-up cases, and tells how they stand."""
    _provided["carry"] = carry_out
    if outcome is not None:
        _provided["outcome"] = outcome


def publish(actor: Actor, paper: Paper) -> tuple[UUID, str]:
    """Raises AV141, and what the publishing room refuses."""
    if "publish" not in _provided:
        raise errors.NOT_CONNECTED(what="disclosure")
    found: tuple[UUID, str] = _provided["publish"](actor, paper)
    return found


def carry_out(actor: Actor, order: Order) -> tuple[UUID, str]:
    """Raises AV141, and what the cases' room refuses."""
    if "carry" not in _provided:
        raise errors.NOT_CONNECTED(what="cases")
    found: tuple[UUID, str] = _provided["carry"](actor, order)
    return found


def outcome(case_id: UUID | None) -> Outcome | None:
    """How the carrying-out by that case stands; None where nobody can tell."""
    tell: HowItStands | None = _provided.get("outcome")
    return tell(case_id) if tell is not None and case_id is not None else None
