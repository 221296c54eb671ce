"""A private link for each member, so that whoever works away needs no account (:mod:`zhijin.core.private_links`)."""

from __future__ import annotations

from uuid import UUID

from zhijin.core.private_links import PrivateLinks
from zhijin.people.models import BranchMember

LINKS = PrivateLinks("people.member-link")


def member_link(member: BranchMember) -> str:
    """The token of a member's own page: nothing of it is stored, and a new version voids it."""
    return LINKS.token(member.id.bytes, member.link_version)


def member_by_link(token: str) -> BranchMember | None:
    """The member whose link it is; None when it is none, was renewed, or they left. The caller opens the scope."""
    key = LINKS.key_of(token)
    if key is None:
        return None
    row = BranchMember.objects.filter(id=UUID(bytes=key), valid_to=None).first()
    return row if row is not None and LINKS.opens(token, row.link_version) else None


def wrong_link(source: str) -> None:
    """Somebody at this address came with a link that opens nothing. Raises CO429 when it was too often."""
    LINKS.refuse_guesses(source)
