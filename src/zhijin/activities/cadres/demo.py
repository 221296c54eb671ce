"""The demonstration's terms and teams, simulated on real places.

Elections of 习水县 whose new secretaries show the shares of document 001 (42.1%, 13.1%, 12.2%), community workers of
青龙山街道, postings with a year of logs, county plans, and the study of village cadres of 德令哈市 (document 004).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from zhijin.activities.cadres import elections, plans, postings, programme, study, workers
from zhijin.activities.cadres.elections import Draft, Seat
from zhijin.activities.cadres.plans import Measure
from zhijin.activities.cadres.postings import Sending
from zhijin.activities.cadres.study import Wish
from zhijin.activities.models import CountyPlan, Election, Posting, WorkLog
from zhijin.activities.services.common import same_keys
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact, record_many
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation, Post
from zhijin.people import api as people
from zhijin.places import api as places

SYSTEM = Actor("system", "demo", "演示主办方")
#: Acts for the county where the township recommends: two pairs of eyes, also here.
COUNTY_OFFICE = Actor.system("demo-county")
XISHUI, STREET, TAIJIANG, DELINGHA = "520330", "520181002", "522630", "632802"
#: 48, 15 and 14 of 114: the shares of document 001 to one decimal.
NEW, ABLE, BACK, GRADUATES = 114, 48, 15, 14
SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "立春",
    "雨水",
    "惊蛰",
    "春分",
    "清明",
    "谷雨",
    "立夏",
    "小满",
    "芒种",
    "夏至",
    "小暑",
    "大暑",
)


def make(today: date) -> int:
    """Everything, once; returns how many elections there are."""
    with scoped(SYSTEM):
        if Election.objects.filter(simulated=True).exists():
            return 0
        villages = [place.code for place in places.subtree(XISHUI, "village").order_by("key")]
        branches = [_branch(code) for code in villages[: NEW + 14]]
        _elected(branches[:NEW], today)
        _coming(branches[NEW:], today)
        _workers(today)
        _posted(branches[:12], today)
        _plans(today)
        _study()
        return Election.objects.filter(simulated=True).count()


def _name(number: int) -> str:
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES) % len(GIVEN)]


def _branch(code: str) -> Organisation:
    """The village's Party organisation; registered when the demonstration has none of this village."""
    rows = orgs.Organisation.objects.filter(place_key=place_key(code), kind__in=orgs.PARTY_KINDS)
    found = rows.filter(simulated=True, valid_to=None).order_by("key").first()
    if found is not None:
        return found
    return orgs.register_organisation(
        actor=SYSTEM, place_code=code, name=f"{places.get(code).short}党支部", kind="branch",
        sector=orgs.sector_of_place(code), members=34, simulated=True,
    )  # fmt: skip


def _post(org: Organisation, kind: str, seats: int = 1) -> Post:
    found = Post.objects.filter(org=org, kind=kind, valid_to=None).first()
    return found or orgs.create_post(
        actor=SYSTEM, kind=kind, org_key=org.key, seats=seats, simulated=True
    )


def _elected(branches: list[Organisation], today: date) -> None:
    """This year's elections: each with a secretary who is new to the post."""
    days = min(250, today.timetuple().tm_yday)
    for at, org in enumerate(branches):
        known = {
            "gender": "f" if at % 4 == 1 else "m", "birth_year": today.year - 29 - at * 7 % 30,
            "education": (3, 4, 3, 2, 3)[at % 5], "party_member": True, "able_earner": at < ABLE,
            "returnee": ABLE <= at < ABLE + BACK, "graduate": ABLE + BACK <= at < ABLE + BACK + GRADUATES,
        }  # fmt: skip
        seat = Seat(
            _post(org, "secretary").id, _name(at), concurrent=at % 3 != 0, particulars=known
        )
        held = max(today - timedelta(days=at * 2 % days), _free_from(org))
        draft = Draft(held, 30, 27 + at % 4, (seat,), simulated=True)
        elections.hold(actor=SYSTEM, org_key=org.key, draft=draft)


def _free_from(org: Organisation) -> date:
    """The day after those who hold the organisation's posts now began."""
    begun = orgs.Appointment.objects.filter(org=org, valid_to=None).values_list(
        "valid_from", flat=True
    )
    return max(begun, default=date(2000, 1, 1)) + timedelta(days=1)


def _coming(branches: list[Organisation], today: date) -> None:
    """Terms that end in the coming months, and a few that are over."""
    for at, org in enumerate(branches):
        if org.term_ends is not None:
            continue
        ends = today + timedelta(days=(-40, -12, 20, 45, 80, 110, 140)[at % 7] + at)
        seat = Seat(_post(org, "secretary").id, _name(200 + at))
        draft = Draft(today - timedelta(days=1700 + at), 28, 26, (seat,), ends=ends, simulated=True)
        elections.hold(actor=SYSTEM, org_key=org.key, draft=draft)


def _workers(today: date) -> None:
    """Six seats in each community of a sub-district, some empty; most have a grade."""
    rows = orgs.Organisation.objects.filter(
        kind="residents_committee", valid_to=None, simulated=True
    )
    found = rows.filter(places.within_q(STREET, "place_key")).order_by("key")[:10]
    for at, org in enumerate(found):
        post = _post(org, "community_worker", 6)
        for number in range(max(0, post.seats - post.held - 1 - at % 3)):
            _worker(post, at * 6 + number, today)


