"""What is public, for programs: an Atom feed (RFC 4287), CSV and JSON with a schema."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from zhijin.core.documents.xml import clean
from zhijin.core.ids import show_receipt
from zhijin.disclosure import catalogue
from zhijin.disclosure.models import Document
from zhijin.places import api as places
from zhijin.ui import spans

_ATOM = "http://www.w3.org/2005/Atom"
#: JSON Schema of one entry of the open data.
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Public documents of a place",
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["code", "place_code", "place", "board", "title", "period", "published_at", "address"],
        "properties": {
            "code": {"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$"},
            "place_code": {"type": "string", "pattern": "^[1-9][0-9]{1,14}$"},
            "place": {"type": "string"},
            "board": {"enum": sorted(catalogue.BOARDS)},
            "title": {"type": "string"},
            "period": {"type": "string", "pattern": "^(20[0-9]{2}(-[0-9]{2}|Q[1-4])?)?$"},
            "published_at": {"type": "string", "format": "date-time"},
            "address": {"type": "string", "format": "uri"},
            "simulated": {"type": "boolean"},
        },
    },
}  # fmt: skip


def entries(rows: list[Document], origin: str) -> list[dict[str, Any]]:
    """The rows of the open data."""
    names = places.labels([row.place_code for row in rows])
    return [
        {
            "code": show_receipt(row.code), "place_code": row.place_code,
            "place": names.get(row.place_code, row.place_code), "board": row.board,
            "title": row.title, "period": row.period,
            "published_at": row.published_at.isoformat() if row.published_at else "",
            "address": f"{origin}/d/{show_receipt(row.code)}/", "simulated": row.simulated,
        }
        for row in rows
    ]  # fmt: skip


def as_json(rows: list[Document], origin: str) -> bytes:
    return json.dumps(entries(rows, origin), ensure_ascii=False, indent=1).encode()


def as_csv(rows: list[Document], origin: str) -> bytes:
    """CSV for Excel: UTF-8 with its mark; a cell that begins like a formula is made text.

    Columns are the schema's properties, in its order; truth values are written ``true`` and ``false``.
    """
    out = io.StringIO()
    names = list(SCHEMA["items"]["properties"])
    writer = csv.writer(out)
    writer.writerow(names)
    for entry in entries(rows, origin):
        writer.writerow([_text(entry[name]) for name in names])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _text(value: Any) -> str:
    text = ("false", "true")[value] if isinstance(value, bool) else str(value)
    return f"'{text}" if text.startswith(tuple("=+-@\t\r")) else text


def as_atom(rows: list[Document], *, title: str, address: str, origin: str) -> bytes:
    """An Atom feed of the newest documents."""
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": "zh-Hans"})
    newest = max((row.published_at for row in rows if row.published_at), default=None)
    for tag, text in (
        ("title", title), ("id", origin + address),
        ("updated", newest.isoformat() if newest else "1970-01-01T00:00:00+00:00"),
    ):  # fmt: skip
        SubElement(feed, tag).text = clean(text)
    SubElement(feed, "link", {"rel": "self", "href": f"{origin}{address}feed.atom"})
    SubElement(feed, "link", {"rel": "alternate", "href": f"{origin}{address}"})
    SubElement(SubElement(feed, "author"), "name").text = clean(title)
    for row in rows:
        _entry(feed, row, origin)
    head = b'<?xml version="1.0" encoding="utf-8"?>\n'
    return head + tostring(feed, encoding="unicode").encode()


def _entry(feed: Element, row: Document, origin: str) -> None:
    link = f"{origin}/d/{show_receipt(row.code)}/"
    entry = SubElement(feed, "entry")
    stamp = row.published_at.isoformat() if row.published_at else ""
    for tag, text in (
        ("title", spans.spoken(row.title)), ("id", link), ("updated", stamp), ("published", stamp),
        ("summary", row.body[:300]),
    ):  # fmt: skip
        SubElement(entry, tag).text = clean(text)
    SubElement(entry, "link", {"href": link})
    SubElement(
        entry, "category", {"term": row.board, "label": str(catalogue.BOARDS[row.board].title)}
    )
