"""Word files: the page of GB/T 9704, whatever the text holds, and what a word processor makes of it."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from zhijin.core import documents
from zhijin.core.documents import measures, numbering
from zhijin.core.documents.model import Heading, Note, PageBreak, Signature, Table, Text
from zhijin.core.documents.xml import LONGEST, W, clean

AT = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)
NS = {"w": W}
PARTS = {
    "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/document.xml",
    "word/_rels/document.xml.rels", "word/styles.xml", "word/settings.xml",
    "word/fontTable.xml", "word/footer-odd.xml", "word/footer-even.xml",
}  # fmt: skip


def document(*blocks: documents.Block, **more: Any) -> documents.Document:
    return documents.Document(title="七月排名通报", at=AT, blocks=blocks, **more)


def opened(made: bytes) -> dict[str, Any]:
    """Every part of the file, parsed without entities or network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return {name: etree.fromstring(archive.read(name), parser) for name in archive.namelist()}


def body(*blocks: documents.Block, **more: Any) -> Any:
    return opened(documents.write(document(*blocks, **more)))["word/document.xml"]


def val(node: Any, path: str, attribute: str = "val") -> list[str]:
    return [found.get(f"{{{W}}}{attribute}") for found in node.findall(f".//{path}", NS)]


def texts(node: Any) -> list[str]:
    """The text of every paragraph."""
    return [
        "".join(t.text or "" for t in p.findall(".//w:t", NS)) for p in node.findall(".//w:p", NS)
    ]


# -- the page --------------------------------------------------------------------------------


def test_the_page_is_a4_with_the_margins_of_the_standard():
    section = body(Text("正文"))[0].find("w:sectPr", NS)
    size, margin = section.find("w:pgSz", NS), section.find("w:pgMar", NS)
    told = {k.rpartition("}")[2]: int(v) for k, v in (*size.items(), *margin.items())}
    in_mm = {name: round(value * 25.4 / 1440) for name, value in told.items()}
    assert (in_mm["w"], in_mm["h"]) == (210, 297)
    assert (in_mm["top"], in_mm["bottom"]) == (37, 35)
    assert (in_mm["left"], in_mm["right"]) == (28, 26)


def test_the_type_area_holds_22_lines_of_28_characters_and_not_one_more():
    assert round(measures.TEXT_WIDTH * 25.4 / 1440) == 156
    assert round(measures.TEXT_HEIGHT * 25.4 / 1440) == 225
    pitch = measures.SIZE_3 * 10 + measures.CHARACTER_SPACE
    assert 28 * pitch <= measures.TEXT_WIDTH < 29 * pitch
    assert 22 * measures.LINE_PITCH <= measures.TEXT_HEIGHT < 23 * measures.LINE_PITCH


def test_the_type_is_that_of_the_standard():
    styles = opened(documents.write(document()))["word/styles.xml"]
    by_id = {s.get(f"{{{W}}}styleId"): s for s in styles.findall("w:style", NS)}
    assert val(by_id["Normal"], "w:sz") == ["32"]  # 3号
    assert val(by_id["Title"], "w:sz") == ["44"]  # 2号
    assert val(by_id["Title"], "w:rFonts", "eastAsia") == ["方正小标宋简体"]
    assert val(styles.find("w:docDefaults", NS), "w:rFonts", "eastAsia") == ["仿宋_GB2312"]
    assert val(by_id["Heading1"], "w:rFonts", "eastAsia") == ["黑体"]
    assert val(by_id["Heading2"], "w:rFonts", "eastAsia") == ["楷体_GB2312"]
    assert val(by_id["Body"], "w:ind", "firstLineChars") == ["200"]


def test_fonts_are_named_and_never_shipped():
    made = documents.write(document(Text("正文")))
    assert set(zipfile.ZipFile(io.BytesIO(made)).namelist()) == PARTS
    table = opened(made)["word/fontTable.xml"]
    assert not table.findall(".//w:embedRegular", NS)
    assert set(val(table, "w:font", "name")) == set(measures.SUBSTITUTES)


