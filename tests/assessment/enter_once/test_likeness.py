"""Headers as offices write them find their measure; what is not ours is not suggested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.assessment.enter_once import catalogue
from zhijin.assessment.enter_once.layout import clean
from zhijin.assessment.enter_once.likeness import (
    LEAST,
    SURE,
    Candidate,
    alike,
    read,
    suggest,
)
from zhijin.assessment.enter_once.reading import PERSONAL, fingerprint_of, header_key


@pytest.mark.parametrize(
    ("header", "measure"),
    [
        ("党员总数（名）", "org.members"),
        ("党员（名）|总数", "org.members"),
        ("党员（名）|其中：女党员", "person.women_members"),
        ("党员|女", "person.women_members"),
        ("一、人口情况|总人口（人）", "person.all"),
        ("人口|65周岁以上老年人", "person.elders"),
        ("户籍户数\n（户）", "household.all"),
        ("基层党组织|党支部（个）", "org.branches"),
        ("应换届党组织数", "org.due"),
        ("逾期未换届", "org.overdue"),
        ("两新组织|党组织覆盖率（%）", "org.coverage"),
        ("网格员|应配数（名）", "post.grid_worker.seats"),
        ("网格员|在岗数", "post.grid_worker.held"),
        ("专职网格员空缺", "post.grid_worker.vacant"),
        ("联户长（名）", "post.neighbour_leader.held"),
        ("事项|受理数（件）", "case.opened"),
        ("事项|办结数（件）", "case.closed"),
        ("群众诉求|解决率", "case.resolution"),
        ("群众满意率（%）", "case.satisfaction"),
        ("按时响应率", "case.response"),
        ("超期未办结（件）", "case.overdue"),
        ("农民专业合作社（个）", "org.cooperatives"),
        ("村民小组（个）", "place.groups"),
        ("党支部书记|姓名", "org.secretary"),
        ("区划代码", "place.code"),
    ],
)
def test_a_header_finds_its_measure(header: str, measure: str) -> None:
    best = suggest(header.split("|"), catalogue.candidates(""))[0]
    assert best.id == measure
    assert best.percent >= 62


@pytest.mark.parametrize(
    "header",
    [
        "集体经济收入（万元）",
        "耕地面积（亩）",
        "厕所改造（座）",
        "拨付资金（万元）",
        "森林覆盖率（%）",
    ],
)
def test_what_is_not_on_record_is_never_sure(header: str) -> None:
    found = suggest([header], catalogue.candidates(""))
    assert not found or found[0].percent < SURE


@pytest.mark.parametrize(
    "header", ["联系电话", "书记手机", "身份证号码", "银行卡号", "家庭住址", "出生年月"]
)
def test_personal_columns_are_known(header: str) -> None:
    assert PERSONAL.search(header)


def test_what_was_chosen_before_comes_first() -> None:
    first, *_rest = suggest(["奇怪的列名"], catalogue.candidates(""), "case.opened")
    assert (first.id, first.percent, first.reason) == ("case.opened", 100, "remembered")


def test_a_header_is_taken_apart() -> None:
    words = read(("二、事项办理（件）", "1-7月累计受理"))
    assert (words.leaf, words.unit, words.period) == ("17月累计受理", "count", "1-7月")
    assert read(("收入（万元）",)).scale == 10_000
    assert read(("解决率",)).unit == "percent"
    assert read(("（1）户数",)).leaf == "户数"
    assert read(("人口（万人）",)).scale == 10_000


def test_units_that_disagree_take_weight_away() -> None:
    rate = Candidate("r", "解决率", ("解决率",), "percent")
    count = Candidate("c", "解决数", ("解决数",), "count")
    assert suggest(["解决（%）"], [rate, count])[0].id == "r"
    assert suggest(["解决（件）"], [rate, count])[0].id == "c"


@given(st.text("党员户数率女网格事项", max_size=8), st.text("党员户数率女网格事项", max_size=8))
def test_likeness_is_even_handed(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other) <= 100
    assert not one or alike(one, one) == 100


@given(st.lists(st.text(max_size=12), min_size=1, max_size=3))
def test_no_header_breaks_it(path: list[str]) -> None:
    for one in suggest(path, catalogue.candidates("")):
        assert LEAST <= one.percent <= 100


def test_the_same_headers_have_the_same_fingerprint_whatever_the_month() -> None:
    def layout(head: str) -> dict[str, object]:
        return {"sheets": [{"tables": [{"headings": [[2, [head, "上报"], 0]]}]}]}

    assert fingerprint_of(layout("2026年7月")) == fingerprint_of(layout("2025年12月"))
    assert fingerprint_of(layout("7月")) != fingerprint_of(layout("事项"))
    assert header_key(("事项", "7月累计")) == header_key(("事项", "8月累计"))
    assert clean("　党 员\n（名）") == "党员(名)"
