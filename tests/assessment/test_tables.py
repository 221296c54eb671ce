"""Who sees which rows of a standing, and that nothing published can be changed, whatever writes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.assessment.worlds import SYSTEM, of, run_of, score_of
from tests.cast import COUNTY, LINE, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE
from zhijin.assessment.models import Batch, Follow, Run, Score, Value
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import line_span, org_key, place_span, uuid7
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
PUBLISHED = Run.State.PUBLISHED


def over(code: str, role: str = "township_officer", **more) -> Actor:
    return Actor("account", "a", "甲", (Grant(role, code, *place_span(code), **more),))


def seen(actor: Actor) -> set[int]:
    """Organisations whose scores and values row-level security alone lets through."""
    with scoped(actor):
        keys = set(Score.objects.values_list("org_key", flat=True))
        assert keys == set(Value.objects.values_list("org_key", flat=True))
        return keys


@pytest.fixture
def two_counties():
    """The cast's village, a firm's branch in the department's line there, and another county's."""
    here, there = run_of(), run_of(OTHER_COUNTY)
    return (
        score_of(here).org_key,
        score_of(here, COUNTY, seq=7, sector=7, industry=LINE).org_key,
        score_of(there, OTHER_VILLAGE).org_key,
    )


def test_a_place_sees_what_lies_in_it(two_counties):
    village, firm, other = two_counties
    assert seen(over(VILLAGE)) == {village}
    assert seen(over(COUNTY)) == {village, firm}
    assert seen(over(OTHER_COUNTY)) == {other}
    assert seen(over("53")) == {village, firm, other}


def test_the_emerging_field_is_seen_along_its_industry_line_too(two_counties):
    _village, firm, _other = two_counties
    line = over(COUNTY, "department_officer", line=line_span(LINE, COUNTY))
    assert seen(line) == {firm}
    sector = over(COUNTY, "department_officer", line=line_span(7, COUNTY))
    assert seen(sector) == {firm}


def test_an_organisation_sees_itself(two_counties):
    _village, firm, _other = two_counties
    assert seen(over(COUNTY, "firm_contact", org_key=firm)) == {firm}
    assert seen(over(COUNTY, "firm_contact", org_key=org_key(COUNTY, 8))) == set()


@pytest.mark.parametrize("role", ["system_admin", "security_officer", "auditor"])
def test_administrators_see_no_standing(two_counties, role):
    assert seen(over("53", role)) == set()
    with scoped(over("53", role)):
        assert not Run.objects.exists()


def test_a_run_is_known_where_one_works_in_its_county():
    run_of(), run_of(OTHER_COUNTY)
    for actor in (over(VILLAGE), over(COUNTY), over("53")):
        with scoped(actor):
            assert COUNTY in set(Run.objects.values_list("place_code", flat=True))
    with scoped(over(VILLAGE)):
        assert Run.objects.count() == 1


def test_nobody_but_the_platform_writes_runs():
    run = run_of()
    with scoped(over("53")):
        assert Run.objects.update(state=PUBLISHED) == 0
        run.id = uuid7()
        with pytest.raises(DatabaseError), transaction.atomic():
            run.save(force_insert=True)


def test_one_run_is_public_and_one_is_ready_for_a_period():
    run_of(state=PUBLISHED, published_at=clock.now())
    run_of()
    for state in (PUBLISHED, Run.State.READY):
        with pytest.raises(IntegrityError), transaction.atomic():
            run_of(state=state)
    run_of(OTHER_COUNTY)
    run_of(state=Run.State.SUPERSEDED)


def test_what_was_published_cannot_be_changed():
    run = run_of()
    score_of(run)
    with scoped(SYSTEM):
        Run.objects.filter(id=run.id).update(state=PUBLISHED, published_at=clock.now())
        for change in (
            lambda: Score.objects.filter(run_id=run.id).update(total=9999),
            lambda: Value.objects.filter(run_id=run.id).delete(),
            lambda: Run.objects.filter(id=run.id).update(digest="1" * 64),
            lambda: Run.objects.filter(id=run.id).update(state=Run.State.READY),
            lambda: Run.objects.filter(id=run.id)._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        Run.objects.filter(id=run.id).update(state=Run.State.FROZEN, frozen_at=clock.now())
        with pytest.raises(DatabaseError), transaction.atomic():
            Run.objects.filter(id=run.id).update(signature=b"other")
        Run.objects.filter(id=run.id).update(state=Run.State.SUPERSEDED)


def test_what_was_not_published_may_be_thrown_away():
    run = run_of()
    score_of(run)
    with scoped(SYSTEM):
        assert Score.objects.filter(run_id=run.id).delete()[0] == 1


def test_a_mark_opens_one_case_a_period():
    run = run_of()
    line = {
        "run_id": run.id, "mark_id": uuid7(), "programme": run.programme,
        "period_start": run.period_start, "kind": "laggard", "opens": "rectification",
        "at": clock.now(), "due_at": clock.now(), **of(VILLAGE),
    }  # fmt: skip
    with scoped(SYSTEM):
        Follow.objects.create(**line)
        with pytest.raises(IntegrityError), transaction.atomic():
            Follow.objects.create(**line)
        Follow.objects.create(**{**line, "kind": "advanced"})


def test_a_request_says_what_it_is_about():
    assert Batch.Reason.LATE_FACT in Batch.Reason.values
    assert str(run_of()).startswith("test-drive 2026-07-01")