def _worker(post: Post, at: int, today: date) -> None:
    term = orgs.Term(today - timedelta(days=2400), how="hired")
    held = orgs.appoint(
        actor=SYSTEM, post_id=post.id, holder=_name(60 + at), term=term, simulated=True
    )
    people.record_particulars(
        actor=SYSTEM, appointment_id=held.id, education=2 + at % 3, certificate=at % 2, simulated=True,
        gender="mf"[at % 2], birth_year=today.year - 24 - at % 30,
    )  # fmt: skip
    ladder = programme.current(post.place_code).workers.grades
    if at % 6 == 5:
        return
    for step, days in enumerate((2300, 1800, 900)[: 1 + at % 3]):
        workers.give_grade(
            actor=SYSTEM, appointment_id=held.id, grade=ladder[step].id, since=today - timedelta(days=days),
            decision="街道党工委会议纪要（模拟）", simulated=True,
        )  # fmt: skip


def _posted(branches: list[Organisation], today: date) -> None:
    """Three cadres in each of a few villages, and last year's logs: most meet the conditions, some do not."""
    rows = []
    for at, org in enumerate(branches):
        for number in range(3):
            sending = Sending(
                _name(120 + at * 3 + number), ("习水县水务局", "习水县农业农村局", "习水县教育局")[number],
                date(today.year - 1, 1, 4), date(today.year + 1, 1, 3), first=number == 0, simulated=True,
            )  # fmt: skip
            rows.append(postings.post_cadre(actor=SYSTEM, org_key=org.key, sending=sending))
    logs = [
        log
        for at, row in enumerate(rows)
        for log in _logs(row, 12 if at % 4 else 8, today.year - 1)
    ]
    WorkLog.objects.bulk_create(logs)
    record_many(
        NewFact("activity.worklog.written", elections.noon(log.day), log.place_code, f"org:{log.org_key}",
                SYSTEM.label, f"posting:{log.posting_id}", 1, log.org_key, {"kind": log.kind, "first": False})
        for log in logs
    )  # fmt: skip


_WORDS = {
    "visit": "走访五户，登记饮水困难一件，已转村委会办理（模拟）", "industry": "同合作社商量红粱收购，签下两家（模拟）",
    "party": "参加主题党日，讲国家政策（模拟）", "service": "帮两位老人办理医保缴费（模拟）",
}  # fmt: skip


def _logs(row: Posting, months: int, year: int) -> Iterator[WorkLog]:
    kinds = list(_WORDS)
    for month in range(1, months + 1):
        for number in range(2):
            kind = kinds[(month + number) % len(kinds)]
            yield WorkLog(
                **same_keys(row), posting_id=row.id, day=date(year, month, 6 + number * 12), kind=kind,
                text=_WORDS[kind], made_at=clock.now(), simulated=True,
            )  # fmt: skip


_MEASURES = (
    ("education", "选派教师到县内中学任教", "县教育局", 24, "人", 24),
    ("health", "三级医院派驻医疗队帮带科室", "县卫生健康局", 8, "个", 5),
    ("industry", "建设红粱标准化种植基地", "县农业农村局", 12000, "亩", 9300),
)


def _plans(today: date) -> None:
    """The plan of 台江县, whose experience document 000 names, and 习水县's."""
    for county in (TAIJIANG, XISHUI):
        name = places.get(county).name
        plan: CountyPlan = plans.make(
            actor=SYSTEM, county=county, year=today.year, title=f"{name}“组团式”帮扶方案（模拟）",
            basis="县委常委会会议纪要（模拟）", simulated=True,
        )  # fmt: skip
        for line, text, lead, goal, unit, done in _MEASURES:
            wanted = Measure(line, text, lead, goal, unit, today + timedelta(days=60))
            row = plans.add(actor=SYSTEM, plan_id=plan.id, measure=wanted)
            plans.progress(actor=SYSTEM, measure_id=row.id, done=done, note_text="现场核实（模拟）")


def _study() -> None:
    """Villages of 德令哈市 that answered, and cadres at every step of the programme."""
    rows = orgs.Organisation.objects.filter(
        kind__in=orgs.PARTY_KINDS, valid_to=None, simulated=True
    )
    found = rows.filter(places.within_q(DELINGHA, "place_key"), place_code__regex="^[0-9]{12}$")
    seen: set[str] = set()
    year = clock.today().year
    for org in found.order_by("key"):
        if org.place_code not in seen:
            study.survey(
                actor=SYSTEM, org_key=org.key, year=year, counts=(7, 5, 3), wishes="希望开设乡村振兴专业",
                simulated=True,
            )  # fmt: skip
            _students(org, year)
        seen.add(org.place_code)


def _students(org: Organisation, year: int) -> None:
    post = _post(org, "committee_member", 7)
    for at in range(min(4, post.seats - post.held)):
        term = orgs.Term(date(year - 1, 3, 1), how="elected")
        held = orgs.appoint(
            actor=SYSTEM,
            post_id=post.id,
            holder=_name(180 + at + org.key % 17),
            term=term,
            simulated=True,
        )
        wish = Wish("青海开放大学", "乡村振兴", 3, 740_001 + at)
        row = study.apply(actor=SYSTEM, appointment_id=held.id, wish=wish, simulated=True)
        if at == 0:
            continue
        study.recommend(actor=SYSTEM, study_id=row.id, why="在岗表现好，本人愿意（模拟）")
        if at == 1:
            continue
        study.review(actor=COUNTY_OFFICE, study_id=row.id, agreed=True)
        if at == 3:
            study.record_result(actor=SYSTEM, study_id=row.id, term=f"{year}-01", taken=5, passed=5)
