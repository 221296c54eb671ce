"""What this room holds of one person, for the copy that is handed to them: what they did for others and learnt, what
was done on their behalf, what they studied as a holder of a public post. Whoever helped them stands by their office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from zhijin.activities.models import (
    Course,
    CoursePart,
    CourseProgress,
    Posting,
    Proxy,
    ProxyConsent,
    ProxyPaper,
    Study,
    StudyResult,
    Volunteer,
    WorkerGrade,
)
from zhijin.activities.service import holding as service
from zhijin.activities.service import proxying
from zhijin.core import clock, crypto, identifiers
from zhijin.core.ids import place_span
from zhijin.people import api as people
from zhijin.people.api import BranchMember, HeldLine, Person, held_span
from zhijin.ui import spans


def of(person: Person, lists: Sequence[BranchMember]) -> list[HeldLine]:
    """All of it; the caller opens the scope and journals."""
    posts = [row.id for row in people.posts_of(person)]
    return [
        *service.of(person, lists),
        *_learnt([row.id for row in lists]),
        *_signed_up(person),
        *_proxies(person),
        *_studies(posts),
        *_careers(posts),
    ]


def _learnt(ids: list[UUID]) -> Iterator[HeldLine]:
    """Courses with how many of their parts they worked through, and on which screens."""
    rows = list(CourseProgress.objects.filter(member_id__in=ids).order_by("at", "id"))
    courses = Course.objects.in_bulk({row.course_id for row in rows})
    wanted = Counter(
        CoursePart.objects.filter(course_id__in=courses).values_list("course_id", flat=True)
    )
    for pk, course in courses.items():
        mine = [row for row in rows if row.course_id == pk]
        screens = sorted({str(row.get_screen_display()) for row in mine})
        done = _("学了 {n} 节，共 {all} 节").format(n=len(mine), all=wanted[pk])
        last = spans.dated(clock.local(mine[-1].at).date())
        yield _("课程学习"), " · ".join([course.title, done, "、".join(screens), last])


def _signed_up(person: Person) -> Iterator[HeldLine]:
    """The minors whom they signed up for a team, by masked names."""
    for row in Volunteer.objects.filter(guardian_id=person.id).order_by("id"):
        said = [row.name_masked, held_span(row.joined_on, row.left_on), row.consent_how]
        yield _("作为监护人同意的志愿服务"), " · ".join(filter(None, said))


def _proxies(person: Person) -> Iterator[HeldLine]:
    """What was applied for on their behalf, each with its consents and papers."""
    for row in _theirs(person):
        who = proxying.read_who(row)
        said = [
            row.title, str(row.get_state_display()), str(row.get_outcome_display()), row.office, row.said,
            _("代办员 {name}").format(name=row.helper_name), spans.dated(clock.local(row.opened_at).date()),
            who.get("what", ""), who.get("phone", ""),
        ]  # fmt: skip
        yield _("帮办代办"), " · ".join(filter(None, said))
        for one in ProxyConsent.objects.filter(proxy_id=row.id).order_by("given_at", "id"):
            agreed = [
                str(one.get_how_display()),
                one.told,
                spans.dated(one.until),
                one.withdrawn_how,
            ]
            yield _("代办的委托"), " · ".join(filter(None, agreed))
        for paper in ProxyPaper.objects.filter(proxy_id=row.id).order_by("id"):
            at = [paper.title, str(paper.get_kind_display()), str(paper.get_at_display())]
            yield _("代办的材料"), " · ".join(at)


def _theirs(person: Person) -> list[Proxy]:
    """Applications that name them; and, of those under way that name no resident, those of their name and telephone.

    A name alone would hand out what is another's of the same name.
    """
    lo, hi = place_span(person.place_code[:12])
    open_ = Q(person_id=None, who__isnull=False, name_masked=person.name_masked)
    rows = Proxy.objects.filter(
        Q(person_id=person.id) | open_ & Q(place_key__gte=lo, place_key__lt=hi)
    )
    return [
        row for row in rows.order_by("opened_at", "id")
        if row.person_id is not None or _is(person, proxying.read_who(row))
    ]  # fmt: skip


def _is(person: Person, who: dict[str, str]) -> bool:
    phone = identifiers.plain_phone(who.get("phone", ""))
    return (
        people.is_called(person, who.get("name", "")) and bool(phone)
        and crypto.blind("person.phone", phone) == bytes(person.phone_blind or b"")
    )  # fmt: skip


def _studies(posts: list[UUID]) -> Iterator[HeldLine]:
    """Each application to study with its shares, and the courses of each term."""
    for row in Study.objects.filter(appointment_id__in=posts).order_by("applied_at", "id"):
        said = [
            row.school, row.course, str(people.EDUCATION.get(row.level, "")), str(row.get_state_display()),
            _("学费 {fee} 元").format(fee=_yuan(row.fee_fen)), spans.dated(clock.local(row.applied_at).date()),
        ]  # fmt: skip
        if row.own_fen is not None and row.public_fen is not None:
            shares = _("财政 {public} 元，本人 {own} 元")
            said.append(shares.format(public=_yuan(row.public_fen), own=_yuan(row.own_fen)))
        yield _("学历提升"), " · ".join(filter(None, [*said, row.why]))
        for one in StudyResult.objects.filter(study_id=row.id).order_by("term"):
            told = _("{term}：修读 {taken} 门，通过 {passed} 门")
            yield _("学历提升"), told.format(term=one.term, taken=one.taken, passed=one.passed)


def _careers(posts: list[UUID]) -> Iterator[HeldLine]:
    """Grades as a community worker, and postings to villages."""
    for row in WorkerGrade.objects.filter(appointment_id__in=posts).order_by("since", "id"):
        yield (
            _("社区工作者等级"),
            " · ".join([row.grade, row.decision, held_span(row.since, row.until)]),
        )
    for one in Posting.objects.filter(appointment_id__in=posts).order_by("since", "id"):
        said = [
            one.from_name,
            one.org_name,
            held_span(one.since, one.ended_on or one.until),
            one.ended_why,
        ]
        yield _("驻村"), " · ".join(filter(None, said))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
