"""Resolutions of a meeting: one vote for everybody who has one and is there; open, or secret in a sealed box.

The row of the resolution is locked by every vote and by the count, so that a vote stands wholly before the count or
is refused; nobody who is there and still has time is cut off. A vote that comes at the closing second or later is
refused; a clock that is set back opens nothing again, because what was counted never changes.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import ballotbox, errors
from zhijin.activities.ballotbox import Paper
from zhijin.activities.meetings.format import Vote
from zhijin.activities.meetings.presence import CLERK
from zhijin.activities.meetings.writing import kind_of, own
from zhijin.activities.models import Attendee, Meeting, MeetingVote, Resolution
from zhijin.activities.services.ballots import LEAST
from zhijin.activities.services.common import in_state, locked, note, tell, text
from zhijin.core import clock, crypto, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.scope import scoped
from zhijin.people.api import BranchMember
from zhijin.ui import spans

PURPOSE = "activities.meeting-box"
#: The choices, in the order of the digits on a paper; 0 is abstained.
CHOICES = ("yes", "no")
ABSTAIN = "abstain"
_shuffle = random.SystemRandom().shuffle


@transaction.atomic(savepoint=False)
def put(
    *, actor: Actor, meeting_id: UUID, what: str, secret: bool = False, minutes: int = 0
) -> Resolution:
    """Put a text to the vote; ``minutes``: how long, 0 until it is counted.

    Raises CO400, CO403, CO404, AV001, AV033 (too few are there), AV034 (too few for a secret), AV087.
    """
    meeting = own(actor, meeting_id)
    in_state(meeting, Meeting.State.OPEN)
    kind = kind_of(meeting)
    if kind.vote is None:
        raise errors.NO_VOTE_RULE(kind=kind.title.zh)
    roll = list(Attendee.objects.filter(meeting_id=meeting.id, votes=True))
    here = sum(row.state == Attendee.State.PRESENT for row in roll)
    _require_quorum(kind.vote, len(roll), here)
    if secret and len(roll) < LEAST:
        raise errors.ROLL_TOO_SHORT(n=len(roll), least=LEAST)
    if not 0 <= minutes <= 24 * 60:
        raise BAD_REQUEST(fields={"minutes": _("表决时间在 24 小时以内。")})
    now = clock.now()
    row = Resolution(
        **_keys(meeting), meeting_id=meeting.id, text=text(what, 300, "what"), secret=secret,
        rule=kind.vote.model_dump(), due=len(roll), opened_at=now,
        closes_at=now + timedelta(minutes=minutes) if minutes else None,
    )  # fmt: skip
    if secret:
        row.sealed = _seal(row, [])
    row.save(force_insert=True)
    # In a random order, so that the table's order says nothing of who votes when.
    _shuffle(roll)
    MeetingVote.objects.bulk_create(
        MeetingVote(**_keys(meeting), id=_unordered(), resolution_id=row.id, attendee_id=one.id)
        for one in roll
    )
    note(
        actor,
        "meeting.vote",
        meeting.record,
        meeting.place_key,
        resolution=str(row.id),
        secret=secret,
    )
    return row


def _unordered() -> UUID:
    """An id that tells no time."""
    return UUID(bytes=secrets.token_bytes(16), version=4)


def _keys(meeting: Meeting) -> dict[str, int | None]:
    return {
        "county": meeting.county, "place_key": meeting.place_key, "org_key": meeting.org_key or 0,
        "sector_key": meeting.sector_key,
    }  # fmt: skip


def _require_quorum(rule: Vote, due: int, here: int) -> None:
    if not due or here * 10_000 < due * rule.quorum:
        raise errors.NO_QUORUM(present=here, due=due, share=f"{rule.quorum / 100:g}%")


def _seal(row: Resolution, papers: list[Paper]) -> bytes:
    return crypto.seal(PURPOSE, ballotbox.packed(str(row.id), papers, row.due, 1))


def _papers(row: Resolution) -> list[Paper]:
    assert row.sealed is not None  # made with a secret resolution, removed at the count
    return ballotbox.unpacked(str(row.id), crypto.unseal(PURPOSE, row.sealed))


def vote(*, member: BranchMember, resolution_id: UUID, choice: str) -> Paper | None:
    """A member votes by their own link; a secret vote gives back its paper with the receipt, this once.

    Raises CO400, CO404, AV088–AV090.
    """
    if choice not in (*CHOICES, ABSTAIN):
        raise BAD_REQUEST(fields={"choice": _("请选择一项。")})
    with scoped(CLERK):
        row = locked(Resolution.objects.filter(org_key=member.org_key), resolution_id)
        # A late comer's moment is kept (the transaction ends well), and only then refused.
        late = row.state != Resolution.State.OPEN or not _in_time(row)
        paper = None if late else _struck(row, member, choice)
    if late:
        raise errors.VOTE_CLOSED()
    return paper


def _struck(row: Resolution, member: BranchMember, choice: str) -> Paper | None:
    """The member's name is struck off, and their vote is noted, or is in the box. Raises AV089, AV090."""
    struck = _name_on_roll(row, member)
    if struck.voted:
        raise errors.VOTED_ALREADY()
    paper = _into_box(row, choice) if row.secret else None
    struck.voted, struck.choice = True, "" if row.secret else choice
    struck.save(update_fields=["voted", "choice"])
    # That somebody voted, and for a secret vote nothing of who.
    who = {} if row.secret else {"member": str(member.id)}
    journal.write(
        CLERK, "meeting.voted", f"meeting:{row.meeting_id}", place_key=row.place_key, detail=who
    )
    return paper


