"""The table of places: divisions, villagers' groups and grids, through the services of places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijin.core import sheets
from zhijin.core.actor import Actor
from zhijin.core.ids import Level, level_of
from zhijin.core.scope import scope_q
from zhijin.core.sheets import Column, Row
from zhijin.orgs.sheeting import Sheet
from zhijin.places import api as places

LEVEL_CHOICES = {
    "省": "province", "市州": "prefecture", "县": "county", "乡镇街道": "township",
    "村社区": "village", "村民组": "group", "网格": "grid",
}  # fmt: skip
_LEVEL_ALSO = {"组": "group", "村": "village", "社区": "village", "乡镇": "township", "街道": "township",
               "市": "prefecture", "州": "prefecture", "区": "county", "小组": "group"}  # fmt: skip

COLUMNS = (
    Column("code", "区划代码", "Code", sheets.place_code, synonyms=("代码", "编码", "网格代码", "网格编号"),
           width=20, help=_("新设的组和网格可以留空，由系统编号。"), example="530602105207001"),
    Column("name", "名称", "Name", sheets.text(64), required=True, synonyms=("区划名称", "网格名称", "组名"),
           width=28, example="第一网格"),
    Column("level", "级别", "Level", sheets.choice(LEVEL_CHOICES, _LEVEL_ALSO), choices=LEVEL_CHOICES,
           synonyms=("类型", "类别"), example="网格"),
    Column("parent", "上级代码", "Parent code", sheets.place_code,
           synonyms=("所属村代码", "村代码", "上级区划代码"), width=18, example="530602105207"),
    Column("households", "户数", "Households", sheets.integer(0, 1_000_000), example="86"),
)  # fmt: skip


def saver(actor: Actor) -> Any:
    def save(row: Row) -> str:
        values = row.values
        code = values["code"]
        known = places.find(code) if code else _by_name(values)
        if known is not None:
            return _rename(actor, known, values["name"])
        if code and level_of(code) not in {Level.GROUP, Level.GRID}:
            places.create_division(actor=actor, code=code, name=values["name"])
            return "added"
        _create_small(actor, row)
        return "added"

    return save


def _by_name(values: dict[str, Any]) -> places.Place | None:
    if not values["parent"] or not values["level"]:
        return None
    return places.subtree(values["parent"], values["level"]).filter(name=values["name"]).first()


def _rename(actor: Actor, known: places.Place, name: str) -> str:
    if known.name == name:
        return "same"
    places.rename(actor=actor, code=known.code, name=name)
    return "changed"


def _create_small(actor: Actor, row: Row) -> None:
    values = row.values
    code, village, level = values["code"], values["parent"], values["level"]
    number = None
    if code:
        level, village, number = level_of(code).value, code[:12], int(code[12:])
    if not village or level not in {"group", "grid"}:
        row.refuse(
            "OR301", _("不知道要设在哪里。"), _("请填写区划代码，或同时填写级别和上级代码。")
        )
        return
    make = places.create_grid if level == "grid" else places.create_group
    make(
        actor=actor, village=village, name=values["name"], number=number,
        households=values["households"],
    )  # fmt: skip


def rows(actor: Actor, place: str) -> Iterator[dict[str, Any]]:
    seen = places.Place.objects.filter(scope_q(actor, "key"), places.current_q()).order_by("key")
    if place:
        seen = seen.filter(places.within_q(place))
    for found in seen.iterator(chunk_size=2000):
        yield {
            "code": found.code,
            "name": found.name,
            "level": found.level,
            "parent": found.parent_id or "",
            "households": found.households,
        }


PLACES = Sheet(
    key="places", title=_("区划与网格"), about=_("村以上的区划、村民组和网格。图形在地图上画。"),
    columns=COLUMNS, import_permission="grid.edit", export_permission="place.view",
    saver=saver, rows=rows, order=10,
)  # fmt: skip
