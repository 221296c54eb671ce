"""Signing in to a meeting: by the member with the code that it shows, or by whoever chairs it. Asking for leave."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.meetings import proof
from zhijin.activities.meetings.writing import own
from zhijin.activities.models import Attendee, Meeting
from zhijin.activities.services.common import in_state, locked, note
from zhijin.core import clock, journal, ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.scope import scoped
from zhijin.core.texts import clean
from zhijin.people.api import BranchMember

#: What writes for a member who came by their own link: they have no account.
CLERK = Actor.system("member-link")
#: Six digits, two of which are good at a time: guessing takes longer than any meeting.
TRIES = "10/m"


@transaction.atomic(savepoint=False)
def show_code(*, actor: Actor, meeting_id: UUID) -> tuple[Meeting, str, int]:
    """The meeting, the code it shows now, and how many seconds it still holds. Raises CO404, CO403, AV001."""
    row = own(actor, meeting_id)
    in_state(row, Meeting.State.OPEN)
    now = clock.now()
    step = proof.step_at(now, row.code_floor)
    if step > row.code_floor:
        row.code_floor = step
        row.save(update_fields=["code_floor"])
    left = proof.SECONDS - int(now.timestamp()) % proof.SECONDS
    return row, proof.code_of(row.id, step), left


def sign(*, member: BranchMember, meeting_id: UUID, code: str, remote: bool) -> Attendee:
    """A member signs with the code that the meeting shows; a second time changes nothing.

    Raises CO404, CO429, AV001, AV085, AV086.
    """
    ratelimit.hit(f"meeting-code:{member.id}", TRIES)
    with scoped(CLERK):
        meeting = locked(Meeting.objects.filter(org_key=member.org_key), meeting_id)
        in_state(meeting, Meeting.State.OPEN)
        row = _on_roll(meeting, member.id)
        step = proof.step_at(clock.now(), meeting.code_floor)
        if not proof.is_shown(meeting.id, code, step):
            raise errors.WRONG_CODE()
        if row.state != Attendee.State.PRESENT:
            _came(row, Attendee.Proof.CODE, remote)
            journal.write(CLERK, "meeting.signed", meeting.record, place_key=meeting.place_key,
                          detail={"member": str(member.id), "remote": remote})  # fmt: skip
    return row


def ask_leave(*, member: BranchMember, meeting_id: UUID, why: str) -> Attendee:
    """A member asks for leave before the meeting ends. Raises CO400, CO404, AV001, AV086."""
    reason = str(clean(why)).strip()
    if not reason or len(reason) > 120:
        raise BAD_REQUEST(fields={"why": _("请写明原因，最多 120 个字。")})
    with scoped(CLERK):
        meeting = locked(Meeting.objects.filter(org_key=member.org_key), meeting_id)
        in_state(meeting, Meeting.State.CALLED, Meeting.State.OPEN)
        row = _on_roll(meeting, member.id)
        if row.state == Attendee.State.PRESENT:
            raise errors.WRONG_STATE(state=row.get_state_display())
        row.state, row.why = Attendee.State.LEAVE, reason
        row.save(update_fields=["state", "why"])
        journal.write(CLERK, "meeting.leave", meeting.record, place_key=meeting.place_key,
                      detail={"member": str(member.id)})  # fmt: skip
    return row


def _on_roll(meeting: Meeting, member_id: UUID) -> Attendee:
    rows = Attendee.objects.select_for_update(no_key=True)
    row = rows.filter(meeting_id=meeting.id, member_id=member_id).first()
    if row is None:
        raise errors.NOT_ON_ROLL()
    return row


def _came(row: Attendee, how: str, remote: bool) -> None:
    row.state, row.proof, row.remote = Attendee.State.PRESENT, how, remote
    row.at, row.why = clock.now(), ""
    row.save(update_fields=["state", "proof", "remote", "at", "why"])


@transaction.atomic(savepoint=False)
def mark(
    *, actor: Actor, meeting_id: UUID, attendee_id: UUID, state: str, remote: bool = False
) -> Attendee:
    """Whoever chairs confirms that somebody came, is on leave, or did not come. Raises CO400, CO403, CO404, AV001.

    Somebody who has voted was there: that is not taken back.
    """
    meeting = own(actor, meeting_id)
    in_state(meeting, Meeting.State.OPEN)
    rows = Attendee.objects.select_for_update(no_key=True)
    row = rows.filter(meeting_id=meeting.id, id=attendee_id).first()
    if row is None:
        raise NOT_FOUND()
    if state not in (Attendee.State.PRESENT, Attendee.State.LEAVE, Attendee.State.EXPECTED):
        raise BAD_REQUEST()
    if state == Attendee.State.PRESENT:
        _came(row, Attendee.Proof.CHAIR, remote)
    elif row.has_voted():
        raise errors.VOTED_ALREADY()
    else:
        row.state, row.proof, row.remote, row.at = Attendee.State(state), "", False, None
        row.save(update_fields=["state", "proof", "remote", "at"])
    note(actor, "meeting.marked", meeting.record, meeting.place_key,
         member=str(row.member_id), state=state)  # fmt: skip
    return row
