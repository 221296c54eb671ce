"""The documents' figures in the demonstration's cadres, written in bulk with the facts that writing each down would
have left: 214 cadres and 122 groups who meet the conditions of a commendation and the plans of 20 counties (document
000), 387 villages surveyed and 318 cadres enrolled of 海西州 (004), the three 80% of a firm (002)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from zhijin.activities.cadres import plans, programme, study
from zhijin.activities.cadres.demo_texts import MEASURES, TECH_FIRM, UNITS, WORK, cadre
from zhijin.activities.cadres.elections import noon
from zhijin.activities.cadres.plans import Measure
from zhijin.activities.cadres.study import Wish
from zhijin.activities.models import Posting, Study, StudyResult, StudySurvey, WorkLog
from zhijin.activities.services.common import keys_of, same_keys
from zhijin.core import clock, copying
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact, record_many
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Appointment, Organisation, Post
from zhijin.people import api as people
from zhijin.places import api as places

SYSTEM: Final = Actor("system", "demo", "演示主办方")
#: Acts for the county where the township recommends: two pairs of eyes, also here.
COUNTY_OFFICE: Final = Actor.system("demo-county")
HAIXI, GANNAN, WULAN = "6328", "632802001204", "632802002004"
#: Documents 004 and 000.
SURVEYED, ENROLLED, CADRES, GROUPS = 387, 318, 214, 122
#: The key counties of Guizhou that the State published in 2021.
KEY_COUNTIES: Final = (
    "520204", "520324", "520326", "520424", "520425", "520524", "520525", "520526", "520527", "520627",
    "520628", "522324", "522326", "522327", "522628", "522629", "522632", "522633", "522728", "522732",
)  # fmt: skip


def leading(place: str) -> list[Organisation]:
    """The leading Party organisation of each village below a place, in the order of codes."""
    rows = orgs.Organisation.objects.filter(
        places.within_q(place, "place_key"), kind__in=orgs.PARTY_KINDS, valid_to=None, simulated=True,
        place_code__regex="^[0-9]{12}$",
    )  # fmt: skip
    by_place: dict[str, Organisation] = {}
    for org in rows.order_by("place_key", "key"):
        by_place.setdefault(org.place_code, org)
    return list(by_place.values())


def _fact(kind: str, at: datetime, row: Any, record: str, value: int = 1, /, **attrs: Any) -> NewFact:  # fmt: skip
    """A fact of the row's organisation, about its own record."""
    return NewFact(
        kind, at, row.place_code, record, SYSTEM.label, record, value, row.org_key, attrs
    )


# -- 驻村 -----------------------------------------------------------------------------------------


def send(
    squads: Iterable[tuple[Organisation, int]], since: date, until: date, first: int = 0
) -> list[Posting]:
    """So many cadres to each village, a first secretary at their head; ``first`` is where their names begin."""
    posts: list[Post] = []
    held: list[Appointment] = []
    rows: list[Posting] = []
    for org, size in squads:
        keys = keys_of(org)
        place = {
            name: keys[name] for name in ("place_code", "place_key", "sector_key", "industry_key")
        }
        for kind, number in (("first_secretary", 1), ("resident_cadre", size - 1)):
            if not number:
                continue
            known = orgs.POST_KINDS[kind]
            post = Post(org_id=org.key, **place, kind=kind, title=known.title, seats=max(known.seats, number),
                        held=number, simulated=True)  # fmt: skip
            posts.append(post)
            for _one in range(number):
                name = cadre(first + len(rows))
                given = Appointment(post_id=post.id, org_id=org.key, **place, holder=name, how="posted",
                                    valid_from=since, term_ends=until, simulated=True)  # fmt: skip
                held.append(given)
                rows.append(Posting(
                    **keys, appointment_id=given.id, holder=name, first=kind == "first_secretary",
                    from_name=UNITS[len(rows) % len(UNITS)], since=since, until=until, simulated=True,
                ))  # fmt: skip
    for made in (posts, held, rows):
        copying.save(made)
    record_many(
        NewFact("activity.posting.began", noon(since), row.place_code, f"org:{row.org_key}", SYSTEM.label, row.record,
                1, row.org_key, {"first": row.first, "from": 0})
        for row in rows
    )  # fmt: skip
    return rows


