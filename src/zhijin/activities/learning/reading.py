"""Reads of courses: for whoever makes them, for a member, how far a branch is. Persons are never counted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijin.activities.models import Course, CoursePart, CourseProgress
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import ancestor_codes, place_key
from zhijin.core.scope import scope_q
from zhijin.people.api import BranchMember, members_on

LINES = ("sector_key",)


def courses(actor: Actor) -> QuerySet[Course]:
    """Courses made in the viewer's scope, the newest first."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    return Course.objects.filter(own).order_by("-made_at", "-id")


def get(actor: Actor, pk: UUID) -> Course:
    """One course in sight. Raises CO404."""
    found = courses(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def parts(course_id: UUID) -> list[CoursePart]:
    return list(CoursePart.objects.filter(course_id=course_id).order_by("seq"))


def for_branch(org_key: int, place_code: str) -> Q:
    """Courses for one branch: its own, and those of organisations above that reach below."""
    above = [place_key(code) for code in (*ancestor_codes(place_code), place_code)]
    return Q(org_key=org_key) | Q(below=True, place_key__in=above)


def for_member(member: BranchMember) -> QuerySet[Course]:
    """Courses that a member may take; the caller opens the scope."""
    return Course.objects.filter(for_branch(member.org_key, member.place_code))


@dataclass(frozen=True)
class Taken:
    """A course as one member sees it: its parts with whether they are done."""

    course: Course
    parts: tuple[tuple[CoursePart, bool], ...]

    @property
    def done(self) -> int:
        return sum(done for _part, done in self.parts)


def of_member(member: BranchMember) -> list[Taken]:
    """Open courses of a member, what is unfinished first; three queries."""
    rows = list(
        for_member(member).filter(state=Course.State.OPEN).order_by("until", "-opened_at")[:30]
    )
    found: dict[UUID, list[CoursePart]] = {row.id: [] for row in rows}
    for part in CoursePart.objects.filter(course_id__in=list(found)).order_by("seq"):
        found[part.course_id].append(part)
    done = set(
        CourseProgress.objects.filter(member_id=member.id, course_id__in=list(found)).values_list(
            "part_id", flat=True
        )
    )
    taken = [Taken(row, tuple((part, part.id in done) for part in found[row.id])) for row in rows]
    return sorted(taken, key=lambda one: one.done == len(one.parts))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one branch is with a course: members who are due, who have begun, who have finished."""

    due: int
    begun: int
    finished: int
    screens: tuple[tuple[str, int], ...]


def reach(course: Course, org_key: int, members: Sequence[BranchMember] | None = None) -> Reach:
    """Counts only, of one branch, of those who belong to it now."""
    rows = members if members is not None else members_on(org_key, clock.today())
    ids = [row.id for row in rows]
    needed = CoursePart.objects.filter(course_id=course.id).count()
    told = CourseProgress.objects.filter(course_id=course.id, member_id__in=ids)
    by_member = Counter(told.values_list("member_id", flat=True))
    screens = Counter(told.values_list("screen", flat=True))
    finished = sum(n >= needed for n in by_member.values()) if needed else 0
    return Reach(len(ids), len(by_member), finished, tuple(sorted(screens.items())))
