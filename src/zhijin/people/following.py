"""What rooms above are told of, so that what they repeat stays true: where a household stands, and that a member left.

They register themselves when they start; nothing here knows them.
"""

from __future__ import annotations

from collections.abc import Callable

from zhijin.core.actor import Actor
from zhijin.people.models import BranchMember, Household

HomeFollower = Callable[[Actor, Household], None]
MemberFollower = Callable[[Actor, BranchMember, BranchMember | None], None]


_homes: list[HomeFollower] = []
_members: list[MemberFollower] = []


def follow_households(follower: HomeFollower) -> None:
    """``follower`` is called, in the same transaction, with every household that was given another place or ended."""
    if follower not in _homes:
        _homes.append(follower)


def follow_members(follower: MemberFollower) -> None:
    """``follower`` is called, in the same transaction, with every row of a branch's list that has ended,
    and with the row that takes its place in another branch."""
    if follower not in _members:
        _members.append(follower)


def household_changed(actor: Actor, household: Household) -> None:
    for follower in _homes:
        follower(actor, household)


def member_left(actor: Actor, member: BranchMember, moved: BranchMember | None = None) -> None:
    for follower in _members:
        follower(actor, member, moved)
