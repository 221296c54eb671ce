"""Spreadsheets as people send them, as attackers send them, and as they come back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.xls_maker import workbook as xls_workbook
from zhijin.core import sheets
from zhijin.core.errors import CATALOGUE, Refusal, define
from zhijin.core.sheets import Column, Limits, Row, Watermark, convert
from zhijin.core.sheets.columns import BadCell

COLUMNS = (
    Column("name", "姓名", "Name", sheets.text(20), required=True, synonyms=("人员姓名",)),
    Column("phone", "电话", "Phone", sheets.phone, synonyms=("联系电话", "手机号码"), personal=True),
    Column("born", "出生日期", "Birth date", sheets.day()),
    Column(
        "kind", "类别", "Kind", sheets.choice({"党员": "member", "群众": "other"}),
        choices={"党员": "member", "群众": "other"},
    ),
)  # fmt: skip
NOT_HERE = define("TS901", 404, "没有这个人：{name}。", help="请核对。")
# Only this module knows it: the catalogue is what the platform itself refuses.
CATALOGUE.pop("TS901")


def xlsx(rows: Sequence[Sequence[Any]], *, before: Sequence[str] = ()) -> io.BytesIO:
    """A workbook with ``rows``, after empty or hidden sheets of the names in ``before``."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    for name in before:
        book.add_worksheet(name)
    sheet = book.add_worksheet("名册")
    sheet.activate()
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            sheet.write(y, x, value)
    book.close()
    target.seek(0)
    return target


def read(source: io.BytesIO, name: str = "名册.xlsx", limits: Limits | None = None) -> list[Any]:
    return list(sheets.read_sheet(source, name, limits or Limits()))


def refused(source: io.BytesIO, name: str, limits: Limits | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(source, name, limits)
    return caught.value


# -- reading -----------------------------------------------------------------------------------


def test_reads_the_first_filled_sheet_with_its_row_numbers() -> None:
    source = xlsx([["标题"], [], ["姓名", "年龄"], ["示例甲", 30]], before=["空"])
    assert read(source) == [(1, ["标题"]), (3, ["姓名", "年龄"]), (4, ["示例甲", 30.0])]


def test_a_formula_is_read_as_the_value_it_last_showed() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write_formula(0, 0, "=1+2", None, 3)
    sheet.write_formula(0, 1, '=HYPERLINK("x")', None, "链接")
    book.close()
    assert read(target) == [(1, [3.0, "链接"])]


def test_days_keep_their_kind() -> None:
    source = xlsx([[date(2024, 3, 5), datetime(2024, 3, 5, 8, 30)]])
    ((_number, cells),) = read(source)
    assert cells[0] == date(2024, 3, 5)


def test_reads_an_xls() -> None:
    source = io.BytesIO(xls_workbook("名册", [["姓名", "年龄"], ["示例乙", 41.0]]))
    assert read(source, "名册.xls") == [(1, ["姓名", "年龄"]), (2, ["示例乙", 41.0])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_reads_csv_as_chinese_programs_write_it(encoding: str, delimiter: str) -> None:
    text = f"姓名{delimiter}电话\r\n示例丙{delimiter}12900000001\r\n\r\n"
    source = io.BytesIO(text.encode(encoding))
    assert read(source, "a.csv") == [(1, ["姓名", "电话"]), (2, ["示例丙", "12900000001"])]


def test_stopping_early_leaves_no_process_behind() -> None:
    rows = sheets.read_sheet(xlsx([[i] for i in range(5000)]), "a.xlsx")
    assert next(rows) == (1, [0.0])
    rows.close()


# -- what is refused ---------------------------------------------------------------------------


def test_an_empty_file_is_refused() -> None:
    assert refused(io.BytesIO(), "a.xlsx").id == "SH007"
    assert refused(xlsx([]), "a.xlsx").id == "SH007"


def test_a_large_file_is_refused_unread() -> None:
    refusal = refused(io.BytesIO(b"x" * 3_000_000), "a.csv", Limits(bytes=2_000_000))
    assert (refusal.id, refusal.status) == ("SH001", 413)


@pytest.mark.parametrize(
    "body", [b"%PDF-1.7 ...", b"<html><table></table>", b"\x89PNG\r\n\x1a\n\0\0", b"\0\1\2\3"]
)
def test_other_files_named_xlsx_are_refused(body: bytes) -> None:
    assert refused(io.BytesIO(body), "a.xlsx").id == "SH002"


def test_text_named_xlsx_is_refused_with_what_it_is() -> None:
    refusal = refused(io.BytesIO("姓名,电话\n".encode()), "a.xlsx")
    assert refusal.id == "SH003"
    assert "CSV" in refusal.message


def test_a_workbook_named_pdf_is_refused() -> None:
    assert refused(xlsx([["a"]]), "a.pdf").id == "SH002"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refused(target, "a.xlsx").id == "SH002"


def test_a_zip_bomb_named_xlsx_is_refused_quickly() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)
    assert len(target.getvalue()) < 1_000_000
    assert refused(target, "bomb.xlsx").id == "SH004"


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<row r='1'/>" * 20_000_000)
    raw = target.getvalue()
    size = (240_000_000).to_bytes(4, "little")
    lied = io.BytesIO(raw.replace(size, (4096).to_bytes(4, "little")))
    assert refused(lied, "bomb.xlsx").id in {"SH004", "SH009"}


def test_one_cell_in_the_last_corner_is_refused_before_it_is_parsed() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    refusal = refused(target, "a.xlsx")
    assert refusal.id == "SH005"
    assert "1048576" in refusal.message


def test_one_cell_in_the_last_corner_of_an_xls_kills_only_its_own_process() -> None:
    body = bytearray(xls_workbook("a", [["x", "corner"]]))
    at = body.index("corner".encode("utf-16-le")) - 3 - 6
    body[at : at + 4] = (65535).to_bytes(2, "little") + (255).to_bytes(2, "little")
    assert refused(io.BytesIO(bytes(body)), "a.xls").id in {"SH005", "SH009"}


def test_an_archive_of_too_many_entries_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number}", "")
    assert refused(target, "a.xlsx").id == "SH004"


