"""The text in files is found, and what of it may be personal; hostile files end nobody but their reader."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.support.pdfs import PICTURED, bomb, locked, pdf
from zhijin.core import file_texts, files
from zhijin.core.errors import Refusal
from zhijin.core.file_texts import looking, reading
from zhijin.core.file_texts.limits import Limits
from zhijin.core.models import StoredFile

ID = "11010519491231002X"
PHONE = "13812345678"
PHOTO = "image/jpeg"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.ZHIJIN_FILES = str(tmp_path / "files")


def searched(data: bytes, media: str, tmp_path: Path, **limits: int) -> file_texts.Look:
    path = tmp_path / "given"
    path.write_bytes(data)
    bounds = Limits(**limits)
    return looking.search(reading.pieces(path, media, bounds), bounds)


def told(look: file_texts.Look) -> list[tuple[str, dict[str, Any]]]:
    return [(one.kind, dict(one.where)) for one in look.found]


def whys(look: file_texts.Look) -> list[tuple[str, list[Any]]]:
    return [(one.why, list(one.at)) for one in look.blind]


def docx(document: str, **parts: str) -> bytes:
    out = io.BytesIO()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {space}><w:body>{document}</w:body></w:document>"
        )
        for name, text in parts.items():
            archive.writestr(f"word/{name.replace('_', '.')}", f"<w:x {space}>{text}</w:x>")
    return out.getvalue()


def para(*runs: str, tag: str = "t") -> str:
    return "<w:p>" + "".join(f"<w:r><w:{tag}>{run}</w:{tag}></w:r>" for run in runs) + "</w:p>"


def workbook(rows: list[list[Any]], **hidden: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for name, cells in {"公示": rows, **hidden}.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(cells):
            sheet.write_row(number, 0, row)
        if name != "公示":
            sheet.hide()
    book.close()
    return out.getvalue()


# -- PDF ----------------------------------------------------------------------------------------


def test_a_pdf_is_searched_page_by_page(tmp_path):
    data = pdf("修路占地情况公示，共三户", f"姓名：张三\n身份证号 {ID}\n电话 {PHONE}")
    look = searched(data, "application/pdf", tmp_path)
    assert sorted(told(look)) == [
        ("id_number", {"page": 2}), ("name", {"page": 2}), ("phone", {"page": 2}),
    ]  # fmt: skip
    assert {one.kind: one.mask for one in look.found} == {
        "id_number": "110***2X", "name": "张***", "phone": "138***78",
    }  # fmt: skip
    assert not look.blind


@pytest.mark.parametrize(
    "text",
    [f"号码{ID[:12]}\n{ID[12:]}", " ".join(ID), f"身份证{ID[:6]} {ID[6:14]} {ID[14:]}"],
    ids=["broken over two lines", "spread out", "in groups"],
)
def test_a_number_is_found_however_it_is_set(text, tmp_path):
    assert searched(pdf(text), "application/pdf", tmp_path).kinds == ["id_number"]


def test_figures_in_rows_are_no_cards(tmp_path):
    rows = "\n".join(
        f"{year} 1{n:03d} 34{n:02d} 560{n} 7800" for year in range(2015, 2027) for n in range(10)
    )
    assert searched(pdf(rows), "application/pdf", tmp_path).kinds == []
    card = "6222021234567890128"
    assert searched(pdf(f"账号 {card}"), "application/pdf", tmp_path).kinds == ["bank_card"]


def test_notes_in_a_pdf_are_searched_too(tmp_path):
    data = pdf("修路占地情况公示，共三户", notes=[f"张三的电话是{PHONE}"])
    assert ("phone", {"page": 1, "in": "notes"}) in told(
        searched(data, "application/pdf", tmp_path)
    )


def test_pages_without_text_are_told(tmp_path):
    look = searched(pdf("修路占地情况公示，共三户", "", ""), "application/pdf", tmp_path)
    assert whys(look) == [("scan", [2, 3])]
    assert whys(searched(b"\xff\xd8", PHOTO, tmp_path)) == [("picture", [])]


def test_pictures_beside_words_are_told(tmp_path):
    words = "修路占地情况公示，第三组共三户，金额三千二百元整。" * 5
    look = searched(pdf(words, PICTURED + words), "application/pdf", tmp_path)
    assert whys(look) == [("pictures", [2])]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-", "damaged"), (pdf("公示内容在这里")[:300], "damaged"), (b"", "damaged"),
        (locked(pdf("公示"), "secret"), "password"),
    ],
    ids=["nothing", "cut off", "empty", "locked"],
)  # fmt: skip
def test_what_cannot_be_opened_is_told(data, why, tmp_path):
    look = searched(data, "application/pdf", tmp_path)
    assert why in {one for one, _at in whys(look)}
    assert not look.found


def test_what_is_only_kept_from_printing_is_read(tmp_path):
    look = searched(locked(pdf(f"张三电话 {PHONE}"), ""), "application/pdf", tmp_path)
    assert look.kinds == ["phone"]


def test_limits_end_the_reading_and_are_told(tmp_path):
    many = pdf(*[f"第{n}页的内容，公示如下" for n in range(12)], f"电话 {PHONE}")
    assert ("large", [11]) in whys(searched(many, "application/pdf", tmp_path, pages=10))
    assert ("large", []) in whys(searched(many, "application/pdf", tmp_path, chars=50))
    look = searched(bomb(), "application/pdf", tmp_path)
    assert look.blind, "two hundred million bytes are not unfolded"


def test_a_reader_that_does_not_end_is_ended(tmp_path):
    look = searched(bomb(), "application/pdf", tmp_path, seconds=0)
    assert {one.why for one in look.blind} & {"slow", "large"}


# -- Word, workbooks, tables, texts -------------------------------------------------------------


def test_a_word_file_is_searched_with_its_margins_notes_and_struck_text(tmp_path):
    table = f"<w:tbl><w:tr><w:tc>{para('姓名')}</w:tc><w:tc>{para('张三')}</w:tc></w:tr></w:tbl>"
    data = docx(
        para("公示") + para("电话", PHONE[:5], PHONE[5:]) + table + para(ID, tag="delText"),
        header1_xml=para("联系人：李四"), comments_xml=para("他的邮箱 a@example.com"),
    )  # fmt: skip
    look = searched(data, reading.DOCX, tmp_path)
    assert told(look) == [
        ("phone", {"paragraph": 2}), ("name", {"paragraph": 3}), ("id_number", {"paragraph": 4}),
        ("name", {"in": "margins"}), ("email", {"in": "notes"}),
    ]  # fmt: skip
    assert not look.blind


def test_what_a_word_file_carries_inside_is_told(tmp_path):
    out = io.BytesIO(docx(para("公示")))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/media/image1.png", b"x")
        archive.writestr("word/afchunk.mht", b"x")
    assert whys(searched(out.getvalue(), reading.DOCX, tmp_path)) == [
        ("pictures", [1]),
        ("inside", [1]),
    ]


def test_entities_that_unfold_are_not_unfolded(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
        archive.writestr("word/document.xml", f'<!DOCTYPE x [<!ENTITY a0 "x">{lines}]><x>&a11;</x>')
    assert whys(searched(out.getvalue(), reading.DOCX, tmp_path)) == [("damaged", [])]


def test_an_archive_that_unfolds_without_end_is_given_up(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<x>" + b" " * 8_000_000 + b"</x>")
    look = searched(out.getvalue(), reading.DOCX, tmp_path, unpacked=1_000_000)
    assert whys(look) == [("large", [])]


def test_every_sheet_of_a_workbook_is_searched(tmp_path):
    data = workbook(
        [["项目", "金额"], ["修路", 3200]],
        名单=[["户主姓名", "电话"], ["张三", int(PHONE)], ["欧阳四", "无"]],
    )
    look = searched(data, reading.XLSX, tmp_path)
    assert told(look) == [
        ("name", {"sheet": "名单", "row": 2}), ("phone", {"sheet": "名单", "row": 2}),
        ("name", {"sheet": "名单", "row": 3}),
    ]  # fmt: skip
    assert not look.blind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_and_texts_are_searched_row_by_row(encoding, tmp_path):
    table = f"项目,说明\n修路,三组\n补贴,{ID}\n".encode(encoding)
    assert told(searched(table, "text/csv", tmp_path)) == [("id_number", {"row": 3})]
    text = f"公示\n\n电话 {PHONE}".encode(encoding)
    assert told(searched(text, "text/plain", tmp_path)) == [("phone", {"row": 3})]


def test_one_endless_line_is_searched_in_pieces(tmp_path):
    data = ("公" * 150_000 + f" {ID} " + "示" * 150_000).encode()
    assert searched(data, "text/plain", tmp_path).kinds == ["id_number"]


def test_every_kind_is_told_however_many_there_are(tmp_path):
    lines = [f"电话 138{n:08d}" for n in range(looking.MOST + 20)]
    look = searched("\n".join([*lines, ID]).encode(), "text/plain", tmp_path)
    assert look.kinds == ["id_number", "phone"]
    assert len(look.found) == looking.MOST + 1


# -- remembered ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_file_is_read_once(monkeypatch):
    stored = files.store_bytes(pdf(f"电话 {PHONE}"), "application/pdf")
    first = file_texts.look(stored)
    assert first.kinds == ["phone"]
    kept = StoredFile.objects.get().looked
    assert PHONE not in str(kept), "its mask is kept, not the number"

    def never(*_: Any) -> None:
        raise AssertionError("read twice")

    monkeypatch.setattr(reading, "pieces", never)
    assert file_texts.look(stored) == first
    files.store_bytes(pdf(f"电话 {PHONE}"), "application/pdf")
    assert file_texts.look(stored) == first, "uploaded again, it is the same file"


@pytest.mark.django_db
def test_a_new_way_of_looking_looks_again(monkeypatch):
    stored = files.store_bytes(f"电话 {PHONE}".encode(), "text/plain")
    file_texts.look(stored)
    StoredFile.objects.update(looked={"version": looking.VERSION - 1, "found": [], "blind": []})
    assert file_texts.look(stored).kinds == ["phone"]


@pytest.mark.django_db
def test_missing_bytes_are_told_and_not_remembered():
    stored = files.store_bytes(b"text", "text/plain")
    files.path_of(stored.digest).unlink()
    assert whys(file_texts.look(stored)) == [("damaged", [])]
    assert StoredFile.objects.get().looked is None


# -- what is taken ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "media"),
    [
        ("a.docx", docx(para("公示")), reading.DOCX), ("a.xlsx", workbook([["a"]]), reading.XLSX),
        ("a.csv", b"a,b", "text/csv"), ("a.TXT", "公示".encode(), "text/plain"),
        ("a.txt", pdf("公示"), "application/pdf"),
    ],
    ids=["Word", "workbook", "table", "text", "a PDF by what it holds"],
)  # fmt: skip
def test_what_may_be_published(name, data, media):
    assert files.store_open(io.BytesIO(data), name, len(data)).media_type == media


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("a.zip", workbook([["a"]])[:40], "FL008"), ("a.doc", b"\xd0\xcf\x11\xe0", "FL009"),
        ("a.csv", b"\0\0", "FL004"), ("a.txt", b"\n" + pdf("x"), "FL004"),
        ("a.exe", b"MZ", "FL004"), ("a.docm", docx("", vbaProject_bin=""), "FL009"),
    ],
    ids=["no archive", "old", "no text", "a PDF that begins later", "program", "macros"],
)  # fmt: skip
def test_what_may_not(name, data, refusal):
    with pytest.raises(Refusal) as refused:
        files.store_open(io.BytesIO(data), name, len(data))
    assert refused.value.id == refusal