def test_every_relation_leads_to_a_part_that_exists():
    parts = opened(documents.write(document(Text("正文"))))
    targets = {f"word/{r.get('Target')}" for r in parts["word/_rels/document.xml.rels"]}
    assert targets <= set(parts)
    used = {
        value
        for node in parts["word/document.xml"].iter()
        for name, value in node.items()
        if name.endswith("}id")
    }
    assert used <= {r.get("Id") for r in parts["word/_rels/document.xml.rels"]}
    named = {o.get("PartName", "").lstrip("/") for o in parts["[Content_Types].xml"]} - {""}
    assert named <= set(parts)


def test_page_numbers_stand_outside_on_odd_and_even_pages():
    parts = opened(documents.write(document(taken="王主任 · 2026-08-03 09:00")))
    odd, even = parts["word/footer-odd.xml"], parts["word/footer-even.xml"]
    assert val(odd, "w:jc")[0] == "right"
    assert val(even, "w:jc")[0] == "left"
    for foot in (odd, even):
        assert texts(foot) == ["— 1 —", "王主任 · 2026-08-03 09:00"]
        assert foot.find(".//w:fldSimple", NS).get(f"{{{W}}}instr").strip() == "PAGE"
    assert parts["word/settings.xml"].find("w:evenAndOddHeaders", NS) is not None
    assert len(opened(documents.write(document()))["word/footer-odd.xml"]) == 1


# -- what stands on it -----------------------------------------------------------------------


def test_headings_are_counted_as_official_documents_count():
    found = texts(
        body(
            Heading("总体"), Heading("位次", 2), Heading("上升", 3), Heading("下降", 3),
            Heading("前三", 4), Heading("领域", 2), Heading("问题"), Heading("领域", 2),
            Heading("附件", numbered=False),
        )
    )  # fmt: skip
    assert found[1:] == [
        "一、总体", "（一）位次", "1.上升", "2.下降", "（1）前三", "（二）领域", "二、问题",
        "（一）领域", "附件",
    ]  # fmt: skip


def test_english_headings_are_counted_in_figures():
    found = texts(body(Heading("A"), Heading("B", 2), Heading("C"), language="en-US"))
    assert found[1:] == ["1 A", "1.1 B", "2 C"]


@pytest.mark.parametrize(
    ("number", "told"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (47, "四十七")]
)
def test_chinese_numbers(number, told):
    assert numbering.chinese(number) == told


@pytest.mark.parametrize("number", [0, 100, -1])
def test_numbers_that_no_heading_has_are_refused(number):
    with pytest.raises(ValueError, match="1 to 99"):
        numbering.chinese(number)


def test_all_numbers_of_headings_differ():
    assert len({numbering.chinese(n) for n in range(1, 100)}) == 99


def test_the_date_has_figures_without_leading_zeros():
    found = texts(body(Signature("中共清镇市委组织部", date(2026, 8, 3))))
    assert found[-2:] == ["中共清镇市委组织部", "2026年8月3日"]
    english = texts(body(Signature("County office", date(2026, 8, 3)), language="en-US"))
    assert english[-1] == "2026-08-03"


def test_paragraphs_notes_and_breaks():
    made = body(Text("各乡镇：", addressee=True), Text("正文"), PageBreak(), Note("小字"))
    assert val(made, "w:pStyle") == ["Title", "Body", "Note"]
    assert val(made, "w:br", "type") == ["page"]


def test_a_table_keeps_its_head_on_every_page_and_fills_the_line():
    table = Table(["名次", "党组织"], [[1, "东山"], [None, ""]], [1, 3], ["end", "start"], "表1")
    made = body(table).find(".//w:tbl", NS)
    widths = [int(w) for w in val(made, "w:gridCol", "w")]
    assert sum(widths) == measures.TEXT_WIDTH
    assert widths[1] > 2 * widths[0]
    rows = made.findall("w:tr", NS)
    assert rows[0].find(".//w:tblHeader", NS) is not None
    assert all(row.find(".//w:cantSplit", NS) is not None for row in rows)
    assert texts(rows[1]) == ["1", "东山"]
    assert texts(rows[2]) == ["—", "—"]
    assert val(rows[1], "w:jc") == ["right", "left"]
    assert val(made, "w:tblCaption") == ["表1"]