def test_a_cut_off_workbook_is_refused_as_damaged() -> None:
    body = xlsx([["姓名"]] * 200).getvalue()
    assert refused(io.BytesIO(body[: len(body) // 2]), "a.xlsx").id == "SH009"


def test_a_workbook_with_a_password_says_so() -> None:
    # An encrypted workbook is a compound file with an EncryptedPackage instead of a Workbook.
    body = xls_workbook("a", [["x"]]).replace(
        "Workbook".encode("utf-16-le"), "EncryptX".encode("utf-16-le")
    )
    assert refused(io.BytesIO(body), "a.xls").id in {"SH006", "SH009"}


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_at_all_break_the_reader(body: bytes) -> None:
    for head, name in ((b"", "a.csv"), (b"PK\x03\x04", "a.xlsx"), (b"\xd0\xcf\x11\xe0", "a.xls")):
        with suppress(Refusal):
            read(io.BytesIO(head + body), name)


# -- header and rows ---------------------------------------------------------------------------


def table(rows: Sequence[Sequence[Any]], columns: Sequence[Column] = COLUMNS) -> sheets.Table:
    return sheets.read_table(xlsx(rows), "名册.xlsx", columns)


def test_the_header_is_found_below_titles_under_other_names() -> None:
    found = table(
        [
            ["靖安镇村干部名册（模拟）"],
            ["填报时间：", "2026-01-01"],
            ["序号", " 人员姓名*", "手机号码（必填）", "备注"],
            [1, "示例甲", 12900000001, ""],
        ]
    )
    (row,) = found.rows()
    assert (found.header_row, found.unknown) == (3, ["序号", "备注"])
    assert row.number == 4
    assert row.values == {"name": "示例甲", "phone": "12900000001", "born": None, "kind": None}


def test_a_header_repeated_on_every_page_is_no_row() -> None:
    found = table([["姓名", "电话"], ["示例甲", ""], ["姓名", "电话"], ["示例乙", ""]])
    assert [row.values["name"] for row in found.rows()] == ["示例甲", "示例乙"]


def test_an_english_header_is_understood() -> None:
    (row,) = table([["NAME", "Birth date"], ["Demo A", "2001/2/3"]]).rows()
    assert row.values["born"] == date(2001, 2, 3)


def test_without_the_required_columns_it_says_which_are_missing() -> None:
    with pytest.raises(Refusal) as caught:
        table([["电话"], ["12900000001"]])
    assert caught.value.id == "SH008"
    assert "姓名" in caught.value.message


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    (row,) = table([["姓名", "电话", "出生日期", "类别"], ["", "12", "昨天", "干部"]]).rows()
    assert {(f.column, f.id) for f in row.findings} == {
        ("姓名", "SH101"),
        ("电话", "SH111"),
        ("出生日期", "SH106"),
        ("类别", "SH108"),
    }
    assert not row.ok
    assert all(f.message for f in row.findings)


@pytest.mark.parametrize(
    "raw",
    [
        "2024-03-05", "2024/3/5", "2024.3.5", "2024年3月5日", "20240305", 20240305.0, 45356.0,
        datetime(2024, 3, 5), date(2024, 3, 5), "２０２４－０３－０５", "2024-03-05 00:00:00",
    ],
)  # fmt: skip
def test_days_in_every_way_of_writing_them(raw: Any) -> None:
    assert sheets.day()(raw) == date(2024, 3, 5)


def test_a_month_without_its_day_means_the_first() -> None:
    assert sheets.day()("2025年3月") == sheets.day()("2025.3") == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("converter", "raw", "value"),
    [
        (sheets.integer(), "1,234 户", 1234),
        (sheets.integer(), 12.0, 12),
        (sheets.yes_no, "√", True),
        (sheets.yes_no, "无", False),
        (sheets.place_code, 530602105207.0, "530602105207"),
        (sheets.place_code, "530602105207001", "530602105207001"),
        (sheets.phone, 12900000001.0, "12900000001"),
        (sheets.text(10), 5.0, "5"),
        (sheets.text(10), "  甲　乙 ", "甲 乙"),
    ],
)
def test_converters(converter: Any, raw: Any, value: Any) -> None:
    assert converter(raw) == value


@pytest.mark.parametrize(
    ("converter", "raw", "number", "kept"),
    [
        (sheets.integer(), "十二", "SH104", None),
        (sheets.integer(0, 9), "12", "SH105", None),
        (sheets.text(2), "太长了", "SH102", None),
        (sheets.text(9), "a\x00b", "SH103", None),
        (sheets.place_code, "5306021", "SH109", None),
        (sheets.id_card, 110105194912310000.0, "SH112", None),
        (sheets.id_card, "110105194912310021", "SH113", "110105194912310021"),
        (sheets.id_card, "1101", "SH114", None),
        (sheets.credit_code, "91350100M000100Y44", "SH115", "91350100M000100Y44"),
        (sheets.phone, "11800138000", "SH110", "11800138000"),
    ],
)
def test_bad_cells(converter: Any, raw: Any, number: str, kept: Any) -> None:
    with pytest.raises(BadCell) as caught:
        converter(raw)
    assert (caught.value.id, caught.value.value) == (number, kept)
    assert caught.value.warning == (kept is not None)


def test_every_flaw_has_its_words() -> None:
    assert set(convert.FLAWS) == set(convert.Flaw)


# -- taking, answer file -----------------------------------------------------------------------

ROWS = [["姓名", "电话"], ["示例甲", "12900000001"], ["", "x"], ["不在", ""], ["示例乙", ""]]


def save(row: Row) -> str:
    if row.values["name"] == "不在":
        raise NOT_HERE(name=row.values["name"])
    return "added"


@pytest.mark.django_db
def test_partial_keeps_what_is_right_and_tells_the_rest() -> None:
    outcome = sheets.take(table(ROWS), save, partial=True)
    assert (outcome.saved, outcome.refused, outcome.count("added")) == (2, 2, 2)
    assert {f.id for f in outcome.findings} == {"SH101", "SH111", "TS901"}


@pytest.mark.django_db
def test_all_or_nothing_keeps_nothing_but_tries_every_row() -> None:
    outcome = sheets.take(table(ROWS), save, partial=False)
    assert (outcome.saved, outcome.refused, outcome.whole) == (0, 2, False)
    assert outcome.result(outcome.rows[0]) == "未导入（其他行有误）"


@pytest.mark.django_db
def test_the_answer_file_has_the_upload_beside_what_became_of_it() -> None:
    outcome = sheets.take(table(ROWS), save, partial=True)
    answer = io.BytesIO(sheets.write_answer(outcome))
    rows = [cells for _number, cells in read(answer)]
    assert rows[0] == ["姓名", "电话", "结果", "说明"]
    assert rows[1] == ["示例甲", "12900000001", "新增"]
    assert rows[2][2] == "未导入"
    assert "SH101" in str(rows[2][3])
    assert "TS901" in str(rows[3][3])
    again = sheets.read_table(answer, "答复.xlsx", COLUMNS)
    assert again.unknown == ["结果", "说明"]


# -- export ------------------------------------------------------------------------------------

MARK = Watermark("示例员", datetime(2026, 1, 2, 8, 5), "核对")


def test_an_export_reads_back_in_as_it_went_out() -> None:
    rows = [
        {"name": "示例甲", "phone": "12900000001", "born": date(1980, 1, 2), "kind": "member"},
        {"name": "示例乙", "phone": None, "born": None, "kind": "other"},
    ]
    body = sheets.write_export(COLUMNS, rows, title="名册", watermark=MARK)
    again = sheets.read_table(io.BytesIO(body), "名册.xlsx", COLUMNS)
    assert [row.values for row in again.rows()] == rows
    assert "示例员" in str(again.above[0][1][0])
    assert "2026-01-02 08:05" in str(again.above[0][1][0])


def test_personal_data_never_leaves_without_a_watermark() -> None:
    with pytest.raises(ValueError, match="watermark"):
        sheets.write_export(COLUMNS, [], title="名册")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2+3", "@SUM(A1)", "\t=1", "＝1"])
def test_no_cell_becomes_a_formula(text: str) -> None:
    body = sheets.write_export(COLUMNS, [{"name": text}], title="a", watermark=MARK)
    (_mark, _header, (_number, cells)) = read(io.BytesIO(body))
    assert cells == ["'" + text]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_template_has_its_drop_downs_and_its_explanations() -> None:
    body = sheets.write_template(COLUMNS, title="名册")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        first = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "dataValidation" in first
    assert "党员,群众" in first
    found = sheets.read_table(io.BytesIO(body), "模板.xlsx", COLUMNS)
    assert len(found.found) == len(COLUMNS)
    assert list(found.rows()) == []


def test_a_long_list_of_choices_stands_on_a_sheet_of_its_own() -> None:
    options = {f"第{number:03d}种可以选择的类别": number for number in range(60)}
    columns = (
        Column("kind", "类别", "Kind", sheets.choice(options), choices=options, required=True),
    )
    body = sheets.write_template(columns, title="名册")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert "'_kind'!$A$1:$A$60" in archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheets.read_table(io.BytesIO(body), "模板.xlsx", columns).header_row == 1


@settings(max_examples=40)
@given(st.text("村口/\\[]:*?' 烟感", max_size=40))
def test_whatever_a_device_is_called_its_readings_can_be_exported(title: str) -> None:
    body = sheets.write_export([Column("a", "甲", "A", convert.text(5))], [{"a": "x"}], title=title)
    assert zipfile.is_zipfile(io.BytesIO(body))
