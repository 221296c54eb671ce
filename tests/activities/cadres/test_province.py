"""The bulk of the demonstration: cadres sent, logs and candidates, studies, and a whole province up to its numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.activities.cadres.conftest import SYSTEM, TODAY, facts
from tests.activities.service.conftest import see
from tests.cast import COUNTY, OTHER_COUNTY, VILLAGE, Cast
from tests.orgs.conftest import register
from zhijin.activities.cadres import (
    demo_figures,
    demo_province,
    plans,
    postings,
    study,
    teams,
)
from zhijin.activities.cadres.teams import Asked
from zhijin.activities.models import (
    CommunityReport,
    CountyPlan,
    Election,
    ElectionSeat,
    PlanMeasure,
    Posting,
    Study,
    StudyResult,
    StudySurvey,
)
from zhijin.activities.service import counting
from zhijin.activities.service import demo_province as reported
from zhijin.core import clock
from zhijin.core.ids import level_of, parent_code, place_key
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.models import Appointment, Organisation, Post
from zhijin.people import api as people
from zhijin.places.models import Place
from zhijin.places.names import kind_of


def village(code: str) -> None:
    name = "示例社区居民委员会" if code[9] == "0" else "示例村村民委员会"
    Place.objects.create(
        code=code, key=place_key(code), name=name, level=level_of(code), kind=kind_of(code),
        parent_id=parent_code(code),
    )  # fmt: skip


def villages(number: int, county: str = COUNTY) -> list[Organisation]:
    """So many further villages of a county, each with its Party organisation."""
    made = []
    for at in range(number):
        village(code := f"{county}105{210 + at}")
        made.append(register(f"第{at}村党支部", code, simulated=True, members=30))
    return made


def led(org: Organisation, holder: str, since: date) -> Appointment:
    with scoped(SYSTEM):
        post = orgs.create_post(actor=SYSTEM, kind="secretary", org_key=org.key)
        term = orgs.Term(since, how="elected", number=3)
        return orgs.appoint(actor=SYSTEM, post_id=post.id, holder=holder, term=term)


def test_a_province_has_its_cadres_and_its_villages_renewed_once(at_work: None) -> None:
    made = villages(6) + villages(3, OTHER_COUNTY)
    before = [
        led(org, f"老书记{at}", TODAY - timedelta(days=900)) for at, org in enumerate(made[:7])
    ]
    assert demo_province.make(TODAY, "53", posted=13, renewed=8) == 8 + 13
    assert demo_province.make(TODAY, "53", posted=13, renewed=8) == 0
    with scoped(SYSTEM):
        assert postings.figures(SYSTEM, "53") | {"units": 0} == {
            "cadres": 13, "first": 9, "villages": 9, "units": 0, "over": 0,
        }  # fmt: skip
        assert teams.renewed(SYSTEM, "53", TODAY - timedelta(days=60)) == 8
        now = teams.holders(SYSTEM, Asked("53"))
        assert now.count() == 8, "one secretary in each renewed village, nobody twice"
        left = Appointment.objects.get(id=before[0].id)
        assert left.valid_to is not None
        assert left.ended_why == "换届"
        seats = ElectionSeat.objects.order_by("place_key")
        assert [seat.fresh for seat in seats] == [
            True,
            False,
            False,
            True,
            False,
            False,
            True,
            False,
        ]
        again = Appointment.objects.get(id=seats[1].appointment_id)
        assert (again.holder, again.term_no) == ("老书记1", 4)
        renewed = Organisation.objects.get(key=made[0].key)
        assert renewed.led
        assert renewed.term_ends == again.term_ends
        assert Post.objects.filter(kind="secretary", held=1).count() == 8
    assert len(facts("activity.election.held")) == 8
    assert len(facts("activity.posting.began")) == 13


def test_the_shares_of_new_secretaries_are_those_of_the_document(places: None) -> None:
    """Document 001: 42.1%, 13.1% and 12.2%, whatever the number of villages."""
    with scoped(SYSTEM):
        for fresh in (1000, 5938):
            told = demo_province._traits(fresh, "53")
            assert len(told) == fresh
            rates = [
                sum(one[trait] for one in told) * 1000 // fresh for trait in demo_province.SHARES
            ]
            assert rates == [421, 131, 122]
            assert all(sum(one.values()) <= 1 for one in told)


def test_nobody_is_added_where_the_number_is_reached(at_work: None) -> None:
    villages(2)
    assert demo_province.make(TODAY, "53", posted=1, renewed=1) == 2
    assert demo_province.make(TODAY, "53", posted=1, renewed=1) == 0
    assert demo_province.make(TODAY, "53", posted=0, renewed=0) == 0
    assert see(Posting.objects.count) == 1


def test_what_is_sent_in_bulk_is_as_what_a_county_sends(at_work: None, cast: Cast) -> None:
    """A posting made in bulk is found, logged and ended like any other."""
    (org,) = villages(1)
    with scoped(SYSTEM):
        first, second = demo_figures.send(
            [(org, 2)], TODAY - timedelta(days=30), TODAY + timedelta(days=300)
        )
    county = cast.county_officer.actor
    with scoped(county):
        assert [row.id for row in postings.postings(county, COUNTY)] == [first.id, second.id]
        log = postings.Log(TODAY, "visit", "走访三户")
        postings.write_log(actor=county, posting_id=second.id, log=log)
        postings.end_posting(actor=county, posting_id=first.id, why="轮换", on=TODAY)
        assert postings.figures(county, COUNTY)["cadres"] == 1
        assert Post.objects.get(kind="first_secretary").held == 0


def test_last_years_logs_name_214_cadres_and_122_groups(at_work: None, monkeypatch: Any) -> None:
    """The conditions find them among others who miss one; here a tenth of the document's numbers."""
    monkeypatch.setattr(demo_figures, "CADRES", 21)
    monkeypatch.setattr(demo_figures, "GROUPS", 12)
    made = villages(15)
    with scoped(SYSTEM):
        demo_figures.posted(made, TODAY)
        found = postings.candidates(SYSTEM, COUNTY, TODAY.year - 1)
        assert (len(found.cadres), len(found.teams), found.asked) == (21, 12, 12 * 2 + 3 * 3)
        assert postings.candidates(SYSTEM, COUNTY, TODAY.year).cadres == []


