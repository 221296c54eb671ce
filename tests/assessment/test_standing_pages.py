"""The standing of a place and an organisation's page, as each of the cast sees them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from django.urls import reverse
from lxml import html

from tests.assessment import standings as st
from tests.assessment.standings import JULY, JUNE, MAY, VILLAGES
from tests.cast import COUNTY, OTHER_COUNTY, PREFECTURE, TOWNSHIP, VILLAGE
from tests.places.factories import plant
from zhijin.assessment.models import Mark, Run, Score
from zhijin.assessment.pages import organisation, reading, words
from zhijin.assessment.pages.programme import about
from zhijin.assessment.pages.reading import Wanted
from zhijin.assessment.pages.standing import read
from zhijin.core.ids import org_key
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db

STANDING = "/desk/standing/"


@pytest.fixture
def world(db: None) -> st.Planted:
    for code in VILLAGES:
        plant(code)
    plant(OTHER_COUNTY)
    return st.plant()


def seen(member: Any, path: str = STANDING, **query: str) -> Any:
    answer = member.client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return html.fromstring(answer.content.decode())


def rows(page: Any) -> list[list[str]]:
    """The first table's rows, as read."""
    return [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in page.xpath("(//main//table)[1]/tbody/tr")
    ]


def org_page(key: int) -> str:
    return reverse("desk:standing-org", args=[key])


# -- the standing ----------------------------------------------------------------------------


def test_a_county_officer_sees_the_townships_and_opens_one(cast, world):
    page = seen(cast.county_officer)
    assert "昭阳区 · 2026年7月" in page.findtext(".//h1")
    (town,) = rows(page)
    assert town[:3] == ["靖安镇", "10", "90.00"]
    assert town[4:] == ["86.00", "95.00", "1", "1"]
    (link,) = page.xpath("//main//table//th/a/@href")
    assert f"place={TOWNSHIP}" in link
    lines = rows(seen(cast.county_officer, STANDING + link))
    assert len(lines) == 10
    assert lines[0][0] == "1/10"
    assert lines[-1][0] == "10/10"


def test_months_can_be_switched_and_ranks_move(cast, world):
    july = rows(seen(cast.township_officer))
    june = rows(seen(cast.township_officer, period="2026-06"))
    assert [line[1] for line in july] != [line[1] for line in june]
    assert {line[3] for line in july[1:-1]} == {"↑1", "↓7"}
    assert july[0][3] == july[-1][3] == "持平"
    may = rows(seen(cast.township_officer, period="2026-05"))
    assert {line[3] for line in may} == {"新"}


def test_the_rules_are_told_in_words(cast, world):
    text = seen(cast.township_officer).text_content()
    assert (
        "和同一乡镇（街道）、领域的组织比。一组不足 8 个时，依次放宽到县（市、区）、市（州）。"
        in text
    )
    assert "仍然相同的并列，不抽签、不看先后。" in text
    assert "后进：每组末 5%" in text
    assert "连续 3 个月排本乡镇（街道）后 3 位" in text
    assert "得分须低于 85.00" in text


def test_laggards_and_advanced_have_lists_of_their_own(cast, world):
    laggards = rows(seen(cast.county_officer, mark="laggard"))
    assert [(line[1], line[-1]) for line in laggards] == [("第10村党支部", "后进")]
    advanced = rows(seen(cast.county_officer, mark="advanced"))
    assert [(line[1], line[-1]) for line in advanced] == [("第1村党支部", "先进")]


def test_looking_at_one_mark_leaves_the_counts_and_the_distribution_whole(cast, world):
    page = seen(cast.county_officer, mark="laggard")
    tabs = [
        " ".join(t.text_content().split()) for t in page.xpath("//nav[@aria-label='看什么']//a")
    ]
    assert tabs == ["各地", "全部组织 10", "后进 1", "先进 1"]
    assert "10 个组织" in page.xpath("string(//aside)")


def test_the_counts_of_marks_keep_to_the_sector(cast, world):
    text = seen(cast.township_officer, sector="2", mark="laggard").text_content()
    assert "这一期没有被认定的组织" in text
    tabs = [" ".join(t.split()) for t in seen(cast.township_officer, sector="2").xpath(
        "//nav[@aria-label='看什么']//a//text()[normalize-space()]")]  # fmt: skip
    assert tabs == ["全部组织", "0", "后进", "0", "先进", "0"]