def _in_time(row: Resolution) -> bool:
    """Whether a vote that comes now counts; keeps the moment, so that a clock set back opens nothing again."""
    now = clock.now()
    if row.seen_at is None or now > row.seen_at:
        row.seen_at = now
        row.save(update_fields=["seen_at"])
    return not _is_over(row)


def _is_over(row: Resolution) -> bool:
    """By the latest moment at which anybody voted or tried to, whatever the clock says now."""
    now = clock.now()
    return row.closes_at is not None and max(now, row.seen_at or now) >= row.closes_at


def _name_on_roll(row: Resolution, member: BranchMember) -> MeetingVote:
    """The name to strike off; only who signed in votes. Raises AV090."""
    # Locked, so that nobody is marked away while they vote.
    roll = Attendee.objects.select_for_update(no_key=True)
    here = roll.filter(
        meeting_id=row.meeting_id, member_id=member.id, state=Attendee.State.PRESENT
    ).first()
    names = MeetingVote.objects.select_for_update(no_key=True)
    found = names.filter(resolution_id=row.id, attendee_id=here.id).first() if here else None
    if found is None:
        raise errors.NO_VOTE_RIGHT()
    return found


def _into_box(row: Resolution, choice: str) -> Paper:
    mark = ballotbox.ABSTAIN if choice == ABSTAIN else str(CHOICES.index(choice) + 1)
    paper = ballotbox.fresh(mark)
    row.sealed = _seal(row, [*_papers(row), paper])
    row.save(update_fields=["sealed"])
    return paper


@transaction.atomic(savepoint=False)
def show_of_hands(*, actor: Actor, resolution_id: UUID, choices: dict[UUID, str]) -> Resolution:
    """Whoever chairs notes how those in the room voted openly, by attendee; who voted already stays.

    Raises CO400, CO403, CO404, AV001, AV088, AV090.
    """
    row = _own(actor, resolution_id)
    if row.secret:
        raise errors.WRONG_STATE(state=_("无记名"))
    if _is_over(row):
        raise errors.VOTE_CLOSED()
    names = MeetingVote.objects.select_for_update(no_key=True).filter(resolution_id=row.id)
    found = {name.attendee_id: name for name in names}
    here = set(
        Attendee.objects.filter(
            meeting_id=row.meeting_id, state=Attendee.State.PRESENT
        ).values_list("id", flat=True)
    )
    for attendee, choice in choices.items():
        if choice not in (*CHOICES, ABSTAIN):
            raise BAD_REQUEST()
        if attendee not in found or attendee not in here:
            raise errors.NO_VOTE_RIGHT()
        name = found[attendee]
        if not name.voted:
            name.voted, name.choice = True, choice
            name.save(update_fields=["voted", "choice"])
    note(actor, "meeting.hands", f"meeting:{row.meeting_id}", row.place_key, count=len(choices))
    return row


