"""Rural construction: recorded in a village by the township, counted at every level, ended but never edited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from lxml import html

from tests.cast import COUNTY, OTHER_COUNTY, PREFECTURE, TOWNSHIP, VILLAGE
from tests.places.factories import plant
from zhijin.assessment.engine.kinds import kind as kind_named
from zhijin.assessment.rural import demo, reading, recording
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_key
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.places.models import Place

pytestmark = pytest.mark.django_db
SYSTEM = demo.SYSTEM
#: A second village of the township, a community, and a village of the next county.
SECOND, COMMUNITY, NEXT = f"{TOWNSHIP}208", f"{TOWNSHIP}001", f"{OTHER_COUNTY}100201"
DAY = date(2026, 5, 4)


@pytest.fixture
def world(db):
    for code in (VILLAGE, SECOND, COMMUNITY, NEXT):
        plant(code)
    assert Place.objects.get(code=COMMUNITY).kind == "community"


def begin(actor, kind="waste", code=VILLAGE, count=1, **more):
    given = {"on": DAY, **more}
    with scoped(actor):
        return recording.begin(actor=actor, place_code=code, kind=kind, count=count, **given)


def figures(actor, place=COUNTY, digits=9):
    with scoped(actor):
        rows = reading.figures(actor, place, digits)
        return reading.together(place, "", rows)


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as told:
        call(*args, **kwargs)
    return told.value.id


def test_shares_are_of_villages_and_toilets_are_added(cast, world):
    town = cast.township_officer.actor
    begin(town, count=3), begin(town, count=2, name="村口")
    begin(town, "toilet", count=40), begin(town, "toilet", SECOND, count=12)
    found = figures(cast.county_officer.actor)
    assert (found.villages, found.toilets) == (2, 52), "a community is no village"
    assert (found.with_waste, found.waste) == (1, 5000), "two records of a village are one village"
    assert (found.with_sewage, found.sewage) == (0, 0)


def test_what_is_ended_counts_no_more_and_stays_on_record(cast, world):
    town = cast.township_officer.actor
    record = begin(town, "sewage")
    assert figures(town).sewage == 5000
    with scoped(town):
        recording.end(actor=town, record=record, why="设备报废", on=clock.today())
        assert (
            refused(recording.end, actor=town, record=record, why="再次", on=clock.today())
            == "AE029"
        )
    assert figures(town).sewage == 0
    with scoped(SYSTEM):
        facts = Fact.objects.filter(record=record).order_by("kind")
        assert [(f.kind, f.subject, f.value) for f in facts] == [
            ("facility.begun", "sewage", 1), ("facility.ended", "sewage", 1),
        ]  # fmt: skip
        told = JournalEntry.objects.filter(object=record).order_by("id")
        assert [entry.action for entry in told] == ["facility.begun", "facility.ended"]
    assert all(kind_named(name) is not None for name in ("facility.begun", "facility.ended"))


def test_only_the_township_and_above_record_and_only_in_their_area(cast, world):
    with pytest.raises(Refusal) as told:
        begin(cast.branch_secretary.actor)
    assert told.value.status == 403
    with pytest.raises(Refusal) as told:
        begin(cast.township_officer.actor, code=NEXT)
    assert told.value.status == 403
    record = begin(cast.township_officer.actor)
    with scoped(cast.outsider.actor):
        assert refused(
            recording.end, actor=cast.outsider.actor, record=record, why="x", on=DAY
        ) == "AE029"  # fmt: skip


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"code": TOWNSHIP}, "AE027"), ({"code": VILLAGE[:9] + "999"}, "AE027"),
        ({"kind": "palace"}, "AE028"), ({"count": 0}, "AE028"), ({"count": 100_001}, "AE028"),
        ({"on": clock.today() + timedelta(days=2)}, "AE028"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(cast, world, given, error):
    assert refused(begin, cast.township_officer.actor, **given) == error


def test_an_end_needs_a_reason_and_lies_after_the_beginning(cast, world):
    town = cast.township_officer.actor
    record = begin(town)
    with scoped(town):
        assert refused(recording.end, actor=town, record=record, why=" ", on=DAY) == "AE007"
        early = {"actor": town, "record": record, "why": "误登", "on": DAY - timedelta(days=1)}
        assert refused(recording.end, **early) == "AE028"


def test_figures_of_a_wider_place_are_those_of_what_one_may_see(cast, world):
    with scoped(SYSTEM):
        begin(SYSTEM, code=NEXT)
    found = figures(cast.county_officer.actor, PREFECTURE, 6)
    assert (found.villages, found.with_waste) == (2, 0), "the next county is not in sight"
    assert figures(cast.outsider.actor, PREFECTURE, 6).waste == 10_000


def test_places_are_made_of_those_below_them(cast, world):
    town = cast.township_officer.actor
    begin(town, count=2), begin(town, "toilet", SECOND, count=5)
    with scoped(cast.county_officer.actor):
        villages = reading.figures(cast.county_officer.actor, COUNTY, 12)
        assert reading.rolled_up(villages, 9) == reading.figures(
            cast.county_officer.actor, COUNTY, 9
        )
        assert len(reading.rolled_up(villages, 6)) == 1


def test_a_province_s_facilities_are_found_by_an_index_of_their_own(world):
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_indexes WHERE indexname = 'core_fact_facility'"
            " AND indexdef LIKE '%facility.begun%'"
        )
        assert cursor.fetchone()[0] == 1


def test_the_page_leads_from_the_county_to_a_village_s_records(
    cast, world, django_assert_max_num_queries
):
    begin(cast.township_officer.actor, "toilet", count=40, name="<b>上寨</b>")
    client = cast.county_officer.client
    with django_assert_max_num_queries(40):
        page = html.fromstring(client.get("/desk/rural/", {"place": COUNTY}).content.decode())
    assert [" ".join(a.text_content().split()) for a in page.xpath("//main//tbody//a")] == [
        Place.objects.get(code=TOWNSHIP).short
    ]
    village = client.get("/desk/rural/", {"place": VILLAGE}).content.decode()
    assert "&lt;b&gt;上寨&lt;/b&gt;" in village
    assert "登记建成的设施" in village


def test_a_township_officer_records_and_ends_on_the_page(cast, world):
    client, address = cast.township_officer.client, f"/desk/rural/?place={VILLAGE}"
    sent = {"kind": "waste", "count": "2", "on": "2026-05-04", "name": ""}
    assert client.post(address, sent).status_code == 302
    with scoped(SYSTEM):
        record = Fact.objects.get(kind="facility.begun").record
    assert client.post(address, {**sent, "count": "viele"}).status_code == 400
    assert client.post(address, {**sent, "on": "gestern"}).status_code == 400
    wrong = client.post(address, {"do": "end", "record": record, "why": "", "on": "2026-06-01"})
    assert wrong.status_code == 400
    assert "请写明理由" in wrong.content.decode()
    done = client.post(address, {"do": "end", "record": record, "why": "拆除", "on": "2026-06-01"})
    assert done.status_code == 302
    assert "还没有登记设施" in client.get(address).content.decode()
    assert cast.branch_secretary.client.post(address, sent).status_code == 403


def test_the_demonstration_has_the_document_s_shares_and_makes_them_once(world):
    villages = [f"{OTHER_COUNTY}101{n}" for n in range(200, 500)]
    Place.objects.bulk_create(
        Place(code=code, key=place_key(code), name=f"{code}村", level="village", kind="village",
              parent_id=code[:9])
        for code in villages
    )  # fmt: skip
    from zhijin.home.demo.registry import Demo, Scale

    draw = Demo(Scale.VILLAGE, 7, date(2026, 11, 1)).rng
    assert demo.facilities(draw, date(2026, 11, 1), {OTHER_COUNTY}) > 500
    assert demo.facilities(draw, date(2026, 11, 1), {OTHER_COUNTY}) == 0
    found = figures(SYSTEM, OTHER_COUNTY, 9)
    assert found.villages == 301
    assert 6200 < (found.waste or 0) < 7800
    assert 1500 < (found.sewage or 0) < 2700