def test_who_is_compared_in_a_wider_group_sees_all_of_that_group(cast, world):
    """Of its peers most are ranked in townships of their own; one lies in a county not published yet."""
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, revision_id=world.revision.id)
        for n, code in enumerate(VILLAGES[:9], 1):
            st.score(run, code, f"支部{n}", n, 9)
        small = {"wider": True, "group_by": "prefecture sector", "group_key": f"{PREFECTURE}/1"}
        st.score(run, VILLAGE, "第10村党支部", 6, 11, total=9050, **small)
        other = st.run(st.AUGUST, OTHER_COUNTY, state=Run.State.READY)
        st.score(other, OTHER_COUNTY + "100201", "邻县党支部", 1, 1, total=9400)
        st.score(other, OTHER_COUNTY + "100202", "邻县机关", 1, 1, total=9600, sector=3)
        actor = cast.branch_secretary.actor
    with scoped(actor):
        found = organisation.read(actor, world.last, period=st.AUGUST).peers
    told = [(line.score.rank, line.score.name, line.score.total) for line in found]
    assert len(told) == 11, "nine of the township, one of the next county's sector, and itself"
    assert told[:2] == [(1, "支部1", 9500), (None, "支部2", 9400)] or told[0] == (1, "支部1", 9500)
    assert (6, "第10村党支部", 9050) in told
    shared = [(rank, name) for rank, name, total in told if total == 9400]
    assert sorted(shared, key=str) == [(None, ""), (None, "支部2")], (
        "not published: no name; a tie: no place"
    )


def test_a_replaced_result_names_nobody_any_more(cast, world):
    """The laggard of July is not one in the result that replaced it; its open follow-up says so."""
    with scoped(st.SYSTEM):
        july = world.runs[JULY]
        marked = Mark.objects.get(run_id=july.id, kind="laggard")
        st.follow(july, marked)
        Run.objects.filter(id=july.id).update(state=Run.State.SUPERSEDED)
        anew = st.run(JULY, names=july.id, revision_id=world.revision.id)
        st.score(anew, VILLAGE, "第10村党支部", 3, 10)
    actor = cast.branch_secretary.actor
    with scoped(actor):
        page = organisation.read(actor, world.last)
        assert page.run.id == anew.id
        assert [mark.period_start for mark in page.marked if mark.kind == "laggard"] == [JUNE, MAY]
        assert [one.stands for one in page.follows] == [False]
    text = seen(cast.branch_secretary, org_page(world.last)).text_content()
    assert "重算并公布后已不在其列" in text


def test_above_a_county_counties_are_summed_up_and_nobody_else_s_are_seen(cast, world):
    with scoped(st.SYSTEM):
        other = st.run(JULY, OTHER_COUNTY)
        st.score(other, OTHER_COUNTY + "100201", "邻县党支部", 1, 1)
    page = seen(cast.county_officer, place=PREFECTURE)
    assert [line[0] for line in rows(page)] == ["昭阳区"]
    assert "邻县" not in page.text_content()
    assert [line[0] for line in rows(seen(cast.outsider))] == [f"{OTHER_COUNTY}100"]


def test_a_sector_narrows(cast, world):
    assert len(rows(seen(cast.township_officer, sector="1"))) == 10
    assert not rows(seen(cast.township_officer, sector="2"))
    assert len(rows(seen(cast.township_officer, sector="'; drop"))) == 10


def test_a_small_group_and_a_tie_are_told(cast, world):
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, state=Run.State.READY, revision_id=world.revision.id)
        for code in VILLAGES[:3]:
            st.score(run, code, f"支部{code[-3:]}", 1, 12, tied=3, total=9000, wider=True,
                     group_by="county+sector", group_key="county:1")  # fmt: skip
    text = seen(cast.township_officer).text_content()
    assert "昭阳区 · 农村，12 个组织（本地不足 8 个，已放宽）" in text
    assert "单独排名不公平" in text
    assert "这一组共 12 个组织，这里只列本地的。" in text
    assert "有 3 个组织得分和比较项都相同，名次并列。" in text
    assert "这一期还没有公布" in text
    assert rows(seen(cast.township_officer))[0][0] == "1/12 并列"