def test_each_county_has_a_plan_at_another_stage(at_work: None) -> None:
    with scoped(SYSTEM):
        demo_figures.plan_counties(TODAY, (COUNTY, OTHER_COUNTY, "999999"))
        rows = list(CountyPlan.objects.order_by("place_key"))
        told = plans.standings(rows)
        assert [row.place_code for row in rows] == [COUNTY, OTHER_COUNTY]
        assert {told[row.id].measures for row in rows} == {3}
        done = list(PlanMeasure.objects.order_by("place_key", "seq").values_list("done", "goal"))
        assert all(0 < now <= goal for now, goal in done)
        assert done[:3] != done[3:]
    assert len({len(demo_figures.KEY_COUNTIES), len(set(demo_figures.KEY_COUNTIES)), 20}) == 1


def test_studies_of_a_prefecture(at_work: None, monkeypatch: Any) -> None:
    """Every village asked once, so many enrolled in all; amounts add up, dates follow each other."""
    made = villages(9)
    for at, org in enumerate(made):
        led(org, f"书记{at}", TODAY - timedelta(days=1500))
    for name, value in (("HAIXI", "53"), ("SURVEYED", 8), ("ENROLLED", 7), ("GANNAN", made[1].place_code),
                        ("WULAN", made[2].place_code)):  # fmt: skip
        monkeypatch.setattr(demo_figures, name, value)
    with scoped(SYSTEM):
        demo_figures.studies(TODAY)
        told = study.figures(SYSTEM, COUNTY)
        assert (told.surveyed, told.enrolled) == (8, 7)
        assert told.by_state["applied"] == told.by_state["recommended"] == 2
        rows = list(Study.objects.exclude(public_fen=None))
        assert told.public_fen + told.own_fen == sum(row.fee_fen for row in rows)
        assert all(row.public_fen == row.fee_fen * 8 // 10 for row in rows)
        for row in rows:
            times = [row.applied_at, row.recommended_at, row.reviewed_at, row.ended_at]
            given = [one for one in times if one is not None]
            assert given == sorted(given)
            assert row.recommended_by != row.reviewed_by
        assert StudySurvey.objects.count() == 8
        assert StudyResult.objects.count() == len(facts("activity.study.result"))
    assert len(facts("activity.study.enrolled")) == 7


def test_a_firms_staff_shows_the_three_eighties(at_work: None) -> None:
    with scoped(SYSTEM):
        demo_figures.staffed()
        assert not Appointment.objects.exists(), "no firm, no staff"
    firm = register(demo_figures.TECH_FIRM, COUNTY, kind="firm", sector=7, industry=120, members=5, employees=86,
                    simulated=True)  # fmt: skip
    with scoped(SYSTEM):
        demo_figures.staffed()
        made = people.makeup(teams.holders(SYSTEM, Asked(team="staff", org=firm.key)))
        assert [(one.count, one.of, one.rate) for one in made.eighties] == [(4, 5, 8000)] * 3
        assert made.concurrent.count == 2


@pytest.mark.parametrize("wanted", [100, 0])
def test_members_of_units_reported_to_communities_near_them(places: None, wanted: int) -> None:
    for code in (f"{COUNTY}001001", f"{COUNTY}001002", f"{OTHER_COUNTY}001001"):
        village(code)
    units = [register(f"区直第{at}党支部", COUNTY, sector=3, members=40 + at) for at in range(4)]
    units.append(register("县医院党支部", OTHER_COUNTY, sector=6, members=30))
    register("大耆老村党支部", VILLAGE, members=90)
    today = clock.today()
    assert reported.make(today, "53", wanted) == wanted
    assert reported.make(today, "53", wanted) == 0
    with scoped(SYSTEM):
        rows = list(CommunityReport.objects.all())
        assert len({row.member_id for row in rows}) == wanted
        for unit in units:
            told = sum(row.org_key == unit.key for row in rows)
            assert told <= (unit.members or 0)
            assert bool(told) is bool(wanted)
        assert all(row.place_code[:6] == str(row.unit_key)[:6] for row in rows)
        sides = counting.by_place(SYSTEM, counting.Wanted(today.year, "53"))
        assert sum(row["members"] for row in sides) <= wanted
    assert len(facts("activity.service.reported")) == wanted


def test_elections_of_bulk_are_kept_like_any(at_work: None) -> None:
    """What was held is never changed: the database refuses it, also for rows that came in bulk."""
    villages(1)
    demo_province.make(TODAY, "53", posted=0, renewed=1)
    with scoped(SYSTEM):
        row = Election.objects.get()
        assert (row.number, row.days_late, row.turnout) == (1, 0, row.voted * 10_000 // 30)
