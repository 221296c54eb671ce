"""What stands in the Word and Excel files: the same figures as on the page, one row each, in the reader's language."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.assessment import standings as st
from tests.assessment.standings import JULY, VILLAGES
from tests.cast import COUNTY, TOWNSHIP, VILLAGE
from tests.places.factories import plant
from zhijin.assessment.models import Score
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
STANDING = "/desk/standing/"
YEAR = "/desk/standing/year/"


@pytest.fixture
def world(db: None) -> st.Planted:
    for code in (COUNTY, TOWNSHIP, *VILLAGES):
        plant(code)
    return st.plant()


def org(world: st.Planted) -> str:
    return reverse("desk:standing-org", args=[world.last])


def table(member: Any, path: str, **query: str) -> list[dict[str, Any]]:
    """The rows of the Excel file, by the heads of its columns."""
    answer = member.client.get(path, {"as": "xlsx", **query})
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    at = next(n for n, row in enumerate(rows) if sum(bool(str(cell)) for cell in row) >= 4)
    heads = [str(cell) for cell in rows[at]]
    body = [row for row in rows[at + 1 :] if sum(bool(str(cell)) for cell in row) >= 3]
    return [dict(zip(heads, row, strict=True)) for row in body]


def words_of(member: Any, path: str, **query: str) -> str:
    body = member.client.get(path, {"as": "docx", **query}).content
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        xml = archive.read("word/document.xml").decode()
    return " ".join(re.sub(r"<[^>]+>", " ", xml).split())


class TestStanding:
    def test_every_organisation_is_a_row_with_the_page_s_figures(self, cast, world):
        rows = table(cast.county_officer, STANDING)
        assert len(rows) == 10
        assert [row["名次"] for row in rows] == list(range(1, 11))
        first, last = rows[0], rows[-1]
        assert (first["党组织"], first["得分"], first["认定"]) == ("第1村党支部", "95.00", "先进")
        assert (last["党组织"], last["得分"], last["认定"]) == ("第10村党支部", "86.00", "后进")
        assert (last["组内个数"], last["上期名次"]) == (10, 10)
        assert first["基本组织"] == "95.00"
        assert first["擂台比武"] == "88.00"
        assert first["述职评议"] == "", "a result that there is not stays empty, and is no zero"

    def test_the_reader_s_scope_holds_in_the_file_too(self, cast, world):
        (row,) = table(cast.branch_secretary, STANDING)
        assert row["党组织"] == "第10村党支部"

    def test_equal_ones_are_told(self, cast, world):
        with scoped(st.SYSTEM):
            run = st.run(st.AUGUST, revision_id=world.revision.id)
            for code in VILLAGES[:2]:
                st.score(run, code, f"{code}支部", 1, 2, tied=2)
        rows = table(cast.county_officer, STANDING)
        assert [row["并列"] for row in rows] == ["并列", "并列"]
        assert "1/2（并列）" in words_of(cast.county_officer, STANDING)

    def test_the_document_has_rules_places_marks_and_everybody(self, cast, world):
        told = words_of(cast.county_officer, STANDING)
        for part in (
            "怎样排名", "和同一乡镇（街道）、领域的组织比", "共 10 个组织，最低 86.00", "最高 95.00",
            "后进 1 个，先进 1 个", "后进组织", "先进组织", "全部组织", "第5村党支部",
        ):  # fmt: skip
            assert part in told, part

    def test_english(self, cast, world):
        cast.county_officer.client.cookies["lang"] = "en"
        told = words_of(cast.county_officer, STANDING)
        assert "How it is ranked" in told
        rows = table(cast.county_officer, STANDING)
        assert {"Organisation", "Rank", "Score", "Mark"} <= set(rows[0])
        assert rows[-1]["Mark"] == "Laggard"


class TestOrganisation:
    def test_every_indicator_is_a_row_and_opens_its_figure(self, cast, world):
        rows = {row["指标"] or row["维度"]: row for row in table(cast.branch_secretary, org(world))}
        assert rows["事项解决率"]["数据"] == "37 ÷ 50 = 74.00%"
        assert rows["事项解决率"]["得分"] == "76.00"
        assert rows["吹哨后部门按时报到"]["说明"] == "没有数据，不计"
        assert rows["吹哨后部门按时报到"]["得分"] == ""
        assert rows["从登记到办结的平均分钟数"]["数据"] == "2,880 分钟"
        assert rows["擂台比武"]["得分"] == "88.00"

    def test_the_document_says_why_it_was_named_and_how_it_went(self, cast, world):
        told = words_of(cast.branch_secretary, org(world))
        for part in (
            "第10村党支部得分 86.00",
            "连续 3 个月",
            "7月倒数第 1",
            "近十二期",
            "2026年5月",
        ):
            assert part in told, part
        assert "加减分" not in told

    def test_points_that_were_added_are_told(self, cast, world):
        with scoped(st.SYSTEM):
            run = st.run(st.AUGUST, revision_id=world.revision.id)
            st.score(run, VILLAGE, "第10村党支部", 1, 1, adjusted=150)
        assert "其中加减分 +1.50" in words_of(cast.branch_secretary, org(world))

    def test_an_earlier_period_is_taken_as_it_was(self, cast, world):
        told = words_of(cast.branch_secretary, org(world), period="2026-05-01")
        assert "2026年5月得分" in told
        assert "倒数第 1" not in told, "July's naming is not May's"

    def test_outsiders_take_nothing(self, cast, world):
        for kind in ("docx", "xlsx"):
            assert cast.outsider.client.get(org(world), {"as": kind}).status_code == 404
        assert not JournalEntry.objects.filter(action="assess.export").exists()


def test_the_year_has_a_row_for_each_place_and_a_column_for_each_month(cast, world):
    rows = table(cast.county_officer, YEAR)
    heads = set(rows[0])
    assert {"2026-05", "2026-06", "2026-07"} <= heads
    town = next(row for row in rows if "靖安镇" in map(str, row.values()))
    assert str(town["2026-07"]).startswith("90.00")


def test_an_unknown_kind_is_the_page_itself(cast, world):
    answer = cast.county_officer.client.get(STANDING, {"as": "exe"})
    assert answer.headers["Content-Type"].startswith("text/html")


def test_every_file_is_journalled_with_what_it_was_about(cast, world):
    for path in (STANDING, org(world), YEAR):
        cast.county_officer.client.get(path, {"as": "xlsx"})
    entries = JournalEntry.objects.filter(action="assess.export").order_by("id")
    assert [entry.detail for entry in entries] == [{"as": "xlsx"}] * 3
    with scoped(st.SYSTEM):
        assert Score.objects.filter(run_id=world.runs[JULY].id).count() == 10
