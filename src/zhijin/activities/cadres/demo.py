"""The demonstration's terms and teams, simulated on real places.

Elections of 习水县 whose new secretaries show the shares of document 001 (42.1%, 13.1%, 12.2%), community workers of
青龙山街道; postings, county plans, study and a firm's staff are in `demo_figures`.
"""

from __future__ import annotations

from datetime import date, timedelta

from zhijin.activities.cadres import demo_figures as figures
from zhijin.activities.cadres import elections, programme, workers
from zhijin.activities.cadres.demo_texts import cadre
from zhijin.activities.cadres.elections import Draft, Seat
from zhijin.activities.models import Election
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation, Post
from zhijin.people import api as people
from zhijin.places import api as places

SYSTEM = Actor("system", "demo", "演示主办方")
XISHUI, STREET = "520330", "520181002"
#: 48, 15 and 14 of 114: the shares of document 001 to one decimal.
NEW, ABLE, BACK, GRADUATES = 114, 48, 15, 14


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
        figures.posted(branches[: figures.GROUPS + 3], today)
        figures.plan_counties(today)
        figures.studies(today)
        figures.staffed()
        return Election.objects.filter(simulated=True).count()


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
            _post(org, "secretary").id, cadre(at), concurrent=at % 3 != 0, particulars=known
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
        seat = Seat(_post(org, "secretary").id, cadre(200 + at))
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
        actor=SYSTEM, post_id=post.id, holder=cadre(60 + at), term=term, simulated=True
    )
    people.record_particulars(
        actor=SYSTEM, appointment_id=held.id, education=2 + at % 3, certificate=at % 2, simulated=True,
        gender="mf"[at % 2], birth_year=today.year - 24 - at % 30,
    )  # fmt: skip
    ladder = programme.current(post.place_code).workers.grades
    if at % 8 == 7:
        return
    for step, days in enumerate((2300, 1800, 900)[: 1 + at % 3]):
        workers.give_grade(
            actor=SYSTEM, appointment_id=held.id, grade=ladder[step].id, since=today - timedelta(days=days),
            decision="街道党工委会议纪要（模拟）", simulated=True,
        )  # fmt: skip
