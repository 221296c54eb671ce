"""The table of devices: registered row by row; each gets its secret on its own page, never in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijin.core import sheets
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.core.sheets import Column, Row
from zhijin.core.signals import DEVICE_KINDS
from zhijin.orgs.api import Sheet
from zhijin.sensing import selectors
from zhijin.sensing.models import Device
from zhijin.sensing.services.devices import Entry, change, register

KINDS = {kind.zh: kind.key for kind in DEVICE_KINDS.values()}
_ALSO = {"烟感探测器": "smoke", "大喇叭": "loudspeaker", "监控": "camera", "电表": "power"}

COLUMNS = (
    Column("place_code", "地方代码", "Place code", sheets.place_code, required=True,
           synonyms=("区划代码", "村代码", "网格代码", "所在地代码"), width=18, example="530602105207001"),
    Column("kind", "种类", "Kind", sheets.choice(KINDS, _ALSO), required=True, choices=KINDS,
           synonyms=("设备种类", "类型"), example="烟感"),
    Column("label", "名称", "Name", sheets.text(60), required=True, synonyms=("设备名称",), width=28,
           help=_("写位置和用途，不写人。"), example="3 号烤房烟感"),
    Column("serves", "服务户数", "Households served", sheets.integer(0, 100_000), example="6"),
    Column("model", "型号", "Model", sheets.text(60), example="JTY-GD"),
    Column("serial", "序列号", "Serial number", sheets.text(60), synonyms=("设备编号",), example="A2026001"),
)  # fmt: skip


def saver(actor: Actor) -> Any:
    def save(row: Row) -> str:
        values = row.values
        found = _same(actor, values)
        if found is None:
            register(actor=actor, entry=_entry(values))
            return "added"
        wanted = (values["serves"] or 0, values["model"] or "", values["serial"] or "")
        if (found.serves, found.model, found.serial) == wanted:
            return "same"
        change(actor=actor, device_id=found.id, entry=_entry(values, found))
        return "changed"

    return save


def _same(actor: Actor, values: dict[str, Any]) -> Device | None:
    """The device that a row means: of this kind and name in this village."""
    with scoped(actor):
        rows = selectors.listing(actor, values["place_code"][:12], values["kind"])
        return rows.filter(label=values["label"].strip()).first()


def _entry(values: dict[str, Any], found: Device | None = None) -> Entry:
    more: dict[str, Any] = {}
    if found is not None:
        more = {"lon": found.lon, "lat": found.lat, "beat": found.beat, "org_key": found.org_key,
                "household": found.household}  # fmt: skip
    return Entry(
        values["kind"], values["label"], values["place_code"], serves=values["serves"] or 0,
        model=values["model"] or "", serial=values["serial"] or "", **more,
    )  # fmt: skip


def rows(actor: Actor, place: str) -> Iterator[dict[str, Any]]:
    for device in selectors.listing(actor, place).iterator(chunk_size=1000):
        yield {
            "place_code": device.place_code, "kind": device.kind, "label": device.label,
            "serves": device.serves, "model": device.model, "serial": device.serial,
        }  # fmt: skip


DEVICES = Sheet(
    key="devices", title=_("设备"), about=_("传感器、摄像头、云喇叭。密钥不进表格，在设备页上生成。"),
    columns=COLUMNS, import_permission="device.edit", export_permission="device.view",
    saver=saver, rows=rows, order=60,
)  # fmt: skip
