"""Taking up the calendar, calling a meeting, opening, closing, recording and cancelling it.

Each is one transaction: permission, lock, change, journal, fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.meetings import programme
from zhijin.activities.meetings.format import Kind
from zhijin.activities.meetings.periods import Period, period_of
from zhijin.activities.models import Attendee, Branch, Meeting, Resolution
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    require_own,
    same_keys,
    tell,
    text,
)
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.texts import clean
from zhijin.people import api as people

State = Meeting.State
#: Of a vote that was below quorum nothing remains.
_VOID = Resolution.State.NO_QUORUM
#: How far ahead a meeting may be called, and how far back one may be written down.
AHEAD, BACK = timedelta(days=366), timedelta(days=400)


@transaction.atomic(savepoint=False)
def take_up(
    *, actor: Actor, org_key: int, begins: date | None = None, place: str = "", link: str = "",
    simulated: bool = False,
) -> Branch:  # fmt: skip
    """Keep an organisation's organisational life here from ``begins`` on. Raises OR001, CO403, PE021, AV081."""
    org = organisation(actor, org_key)
    if not org.is_party:
        raise errors.NO_BRANCH_LIFE(name=org.name)
    found = programme.current(org.place_code)
    if Branch.objects.filter(org_key=org.key).exists():
        raise errors.BRANCH_THERE()
    try:
        with transaction.atomic():
            row = Branch.objects.create(
                **keys_of(org), programme=found.model.id, begins=begins or clock.today(),
                place=_line(place, 80), link=_link(link), made_by=actor.label, made_at=clock.now(),
                simulated=simulated,
            )  # fmt: skip
    except IntegrityError as error:
        raise errors.BRANCH_THERE() from error
    note(actor, "life.begun", f"org:{org.key}", org.place_key, begins=row.begins.isoformat())
    return row


@transaction.atomic(savepoint=False)
def renew_feed(*, actor: Actor, org_key: int) -> Branch:
    """Make the old address of the calendar worthless. Raises CO403, AV080."""
    row = locked(Branch.objects.all(), branch_of(actor, org_key).id)
    row.feed_version += 1
    row.save(update_fields=["feed_version"])
    note(actor, "life.feed", f"org:{row.org_key}", row.place_key)
    return row


def branch_of(actor: Actor, org_key: int) -> Branch:
    """The branch's calendar, for whoever answers for it. Raises OR001, CO403, AV080."""
    org = organisation(actor, org_key)
    row = Branch.objects.filter(org_key=org.key).first()
    if row is None:
        raise errors.NO_BRANCH_LIFE(name=org.name)
    return row


@dataclass(frozen=True)
class Call:
    """A meeting to be held. ``agenda`` empty: as the programme has it."""

    kind: str
    starts_at: datetime
    title: str = ""
    place: str = ""
    link: str = ""
    agenda: Sequence[str] = field(default_factory=tuple)
    chair: str = ""


@transaction.atomic(savepoint=False)
def call(*, actor: Actor, org_key: int, wanted: Call, simulated: bool = False) -> Meeting:
    """Call a meeting: it stands in the calendar and on the members' own pages.

    Raises OR001, CO400, CO403, AV080, AV082–AV084.
    """
    branch = branch_of(actor, org_key)
    meeting, kind = _begun(actor, branch, wanted, simulated)
    _enrol(meeting, kind)
    note(actor, "meeting.called", meeting.record, meeting.place_key, kind=kind.id)
    tell(actor, "activity.meeting.called", meeting, meeting.record, subject=meeting.record,
         attrs={"kind": kind.id})  # fmt: skip
    return meeting


def _begun(actor: Actor, branch: Branch, wanted: Call, simulated: bool) -> tuple[Meeting, Kind]:
    kind = programme.kind_at(branch.place_code, wanted.kind, branch.programme)
    if kind is None:
        raise errors.NO_SUCH_KIND(kind=wanted.kind)
    now = clock.now()
    if not now - BACK <= wanted.starts_at <= now + AHEAD:
        raise errors.BAD_MOMENT(why=_("太早或太晚"))
    day = clock.local(wanted.starts_at).date()
    return Meeting.objects.create(
        **same_keys(branch), kind=kind.id, study=kind.study, starts_at=wanted.starts_at, held_on=day,
        title=_line(wanted.title, 120) or programme.title_for(kind, day),
        place=_line(wanted.place, 80) or branch.place, link=_link(wanted.link) or branch.link,
        agenda=_lines(wanted.agenda) or list(kind.agenda), chair=_line(wanted.chair, 64),
        made_by=actor.label, made_at=now, simulated=simulated or branch.simulated,
    ), kind  # fmt: skip