def test_who_was_ranked_in_another_group_is_not_compared(cast, world):
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, revision_id=world.revision.id)
        st.score(run, VILLAGE, "第10村党支部", 1, 12, group_key="elsewhere")
    assert rows(seen(cast.township_officer))[0][3] == "换组"


def test_what_was_computed_anew_waits_beside_what_was_published(cast, world):
    with scoped(st.SYSTEM):
        anew = st.run(JULY, state=Run.State.READY, reason="appeal", names=world.runs[JULY].id,
                      revision_id=world.revision.id)  # fmt: skip
        st.score(anew, VILLAGE, "第10村党支部", 1, 10)
    page = seen(cast.township_officer)
    assert "有重算的结果还没有公布" in page.text_content()
    assert len(rows(page)) == 10


def test_nothing_computed_says_so(cast, db):
    assert "还没有算出过排名" in seen(cast.county_officer).text_content()


def test_the_number_of_queries_does_not_grow_with_the_list(
    cast, world, django_assert_max_num_queries
):
    client = cast.township_officer.client
    client.get(STANDING)
    with django_assert_max_num_queries(34):
        client.get(STANDING)


@pytest.mark.parametrize("query", ["page=9", "page=-1", "page=x", "period=2026-13", "programme=no"])
def test_odd_addresses_do_no_harm(cast, world, query):
    assert cast.township_officer.client.get(f"{STANDING}?{query}").status_code == 200


# -- an organisation -------------------------------------------------------------------------


def test_an_organisation_s_page_tells_where_its_score_comes_from(cast, world):
    page = seen(cast.branch_secretary, org_page(world.last))
    text = " ".join(page.text_content().split())
    assert "第10村党支部" in page.findtext(".//h1")
    assert "按规则认定为后进" in text
    assert "在靖安镇 · 农村，10 个组织中排第 10，得分 86.00" in text
    assert "本组按比例认定 1 个" in text
    assert (
        "连续 3 个月在规则划定的位次内：5月倒数第 1（10 个）、6月倒数第 1（10 个）、7月倒数第 1（10 个）"
        in text
    )
    assert "37 ÷ 50 = 74.00%" in text
    assert "2,880 分钟" in text
    assert text.count("没有数据，不计") >= 2
    assert "看组织是否健全有力" in text
    assert "权重 14" in text


def test_peers_have_names_once_it_is_published(cast, world):
    text = seen(cast.branch_secretary, org_page(world.last)).text_content()
    assert "第1村党支部" in text
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, state=Run.State.READY, revision_id=world.revision.id)
        st.score(run, VILLAGE, "第10村党支部", 2, 2)
        st.score(run, VILLAGES[0], "第1村党支部", 1, 2)
    text = seen(cast.branch_secretary, org_page(world.last)).text_content()
    assert "公布以前不显示其他组织的名字" in text
    assert "第1村党支部" not in text
    assert "本组织 94.00" in text


def test_another_place_s_organisation_does_not_exist(cast, world):
    assert cast.outsider.client.get(org_page(world.last)).status_code == 404
    elsewhere = org_page(org_key(VILLAGES[0], 1))
    assert cast.branch_secretary.client.get(elsewhere).status_code == 404
    assert cast.grid_worker.client.get(org_page(world.last)).status_code == 403


def test_history_tells_of_moves_and_new_names(cast, world):
    old = f"{OTHER_COUNTY}103203"
    plant(old)
    key = org_key(VILLAGE, 7)
    with scoped(st.SYSTEM):
        for month, county, code, name in (
            (MAY, OTHER_COUNTY, old, "沙坝村党支部"), (JULY, COUNTY, VILLAGE, "新并村党支部"),
        ):  # fmt: skip
            run = world.runs[month] if county == COUNTY else st.run(month, county)
            st.score(run, code, name, 1, 10, key=key)
    text = seen(cast.branch_secretary, org_page(key)).text_content()
    assert "原名沙坝村党支部；划入昭阳区靖安镇大耆老村，此前的成绩留在原处" in text


