"""The demonstration's organisational life, simulated on real places: the online branch of 甘南村, whose members mostly
work away (document 004), a village's branch (003), and a year of study of 84 units, whose counts are those of document
003: 768 centre-group sessions, 326 lectures, more than 1,400 openings with law and 800 sessions of youth groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from zhijin.activities.learning import reading as learning
from zhijin.activities.learning import writing as learn
from zhijin.activities.meetings import demo_texts as texts
from zhijin.activities.meetings import programme, writing
from zhijin.activities.meetings.format import Kind
from zhijin.activities.meetings.periods import of_year
from zhijin.activities.meetings.writing import Call, Minutes
from zhijin.activities.models import Branch, Meeting
from zhijin.activities.services.common import keys_of
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.people import api as people
from zhijin.people.api import BranchMember, MemberDraft

SYSTEM = Actor("system", "demo", "演示主办方")
GANNAN, VILLAGE, PREFECTURE = "632802001204", "530602105207", "5306"
#: The month in which 甘南村 began to meet online.
ONLINE = 3


def make(today: date) -> int:
    """Everything, once; returns how many meetings there are."""
    with scoped(SYSTEM):
        if Branch.objects.filter(simulated=True).exists():
            return 0
        for code, number, away in ((GANNAN, 26, 15), (VILLAGE, 18, 5)):
            org = _top(code)
            if org is not None:
                _branch(org, number, away, today)
        _study(today)
        _courses()
        return Meeting.objects.filter(simulated=True).count()


def _top(code: str) -> Organisation | None:
    rows = orgs.Organisation.objects.filter(place_key=place_key(code), kind__in=orgs.PARTY_KINDS)
    return rows.filter(simulated=True, valid_to=None).order_by("key").first()


def _branch(org: Organisation, number: int, away: int, today: date) -> None:
    start = today.replace(month=1, day=1)
    link = texts.LINK if org.place_code == GANNAN else ""
    with _at(start):
        writing.take_up(
            actor=SYSTEM,
            org_key=org.key,
            begins=start,
            place=texts.PLACE,
            link=link,
            simulated=True,
        )
        members = [
            people.enrol_member(
                actor=SYSTEM, org_key=org.key, draft=_draft(at, number, away, start)
            )
            for at in range(number)
        ]
    life = programme.current(org.place_code).model
    for kind in life.due:
        _history(org, kind, members, today)
    _coming(org, today)


def _draft(at: int, number: int, away: int, start: date) -> MemberDraft:
    """Member number ``at``: three on the committee, the last of ``number`` probationary, the middle ones away."""
    floating = 3 <= at < 3 + away
    return MemberDraft(
        texts.name(at), "入党志愿书；2026-01-01 前书面同意（模拟）",
        "probationary" if at == number - 1 else "full", at < 3, texts.group(at), floating,
        texts.WHEREABOUTS[at % len(texts.WHEREABOUTS)] if floating else "", None, start, True,
    )  # fmt: skip


def _at(day: date, hour: int = 9) -> Any:
    return clock.freeze(datetime.combine(day, time(hour, 30), clock.TZ))


def _history(org: Organisation, kind: Kind, members: list[BranchMember], today: date) -> None:
    """One meeting in every period that is over, but for one that was left out: something to see and to make up."""
    assert kind.each is not None  # only kinds that are due
    for number, period in enumerate(of_year(kind.each, today.year)):
        held = min(period.first + timedelta(days=texts.day(kind.id, number)), period.last)
        if period.last >= today or (kind.id == "theme-day" and number == 6):
            continue
        roll = [row for row in members if kind.who == "members" or row.committee]
        present, remote = _who(roll, held.month, number)
        with _at(held, 20):
            starts = clock.now() - timedelta(minutes=50)
            writing.record(
                actor=SYSTEM, org_key=org.key, wanted=Call(kind.id, starts, chair=texts.CHAIR),
                minutes=Minutes(texts.minutes(kind, number)),
                present=present, remote=remote, simulated=True,
            )  # fmt: skip


def _who(roll: list[BranchMember], month: int, number: int) -> tuple[list[UUID], list[UUID]]:
    """Who came and who of them from afar: before the branch met online, those away could not come."""
    away = [row for row in roll if row.floating]
    near = [row for row in roll if not row.floating]
    came = [row.id for at, row in enumerate(near) if (at + number) % 9 != 5]
    joined = [row.id for at, row in enumerate(away) if month >= ONLINE and (at + number) % 7]
    return [*came, *joined], joined


def _coming(org: Organisation, today: date) -> None:
    """A member assembly that is called for the day after tomorrow, online and in the room."""
    with _at(today, 8):
        starts = datetime.combine(today + timedelta(days=2), time(20, 0), clock.TZ)
        agenda = ("传达学习上级精神", "讨论明年产业项目", "表决：村集体收益分配方案")
        writing.call(actor=SYSTEM, org_key=org.key, simulated=True,
                     wanted=Call("assembly", starts, agenda=agenda, chair=texts.CHAIR))  # fmt: skip


def _courses() -> None:
    """A course of the online branch, half worked through, and one of the prefecture's for all branches below."""
    for code, title, about, below, parts in texts.COURSES:
        org = _top(code)
        if org is None:
            continue
        course = learn.make(
            actor=SYSTEM, org_key=org.key, title=title, about=about, below=below, simulated=True
        )
        for name, text, link in parts:
            learn.add(actor=SYSTEM, course_id=course.id, part=learn.Part(name, text, link))
        learn.set_state(actor=SYSTEM, course_id=course.id, state="open")
        made = learning.parts(course.id)
        for at, member in enumerate(people.members_on(org.key, clock.today())):
            for part in made[: at % (len(made) + 1)]:
                screen = "phone" if member.floating else ("desk", "wall")[at % 2]
                learn.worked_through(member=member, part_id=part.id, screen=screen)


