"""The content of a document as WordprocessingML: blocks, tables, and the sections that pages lie in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from zhijin.core.documents import measures as m
from zhijin.core.documents.model import (
    Block,
    Document,
    Heading,
    Note,
    PageBreak,
    Signature,
    Table,
    Text,
)
from zhijin.core.documents.numbering import Counter
from zhijin.core.documents.xml import HEAD, R, W, attribute, paragraph, run

_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_HEIGHT = '<w:trHeight w:val="440" w:hRule="atLeast"/>'
_JC = {"start": "left", "center": "center", "end": "right"}


def body(document: Document) -> str:
    """The part ``word/document.xml``."""
    head = paragraph(run(document.title), "Title")
    if document.subtitle:
        head += paragraph(run(document.subtitle), "Subtitle")
    counter = Counter(latin=document.language != "zh-CN")
    parts = [
        (wide, "".join(_block(block, document, counter) for block in blocks))
        for wide, blocks in groupby(document.blocks, key=_is_wide)
    ]
    if not parts or parts[0][0]:
        # The title stands upright; what lies on its side begins on a page of its own.
        parts.insert(0, (False, ""))
    parts[0] = (False, head + parts[0][1])
    return (
        f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>'
        f"{''.join(_sections(parts))}</w:body></w:document>"
    )


def _is_wide(block: Block) -> bool:
    return isinstance(block, Table) and block.wide


def _sections(parts: Sequence[tuple[bool, str]]) -> Iterator[str]:
    """Each part with its section; all but the last end in a paragraph that carries it."""
    for number, (wide, content) in enumerate(parts, start=1):
        section = _section(wide=wide)
        last = number == len(parts)
        yield content + (section if last else paragraph("", "Taken", section))


def _section(*, wide: bool) -> str:
    """Page and margins. A page on its side keeps its binding edge at the top (GB/T 9704, 7.4)."""
    if wide:
        size = f'<w:pgSz w:w="{m.PAGE_HEIGHT}" w:h="{m.PAGE_WIDTH}" w:orient="landscape"/>'
        top, right, bottom, left = m.LEFT, m.TOP, m.RIGHT, m.BOTTOM
    else:
        size = f'<w:pgSz w:w="{m.PAGE_WIDTH}" w:h="{m.PAGE_HEIGHT}"/>'
        top, right, bottom, left = m.TOP, m.RIGHT, m.BOTTOM, m.LEFT
    foot = m.twips(26 - 7 - 5) if wide else m.FOOTER
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="footer-odd"/>'
        '<w:footerReference w:type="even" r:id="footer-even"/>'
        f'<w:type w:val="nextPage"/>{size}'
        f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}"'
        f' w:header="{m.twips(15)}" w:footer="{foot}" w:gutter="0"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{m.LINE_PITCH}"/></w:sectPr>'
    )


def _block(block: Block, document: Document, counter: Counter) -> str:
    match block:
        case Heading():
            number = counter.next(block.level) if block.numbered else ""
            return paragraph(run(number + block.text), f"Heading{block.level}")
        case Text():
            return paragraph(run(block.text), "" if block.addressee else "Body")
        case Note():
            return paragraph(run(block.text), "Note")
        case PageBreak():
            return paragraph('<w:r><w:br w:type="page"/></w:r>')
        case Signature():
            return _signature(block, document)
        case Table():
            return _table(block)


def _signature(block: Signature, document: Document) -> str:
    """The date four characters in from the right, the issuer above it, two in."""
    empty = paragraph("")
    issuer = paragraph(
        run(block.issuer), "", '<w:ind w:rightChars="200" w:right="640"/><w:jc w:val="right"/>'
    )
    day = paragraph(
        run(_day(block.on, document.language)),
        "",
        '<w:ind w:rightChars="400" w:right="1280"/><w:jc w:val="right"/>',
    )
    return empty + issuer + day


def _day(on: date, language: str) -> str:
    """Arabic figures without leading zeros (GB/T 9704, 7.3.5.4)."""
    return f"{on.year}年{on.month}月{on.day}日" if language == "zh-CN" else on.isoformat()


def _table(table: Table) -> str:
    whole = m.PAGE_HEIGHT - m.TOP - m.BOTTOM if table.wide else m.TEXT_WIDTH
    widths = _widths(table, whole)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    aligns = [_JC[a] for a in table.aligns] or ["left"] * len(table.heads)
    head = "".join(
        _cell(paragraph(run(text), "CellHead"), width)
        for text, width in zip(table.heads, widths, strict=True)
    )
    rows = "".join(_row(row, widths, aligns) for row in table.rows)
    caption = paragraph(run(table.caption), "Caption") if table.caption else ""
    told = f"<w:tblCaption w:val={attribute(table.caption)}/>" if table.caption else ""
    return (
        f'{caption}<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{_BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        f"{told}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/>{_HEIGHT}<w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
        f"{paragraph('', 'Taken')}"
    )


def _widths(table: Table, whole: int) -> list[int]:
    """The columns' widths in twips; they add up to the page's width."""
    shares = list(table.widths) or [1] * len(table.heads)
    widths = [whole * share // sum(shares) for share in shares]
    widths[-1] += whole - sum(widths)
    return widths


def _row(row: Sequence[str | int | None], widths: list[int], aligns: list[str]) -> str:
    cells = "".join(
        _cell(paragraph(run(_shown(value)), "Cell", f'<w:jc w:val="{align}"/>'), width)
        for value, width, align in zip(row, widths, aligns, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{_HEIGHT}</w:trPr>{cells}</w:tr>"


def _cell(content: str, width: int) -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"{content}</w:tc>"
    )


def _shown(value: str | int | None) -> str:
    return "—" if value is None or value == "" else str(value)
