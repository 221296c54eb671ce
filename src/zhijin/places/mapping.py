"""Saves what somebody did on the grid map of a village: all of it, or nothing.

The map sends its whole picture; this works out what was drawn, new, cut, joined or taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.core.actor import Actor
from zhijin.places import errors, services
from zhijin.places.drawing import draw
from zhijin.places.geometry import outline_of, outlines_in
from zhijin.places.models import Outline
from zhijin.places.steps import lock_village


@dataclass(frozen=True)
class Drawn:
    """One area on the map. `code` empty: a new grid, which may come `origin`ally from others.

    `version` is the version that was on the map when it was opened (0: not drawn yet).
    """

    geometry: object
    code: str = ""
    name: str = ""
    version: int = 0
    origin: tuple[str, ...] = ()


@dataclass
class Saved:
    """What was written, by codes."""

    drawn: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


@transaction.atomic(savepoint=False)
def save_map(
    *,
    actor: Actor,
    village: str,
    grids: Sequence[Drawn],
    outline: Drawn | None = None,
    removed: Sequence[str] = (),
) -> Saved:
    """Write the picture. `removed` names grids to end; a stored grid not mentioned stays as it is.

    Raises CO403, PL001, PL101–PL108; then nothing at all is written.
    """
    lock_village(actor=actor, code=village)
    stored = {o.place_id: o for o in outlines_in(village)}
    out = Saved()
    if outline is not None:
        _draw(actor, outline, outline_of(village), out)
    for grid in grids:
        if grid.code:
            if not grid.code.startswith(village):
                raise errors.NOT_SAME_VILLAGE()
            _draw(actor, grid, stored.get(grid.code), out)
    _replace(actor, [g for g in grids if not g.code and g.origin], stored, out)
    for grid in grids:
        if not grid.code and not grid.origin:
            new = services.create_grid(
                actor=actor, village=village, name=grid.name, geometry=grid.geometry
            )
            out.created.append(new.code)
    for code in removed:
        if code not in out.ended:
            if not code.startswith(village):
                raise errors.NOT_SAME_VILLAGE()
            services.retire(actor=actor, code=code)
            out.ended.append(code)
    return out


def _draw(actor: Actor, grid: Drawn, old: Outline | None, out: Saved) -> None:
    new = draw(actor=actor, code=grid.code, geometry=grid.geometry, base_version=grid.version)
    if old is None or new.pk != old.pk:
        out.drawn.append(grid.code)
    if grid.name and grid.code and len(grid.code) == 15:
        services.rename(actor=actor, code=grid.code, name=grid.name)


def _replace(actor: Actor, grids: list[Drawn], stored: dict[str, Outline], out: Saved) -> None:
    """Grids cut out of, or joined from, stored ones."""
    if not grids:
        return
    origins = list(dict.fromkeys(code for grid in grids for code in grid.origin))
    for code in origins:
        if code not in stored:
            text = _("{code} 已经不在图上").format(code=code)
            raise errors.SUCCESSION_WRONG(reason=text)
    parts = [(grid.name, grid.geometry, list(grid.origin)) for grid in grids]
    out.created += [new.code for new in services.replace_grids(actor=actor, parts=parts)]
    out.ended += origins


def read_picture(body: dict[str, Any]) -> tuple[list[Drawn], Drawn | None, list[str]]:
    """The map's JSON: {grids: [{code, name, version, origin, geometry}], outline, removed}.

    Raises PL105 when it has another form.
    """
    try:
        grids = [_drawn(item) for item in body.get("grids", [])]
        outline = _drawn(body["outline"]) if body.get("outline") else None
        removed = [str(code) for code in body.get("removed", [])]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise errors.BAD_GEOMETRY(reason=_("提交的地图内容不完整")) from error
    return grids, outline, removed


def _drawn(item: dict[str, Any]) -> Drawn:
    return Drawn(
        geometry=item["geometry"],
        code=str(item.get("code") or ""),
        name=str(item.get("name") or ""),
        version=int(item.get("version") or 0),
        origin=tuple(str(code) for code in item.get("origin") or ()),
    )
