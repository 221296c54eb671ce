"""Word files (.docx) in the layout of official documents (GB/T 9704): written, never read.

A room says what stands in a document; the page, the type and the numbering are here. The same content
gives the same bytes, so that a file can be signed and checked later. Fonts are named, never shipped.
"""

from zhijin.core.documents.model import (
    Align,
    Block,
    Document,
    Heading,
    Note,
    PageBreak,
    Signature,
    Table,
    Text,
)
from zhijin.core.documents.writing import CONTENT_TYPE, write

__all__ = [
    "CONTENT_TYPE",
    "Align",
    "Block",
    "Document",
    "Heading",
    "Note",
    "PageBreak",
    "Signature",
    "Table",
    "Text",
    "write",
]
