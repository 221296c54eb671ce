"""An office's own workbook given back: filled where it was asked, and otherwise as it came."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from python_calamine import CalamineWorkbook

from tests.core.xls_maker import workbook as xls_workbook
from zhijin.core.errors import Refusal
from zhijin.core.sheets import original
from zhijin.core.sheets.limits import Limits
from zhijin.core.sheets.original import Fill, address, markup
from zhijin.core.sheets.original.grid import position

Draw = Callable[[xlsxwriter.Workbook, Any], None]


def book(draw: Draw, *more: tuple[str, Draw]) -> bytes:
    """A workbook whose first sheet ``draw`` fills; ``more`` are named sheets after it."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    for name, fill in (("统计表", draw), *more):
        fill(made, made.add_worksheet(name))
    made.close()
    return target.getvalue()


def table(made: xlsxwriter.Workbook, sheet: Any) -> None:
    """Two header rows with merged cells, a formula, a percentage, a note at the foot."""
    edge = made.add_format({"border": 1})
    percent = made.add_format({"border": 1, "num_format": "0.00%", "locked": False})
    sheet.merge_range("A1:D1", "基层治理情况统计表", made.add_format({"bold": True}))
    sheet.merge_range("A2:A3", "村", edge)
    sheet.merge_range("B2:C2", "党员（名）", edge)
    sheet.write("B3", "总数", edge)
    sheet.write("C3", "女", edge)
    sheet.merge_range("D2:D3", "解决率", edge)
    for row, name in enumerate(("大耆老村", "碧凹村"), 3):
        sheet.write(row, 0, name, edge)
        sheet.write_blank(row, 1, None, edge)
        sheet.write_blank(row, 3, None, percent)
    sheet.write(5, 0, "合计", edge)
    sheet.write_formula(5, 1, "=SUM(B4:B5)", edge, 0)
    sheet.write(6, 0, "注：截至月末")
    sheet.set_column(0, 0, 22)
    sheet.set_row(4, None, None, {"hidden": True})


def opened(body: bytes, name: str = "统计表.xlsx", **more: Any) -> original.Original:
    return original.open_original(body, name, **more)


def refused(body: bytes, name: str = "统计表.xlsx", **more: Any) -> str:
    with pytest.raises(Refusal) as caught:
        read_all(body, name, **more)
    return caught.value.id


def read_all(body: bytes, name: str, **more: Any) -> None:
    found = opened(body, name, **more)
    for sheet in found.sheets:
        found.grid(sheet)


def filled(body: bytes, fills: list[Fill], **more: Any) -> bytes:
    found = opened(body)
    return original.give_back(found, {found.sheets[0].part: fills}, **more)