# -- a year of study ----------------------------------------------------------------------------


def _study(today: date) -> None:
    rows = orgs.listing(SYSTEM, orgs.Filter(place=PREFECTURE, sector=3, kind="party"))
    units = list(
        rows.filter(place_code=PREFECTURE, simulated=True, name__startswith="昭通市").order_by(
            "key"
        )[:84]
    )
    if len(units) < 84:
        return
    first = today.replace(day=1)
    Branch.objects.bulk_create(
        Branch(
            **keys_of(org), programme=programme.SHIPPED, begins=first, made_by=SYSTEM.label,
            made_at=clock.now(), simulated=True,
        )
        for org in units
    )  # fmt: skip
    kinds = {kind.id: kind for kind in programme.current(PREFECTURE).model.kinds}
    made = list(_sessions(units, kinds, today))
    Meeting.objects.bulk_create(made, batch_size=500)
    facts.record_many(fact for row in made for fact in _told(row))


def _sessions(units: list[Organisation], kinds: dict[str, Kind], today: date) -> Iterator[Meeting]:
    """The sessions in the order of days, spread evenly over the units and over the year so far."""
    start = today.replace(month=1, day=1)
    span = max((today - start).days, 1)
    for name, total, law in texts.STUDY:
        for number in range(total):
            day = start + timedelta(days=number * span // total)
            yield _session(units[number % len(units)], kinds[name], day, number, number < law)


def _session(org: Organisation, kind: Kind, day: date, number: int, law: bool) -> Meeting:
    starts = datetime.combine(day, time(9, 0), clock.TZ)
    due = 9 + number % 5
    return Meeting(
        **keys_of(org), kind=kind.id, study=kind.study, title=texts.title(kind, number), state=Meeting.State.HELD,
        starts_at=starts, held_on=day, place="机关会议室", agenda=list(kind.agenda),
        minutes={kind.minutes[0]: texts.topic(number)}, law=texts.law(number) if law else "",
        first_topic=texts.topic(number) if kind.id == "centre-group" else "", due=due, present=due - number % 3,
        recorded=True, made_by=SYSTEM.label, made_at=starts, opened_at=starts,
        closed_at=starts + timedelta(hours=1), simulated=True,
    )  # fmt: skip


def _told(row: Meeting) -> Iterator[NewFact]:
    """The facts that recording the meeting would have left."""
    name = "activity.study.held" if row.study else "activity.meeting.held"
    attrs = {"kind": row.kind, "due": row.due, "present": row.present, "remote": 0, "floating": 0,
             "late": False, "period": ""}  # fmt: skip
    told = [(name, attrs)]
    told += [("activity.study.opening", {"kind": "law"})] if row.law else []
    told += [("activity.study.opening", {"kind": "first-topic"})] if row.first_topic else []
    for kind, more in told:
        yield NewFact(kind, row.starts_at, row.place_code, row.record, SYSTEM.label, row.record,
                      org_key=row.org_key, attrs=more)  # fmt: skip
