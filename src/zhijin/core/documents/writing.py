"""Puts the parts of a document into one file. The same document gives the same bytes."""

from __future__ import annotations

import io
import zipfile

from zhijin.core.documents import parts
from zhijin.core.documents.body import body
from zhijin.core.documents.model import Document, Table

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: A document of more cells is no document: such tables belong into a spreadsheet.
MOST_CELLS = 60_000
#: The earliest moment that a zip file can tell; the real one stands in the properties.
_STAMP = (1980, 1, 1, 0, 0, 0)


def write(document: Document) -> bytes:
    """The document as a .docx. Raises ValueError above 60,000 cells or for a naive moment."""
    cells = sum(
        len(block.rows) * len(block.heads) for block in document.blocks if isinstance(block, Table)
    )
    if cells > MOST_CELLS:
        raise ValueError(f"{cells} cells are too many for a document; give a spreadsheet")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(document).items():
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))
    return target.getvalue()


def _parts(document: Document) -> dict[str, str]:
    """Every part by its name; the types come first, as readers expect."""
    return {
        "[Content_Types].xml": parts.content_types(),
        "_rels/.rels": parts.PACKAGE_RELATIONS,
        "docProps/core.xml": parts.properties(document),
        "word/document.xml": body(document),
        "word/_rels/document.xml.rels": parts.document_relations(),
        "word/styles.xml": parts.styles(document),
        "word/settings.xml": parts.settings(document),
        "word/fontTable.xml": parts.font_table(),
        "word/footer-odd.xml": parts.footer(document, odd=True),
        "word/footer-even.xml": parts.footer(document, odd=False),
    }