def _enrol(meeting: Meeting, kind: Kind) -> None:
    """Make the roll what the branch's list is on the day of the meeting; who signed stays signed.

    A member who moved away before that day is not due any more, one who came is. Raises AV083.
    """
    rows = [
        row
        for row in people.members_on(meeting.org_key or 0, meeting.held_on)
        if kind.who == "members" or row.committee
    ]
    if not rows:
        raise errors.NOBODY_DUE()
    on_roll = Attendee.objects.filter(meeting_id=meeting.id)
    on_roll.exclude(member_id__in=[row.id for row in rows]).delete()
    there = set(on_roll.values_list("member_id", flat=True))
    Attendee.objects.bulk_create(
        Attendee(
            county=meeting.county, place_key=meeting.place_key, org_key=meeting.org_key or 0,
            sector_key=meeting.sector_key, meeting_id=meeting.id, member_id=row.id,
            name_masked=row.name_masked, votes=row.may_vote, floating=row.floating,
        )
        for row in rows if row.id not in there
    )  # fmt: skip


def own(actor: Actor, meeting_id: UUID) -> Meeting:
    """The meeting, locked, for whoever answers for the branch. Raises CO404, CO403."""
    row = locked(Meeting.objects.all(), meeting_id)
    require_own(actor, row)
    return row


def kind_of(meeting: Meeting) -> Kind:
    """The meeting's kind in the programme that holds now. Raises AV082 when it is gone from it."""
    found = programme.kind_at(meeting.place_code, meeting.kind)
    if found is None:
        raise errors.NO_SUCH_KIND(kind=meeting.kind)
    return found


@transaction.atomic(savepoint=False)
def change(*, actor: Actor, meeting_id: UUID, wanted: Call) -> Meeting:
    """Change time, place, link or agenda before it begins. Raises CO400, CO404, CO403, AV001, AV084."""
    row = own(actor, meeting_id)
    in_state(row, State.CALLED)
    now = clock.now()
    if not now - BACK <= wanted.starts_at <= now + AHEAD:
        raise errors.BAD_MOMENT(why=_("太早或太晚"))
    row.starts_at, row.held_on = wanted.starts_at, clock.local(wanted.starts_at).date()
    row.place, row.link = _line(wanted.place, 80), _link(wanted.link)
    row.agenda = _lines(wanted.agenda) or row.agenda
    row.title = _line(wanted.title, 120) or row.title
    row.save(update_fields=["starts_at", "held_on", "place", "link", "agenda", "title"])
    _enrol(row, kind_of(row))
    note(actor, "meeting.changed", row.record, row.place_key)
    return row


@transaction.atomic(savepoint=False)
def cancel(*, actor: Actor, meeting_id: UUID, why: str) -> Meeting:
    """A meeting that will not be held; one that has voted was. Raises CO400, CO404, CO403, AV001, AV092."""
    row = own(actor, meeting_id)
    in_state(row, State.CALLED, State.OPEN)
    _no_open_votes(row)
    if Resolution.objects.filter(meeting_id=row.id).exclude(state=_VOID).exists():
        raise errors.WRONG_STATE(state=_("已有表决结果"))
    row.state, row.why, row.closed_at = State.CANCELLED, text(why, 120, "why"), clock.now()
    row.save(update_fields=["state", "why", "closed_at"])
    note(actor, "meeting.cancelled", row.record, row.place_key)
    tell(actor, "activity.meeting.cancelled", row, row.record, subject=row.record,
         attrs={"kind": row.kind})  # fmt: skip
    return row


