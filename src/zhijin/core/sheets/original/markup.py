"""Elements of an XML part with the bytes they stand on, so that a part can be changed at one spot only.

Expat, without entities: a part that declares a document type is refused, which leaves neither external
entities nor expansion bombs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

_CANNOT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(ValueError):
    """A part that is no XML, declares a document type, or is not UTF-8."""


@dataclass(slots=True)
class Element:
    """One element. ``start`` and ``end`` bound it in bytes; ``close`` is where its end tag begins
    (``start`` for ``<x/>``). ``name`` is without prefix, ``text`` its own characters."""

    name: str
    prefix: str
    attrs: dict[str, str]
    start: int
    depth: int
    close: int = 0
    end: int = 0
    text: str = ""
    full: bool = False

    @property
    def is_empty(self) -> bool:
        """Written as ``<x/>``."""
        return self.close == self.start

    def get(self, name: str, default: str = "") -> str:
        """An attribute by its name without prefix."""
        for key, value in self.attrs.items():
            if key == name or key.rpartition(":")[2] == name:
                return value
        return default


@dataclass
class _Walk:
    data: bytes
    took: Callable[[Element, list[Element]], None]
    began: Callable[[Element, list[Element]], None] | None
    open: list[Element] = field(default_factory=list)
    parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        prefix, _colon, name = tag.rpartition(":")
        element = Element(name, prefix, attrs, self.parser.CurrentByteIndex, len(self.open) + 1)
        if self.open:
            self.open[-1].full = True
        if self.began is not None:
            self.began(element, self.open)
        self.open.append(element)

    def stop(self, _tag: str) -> None:
        element = self.open.pop()
        spot = self.parser.CurrentByteIndex
        # Of ``<x/>`` expat tells the end, of ``<x></x>`` where the end tag begins.
        if self.data[spot - 2 : spot] == b"/>" and not element.full and not element.text:
            element.close, element.end = element.start, spot
        else:
            element.close, element.end = spot, self.data.find(b">", spot) + 1
        self.took(element, self.open)

    def characters(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def run(self) -> None:
        parser = self.parser
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.stop
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            parser.Parse(self.data, True)
        except expat.ExpatError as error:
            raise Unreadable(str(error)) from error


def _no_doctype(*_about: object) -> None:
    raise Unreadable("a document type is declared")


def walk(
    data: bytes,
    took: Callable[[Element, list[Element]], None],
    began: Callable[[Element, list[Element]], None] | None = None,
) -> None:
    """Call ``took(element, those around it)`` at the end of each element, ``began`` at its start.

    Raises Unreadable.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data[:64]:
        raise Unreadable("not UTF-8")
    _Walk(data, took, began).run()


def elements(data: bytes, names: Iterable[str]) -> list[Element]:
    """The elements of these names, in the order in which they end. Raises Unreadable."""
    wanted, found = set(names), list[Element]()
    walk(data, lambda e, _around: found.append(e) if e.name in wanted else None)
    return found


def escape(text: str) -> str:
    """Text for an element or an attribute; characters that XML cannot hold become spaces."""
    kept = _CANNOT.sub(" ", text)
    for plain, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        kept = kept.replace(plain, safe)
    return kept


def appended(data: bytes, element: Element, inner: str) -> bytes:
    """The part with ``inner`` as the last child of ``element``."""
    new = inner.encode()
    if not element.is_empty:
        return data[: element.close] + new + data[element.close :]
    tag = f"{element.prefix}:{element.name}" if element.prefix else element.name
    slash = data.rfind(b"/", element.start, element.end)
    opened = data[:slash] + b">"
    return opened + new + f"</{tag}>".encode() + data[element.end :]
