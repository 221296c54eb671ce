"""The map of a wall: the parts of a place with how many matters are open in each. North up, shapes true, no tiles,
no network; a household's position is never drawn, only its grid's area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from zhijin.core.ids import Level
from zhijin.places import api as places
from zhijin.places.api import Frame, Outline

#: Units of the drawing; on a screen of 1920 × 1080 one is about a pixel.
WIDTH, HEIGHT = 600, 440
#: Rows of tiles below take room: the drawing is made flatter, so that its type does not shrink with it.
_FLATTER, _ROWS = 80, 3
#: Sizes of type on it.
_FIGURE, _NAME = 52, 30
_PARTS: dict[int, tuple[str, ...]] = {
    12: (Level.GRID,), 9: (Level.VILLAGE,), 6: (Level.TOWNSHIP,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One grid, village or township with its open matters."""

    code: str
    name: str
    open: int
    late: int

    @property
    def tone(self) -> str:
        """``late``, ``busy`` or ``calm``."""
        return "late" if self.late else "busy" if self.open else "calm"


@dataclass(frozen=True, slots=True)
class Map:
    """The drawing (None when nothing of the place is drawn) and the parts that are not on it."""

    svg: SafeString | None
    missing: tuple[Part, ...]


def draw(place_code: str, parts: Sequence[Part]) -> Map:
    """Two queries at most. A county's own outline is the ground that its townships have none of."""
    outlines = list(places.current_outlines(place_code, *_PARTS[len(place_code)]))
    ground = places.county_outline(place_code) if len(place_code) == 6 else None
    by_code = {part.code: part for part in parts}
    drawn = [outline for outline in outlines if outline.place_id in by_code]
    on_map = {outline.place_id for outline in drawn}
    missing = tuple(part for part in parts if part.code not in on_map)
    below = [ground] if ground is not None else []
    if not drawn and not below:
        return Map(None, missing)
    rows = min(_ROWS, -(-len(missing) // 2))
    height = HEIGHT - _FLATTER * max(0, rows - 1)
    return Map(_svg(below, drawn, by_code, height), missing)


def _svg(
    below: list[Outline], drawn: list[Outline], by_code: Mapping[str, Part], high: int
) -> SafeString:
    frame = _frame([*below, *drawn], high)
    left, top = (WIDTH - frame.width) // 2, (high - frame.height) // 2
    ground = format_html_join(
        "", '<path class="wall-ground" d="{}"/>',
        ((frame.path(places.plain(one, frame)),) for one in below),
    )  # fmt: skip
    areas = format_html_join(
        "", '<path class="wall-area" data-tone="{}" d="{}" fill-rule="evenodd"/>',
        ((by_code[one.place_id].tone, frame.path(places.plain(one, frame))) for one in drawn),
    )  # fmt: skip
    names = format_html_join(
        "", "{}", ((_name(one, by_code[one.place_id], frame),) for one in drawn)
    )
    inside = mark_safe(ground + areas + names)  # noqa: S308 - every part was made by format_html
    return format_html(
        '<svg class="wall-map" viewBox="0 0 {} {}" aria-hidden="true">'
        '<g transform="translate({} {})">{}</g></svg>',
        WIDTH, high, left, top, inside,
    )  # fmt: skip


def _frame(outlines: list[Outline], high: int) -> Frame:
    """The largest that fits both ways."""
    box = places.box_of(outlines)
    frame = Frame(box, WIDTH)
    if frame.height > high:
        frame = Frame(box, high if frame.height >= frame.width else WIDTH * high // frame.height)
    return frame


def _name(outline: Outline, part: Part, frame: Frame) -> SafeString:
    """How many are open, and the name where the area is wide enough for it."""
    x, y = places.middle(outline, frame)
    west, north = frame.at(outline.min_lon, outline.max_lat)
    east, south = frame.at(outline.max_lon, outline.min_lat)
    named = east - west > _NAME * len(part.name) and south - north > _FIGURE + 2 * _NAME
    up = _NAME // 2 if named else 0
    figure = format_html(
        '<text class="wall-figure" data-tone="{}" x="{}" y="{}">{}</text>',
        part.tone, x, y + _FIGURE // 3 - up, part.open,
    )  # fmt: skip
    if not named:
        return figure
    return format_html(
        '{}<text class="wall-name" data-tone="{}" x="{}" y="{}">{}</text>',
        figure,
        part.tone,
        x,
        y + _FIGURE // 2 + up,
        part.name,
    )
