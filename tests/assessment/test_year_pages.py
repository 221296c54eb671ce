"""A county's year on one page, and what the desk's first page tells of the assessment."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from tests.assessment import standings as st
from tests.assessment.standings import JULY, JUNE, MAY, VILLAGES
from tests.cast import COUNTY, OTHER_COUNTY, TOWNSHIP
from tests.places.factories import plant
from zhijin.assessment.api import today
from zhijin.assessment.models import Mark, Run
from zhijin.assessment.pages.year import Cell, Year, years
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db

YEAR = "/desk/standing/year/"


@pytest.fixture
def world(db: None) -> st.Planted:
    for code in VILLAGES:
        plant(code)
    return st.plant()


def seen(member: Any, path: str = YEAR, **query: str) -> Any:
    answer = member.client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return html.fromstring(answer.content.decode())


def test_months_lie_across_and_townships_down(cast, world):
    page = seen(cast.county_officer)
    heads = [" ".join(h.text_content().split()) for h in page.xpath("//main//table/thead/tr/th")]
    assert heads == ["地方", "5月", "6月", "7月"]
    (row,) = page.xpath("//main//table/tbody/tr")
    read = [" ".join(cell.text_content().split()) for cell in row]
    assert read == ["靖安镇", "90.00 1", "90.00 1", "90.00 1"]
    assert {cell.get("data-step") for cell in row.findall("td")} == {"4"}


def test_who_was_marked_how_often(cast, world):
    text = "".join(seen(cast.county_officer).text_content().split())
    assert "第10村党支部3个月2026年5月2026年6月2026年7月" in text
    assert "第1村党支部3个月" in text


def test_a_month_that_is_not_published_says_so(cast, world):
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, state=Run.State.READY, revision_id=world.revision.id)
        st.score(run, VILLAGES[0], "第1村党支部", 1, 1)
    assert "8月 未公布" in " ".join(seen(cast.county_officer).text_content().split())


def test_rectifications_are_counted(cast, world):
    with scoped(st.SYSTEM):
        marked = Mark.objects.get(run_id=world.runs[JULY].id, kind="laggard")
        st.follow(world.runs[JULY], marked)
        found = Year(st.SYSTEM, "double-drive", COUNTY, 2026)
        assert found.counts == {"all": 1, "waiting": 1, "open": 0, "released": 0}
    assert "等待开出" in seen(cast.county_officer).text_content()


def test_the_year_keeps_to_the_scope(cast, world):
    with scoped(st.SYSTEM):
        st.score(st.run(JULY, OTHER_COUNTY), f"{OTHER_COUNTY}100201", "邻县党支部", 1, 1)
    assert "邻县" not in seen(cast.county_officer, place="5306").text_content()
    actor = cast.branch_secretary.actor
    with scoped(actor):
        (row,) = Year(actor, "double-drive", TOWNSHIP, 2026).rows
        assert [cell.orgs for cell in row.cells if cell] == [1, 1, 1]
        assert years("double-drive", TOWNSHIP) == [2026]


def test_the_year_takes_the_same_queries_for_any_number_of_months(
    cast, world, django_assert_max_num_queries
):
    client = cast.county_officer.client
    client.get(YEAR)
    with django_assert_max_num_queries(30):
        client.get(YEAR)


@pytest.mark.parametrize("query", ["year=1999", "year=x", "year=99999999", "place=abc"])
def test_odd_addresses_do_no_harm(cast, world, query):
    assert cast.county_officer.client.get(f"{YEAR}?{query}").status_code == 200


def test_word_and_excel_of_the_year(cast, world):
    word = cast.county_officer.client.get(YEAR, {"as": "docx"}).content
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        inside = archive.read("word/document.xml").decode()
    assert "landscape" in inside
    assert "90.00（后进 1）" in inside
    sheet = cast.county_officer.client.get(YEAR, {"as": "xlsx"}).content
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        assert "2026-07" in archive.read("xl/worksheets/sheet1.xml").decode()


def test_shades_follow_the_score():
    assert [Cell(n, 1, 0).step for n in (None, 5999, 6000, 7999, 9000)] == [None, 0, 1, 2, 4]


# -- the desk's first page -------------------------------------------------------------------


def told(member: Any) -> list[Any]:
    with scoped(member.actor):
        return today(member.actor)


@pytest.fixture
def news(world: st.Planted) -> Run:
    """August's result, published today."""
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, revision_id=world.revision.id, published_at=clock.now())
        for rank, code in enumerate(reversed(VILLAGES), 1):
            st.score(run, code, f"支部{code[-3:]}", rank, 10)
    return run


def test_a_secretary_is_told_of_its_rank_while_it_can_be_contested(cast, world, news):
    (notice,) = told(cast.branch_secretary)
    assert notice.title == "2026年8月排名已公布"
    assert notice.detail.startswith("支部207排第 1/10，得分 95.00")
    assert notice.due == news.published_at + timedelta(days=15)
    assert str(world.last) in notice.url
    assert "2026年8月排名已公布" in cast.branch_secretary.client.get("/desk/").content.decode()
    with clock.freeze(clock.now() + timedelta(days=16)):
        assert told(cast.branch_secretary) == []


def test_a_county_is_told_how_many_it_covers(cast, world, news):
    (notice,) = told(cast.county_officer)
    assert notice.detail == "您管的 10 个组织在内。"
    assert told(cast.outsider) == []
    assert told(cast.grid_worker) == []


def test_months_before_are_history(world):
    with scoped(st.SYSTEM):
        found = Year(st.SYSTEM, "double-drive", COUNTY, 2026)
        assert found.months == [MAY, JUNE, JULY]
        assert all(found.published(month) for month in found.months)
        assert [len(one.months) for one in found.often("laggard")] == [3]
        assert Year(st.SYSTEM, "double-drive", COUNTY, 2025).about is None
