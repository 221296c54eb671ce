"""Finding tables in sheets as people send them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.assessment.enter_once.sheets import big, columns, plain
from zhijin.assessment.enter_once.layout import Heading, Sheet, Table, analyse, clean
from zhijin.core.sheets.original import open_original

KNOWN = {"东门村", "南门村", "西门村", "永乐村", "坪寨村", "卫城镇", "王庄乡", "小坡村"}


def known(text: str) -> bool:
    return text in KNOWN or text.endswith("月") or (text.isdigit() and len(text) in {9, 12})


def read(body: bytes) -> Sheet:
    original = open_original(body, "表.xlsx")
    return analyse(original.grid(original.sheets[0]), known)


def only(body: bytes) -> Table:
    (table,) = read(body).tables
    return table


def paths(table: Table) -> list[tuple[str, ...]]:
    return [heading.path for heading in table.headings]


HEAD: list[Any] = ["村", "户数", "人口", "党员"]
GAP: list[Any] = [None, None, None]


def test_two_header_rows_with_merged_cells_are_joined() -> None:
    original = open_original(big(), "表.xlsx")
    sheet = analyse(original.grid(original.sheets[0]), lambda t: t.endswith(("村", "镇")))
    (table,) = sheet.tables
    assert table.kind == "rows"
    assert table.key == 3
    assert paths(table)[2:] == [tuple(clean(word) for word in path) for path in columns()]
    assert paths(table)[:2] == [("序号",), ("乡镇",)]
    assert len(table.rows) == 25
    assert table.rows[0] == 5
    assert "2026年7月基层治理工作情况统计表" in sheet.titles


def test_three_header_rows_and_the_columns_numbers() -> None:
    rows = [
        ["统计表", "", "", ""],
        ["村", "人口", "", ""],
        ["", "总数", "其中", ""],
        ["", "", "男", "女"],
        ["甲", 1, 2, 3],
        ["东门村", *GAP],
        ["南门村", *GAP],
    ]
    body = plain(rows, merges=["A1:D1", "A2:A4", "B2:D2", "B3:B4", "C3:D3"])
    table = only(body)
    assert paths(table) == [("人口", "总数"), ("人口", "其中", "男"), ("人口", "其中", "女")]
    assert table.rows == [6, 7]


def test_groups_that_are_not_merged_reach_to_the_next() -> None:
    rows = [
        ["村", "人口", "", "党员", ""],
        ["", "男", "女", "男", "女"],
        ["东门村", None, None, None, None],
        ["南门村", None, None, None, None],
    ]
    assert paths(only(plain(rows))) == [
        ("人口", "男"), ("人口", "女"), ("党员", "男"), ("党员", "女"),
    ]  # fmt: skip


def test_totals_notes_blanks_and_hidden_rows_are_left_alone() -> None:
    rows = [
        HEAD,
        ["全市合计", *GAP],
        ["东门村", *GAP],
        ["", "", "", ""],
        ["南门村", *GAP],
        ["西门村", *GAP],
        ["小计", "=SUM(B3:B6)", None, None],
        ["注：只填整数", "", "", ""],
        ["填表人：", "", "", ""],
    ]
    body = plain(rows, change=lambda _b, sheet: sheet.set_row(5, None, None, {"hidden": True}))
    table = only(body)
    assert table.rows == [3, 5]
    assert table.skipped == {2: "total", 4: "blank", 6: "hidden", 7: "total"}


def test_a_header_repeated_for_printing_is_no_row() -> None:
    rows = [HEAD, ["东门村", *GAP], ["南门村", *GAP], HEAD, ["西门村", *GAP]]
    table = only(plain(rows))
    assert table.rows == [2, 3, 5]
    assert table.skipped == {4: "header"}


def test_another_header_below_begins_another_table() -> None:
    rows = [
        HEAD,
        ["东门村", *GAP],
        ["南门村", *GAP],
        ["", "", "", ""],
        ["单位", "上报", "办结", "在办"],
        ["西门村", *GAP],
        ["永乐村", *GAP],
    ]
    first, second = read(plain(rows)).tables
    assert (first.rows, second.rows) == ([2, 3], [6, 7])
    assert paths(second) == [("上报",), ("办结",), ("在办",)]


def test_two_tables_side_by_side() -> None:
    rows = [
        ["村", "户数", "", "村", "户数"],
        ["东门村", None, "", "西门村", None],
        ["南门村", None, "", "永乐村", None],
    ]
    first, second = read(plain(rows)).tables
    assert (first.key, second.key) == (1, 4)
    assert [h.column for h in first.headings] == [2]
    assert [h.column for h in second.headings] == [5]


def test_names_that_are_not_known_are_still_rows() -> None:
    rows = [HEAD, ["东门村", *GAP], ["新桥村", *GAP], ["南门村", *GAP], ["大寨村", *GAP]]
    table = only(plain(rows))
    assert table.rows == [2, 3, 4, 5]
    assert table.names[3] == ["新桥村"]


def test_the_first_row_may_be_unknown_too() -> None:
    rows = [["序号", "乡镇", *HEAD], [1, "卫城镇", "新桥村", *GAP], [2, "卫城镇", "东门村", *GAP],
            [3, "卫城镇", "南门村", *GAP]]  # fmt: skip
    table = only(plain(rows))
    assert table.rows == [2, 3, 4]
    assert table.names[2][:2] == ["新桥村", "卫城镇"]


def test_rows_may_be_months() -> None:
    rows = [["月份", "上报", "办结", "备注"], ["1月", *GAP], ["2月", *GAP]]
    assert only(plain(rows)).rows == [2, 3]


def test_one_row_for_the_office_itself() -> None:
    rows = [
        ["情况表", "", "", ""],
        ["党支部数", "党员数", "户数", "人口"],
        [None, None, None, None],
    ]
    table = only(plain(rows, merges=["A1:D1"]))
    assert (table.kind, table.rows) == ("single", [3])
    assert paths(table) == [("党支部数",), ("党员数",), ("户数",), ("人口",)]


def test_a_form_of_labels() -> None:
    rows = [
        ["基本情况", "", "", "", ""],
        ["组织", "党支部数：", None, "党员数：", None],
        ["", "党小组数", None, "备注", "已有的话"],
    ]
    table = only(plain(rows, merges=["A1:E1", "A2:A3"]))
    assert table.kind == "form"
    assert table.headings == [
        Heading(3, ("组织", "党支部数"), 2),
        Heading(5, ("党员数",), 2),
        Heading(3, ("组织", "党小组数"), 3),
    ]
    assert [row for row, _h in table.cells()] == [2, 2, 3]


@pytest.mark.parametrize(
    "rows", [[["只有一句话"]], [[1, 2, 3], [4, 5, 6]], [["东门村"]], [["村", "户数"]]]
)
def test_a_sheet_without_a_table(rows: list[list[Any]]) -> None:
    assert read(plain(rows)).tables == []


def test_merged_everywhere_finds_nothing_and_does_not_fail() -> None:
    rows = [["东门村", "x", "y", "z"], ["a", "b", "c", "d"], ["南门村", "e", "f", "g"]]
    body = plain(rows, merges=["A1:D1", "A2:B3", "C2:D3"])
    assert read(body).tables == []


_TEXTS = st.sampled_from(
    ["东门村", "南门村", "户数", "合计", "1", "", "注：", "卫城镇", "甲", None, 5]
)


@given(st.lists(st.lists(_TEXTS, min_size=1, max_size=6), min_size=1, max_size=8))
@settings(max_examples=60)
def test_whatever_is_in_it_every_cell_is_asked_once(rows: list[list[Any]]) -> None:
    sheet = read(plain([["x"], *rows]))
    for table in sheet.tables:
        cells = [(row, heading.column) for row, heading in table.cells()]
        assert len(cells) == len(set(cells))
        assert not set(table.rows) & set(table.skipped)