@transaction.atomic(savepoint=False)
def begin(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """Open the meeting: the code is shown and people sign. Raises CO404, CO403, AV001, AV083, AV084."""
    row = own(actor, meeting_id)
    in_state(row, State.CALLED)
    if clock.now() < row.starts_at - timedelta(hours=12):
        raise errors.BAD_MOMENT(why=_("离会议开始还早"))
    _enrol(row, kind_of(row))
    row.state, row.opened_at = State.OPEN, clock.now()
    row.save(update_fields=["state", "opened_at"])
    note(actor, "meeting.opened", row.record, row.place_key)
    return row


@dataclass(frozen=True)
class Minutes:
    """What a meeting leaves: sections by their titles, and what was studied before it began."""

    sections: Mapping[str, str]
    chair: str = ""
    law: str = ""
    first_topic: str = ""


@transaction.atomic(savepoint=False)
def finish(*, actor: Actor, meeting_id: UUID, minutes: Minutes) -> Meeting:
    """End an open meeting with its minutes; whoever has not signed or asked for leave was absent.

    Raises CO404, CO403, AV001, AV091–AV093.
    """
    row = own(actor, meeting_id)
    in_state(row, State.OPEN)
    return _held(actor, row, kind_of(row), minutes)


@transaction.atomic(savepoint=False)
def record(
    *, actor: Actor, org_key: int, wanted: Call, minutes: Minutes,
    present: Iterable[UUID] | None = None, remote: Iterable[UUID] = (), simulated: bool = False,
) -> Meeting:  # fmt: skip
    """Write down a meeting that was held: who came (None: everybody on the roll), and who of them from afar.

    ``present`` and ``remote`` are members. The roll is the branch's list on the day of the meeting: whoever stood on
    it and is not named was absent, also a member who has moved away since.

    Raises OR001, CO400, CO403, AV080, AV082–AV084, AV091, AV093.
    """
    branch = branch_of(actor, org_key)
    if wanted.starts_at > clock.now():
        raise errors.BAD_MOMENT(why=_("会还没有开；以后的会请先通知"))
    meeting, kind = _begun(actor, branch, wanted, simulated)
    meeting.recorded, meeting.opened_at = True, wanted.starts_at
    _enrol(meeting, kind)
    roll = Attendee.objects.filter(meeting_id=meeting.id)
    here = {"state": Attendee.State.PRESENT, "proof": Attendee.Proof.CHAIR, "at": clock.now()}
    came = roll if present is None else roll.filter(member_id__in=list(present))
    came.update(**here)
    roll.filter(member_id__in=list(remote), state=Attendee.State.PRESENT).update(remote=True)
    return _held(actor, meeting, kind, minutes)


def _held(actor: Actor, row: Meeting, kind: Kind, minutes: Minutes) -> Meeting:
    """Count the roll, keep the minutes, leave the facts; nothing of it changes any more."""
    _no_open_votes(row)
    row.minutes = _sections(row.place_code, kind, minutes.sections)
    roll = Attendee.objects.filter(meeting_id=row.id)
    roll.filter(state=Attendee.State.EXPECTED).update(state=Attendee.State.ABSENT)
    states = list(roll.values_list("state", "remote", "floating"))
    row.due = len(states)
    row.present = sum(state == Attendee.State.PRESENT for state, _r, _f in states)
    row.remote = sum(state == Attendee.State.PRESENT and far for state, far, _f in states)
    if not row.present:
        raise errors.NOBODY_CAME()
    row.chair = _line(minutes.chair, 64) or row.chair
    row.law, row.first_topic = _line(minutes.law, 120), _line(minutes.first_topic, 120)
    # A clock that was set back meanwhile does not end a meeting before it began.
    row.closed_at = max(clock.now(), row.opened_at or row.starts_at)
    row.state, row.late = State.HELD, _is_late(row, kind)
    row.save()
    floating = sum(state == Attendee.State.PRESENT and away for state, _r, away in states)
    note(actor, "meeting.held", row.record, row.place_key, due=row.due, present=row.present)
    _leave_facts(actor, row, kind, floating)
    return row


def _no_open_votes(row: Meeting) -> None:
    """Else members would vote, and votes be counted, in a meeting that is over. Raises AV092."""
    waiting = Resolution.objects.filter(meeting_id=row.id, state=Resolution.State.OPEN).count()
    if waiting:
        raise errors.VOTES_OPEN(n=waiting)


def _sections(place_code: str, kind: Kind, given: Mapping[str, str]) -> list[tuple[str, str]]:
    found = {title: str(clean(given.get(title, ""))).strip()[:20_000] for title in kind.minutes}
    # One section is enough for a meeting written down in two minutes; which one, its people know.
    if not any(found.values()):
        words = programme.words_at(place_code, get_language() or "zh")
        raise errors.MINUTES_MISSING(section=words.get(kind.minutes[0], kind.minutes[0]))
    return [(title, body) for title, body in found.items() if body]


def period(row: Meeting, kind: Kind) -> Period | None:
    """The period that a meeting counts in; None for kinds that are only counted."""
    return period_of(kind.each, row.held_on) if kind.each is not None else None


def _is_late(row: Meeting, kind: Kind) -> bool:
    """Whether it was written down after its period and the days of grace."""
    counted = period(row, kind)
    if counted is None or row.closed_at is None:
        return False
    grace = programme.current(row.place_code).model.grace
    return clock.local(row.closed_at).date() > counted.last + timedelta(days=grace)


def _leave_facts(actor: Actor, row: Meeting, kind: Kind, floating: int) -> None:
    counted = period(row, kind)
    attrs = {
        "kind": kind.id, "due": row.due, "present": row.present, "remote": row.remote,
        "floating": floating, "late": row.late, "period": counted.name if counted else "",
    }  # fmt: skip
    name = "activity.study.held" if kind.study else "activity.meeting.held"
    tell(actor, name, row, row.record, subject=row.record, attrs=attrs, at=row.starts_at)
    for what, title in (("law", row.law), ("first-topic", row.first_topic)):
        if title:
            tell(actor, "activity.study.opening", row, row.record, subject=row.record,
                 attrs={"kind": what}, at=row.starts_at)  # fmt: skip


def _line(value: str, most: int) -> str:
    return " ".join(str(clean(value)).split())[:most]


def _lines(values: Sequence[str]) -> list[str]:
    return [line for line in (_line(one, 80) for one in values[:20]) if line]


def _link(value: str) -> str:
    """The address of a call: http(s) only, since it is shown as a link. Raises CO400."""
    found = _line(value, 300)
    if found and not found.startswith(("https://", "http://")):
        raise BAD_REQUEST(fields={"link": _("请填写以 https:// 开头的地址。")})
    return found
