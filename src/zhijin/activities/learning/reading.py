"""Reads of courses: for whoever makes them, for a member, how far a branch is. Persons are never counted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijin.activities.models import Course, CoursePart, CourseProgress
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import ancestor_codes, place_key
from zhijin.core.models import StoredFile
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


def pictures(some: Iterable[CoursePart]) -> frozenset[str]:
    """Digests of those parts' files that are pictures, which a page shows in place; one query, none without files."""
    digests = {part.digest for part in some if part.digest}
    if not digests:
        return frozenset()
    rows = StoredFile.objects.filter(digest__in=digests, media_type__startswith="image/")
    return frozenset(rows.values_list("digest", flat=True))


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
    pictures: frozenset[str]

    @property
    def done(self) -> int:
        return sum(done for _part, done in self.parts)


def of_member(member: BranchMember) -> list[Taken]:
    """Open courses of a member, what is unfinished first; three queries, four when there are files."""
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
    shown = pictures(part for some in found.values() for part in some)
    taken = [
        Taken(row, tuple((part, part.id in done) for part in found[row.id]), shown) for row in rows
    ]
    return sorted(taken, key=lambda one: one.done == len(one.parts))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one branch is with a course: members who are due, who have begun, who have finished."""

    due: int
    begun: int
    finished: int
    screens: tuple[tuple[str, int], ...]


def reach(course: Course, org_key: int) -> Reach:
    """Counts only, of one branch, of those who belong to it now."""
    return reaches([course], org_key)[course.id]


def reaches(some: Sequence[Course], org_key: int) -> dict[UUID, Reach]:
    """The same of several courses; three queries however many they are."""
    due = [row.id for row in members_on(org_key, clock.today())]
    keys = [course.id for course in some]
    needed = Counter(
        CoursePart.objects.filter(course_id__in=keys).values_list("course_id", flat=True)
    )
    by_member: dict[UUID, Counter[UUID]] = {key: Counter() for key in keys}
    screens: dict[UUID, Counter[str]] = {key: Counter() for key in keys}
    told = CourseProgress.objects.filter(course_id__in=keys, member_id__in=due)
    for course, member, screen in told.values_list("course_id", "member_id", "screen"):
        by_member[course][member] += 1
        screens[course][screen] += 1
    return {
        key: Reach(
            len(due), len(by_member[key]),
            sum(n >= needed[key] for n in by_member[key].values()) if needed[key] else 0,
            tuple(sorted(screens[key].items())),
        )
        for key in keys
    }  # fmt: skip


def offered(actor: Actor) -> QuerySet[Course]:
    """Courses from above that are open to the branches of the viewer's places, not those of anywhere."""
    codes = {grant.place_code[:12] for grant in actor.grants if grant.place_code}
    above = {place_key(one) for code in codes for one in (*ancestor_codes(code), code)}
    return Course.objects.filter(below=True, place_key__in=above).exclude(state=Course.State.DRAFT)