def test_what_followed_is_shown_before_its_case_is_opened(cast, world):
    with scoped(st.SYSTEM):
        marked = Mark.objects.get(run_id=world.runs[JULY].id, kind="laggard")
        st.follow(world.runs[JULY], marked)
    assert "等待开出" in seen(cast.branch_secretary, org_page(world.last)).text_content()


def test_a_past_month_has_its_own_page(cast, world):
    page = seen(cast.branch_secretary, org_page(world.last), period="2026-05")
    assert "2026年5月" in page.text_content()
    assert cast.branch_secretary.client.get(
        org_page(world.last), {"period": "2025-01"}
    ).status_code == 404  # fmt: skip


# -- files -----------------------------------------------------------------------------------


def text_of_docx(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return re.sub(r"<[^>]+>", " ", archive.read("word/document.xml").decode())


@pytest.mark.parametrize("path", [STANDING, "org"])
def test_word_and_excel_of_each_page_name_who_took_them(cast, world, path):
    member = cast.branch_secretary
    path = org_page(world.last) if path == "org" else path
    word = member.client.get(path, {"as": "docx"})
    assert "filename" in word["Content-Disposition"]
    assert "第10村党支部" in text_of_docx(word.content)
    with zipfile.ZipFile(io.BytesIO(word.content)) as archive:
        assert "李春禾" in archive.read("word/footer-odd.xml").decode()
    sheet = member.client.get(path, {"as": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as archive:
        inside = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "李春禾" in inside
    assert "第10村党支部" in inside or "事项解决率" in inside
    assert JournalEntry.objects.filter(action="assess.export").count() == 2


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_file_of_a_demonstration_says_so_wherever_it_goes(cast, world, settings, kind):
    member = cast.branch_secretary
    for demo in (False, True):
        settings.ZHIJIN_DEMO = demo
        answer = member.client.get(org_page(world.last), {"as": kind})
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            inside = "".join(
                archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml")
            )
        assert ("演示数据，不是真实情况" in inside) is demo


def test_a_name_cannot_become_a_formula(cast, world):
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, revision_id=world.revision.id)
        st.score(run, VILLAGE, "=HYPERLINK(1)", 1, 1)
    sheet = cast.branch_secretary.client.get(STANDING, {"as": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as archive:
        inside = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in inside
    assert "'=HYPERLINK(1)" in inside


# -- the reads -------------------------------------------------------------------------------


def test_the_published_run_stands_before_a_ready_one(world):
    with scoped(st.SYSTEM):
        anew = st.run(JULY, state=Run.State.READY, names=world.runs[JULY].id)
        assert [r.id for r in reading.standing_runs("double-drive", JULY, COUNTY)] == [
            world.runs[JULY].id
        ]
        assert [r.id for r in reading.beside([world.runs[JULY]])] == [anew.id]
        assert reading.periods("double-drive", VILLAGE) == [JULY, JUNE, MAY]
        assert reading.before("double-drive", JULY, VILLAGE) == JUNE
        assert reading.before("double-drive", MAY, VILLAGE) is None


def test_every_read_keeps_to_the_scope(cast, world):
    actor = cast.branch_secretary.actor
    with scoped(actor):
        runs = reading.standing_runs("double-drive", JULY, COUNTY)
        wanted = Wanted("double-drive", JULY, COUNTY)
        assert reading.scores(actor, runs, wanted).count() == 1
        found = read(actor, wanted)
        assert found is not None
        assert found.totals == [8600]
        assert found.counts == {"laggard": 1, "advanced": 0}
        page = organisation.read(actor, world.last)
        assert len(page.peers) == 10
    outside = cast.outsider.actor
    with scoped(outside):
        assert not list(Score.objects.all())


def test_a_programme_whose_file_is_gone_is_told_by_its_ids(world):
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST)
        described = about(run)
    assert described.programme is None
    assert described.title_of("solved") == "solved"
    assert described.of_dimension("activity") == ()
    assert words.ties(described) == ""


def test_titles_are_in_the_reader_s_language(cast, world):
    client = cast.branch_secretary.client
    text = client.get(org_page(world.last), {"lang": "en"}, follow=True).content.decode()
    assert "Cases solved" in text
    assert 'Rank 10 in <bdi lang="zh-Hans">靖安镇</bdi>' in text
