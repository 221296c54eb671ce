"""Notes at cells: the comments part, and the drawing that Excel shows them in (ECMA-376 part 4, VML)."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from zhijin.core.sheets.original.grid import Grid, address
from zhijin.core.sheets.original.markup import appended, elements, escape
from zhijin.core.sheets.original.package import relations, relations_name

_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype id="zj_note" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)

Note = tuple[int, int, str]


def add(
    parts: dict[str, bytes], part: str, data: bytes, grid: Grid, noted: Sequence[Note], author: str
) -> bytes:
    """Add notes to the sheet ``part``, whose new bytes are ``data``; returns the sheet's bytes.

    Cells that have a note already keep theirs.
    """
    there = relations(parts, part)
    drawing = there.get(grid.legacy, ("", ""))[1] if grid.legacy else ""
    if grid.legacy and drawing not in parts:
        return data  # its own drawing is missing: leave the file's notes alone
    comments = next((p for kind, p in there.values() if kind == "comments" and p in parts), "")
    if not comments:
        comments = _free(parts, "xl/comments", ".xml")
        empty = f'{_DECLARATION}<comments xmlns="{_MAIN}"><authors></authors><commentList></commentList></comments>'
        parts[comments] = empty.encode()
        relate(parts, part, f"{_OFFICE}/comments", _relative(part, comments))
        declare(parts, comments, _COMMENTS_TYPE)
    taken = {one.get("ref") for one in elements(parts[comments], ["comment"])}
    new = [note for note in noted if address(note[0], note[1]) not in taken]
    parts[comments] = _commented(parts[comments], new, author)
    if not drawing:
        drawing = _free(parts, "xl/drawings/vmlDrawing", ".vml")
        parts[drawing] = _VML.encode()
        rel = relate(parts, part, f"{_OFFICE}/vmlDrawing", _relative(part, drawing))
        _default(parts, "vml", _VML_TYPE)
        data = _with_drawing(data, grid, rel)
    (root,) = [one for one in elements(parts[drawing], ["xml"]) if one.depth == 1]
    parts[drawing] = appended(parts[drawing], root, _SHAPE_TYPE + "".join(map(_shape, new)))
    return data


def _commented(data: bytes, noted: Sequence[Note], author: str) -> bytes:
    """Authors stand before the list, so the list is written first: its bytes lie further on."""
    found = {one.name: one for one in elements(data, ["authors", "commentList"])}
    number = sum(one.name == "author" for one in elements(data, ["author"]))
    p = f"{found['authors'].prefix}:" if found["authors"].prefix else ""
    lines = "".join(
        f'<{p}comment ref="{address(row, column)}" authorId="{number}"><{p}text><{p}r>'
        f'<{p}t xml:space="preserve">{escape(text)}</{p}t></{p}r></{p}text></{p}comment>'
        for row, column, text in noted
    )
    data = appended(data, found["commentList"], lines)
    return appended(data, found["authors"], f"<{p}author>{escape(author)}</{p}author>")


def _shape(note: Note) -> str:
    row, column, text = note
    tall = min(9, 3 + text.count("\n") + len(text) // 28)
    anchor = f"{column}, 12, {row - 1}, 4, {column + 4}, 12, {row - 1 + tall}, 4"
    return (
        f'<v:shape type="#zj_note" id="zj_{address(row, column)}" xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"'
        ' style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )


def _with_drawing(data: bytes, grid: Grid, rel: str) -> bytes:
    """The reference to the drawing, where the order of elements wants it. The cells that were written
    lie before that place, so it moved by as much as the sheet grew."""
    spot = grid.notes_before + len(data) - len(grid.data)
    tag = f"{grid.prefix}:legacyDrawing" if grid.prefix else "legacyDrawing"
    return data[:spot] + f'<{tag} xmlns:r="{_OFFICE}" r:id="{rel}"/>'.encode() + data[spot:]


def relate(parts: dict[str, bytes], part: str, kind: str, target: str) -> str:
    """Add a relation of ``part``; returns its id."""
    name = relations_name(part)
    empty = f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}"></Relationships>'
    data = parts.get(name, empty.encode())
    found = elements(data, ["Relationships", "Relationship"])
    taken = {one.get("Id") for one in found if one.name == "Relationship"}
    rel = next(one for i in range(1, 100_000) if (one := f"zj{i}") not in taken)
    (root,) = [one for one in found if one.name == "Relationships"]
    tag = f"{root.prefix}:Relationship" if root.prefix else "Relationship"
    line = f'<{tag} Id="{rel}" Type="{kind}" Target="{escape(target)}"/>'
    parts[name] = appended(data, root, line)
    return rel


def declare(parts: dict[str, bytes], part: str, media: str) -> None:
    """Say in the list of types what ``part`` is."""
    _type(parts, f'Override PartName="/{escape(part)}" ContentType="{media}"')


def _default(parts: dict[str, bytes], ending: str, media: str) -> None:
    known = {one.get("Extension").lower() for one in elements(parts[_TYPES], ["Default"])}
    if ending not in known:
        _type(parts, f'Default Extension="{ending}" ContentType="{media}"')


def _type(parts: dict[str, bytes], line: str) -> None:
    (root,) = [one for one in elements(parts[_TYPES], ["Types"]) if one.depth == 1]
    prefix = f"{root.prefix}:" if root.prefix else ""
    parts[_TYPES] = appended(parts[_TYPES], root, f"<{prefix}{line}/>")


def _free(parts: dict[str, bytes], stem: str, ending: str) -> str:
    return next(n for i in range(1, 100_000) if (n := f"{stem}{i}{ending}") not in parts)


def _relative(part: str, target: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(part))
