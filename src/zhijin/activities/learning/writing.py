"""Making a course, adding parts, opening and closing it; a member's progress. Each is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.learning import reading
from zhijin.activities.meetings.presence import CLERK
from zhijin.activities.meetings.writing import _line, _link
from zhijin.activities.models import Course, CoursePart, CourseProgress
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    require_own,
    tell,
    text,
)
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped
from zhijin.core.texts import clean
from zhijin.people.api import BranchMember

State = Course.State
PARTS = 40
_ONCE = (
    "INSERT INTO activities_course_progress (id, county, place_key, org_key, sector_key, course_id, part_id,"
    " member_id, screen, finished, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (part_id, county, member_id) DO NOTHING RETURNING id"
)


@transaction.atomic(savepoint=False)
def make(
    *, actor: Actor, org_key: int, title: str, about: str = "", below: bool = False,
    until: date | None = None, simulated: bool = False,
) -> Course:  # fmt: skip
    """Begin a course of an organisation. ``below`` needs the right to organise. Raises OR001, CO400, CO403."""
    org = organisation(actor, org_key)
    if below:
        actor.require(
            "activity.organise", org.place_key, org_keys=(org.key,), line_keys=org.line_keys
        )
    row = Course.objects.create(
        **keys_of(org), title=text(title, 120, "title"), about=_line(about, 500), below=below, until=until,
        made_by=actor.label, made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    note(actor, "course.made", row.record, row.place_key)
    return row


@dataclass(frozen=True, slots=True)
class Part:
    """A part to add: exactly one of ``text``, ``link``, ``digest`` (a stored PDF or picture)."""

    title: str
    text: str = ""
    link: str = ""
    digest: str = ""

    @property
    def kind(self) -> str | None:
        given = [name for name in ("text", "link", "digest") if getattr(self, name).strip()]
        return {"digest": "file"}.get(given[0], given[0]) if len(given) == 1 else None


@transaction.atomic(savepoint=False)
def add(*, actor: Actor, course_id: UUID, part: Part) -> CoursePart:
    """Add a part, also to a course that is open. Raises CO400, CO403, CO404, AV001."""
    row = _own(actor, course_id)
    in_state(row, State.DRAFT, State.OPEN)
    seq = CoursePart.objects.filter(course_id=row.id).count() + 1
    if part.kind is None or seq > PARTS:
        raise BAD_REQUEST(fields={"text": _("文字、链接、文件三样里选一样；一门课最多 40 节。")})
    made = CoursePart.objects.create(
        county=row.county, place_key=row.place_key, org_key=row.org_key or 0, sector_key=row.sector_key,
        course_id=row.id, seq=seq, kind=part.kind, title=text(part.title, 120, "title"),
        text=str(clean(part.text)).strip()[:20_000], link=_link(part.link), digest=part.digest,
    )  # fmt: skip
    note(actor, "course.part", row.record, row.place_key, seq=seq, kind=part.kind)
    return made


@transaction.atomic(savepoint=False)
def set_state(*, actor: Actor, course_id: UUID, state: str) -> Course:
    """Open a course that has parts, or close it. Raises CO403, CO404, AV001, AV004."""
    row = _own(actor, course_id)
    if state == State.OPEN:
        in_state(row, State.DRAFT)
        if not CoursePart.objects.filter(course_id=row.id).exists():
            raise errors.NOTHING_IN_IT(what=_("课程内容"))
        row.opened_at = clock.now()
    else:
        in_state(row, State.OPEN)
    row.state = State(state)
    row.save(update_fields=["state", "opened_at"])
    note(actor, f"course.{row.state}", row.record, row.place_key)
    if row.state == State.OPEN:
        tell(actor, "activity.course.opened", row, row.record, subject=row.record,
             attrs={"below": row.below})  # fmt: skip
    return row


def _own(actor: Actor, course_id: UUID) -> Course:
    row = locked(Course.objects.all(), course_id)
    require_own(actor, row)
    return row


def worked_through(*, member: BranchMember, part_id: UUID, screen: str = "phone") -> bool:
    """A member says that they have worked through a part; returns whether that finished the course.

    A second time changes nothing, and a part added later finishes it for nobody again. The fact of a finished course
    names the branch and never the member.
    Raises CO400, CO404, AV001.
    """
    if screen not in CourseProgress.Screen.values:
        raise BAD_REQUEST()
    with scoped(CLERK):
        part = CoursePart.objects.filter(id=part_id).first()
        course = reading.for_member(member).filter(id=part.course_id).first() if part else None
        if part is None or course is None:
            raise NOT_FOUND()
        in_state(course, State.OPEN)
        # Two parts at once, on two screens: each would count without the other, and neither finish the course.
        BranchMember.objects.select_for_update(no_key=True).filter(id=member.id).first()
        told = CourseProgress.objects.filter(course_id=course.id, member_id=member.id)
        done = dict(told.values_list("part_id", "finished"))
        left = CoursePart.objects.filter(course_id=course.id).exclude(id__in=[*done, part.id])
        finishes = not any(done.values()) and not left.exists()
        if not _once(member, part, screen, finishes):
            return False
        if finishes:
            _finished(member, course)
        return finishes


def _once(member: BranchMember, part: CoursePart, screen: str, finishes: bool) -> bool:
    values: list[Any] = [
        uuid7(), member.county, member.place_key, member.org_key, member.sector_key,
        part.course_id, part.id, member.id, screen, finishes, clock.now(),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, values)
        return cursor.fetchone() is not None


def _finished(member: BranchMember, course: Course) -> None:
    facts.record(
        "activity.course.finished", at=clock.now(), place_code=member.place_code, subject=course.record,
        actor=CLERK, record=course.record, org_key=member.org_key, attrs={"below": course.below},
    )  # fmt: skip
