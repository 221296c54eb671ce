"""The parts of a .docx that hold no content: types, relations, styles, settings, fonts, footers."""

from __future__ import annotations

from datetime import UTC

from zhijin.core.documents import measures as m
from zhijin.core.documents.model import Document
from zhijin.core.documents.xml import HEAD, R, W, fonts, paragraph, plain, run

_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = {
    "document": "document.main", "styles": "styles", "settings": "settings",
    "fontTable": "fontTable", "footer-odd": "footer", "footer-even": "footer",
}  # fmt: skip
PACKAGE_RELATIONS = (
    f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
    'metadata/core-properties" Target="docProps/core.xml"/></Relationships>'
)


def content_types() -> str:
    """Which part is of which kind."""
    named = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_OFFICE}.{kind}+xml"/>'
        for name, kind in _KINDS.items()
    )
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{named}"
        '<Override PartName="/docProps/core.xml"'
        ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )


def document_relations() -> str:
    """What the document leans on."""
    kinds = {"styles": "styles", "settings": "settings", "fontTable": "fontTable",
             "footer-odd": "footer", "footer-even": "footer"}  # fmt: skip
    inner = "".join(
        f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{name}.xml"/>'
        for name, kind in kinds.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{HEAD}<Relationships xmlns="{space}">{inner}</Relationships>'


def properties(document: Document) -> str:
    """The file's title and moment. A naive moment is refused."""
    if document.at.tzinfo is None:
        raise ValueError("the moment of a document must be aware")
    stamp = document.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"{HEAD}<cp:coreProperties"
        ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{plain(document.title)}</dc:title>"
        f"<dc:description>{plain(document.taken)}</dc:description>"
        f"<dc:language>{document.language}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        "</cp:coreProperties>"
    )


def settings(document: Document) -> str:
    """Odd and even pages differ in where their number stands."""
    return (
        f'{HEAD}<w:settings xmlns:w="{W}"><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        f'<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def font_table() -> str:
    """The fonts' names and what may stand in for them."""
    inner = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others.split(";")[0]}"/>'
        '<w:charset w:val="86"/></w:font>'
        for name, others in m.SUBSTITUTES.items()
    )
    return f'{HEAD}<w:fonts xmlns:w="{W}">{inner}</w:fonts>'


def _style(name: str, shown: str, paragraphs: str, runs: str, *, heading: int = 0) -> str:
    outline = f'<w:outlineLvl w:val="{heading - 1}"/>' if heading else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="{0 if heading else 1}" w:styleId="{name}">'
        f'<w:name w:val="{shown}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{paragraphs}{outline}</w:pPr><w:rPr>{runs}</w:rPr></w:style>"
    )


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def styles(document: Document) -> str:
    """Body 3号仿宋, title 2号小标宋, headings 黑体, 楷体 and 仿宋, all on the grid of lines."""
    two = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
    keep = "<w:keepNext/>"
    off = '<w:snapToGrid w:val="0"/>'
    body, latin = m.BODY, m.LATIN
    small = '<w:spacing w:line="320" w:lineRule="exact"/>'
    made = [
        _style("Title", "Title", f'{keep}{off}<w:spacing w:after="{m.LINE_PITCH}" w:line="680"'
               ' w:lineRule="exact"/><w:jc w:val="center"/>', fonts(m.TITLE, latin) + _size(m.SIZE_2)),
        _style("Subtitle", "Subtitle", f'{keep}<w:jc w:val="center"/>',
               fonts(m.SECOND, latin) + _size(m.SIZE_3)),
        _style("Body", "Body Text", f'{two}<w:jc w:val="both"/>', ""),
        _style("Heading1", "heading 1", keep + two, fonts(m.HEAD, latin), heading=1),
        _style("Heading2", "heading 2", keep + two, fonts(m.SECOND, latin), heading=2),
        _style("Heading3", "heading 3", keep + two, fonts(body, latin) + "<w:b/>", heading=3),
        _style("Heading4", "heading 4", keep + two, fonts(body, latin), heading=4),
        _style("Caption", "caption", f'{keep}{off}<w:spacing w:before="120" w:after="60" w:line="400"'
               ' w:lineRule="exact"/><w:jc w:val="center"/>', fonts(m.HEAD, latin) + _size(m.SMALL_4)),
        _style("Cell", "Table Cell", off + small, _size(m.SIZE_5)),
        _style("CellHead", "Table Head", keep + off + small + '<w:jc w:val="center"/>',
               fonts(m.HEAD, latin) + _size(m.SIZE_5)),
        _style("Note", "Note", f'{off}<w:spacing w:before="60" w:line="360" w:lineRule="exact"/>',
               fonts(m.SONG, latin) + _size(m.SIZE_5)),
        _style("Footer", "footer", f'{off}<w:spacing w:line="320" w:lineRule="exact"/>',
               fonts(m.SONG, m.SONG) + _size(m.SIZE_4)),
        _style("Taken", "Taken", f'{off}<w:spacing w:line="240" w:lineRule="exact"/>'
               '<w:jc w:val="center"/>', fonts(m.SONG, latin) + _size(16)),
    ]  # fmt: skip
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f'<w:pPr><w:spacing w:line="{m.LINE_PITCH}" w:lineRule="exact"/></w:pPr>'
        f'<w:rPr><w:spacing w:val="{m.CHARACTER_SPACE}"/>{_size(m.SIZE_3)}</w:rPr></w:style>'
    )
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        f"{fonts(body, latin)}{_size(m.SIZE_3)}"
        f'<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    return f'{HEAD}<w:styles xmlns:w="{W}">{defaults}{normal}{"".join(made)}</w:styles>'


def footer(document: Document, *, odd: bool) -> str:
    """— 3 — one character in from the outer edge, and below it who took the document."""
    edge = "right" if odd else "left"
    side = f'<w:ind w:{edge}Chars="100" w:{edge}="280"/><w:jc w:val="{edge}"/>'
    field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    lines = paragraph(run("— ") + field + run(" —"), "Footer", side)
    if document.taken:
        lines += paragraph(run(document.taken), "Taken")
    return f'{HEAD}<w:ftr xmlns:w="{W}">{lines}</w:ftr>'