def posted(villages: Sequence[Organisation], today: date) -> None:
    """Last year's logs by which 214 cadres in 122 villages meet every condition, and others who miss one."""
    both = CADRES - GROUPS
    squads = [(org, 2 if at < GROUPS else 3) for at, org in enumerate(villages)]
    rows = send(squads, date(today.year - 1, 1, 4), date(today.year + 1, 1, 3), 120)
    logs: list[WorkLog] = []
    at = 0
    for number, (_org, size) in enumerate(squads):
        for place in range(size):
            # In the first villages both were there all year, in the next one of two; the last began in May.
            full = number < both or (number < GROUPS and place == 0)
            logs += _logs(rows[at], 1 if full else 5, today.year - 1)
            at += 1
    WorkLog.objects.bulk_create(logs, batch_size=1000)
    record_many(
        NewFact("activity.worklog.written", noon(log.day), log.place_code, f"org:{log.org_key}", SYSTEM.label,
                f"posting:{log.posting_id}", 1, log.org_key, {"kind": log.kind, "first": False})
        for log in logs
    )  # fmt: skip


def _logs(row: Posting, begun: int, year: int) -> Iterator[WorkLog]:
    """Two days of work in each month from ``begun`` on, of four kinds in turn."""
    kinds, now = list(WORK), clock.now()
    for month in range(begun, 13):
        for number in range(2):
            kind = kinds[(month + number) % len(kinds)]
            yield WorkLog(
                **same_keys(row), posting_id=row.id, day=date(year, month, 6 + number * 12), kind=kind,
                text=WORK[kind], made_at=now, simulated=True,
            )  # fmt: skip


# -- 一县一方案 -----------------------------------------------------------------------------------


def plan_counties(today: date, counties: Sequence[str] = KEY_COUNTIES) -> None:
    """A plan of each county with a measure for schools, hospitals and industry, at different stages."""
    for at, code in enumerate(counties):
        county = places.find(code)
        if county is None:
            continue
        plan = plans.make(
            actor=SYSTEM, county=code, year=today.year, title=f"{county.name}“组团式”帮扶跃升方案（模拟）",
            basis="县委常委会会议纪要；借鉴台江县“组团式”帮扶做法（模拟）", simulated=True,
        )  # fmt: skip
        for line, text, lead, goal, unit, done in MEASURES:
            late = at % 9 == 4 and line == "health"
            wanted = Measure(
                line, text, lead, goal, unit, today + timedelta(days=-20 if late else 34 + at)
            )
            row = plans.add(actor=SYSTEM, plan_id=plan.id, measure=wanted)
            share = done + (at * 7 + len(text)) % 25
            plans.progress(actor=SYSTEM, measure_id=row.id, done=goal * min(share, 100) // 100,
                           note_text="现场核实（模拟）")  # fmt: skip


# -- 学历提升 -------------------------------------------------------------------------------------


def studies(today: date) -> None:
    """Villages of 海西州 that answered, cadres at every step in 德令哈市, and all who are enrolled there."""
    villages = leading(HAIXI)[:SURVEYED]
    _survey(villages, today)
    steps = [org for org in villages if org.place_code in (GANNAN, WULAN)]
    begun = sum(_students(org, today.year) for org in steps)
    rest = [org.key for org in villages if org not in steps]
    held = orgs.Appointment.objects.filter(
        org_id__in=rest, post__kind="secretary", valid_to=None
    ).order_by("place_key", "id")
    _enrolled(list(held.select_related("org")[: max(0, ENROLLED - begun)]), today)


def _survey(villages: Sequence[Organisation], today: date) -> None:
    at = noon(today.replace(month=1, day=8)) if today >= today.replace(month=1, day=8) else noon(today)  # fmt: skip
    rows = [
        StudySurvey(
            **keys_of(org), year=today.year, cadres=5 + number % 4, below=3 + number % 3, willing=1 + number % 2,
            wishes="希望开设乡村振兴专业" if number % 5 == 0 else "", made_at=at, simulated=True,
        )
        for number, org in enumerate(villages)
    ]  # fmt: skip
    copying.save(rows)
    record_many(
        _fact("activity.study.surveyed", at, row, f"org:{row.org_key}", row.willing, year=row.year, cadres=row.cadres,
              below=row.below)
        for row in rows
    )  # fmt: skip


def _students(org: Organisation, year: int) -> int:
    """Four cadres of a village at four steps, by the services that people use; returns how many are enrolled."""
    found = Post.objects.filter(org=org, kind="committee_member", valid_to=None).first()
    post = found or orgs.create_post(
        actor=SYSTEM, kind="committee_member", org_key=org.key, seats=7, simulated=True
    )
    enrolled = 0
    for at in range(min(4, post.seats - post.held)):
        term = orgs.Term(date(year - 1, 3, 1), how="elected")
        held = orgs.appoint(
            actor=SYSTEM, post_id=post.id, holder=cadre(180 + at + org.key % 17), term=term, simulated=True
        )  # fmt: skip
        wish = Wish("青海开放大学", "乡村振兴", 3, 740_001 + at)
        row = study.apply(actor=SYSTEM, appointment_id=held.id, wish=wish, simulated=True)
        if at == 0:
            continue
        study.recommend(actor=SYSTEM, study_id=row.id, why="在岗表现好，本人愿意（模拟）")
        if at == 1:
            continue
        study.review(actor=COUNTY_OFFICE, study_id=row.id, agreed=True)
        enrolled += 1
        if at == 3:
            study.record_result(actor=SYSTEM, study_id=row.id, term=f"{year}-01", taken=5, passed=5)
    return enrolled