def _own(actor: Actor, resolution_id: UUID) -> Resolution:
    row = locked(Resolution.objects.all(), resolution_id)
    own(actor, row.meeting_id)
    in_state(row, Resolution.State.OPEN)
    return row


@transaction.atomic(savepoint=False)
def count(*, actor: Actor, resolution_id: UUID) -> Resolution:
    """Count, and say whether it passed; below quorum at the count nothing passes. Raises CO403, CO404, AV001, AV138.

    A secret vote of fewer than five papers does not stand either, and its papers are destroyed uncounted. Those
    due are the roll's members with a vote; those present, who signed in. Not voting is no vote for it.
    """
    row = _own(actor, resolution_id)
    _may_end(row)
    tally = _secret(row) if row.secret else _open(row)
    stands = tally is not None
    tally = tally or Counter()
    roll = Attendee.objects.filter(meeting_id=row.meeting_id, votes=True)
    row.present = roll.filter(state=Attendee.State.PRESENT).count()
    row.yes, row.no = tally["yes"], tally["no"]
    row.abstained = tally[ABSTAIN]
    row.state = _outcome(row) if stands else Resolution.State.NO_QUORUM
    row.closed_at = max(clock.now(), row.opened_at)
    row.save()
    meeting = Meeting.objects.get(id=row.meeting_id)
    note(
        actor,
        "meeting.counted",
        meeting.record,
        meeting.place_key,
        resolution=str(row.id),
        state=row.state,
    )
    tell(actor, "activity.resolution", meeting, meeting.record, subject=meeting.record, attrs={
        "kind": meeting.kind, "passed": row.state == Resolution.State.PASSED, "due": row.due,
        "present": row.present, "yes": row.yes,
    })  # fmt: skip
    return row


def _may_end(row: Resolution) -> None:
    """Nobody who signed in and still has time to vote is cut off. Raises AV138."""
    if row.closes_at is None or _is_over(row):
        return
    here = Attendee.objects.filter(meeting_id=row.meeting_id, state=Attendee.State.PRESENT)
    waiting = MeetingVote.objects.filter(resolution_id=row.id, voted=False)
    if waiting.filter(attendee_id__in=here.values("id")).exists():
        raise errors.STILL_VOTING(until=spans.moment(row.closes_at))


def _secret(row: Resolution) -> Counter[str] | None:
    """The count of a secret vote; None where so few voted that a count would tell who voted how."""
    papers = _papers(row)
    row.sealed = None
    if len(papers) < LEAST:
        return None
    tally = ballotbox.count(papers, 0, len(CHOICES))
    # The papers without names are kept, so that everybody can count again; the box is destroyed.
    row.papers = [[paper.receipt, paper.marks] for paper in sorted(papers)]
    return Counter({"yes": tally.votes[0], "no": tally.votes[1], ABSTAIN: tally.abstained})


def _open(row: Resolution) -> Counter[str]:
    votes = MeetingVote.objects.filter(resolution_id=row.id, voted=True)
    return Counter(votes.values_list("choice", flat=True))


def _outcome(row: Resolution) -> Resolution.State:
    rule = Vote.model_validate(row.rule)
    if row.present * 10_000 < row.due * rule.quorum:
        return Resolution.State.NO_QUORUM
    of = row.due if rule.of == "due" else row.present
    passed = row.yes * 10_000 > of * rule.pass_over
    return Resolution.State.PASSED if passed else Resolution.State.FAILED