def test_a_wide_table_lies_on_a_page_of_its_own_and_the_rest_stands():
    wide = Table(["月", "分"], [["1", 2]], wide=True)
    sections = body(Text("前"), wide, Text("后")).findall(".//w:sectPr", NS)
    turned = [s.find("w:pgSz", NS).get(f"{{{W}}}orient") for s in sections]
    assert turned == [None, "landscape", None]
    sizes = [s.find("w:pgSz", NS) for s in sections]
    assert sizes[1].get(f"{{{W}}}w") == sizes[0].get(f"{{{W}}}h")


def test_a_document_that_begins_with_a_wide_table_has_its_title_upright():
    sections = body(Table(["月"], [["1"]], wide=True)).findall(".//w:sectPr", NS)
    assert [s.find("w:pgSz", NS).get(f"{{{W}}}orient") for s in sections] == [None, "landscape"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Table([], []),
        lambda: Table(["a", "b"], [["1"]]),
        lambda: Table(["a"], [], [1, 2]),
        lambda: Table(["a"], [], [0]),
        lambda: Table(["a"], [], [1], ["start", "end"]),
        lambda: Heading("x", 0),
        lambda: Heading("x", 5),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(wrong):
    with pytest.raises(ValueError, match=r"column|cells|share|levels"):
        wrong()


def test_too_many_cells_and_naive_moments_are_refused():
    with pytest.raises(ValueError, match="spreadsheet"):
        documents.write(document(Table(["a", "b"], [["1", "2"]] * 30_001)))
    naive = documents.Document("x", datetime(2026, 8, 3))
    with pytest.raises(ValueError, match="aware"):
        documents.write(naive)


# -- whatever the text holds -----------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_makes_a_file_that_opens(text, other):
    made = documents.write(
        document(
            Heading(text), Text(other), Table([other or "x"], [[text]], caption=text),
            taken=text, subtitle=other,
        )
    )  # fmt: skip
    told = opened(made)["word/document.xml"]
    assert len(told.findall(".//w:tbl", NS)) == 1


@given(st.text(max_size=100).filter(lambda t: not set(t) & set("\t\r\n")))
def test_what_xml_can_hold_comes_back_whole(text):
    assert texts(body(Text(text)))[1] == clean(text)


def test_markup_controls_and_turned_writing_do_no_harm():
    found = texts(body(Text("</w:t><w:p/>&amp;\x00\x0b\ufffe\ud800\u202e真名")))
    assert found[1] == "</w:t><w:p/>&amp;真名"


def test_lines_and_tabs_stay():
    made = body(Text("一\n二\r\n三\t四"))
    assert len(made.findall(".//w:br", NS)) == 2
    assert len(made.findall(".//w:tab", NS)) == 1


def test_endless_text_is_cut():
    assert len(clean("长" * (LONGEST + 5))) == LONGEST


def test_the_same_document_gives_the_same_bytes():
    blocks = (Heading("总体"), Text("正文"), Table(["a"], [["1"]]))
    assert documents.write(document(*blocks)) == documents.write(document(*blocks))
    assert documents.write(document(*blocks)) != documents.write(document(*blocks[:2]))


def test_the_properties_tell_title_moment_and_who_took_it():
    told = opened(documents.write(document(taken="王主任")))["docProps/core.xml"]
    by_name = {node.tag.rpartition("}")[2]: node.text for node in told}
    assert by_name == {
        "title": "七月排名通报", "description": "王主任", "language": "zh-CN",
        "created": "2026-08-03T01:00:00Z",
    }  # fmt: skip


# -- what a word processor makes of it -------------------------------------------------------

OFFICE, READER = shutil.which("soffice"), shutil.which("pdftotext")


@pytest.mark.slow
@pytest.mark.skipif(not (OFFICE and READER), reason="LibreOffice and poppler are not installed")
def test_libreoffice_lays_out_22_lines_of_28_characters(tmp_path):
    filling = "贵州清镇青龙山街道东山社区" * 120
    (tmp_path / "d.docx").write_bytes(documents.write(document(Text(filling))))
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/office",
               "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "d.docx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    read = subprocess.run([READER, "-layout", str(tmp_path / "d.pdf"), "-"],
                          check=True, capture_output=True, timeout=600)  # fmt: skip
    pages = read.stdout.decode().split("\f")
    lines = [line.strip() for line in pages[1].splitlines() if line.strip()]
    assert [len(line) for line in lines[:-1]] == [28] * 22
    assert lines[-1].replace(" ", "") == "—2—"
