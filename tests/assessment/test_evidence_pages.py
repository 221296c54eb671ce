"""From a figure to its records, under the reader's own permissions; and what would lift it most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st_
from lxml import html

from tests.assessment import standings as st
from tests.assessment.standings import JULY, VILLAGES
from tests.cast import VILLAGE
from tests.places.factories import plant
from zhijin.assessment.engine.explain import explain
from zhijin.assessment.models import Run, Score, Value
from zhijin.assessment.pages import evidence, lifting, organisation, words
from zhijin.core import facts
from zhijin.core.facts import NewFact
from zhijin.core.ids import uuid7
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db

MIDDAY = datetime(2026, 7, 10, 4, tzinfo=UTC)


def closed(n: int, at: datetime = MIDDAY, place: str = VILLAGE, **attrs: Any) -> list[NewFact]:
    given = {"outcome": "solved", "late": False, **attrs}
    return [
        NewFact("case.closed", at + timedelta(minutes=i), place, "road-hazard", "system:test",
                f"case:{uuid7()}", value=60, attrs=given)
        for i in range(n)
    ]  # fmt: skip


@pytest.fixture
def world(db: None) -> st.Planted:
    for code in VILLAGES:
        plant(code)
    made = st.plant()
    with scoped(st.SYSTEM):
        facts.record_many(
            [
                *closed(37), *closed(13, MIDDAY + timedelta(days=1), outcome="not_solved"),
                *closed(5, MIDDAY - timedelta(days=30)),  # June
                *closed(4, place=VILLAGES[0]),  # the neighbours'
            ]
        )  # fmt: skip
    return made


def value_page(key: int, indicator: str = "solved") -> str:
    return reverse("desk:standing-value", args=[key, indicator])


def seen(member: Any, path: str, **query: str) -> Any:
    answer = member.client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return html.fromstring(answer.content.decode())


def test_a_value_opens_to_the_very_records_that_were_counted(cast, world):
    page = seen(cast.branch_secretary, value_page(world.last))
    text = " ".join(page.text_content().split())
    assert "37 ÷ 50 = 74.00%" in text
    assert "计入分母 50 条，其中计入分子 37 条" in text
    assert len(page.xpath("//main//tbody/tr")) == 50
    assert text.count("只计分母") == 13
    assert "看到的条数和当时计入的不同" not in text
    assert "60% 得 60 分" in text


def test_rows_that_came_since_are_told_and_the_figure_stays(cast, world):
    with scoped(st.SYSTEM):
        facts.record_many(closed(1))
    text = " ".join(seen(cast.branch_secretary, value_page(world.last)).text_content().split())
    assert "37 ÷ 50" in text
    assert "其中计入分子 38 条" in text
    assert "看到的条数和当时计入的不同" in text


def test_a_corrected_record_is_gone_from_the_list(cast, world):
    with scoped(st.SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM core_fact WHERE kind = 'case.closed' AND place_code = %s"
            " AND at = %s AND attrs->>'outcome' = 'solved'", [VILLAGE, MIDDAY],
        )  # fmt: skip
        (contested,) = cursor.fetchone()
        void = closed(1, corrects=str(contested), void=True)
        facts.record_many(void)
    text = " ".join(seen(cast.branch_secretary, value_page(world.last)).text_content().split())
    assert "计入分母 49 条，其中计入分子 36 条" in text


def test_whoever_may_not_see_the_organisation_sees_no_records(cast, world):
    assert cast.outsider.client.get(value_page(world.last)).status_code == 404
    assert cast.grid_worker.client.get(value_page(world.last)).status_code == 403
    assert cast.branch_secretary.client.get(value_page(world.first)).status_code == 404


@pytest.mark.parametrize("indicator", ["no-such", "organisation", "x" * 60])
def test_what_is_no_indicator_does_not_exist(cast, world, indicator):
    assert cast.county_officer.client.get(value_page(world.last, indicator)).status_code == 404


def test_a_joined_result_and_an_empty_one(cast, world):
    assert (
        "没有计入的记录"
        in seen(cast.county_officer, value_page(world.last, "contest")).text_content()
    )
    assert (
        "没有计入的记录"
        in seen(cast.county_officer, value_page(world.last, "pledges")).text_content()
    )


def test_the_way_down_takes_few_queries_however_many_rows(cast, world):
    client = cast.branch_secretary.client
    client.get(value_page(world.last))
    with CaptureQueriesContext(connection) as few:
        client.get(value_page(world.last))
    with scoped(st.SYSTEM):
        facts.record_many(closed(150))
    with CaptureQueriesContext(connection) as many:
        client.get(value_page(world.last))
    assert len(many) <= len(few)
    assert len(few) < 30


def test_the_records_of_past_months_are_those_of_then(cast, world):
    page = seen(cast.branch_secretary, value_page(world.last), period="2026-06")
    assert "计入分母 5 条，其中计入分子 5 条" in " ".join(page.text_content().split())


# -- what would lift it most -----------------------------------------------------------------


def consistent(
    world: st.Planted, numbers: dict[str, tuple[int | None, int | None]]
) -> organisation.Page:
    """A result whose total follows from its figures, as the engine would have written it."""
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, revision_id=world.revision.id, state=Run.State.READY)
        st.score(run, VILLAGE, "第10村党支部", 1, 1)
        page = organisation.Page(st.SYSTEM, run, Score.objects.get(run_id=run.id))
        programme = page.about.programme
        assert programme is not None
        told = [
            explain(programme, name, *numbers.get(name, (None, None))) for name in st.INDICATORS
        ]
        Value.objects.filter(run_id=run.id).update(
            numerators=[t.numerator for t in told], denominators=[t.denominator for t in told],
            values=[t.value for t in told], scores=[t.score for t in told],
            states=[t.state for t in told],
        )  # fmt: skip
        page.score.dims = [None] * len(st.DIMENSIONS)
        page.score.total = lifting._total(
            page, {t: e.score for t, e in zip(st.INDICATORS, told, strict=True)}
        )
        return page


def test_what_lifts_most_comes_first_and_adds_up(world):
    page = consistent(
        world, {"current": (1, None), "solved": (6, 10), "satisfied": (99, 100), "rework": (0, 10)}
    )
    with scoped(st.SYSTEM):
        found = lifting.lifts(page)
    names = [lift.item.id for lift in found]
    assert names[0] == "solved"
    assert "current" not in names
    assert "rework" not in names
    best = found[0]
    assert words.step(best.step) == "每多做成一件"
    assert 0 < best.gain < best.most


@given(st_.integers(0, 20), st_.integers(1, 20))
def test_a_step_never_promises_more_than_the_full_score(solved, more):
    parts = [(solved + 1, 4000), (more, 10_000)]
    assert lifting.mean([]) is None
    low = lifting.mean(parts)
    assert low is not None
    assert 4000 <= low <= 10_000
    raised = lifting.mean([(solved + 1, 5000), (more, 10_000)])
    assert raised is not None
    assert raised >= low


def test_nothing_is_shown_when_the_total_does_not_follow(world):
    with scoped(st.SYSTEM):
        page = organisation.read(st.SYSTEM, world.last)
        assert lifting.lifts(page) == []


def test_a_mean_time_is_shortened_by_days(world):
    page = consistent(world, {"days-to-close": (5 * 1440, None), "current": (0, None)})
    with scoped(st.SYSTEM):
        found = {lift.item.id: lift for lift in lifting.lifts(page)}
    assert words.step(found["days-to-close"].step) == "平均每快一天"
    assert found["days-to-close"].gain > 0


def test_differs_only_speaks_of_plain_counts(world):
    with scoped(st.SYSTEM):
        page = organisation.read(st.SYSTEM, world.last, "double-drive", JULY)
        cell = page.cells["days-to-close"]
        assert not evidence.differs(page.about, cell, evidence.Found([], 0, 0, typed=False))
        solved = page.cells["satisfied"]
        assert evidence.differs(page.about, solved, evidence.Found([], 1, 1, typed=False))
