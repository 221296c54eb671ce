"""Text and elements of WordprocessingML, safe whatever the text holds."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
#: What XML 1.0 cannot hold, in any spelling: controls, lone surrogates, and the two non-characters.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Marks that turn the direction of writing: a name could be made to read as another one.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
LONGEST = 32_000


def clean(text: object) -> str:
    """Text that may stand in an XML document; longer than 32,000 characters is cut."""
    return _TURNING.sub("", _FORBIDDEN.sub("", str(text)[:LONGEST]))


def plain(text: object) -> str:
    """Character data."""
    return escape(clean(text))


def attribute(text: object) -> str:
    """An attribute's value with its quotes."""
    return quoteattr(re.sub(r"\s", " ", clean(text)))


def run(text: object, properties: str = "") -> str:
    """One run; line ends become breaks, tabs stay tabs."""
    lines = re.split(r"\r\n|\r|\n", clean(text))
    inner = "<w:br/>".join(
        "<w:tab/>".join(
            f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in line.split("\t")
        )
        for line in lines
    )
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{about}{inner}</w:r>"


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    about = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{about}{content}</w:p>"


def fonts(chinese: str, latin: str) -> str:
    """A run's fonts: Latin letters and figures by one, Chinese by the other."""
    return (
        f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{latin}" w:eastAsia="{chinese}"'
        ' w:hint="eastAsia"/>'
    )