def _enrolled(held: Sequence[Appointment], today: date) -> None:
    """Secretaries who applied within three years: every seventh of the first year has finished."""
    shares, rows = programme.current(HAIXI).study, []
    for at, one in enumerate(held):
        assert one.org is not None
        applied = datetime.combine(today - timedelta(days=40 + at * 1000 // len(held)), time(10), clock.TZ)  # fmt: skip
        fee = 720_000 + at * 137 % 60_000
        public, own = shares.split(fee)
        done = applied < datetime.combine(today - timedelta(days=900), time(10), clock.TZ) and at % 2 == 0  # fmt: skip
        rows.append(Study(
            **keys_of(one.org), appointment_id=one.id, holder=one.holder, year=applied.year, school="青海开放大学",
            course=("乡村振兴", "行政管理", "畜牧兽医")[at % 3], level=4 if at % 6 == 0 else 3, fee_fen=fee,
            public_fen=public, own_fen=own, state="finished" if done else "enrolled", applied_at=applied,
            recommended_by="system:demo-township", recommended_at=applied + timedelta(days=9),
            reviewed_by=COUNTY_OFFICE.label, reviewed_at=applied + timedelta(days=21),
            why="毕业证已核验（模拟）" if done else "在岗表现好，本人愿意（模拟）",
            ended_at=applied + timedelta(days=850) if done else None, simulated=True,
        ))  # fmt: skip
    copying.save(rows)
    results = [
        StudyResult(**same_keys(row), study_id=row.id, term=f"{row.year}-02", taken=5, passed=5 - (at % 11 == 0),
                    at=row.applied_at + timedelta(days=200), made_by=COUNTY_OFFICE.label)
        for at, row in enumerate(rows) if row.applied_at + timedelta(days=200) < clock.now()
    ]  # fmt: skip
    copying.save(results)
    record_many(_study_facts(rows, results))


def _study_facts(rows: Iterable[Study], results: Iterable[StudyResult]) -> Iterator[NewFact]:
    for row in rows:
        plain = {"level": row.level, "year": row.year}
        paid = {**plain, "public_fen": row.public_fen, "own_fen": row.own_fen}
        yield _fact("activity.study.applied", row.applied_at, row, row.record, **plain)
        then = row.recommended_at or row.applied_at
        yield _fact("activity.study.recommended", then, row, row.record, **plain)
        yield _fact("activity.study.enrolled", row.reviewed_at or row.applied_at, row, row.record, **paid)  # fmt: skip
        if row.ended_at is not None:
            yield _fact("activity.study.finished", row.ended_at, row, row.record, **paid)
    levels = {row.id: row.level for row in rows}
    for one in results:
        yield _fact("activity.study.result", one.at, one, f"study:{one.study_id}", one.passed, term=one.term,
                    taken=one.taken, level=levels[one.study_id])  # fmt: skip


# -- 三个 80% -------------------------------------------------------------------------------------


def staffed() -> None:
    """The staff of a technology firm: four of five members lead a project, four of five are backbone staff, four of
    five highly qualified people are members."""
    firm = orgs.Organisation.objects.filter(name=TECH_FIRM, valid_to=None, simulated=True).first()
    if firm is None:
        return
    post = orgs.create_post(
        actor=SYSTEM,
        kind="engineer",
        title="研发工程师",
        org_key=firm.key,
        seats=10,
        simulated=True,
    )
    for at in range(8):
        term = orgs.Term(clock.today() - timedelta(days=900 + at), how="hired", concurrent=at < 2)
        held = orgs.appoint(
            actor=SYSTEM, post_id=post.id, holder=cadre(40 + at), term=term, simulated=True
        )
        people.record_particulars(
            actor=SYSTEM, appointment_id=held.id, simulated=True, gender="fm"[at % 2],
            birth_year=clock.today().year - 27 - at * 3, education=5 if at < 2 else 4, party_member=at < 5,
            leads_project=at in (0, 1, 2, 3, 6), backbone=at in (0, 1, 3, 4, 5), talent=at in (0, 1, 2, 4, 5),
        )  # fmt: skip
