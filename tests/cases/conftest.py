"""A village with two grids and a road-hazard programme of the tests' own, so that times are known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.cast import COUNTY, GRID, OTHER_COUNTY, OTHER_VILLAGE, PREFECTURE, TOWNSHIP, VILLAGE
from zhijin.cases.services.intake import Opened, Report, open_case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import level_of, parent_code, place_key, uuid7
from zhijin.places.models import Outline, Place
from zhijin.playbooks import selectors
from zhijin.playbooks.engine import load
from zhijin.playbooks.models import PlaybookRevision

GRID_2 = VILLAGE + "002"
#: Inside the first and the second grid, and inside neither.
IN_GRID, IN_GRID_2, OUTSIDE = (103.605, 27.305), (103.615, 27.305), (103.7, 27.4)
#: A Tuesday morning in office hours (China), and a Friday evening.
TUESDAY = datetime(2026, 6, 9, 9, 0, tzinfo=clock.TZ)

PLAYBOOK = """
playbook: 1
id: test-hazard
title: {zh: 测试隐患, en: Test hazard}
basis: 测试
opens:
  by: [resident, grid_worker, township_officer, api_client]
  ask:
    - {field: what, type: longtext, required: true, label: {zh: 情况, en: What}}
    - {field: where, type: point, label: {zh: 位置, en: Where}}
    - {field: photos, type: photo, max: 3}
    - {field: id_no, type: id_number, private: true, purpose: 核实身份, label: {zh: 证件号, en: ID}}
states:
  reported:
    owner: grid_worker
    within: 2 work hours
    remind: [30 work minutes]
    late: [{escalate: township}, {after: 1 workday, escalate: county}]
    moves:
      - {to: handling, by: [grid_worker, township_officer], step: accept}
      - {to: returned, by: grid_worker, why: required, step: return}
  handling:
    owner: grid_worker
    within: 3 workdays
    late: {escalate: township}
    extend: {max: 2 workdays, times: 1, approver: township}
    suspend: {max: 10 days, approver: township}
    moves:
      - to: verifying
        by: grid_worker
        step: handle
        ask:
          - {field: after, type: photo, required: true}
          - {field: met, type: person, private: true, purpose: 回访在场的人}
  verifying:
    owner: reporter
    within: 5 days
    late: {move: closed}
    moves:
      - {to: closed, by: reporter, ask: [{field: satisfied, type: rating}], step: close}
      - {to: handling, by: reporter, why: required, step: rework}
  returned: {final: true, outcome: refused}
  closed: {final: true}
publish: {when: closed, fields: [where, photos], board: village-affairs}
"""


def add_place(code: str, name: str) -> Place:
    """One place, with everything above it that is missing."""
    parent = parent_code(code)
    if parent and not Place.objects.filter(code=parent).exists():
        add_place(parent, f"上级{parent}")
    return Place.objects.create(
        code=code, key=place_key(code), name=name, level=level_of(code), parent_id=parent
    )


def draw_square(code: str, west: float, south: float, size: float = 0.01) -> Outline:
    """A square grid."""
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Outline.objects.create(
        place_id=code, geometry={"type": "Polygon", "coordinates": [ring]}, min_lon=west,
        min_lat=south, max_lon=east, max_lat=north, area_m2=1_000_000, source="test",
    )  # fmt: skip


def publish(text: str, place_code: str = "", number: int = 1) -> PlaybookRevision:
    """Put a playbook into force without ceremony."""
    loaded = load(text, "test")
    assert loaded.playbook is not None, loaded.findings
    row = PlaybookRevision.objects.create(
        playbook=loaded.playbook.id, place_code=place_code, revision=number,
        digest=f"{number:064d}", title_zh=loaded.playbook.title.zh,
        title_en=loaded.playbook.title.en, source=text, state="in_force", uploaded_by="test",
    )  # fmt: skip
    selectors.forget()
    return row


@pytest.fixture
def ground(db: None) -> Iterator[PlaybookRevision]:
    """The places of the cast, two drawn grids, and the programme in force."""
    for code, name in (
        (PREFECTURE, "昭通市"), (COUNTY, "昭阳区"), (TOWNSHIP, "靖安镇"),
        (VILLAGE, "大耆老村村民委员会"), (GRID, "第一网格"), (GRID_2, "第二网格"),
        (OTHER_COUNTY, "鲁甸县"), (OTHER_VILLAGE, "邻县村"),
    ):  # fmt: skip
        add_place(code, name)
    draw_square(GRID, 103.60, 27.30)
    draw_square(GRID_2, 103.61, 27.30)
    yield publish(PLAYBOOK)
    selectors.forget()


def report(**more: Any) -> Report:
    """A plain report in the village."""
    values: dict[str, Any] = {
        "playbook": "test-hazard", "channel": "portal", "key": str(uuid7()),
        "place_code": VILLAGE, "answers": {"what": "村口的路塌了一块，晚上看不见"},
    }  # fmt: skip
    return Report(**{**values, **more})


def opened(at: datetime = TUESDAY, **more: Any) -> Opened:
    """A case opened by a resident at ``at``."""
    with clock.freeze(at):
        return open_case(actor=Actor.resident(), report=report(**more), opener="resident")


def jpeg(size: tuple[int, int] = (640, 480), colour: str = "brown") -> bytes:
    """A small photograph."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def upload(name: str = "road.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    """A photo as a form sends it."""
    return SimpleUploadedFile(name, data or jpeg(), content_type="image/jpeg")


@pytest.fixture(autouse=True)
def files(tmp_path: Any, settings: Any) -> None:
    """Photos of a test go to its own folder."""
    settings.ZHIJIN_FILES = str(tmp_path / "files")