def members(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def repacked(body: bytes, **changes: bytes | Callable[[bytes], bytes]) -> bytes:
    """The archive with parts changed (named by their last word without ending)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members(body).items():
            new = changes.get(name.rsplit("/", 1)[-1].split(".")[0], data)
            packed.writestr(name, new(data) if callable(new) else new)
    return target.getvalue()


def shown(body: bytes, sheet: str = "统计表") -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name(sheet).to_python()


# -- reading -----------------------------------------------------------------------------------


def test_a_sheet_is_read_with_its_merges_formulas_and_hidden_rows() -> None:
    found = opened(book(table))
    (sheet,) = found.sheets
    grid = found.grid(sheet)
    assert (sheet.name, sheet.visible, grid.height, grid.width) == ("统计表", True, 7, 4)
    assert grid.text(2, 3) == grid.text(2, 2) == "党员（名）"
    assert grid.text(3, 1) == "村"
    assert not grid.is_anchor(3, 1)
    assert grid.is_anchor(2, 1)
    assert grid.hidden_rows == {5}
    total = grid.cell(6, 2)
    assert total is not None
    assert total.formula
    assert total.text == "0"
    percent = grid.cell(4, 4)
    assert percent is not None
    assert found.style(percent.style) == original.package.Style(percent=True, locked=False)
    assert found.style(0).locked
    assert not found.style(10_000).percent


@given(st.integers(1, 1_000_000), st.integers(1, 16_384))
def test_an_address_reads_back(row: int, column: int) -> None:
    assert position(address(row, column)) == (row, column)


def test_hidden_sheets_are_told_apart() -> None:
    found = opened(book(table, ("代码", lambda _book, sheet: sheet.hide())))
    assert [(sheet.name, sheet.visible) for sheet in found.sheets] == [
        ("统计表", True),
        ("代码", False),
    ]


# -- giving back -------------------------------------------------------------------------------


def test_only_what_was_asked_changes() -> None:
    before = book(table)
    after = filled(before, [Fill(4, 2, 37), Fill(5, 3, 12), Fill(4, 4, 0.9512)])
    assert shown(after)[3] == ["大耆老村", 37.0, "", 0.9512]
    assert shown(after)[4][2] == 12.0
    old, new = members(before), members(after)
    assert set(old) == set(new)
    assert {name for name in old if old[name] != new[name]} == {"xl/worksheets/sheet1.xml"}
    part = "xl/worksheets/sheet1.xml"
    undone = new[part].replace(b'<c r="C5"><v>12</v></c>', b"")
    undone = re.sub(rb'(<c r="(?:B4|D4)" s="\d+")><v>[0-9.]+</v></c>', rb"\1/>", undone)
    assert undone == old[part]


@pytest.mark.parametrize("calc", [b"<calcPr/>", b'<calcPr calcId="1"/>', b""])
def test_formulas_are_computed_anew(calc: bytes) -> None:
    body = repacked(book(table), workbook=lambda d: re.sub(rb"<calcPr[^>]*/>", calc, d))
    after = members(filled(body, [Fill(4, 2, 37)]))["xl/workbook.xml"]
    assert after.count(b'fullCalcOnLoad="1"') == 1
    etree.fromstring(after)


def test_formulas_covered_cells_and_missing_rows_are_never_written() -> None:
    body = book(table)
    for fill in (Fill(6, 2, 99), Fill(3, 1, "x"), Fill(2, 3, "x"), Fill(99, 1, 5)):
        assert shown(filled(body, [fill])) == shown(body)


def test_text_can_never_become_a_formula() -> None:
    after = filled(book(table), [Fill(4, 2, '=HYPERLINK("http://x","y")'), Fill(5, 2, "@SUM(A1)")])
    grid = opened(after).grid(opened(after).sheets[0])
    cell = grid.cell(4, 2)
    assert cell is not None
    assert not cell.formula
    assert cell.text.startswith("'=HYPERLINK")
    assert b"<f>" not in members(after)["xl/worksheets/sheet1.xml"].split(b'r="B4"')[1][:200]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
@settings(max_examples=60)
def test_any_text_comes_back(text: str) -> None:
    after = filled(_PLAIN, [Fill(1, 1, text)])
    etree.fromstring(members(after)["xl/worksheets/sheet1.xml"])


_PLAIN = book(lambda _book, sheet: sheet.write(0, 0, "x"))


def test_notes_and_sources_come_with_it() -> None:
    after = filled(
        book(table),
        [Fill(4, 2, 37, "党员数\n来源：居民名册"), Fill(5, 2, 12, "<&>")],
        sources=[["单元格", "来源"], ["B4", "=cmd()"], ["B5", 12]],
        author="织锦",
    )
    assert shown(after, "来源") == [["单元格", "来源"], ["B4", "'=cmd()"], ["B5", 12.0]]
    parts = members(after)
    for name, data in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            etree.fromstring(data)
    assert parts["xl/comments1.xml"].count(b"<comment ") == 2
    assert parts["xl/drawings/vmlDrawing1.vml"].count(b"<v:shape ") == 2
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert sheet.index(b"<legacyDrawing") > sheet.index(b"<pageMargins")
    assert b'Extension="vml"' in parts["[Content_Types].xml"]


def test_notes_that_were_there_stay() -> None:
    def noted(made: xlsxwriter.Workbook, sheet: Any) -> None:
        table(made, sheet)
        sheet.write_comment("A4", "原有批注")
        sheet.write_comment("B4", "不要改")

    before = book(noted)
    after = members(filled(before, [Fill(4, 2, 37, "新的"), Fill(5, 2, 1, "新的")], author="织锦"))
    comments = after["xl/comments1.xml"].decode()
    assert comments.count("<comment ") == 3
    assert "不要改" in comments
    assert comments.count("<author>") == 2
    assert after["xl/drawings/vmlDrawing1.vml"].count(b"<v:shape ") == 3
    assert after["xl/worksheets/sheet1.xml"].count(b"<legacyDrawing") == 1


def test_a_second_sheet_of_sources_gets_another_name() -> None:
    once = filled(book(table), [Fill(4, 2, 37)], sources=[["a"]])
    twice = filled(once, [Fill(5, 2, 3)], sources=[["b"]])
    assert [sheet.name for sheet in opened(twice).sheets] == ["统计表", "来源", "来源2"]


def test_other_programs_prefixes_are_kept() -> None:
    def prefixed(data: bytes) -> bytes:
        text = re.sub(rb"<(/?)([A-Za-z]+)", rb"<\1x:\2", data)
        return text.replace(b"<?x:xml", b"<?xml").replace(b"xmlns=", b"xmlns:x=")

    body = repacked(book(table), sheet1=prefixed, workbook=prefixed)
    after = filled(body, [Fill(4, 2, 37, "注")], sources=[["a"]])
    assert b'<x:c r="B4" s="' in members(after)["xl/worksheets/sheet1.xml"]
    assert opened(after).grid(opened(after).sheets[0]).text(4, 2) == "37"
    assert [sheet.name for sheet in opened(after).sheets] == ["统计表", "来源"]


# -- what is refused ---------------------------------------------------------------------------


def test_other_kinds_of_file_are_refused_with_what_to_do() -> None:
    assert refused(xls_workbook("表", [["a", 1.0]]), "表.xls") == "SH010"
    assert refused("村,党员\n".encode(), "表.csv") == "SH010"
    assert refused(book(table), "表.xls") == "SH010"
    assert refused(b"", "表.xlsx") == "SH007"
    assert refused(b"%PDF-1.7", "表.xlsx") == "SH002"
    assert refused(book(table)[:900]) == "SH009"
    assert refused(book(table), limits=Limits(bytes=100)) == "SH001"
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert refused(locked) == "SH006"


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("part", ["sheet1", "sharedStrings", "workbook", "styles"])
def test_entities_are_refused_in_every_part(head: bytes, part: str) -> None:
    def poisoned(data: bytes) -> bytes:
        declaration, _end, rest = data.partition(b"?>")
        return declaration + b"?>" + head + rest

    assert refused(repacked(book(table), **{part: poisoned})) == "SH009"


def test_a_bomb_is_refused_unopened() -> None:
    bomb = repacked(book(table), sheet1=lambda data: data + b" " * 70_000_000)
    assert refused(bomb) == "SH004"


def test_a_hundred_thousand_rows_are_refused() -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (i, i) for i in range(1, 100_001))
    body = repacked(
        book(table), sheet1=lambda d: d.split(b"<sheetData>")[0] + b"<sheetData>" + rows
        + b"</sheetData></worksheet>",
    )  # fmt: skip
    assert refused(body) == "SH005"


def test_rows_without_numbers_cannot_smuggle_more_in() -> None:
    body = repacked(
        book(table), sheet1=lambda d: d.split(b"<sheetData>")[0] + b"<sheetData>"
        + b"<row/>" * 100_000 + b"</sheetData></worksheet>",
    )  # fmt: skip
    assert refused(body) == "SH005"


def test_blocks_merged_over_one_another_are_refused() -> None:
    blocks = b'<mergeCell ref="A1:D7"/>' * 24_000 + b'<mergeCell ref="A1:XFD1048576"/>' * 900
    many = repacked(
        book(table), sheet1=lambda d: d.replace(b"</mergeCells>", blocks * 2 + b"</mergeCells>")
    )
    assert refused(many) in {"SH004", "SH005"}
    few = repacked(
        book(table), sheet1=lambda d: d.replace(b"</mergeCells>", blocks[:48] + b"</mergeCells>")
    )
    assert opened(few).grid(opened(few).sheets[0]).text(4, 1)


@pytest.mark.parametrize(
    "cell", [b'<c r="A9"><v>1</v></c>', b'<c r="??"><v>1</v></c>', b'<c r="A1"/><c r="A1"/>']
)
def test_cells_out_of_their_place_are_refused(cell: bytes) -> None:
    body = repacked(
        book(table), sheet1=lambda d: d.split(b"<sheetData>")[0] + b'<sheetData><row r="1">'
        + cell + b"</row></sheetData></worksheet>",
    )  # fmt: skip
    assert refused(body) == "SH009"


def test_a_part_that_is_no_utf8_is_refused() -> None:
    assert refused(repacked(book(table), sheet1=lambda d: d.decode().encode("utf-16"))) == "SH009"


def test_markup_says_where_an_element_stands() -> None:
    data = '<a><b c="1"/><b>文</b></a>'.encode()
    first, second = markup.elements(data, ["b"])
    assert data[first.start : first.end] == b'<b c="1"/>'
    assert (first.is_empty, second.is_empty, second.text) == (True, False, "文")
    assert markup.appended(data, first, "x") == '<a><b c="1">x</b><b>文</b></a>'.encode()
    assert markup.appended(data, second, "x") == '<a><b c="1"/><b>文x</b></a>'.encode()
    assert markup.escape('<&">\0\ud800') == "&lt;&amp;&quot;&gt;  "
