"""Model units: evidence only from the unit's own record, problems struck off first, publication, objections, naming."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.activities.conftest import as_system, day, do, facts
from tests.activities.test_checks import drawn
from tests.activities.test_checks import found as find_problem
from tests.cast import COUNTY, PREFECTURE
from tests.orgs.conftest import refusing
from zhijin.activities.models import Evidence
from zhijin.activities.selectors import model_units as reading
from zhijin.activities.services import checks, model_units, undertakings
from zhijin.activities.services.undertakings import Draft, Item
from zhijin.core import calendar, clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
SAID = {"political": "第一议题制度落实", "lawful": "组织设置规范"}


def work(units, at):
    """Something the unit really did on the platform: a published pledge."""
    actor = units.actor(at)
    row = do(actor, undertakings.draw_up, org_key=units.keys[at],
             draft=Draft("annual", "年度承诺", "书记", day(-1), day(200)),
             items=[Item("服务基层", day(100))])  # fmt: skip
    do(actor, undertakings.publish, undertaking_id=row.id)


def applied(units, at=0, said=SAID):
    actor = units.actor(at)
    work(units, at)
    unit = do(actor, model_units.apply, org_key=units.keys[at], host_code=PREFECTURE, year=clock.today().year,
              level="city")  # fmt: skip
    with scoped(actor):
        offered = [fact.id for fact in reading.facts_of(unit)]
    do(actor, model_units.take_in, unit_id=unit.id, fact_ids=offered)
    return do(actor, model_units.hand_in, unit_id=unit.id, statements=said)


def in_publication(units, at=0):
    unit = applied(units, at)
    officer = units.officer.actor
    do(officer, model_units.recommend, unit_id=unit.id, opinion="同意推荐")
    return do(officer, model_units.publish, unit_id=unit.id)


def after(unit):
    """A moment on the day after the publication."""
    return clock.freeze(clock.now() + (unit.publish_until - clock.today()) + (day(1) - day(0)))


def test_a_unit_is_named_after_evidence_recommendation_and_publication(units):
    two = units(2)
    unit = in_publication(two)
    assert unit.publish_until == calendar.current().nth_workday_after(clock.today(), 5)
    officer = two.officer.actor
    with refusing() as caught, scoped(officer):
        model_units.name(actor=officer, unit_id=unit.id)
    assert caught.value.id == "AV051"
    with after(unit):
        named = do(officer, model_units.name, unit_id=unit.id)
    assert named.state == "named"
    for what in ("applied", "recommended", "named"):
        (fact,) = facts(f"activity.model.{what}")
        assert fact.org_key == two.keys[0]
        assert fact.attrs == {"year": unit.year, "level": "city"}
    evidence = as_system(lambda: reading.evidence(unit))
    assert {row.kind for row in evidence["political"]} == {"activity.pledge.published"}
    assert {row.kind for row in evidence["lawful"]} == {"org.registered"}


def test_other_units_facts_and_invented_ones_are_no_evidence(units):
    two = units(2)
    work(two, 1)
    unit = do(two.actor(0), model_units.apply, org_key=two.keys[0], host_code=PREFECTURE,
              year=clock.today().year, level="city")  # fmt: skip
    theirs = [fact.id for fact in facts("activity.pledge.published")]
    assert do(two.actor(0), model_units.take_in, unit_id=unit.id, fact_ids=[*theirs, uuid4()]) == 0
    with refusing() as caught, scoped(two.actor(0)):
        model_units.hand_in(actor=two.actor(0), unit_id=unit.id, statements=SAID)
    assert caught.value.id == "AV053"


def test_evidence_is_taken_in_once_and_stays_as_it_was(units):
    unit = applied(units(1))
    rows = as_system(lambda: Evidence.objects.filter(unit_id=unit.id).count())
    assert rows == 2
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE activities_evidence SET value = 99")


def test_an_aspect_that_is_claimed_needs_evidence(units):
    one = units(1)
    with refusing() as caught:
        applied(one, said={**SAID, "clean": "警示教育"})
    assert caught.value.id == "AV053"


def test_problems_must_be_struck_off_before_publication_and_naming(units):
    three = units(3)
    event, rows = drawn(three, 1)
    at = three.keys.index(rows[0].org_key)
    unit = applied(three, at)
    officer = three.officer.actor
    problem = find_problem(three, event, rows[0])
    do(officer, model_units.recommend, unit_id=unit.id, opinion="同意")
    with refusing() as caught, scoped(officer):
        model_units.publish(actor=officer, unit_id=unit.id)
    assert caught.value.id == "AV050"
    do(three.actor(at), checks.rectify, problem_id=problem.id, done="已改")
    do(officer, checks.verify, problem_id=problem.id, good=True)
    do(officer, model_units.publish, unit_id=unit.id)
    find_problem(three, event, rows[0], "公示期又发现")
    as_system(unit.refresh_from_db)
    with after(unit), refusing() as caught, scoped(officer):
        model_units.name(actor=officer, unit_id=unit.id)
    assert caught.value.id == "AV050"


def test_an_objection_is_looked_into_before_naming_and_ends_it_when_upheld(units):
    two = units(2)
    officer = two.officer.actor
    first, second = in_publication(two, 0), in_publication(two, 1)
    one = do(officer, model_units.object_to, unit_id=first.id, what="反映材料不实")
    with after(first), refusing() as caught, scoped(officer):
        model_units.name(actor=officer, unit_id=first.id)
    assert caught.value.id == "AV052"
    do(officer, model_units.settle, objection_id=one.id, finding="经查不属实", upheld=False)
    with after(first):
        assert do(officer, model_units.name, unit_id=first.id).state == "named"
    other = do(officer, model_units.object_to, unit_id=second.id, what="吃拿卡要")
    do(officer, model_units.settle, objection_id=other.id, finding="属实", upheld=True)
    as_system(second.refresh_from_db)
    assert (second.state, second.why) == ("declined", "属实")


@pytest.mark.parametrize("days", [1, 4, 61])
def test_a_publication_is_neither_short_nor_endless(units, days):
    one = units(1)
    unit = applied(one)
    do(one.officer.actor, model_units.recommend, unit_id=unit.id, opinion="同意")
    with refusing() as caught, scoped(one.officer.actor):
        model_units.publish(actor=one.officer.actor, unit_id=unit.id, days=days)
    assert caught.value.id == "AV003"


def test_once_a_year_and_level_and_only_upwards(units):
    one = units(1)
    unit = applied(one)
    values = {"org_key": one.keys[0], "year": unit.year, "level": "city"}
    with refusing() as caught, scoped(one.actor(0)):
        model_units.apply(actor=one.actor(0), host_code=PREFECTURE, **values)
    assert caught.value.id == "AV054"
    with refusing() as caught, scoped(one.actor(0)):
        model_units.apply(actor=one.actor(0), host_code=COUNTY, **values)
    assert caught.value.id == "CO400"


def test_a_unit_does_not_recommend_itself_and_strangers_see_nothing(units, cast):
    one = units(1)
    unit = applied(one)
    with refusing() as caught, scoped(one.actor(0)):
        model_units.recommend(actor=one.actor(0), unit_id=unit.id, opinion="自荐")
    assert caught.value.id == "CO403"
    outsider = cast.outsider.actor
    with refusing() as caught, scoped(outsider):
        reading.get(outsider, unit.id)
    assert caught.value.id == "CO404"


def test_a_declined_unit_is_told_why(units):
    one = units(1)
    unit = applied(one)
    declined = do(one.officer.actor, model_units.decline, unit_id=unit.id, why="依据不足")
    assert (declined.state, declined.why) == ("declined", "依据不足")
    with refusing() as caught, scoped(one.officer.actor):
        model_units.recommend(actor=one.officer.actor, unit_id=unit.id, opinion="同意")
    assert caught.value.id == "AV001"
