"""A circle on the ground: who is within it, who is told, and what the pages say of it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.broadcast.conftest import NOTICE, SYSTEM, heard, made, sent
from tests.broadcast.test_sending import Bus
from tests.cases.conftest import IN_GRID
from tests.cast import GRID, VILLAGE
from zhijin.broadcast import circles, orders, wire
from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Broadcast
from zhijin.broadcast.services import sending
from zhijin.core import geo
from zhijin.core.scope import scoped
from zhijin.sensing.models import Device
from zhijin.sensing.services.devices import Entry, register

pytestmark = pytest.mark.django_db
LON, LAT = IN_GRID


def moved(metres_east: float, metres_north: float) -> tuple[float, float]:
    squeeze = math.cos(math.radians(LAT)) * circles.DEGREE
    return LON + metres_east / squeeze, LAT + metres_north / circles.DEGREE


@pytest.fixture
def scattered(village) -> dict[str, Device]:
    """Beside three without a position: one in the middle, one 400 m east, one 700 m north."""
    spots = {"中间": (0, 0), "东边": (400, 0), "北边": (0, 700)}
    return {
        label: register(actor=SYSTEM, entry=Entry("loudspeaker", label, GRID, *moved(*spot)))[0]
        for label, spot in spots.items()
    }


@pytest.mark.parametrize(
    ("metres", "expected"),
    [(50, {"中间"}), (399, {"中间"}), (401, {"中间", "东边"}), (5000, {"中间", "东边", "北边"})],
)
def test_those_within_are_meant(scattered, metres, expected):
    where = sending.loudspeakers([VILLAGE], Circle(LON, LAT, metres))
    with scoped(SYSTEM):
        assert set(Device.objects.filter(where).values_list("label", flat=True)) == expected


def test_the_database_counts_as_the_ground_does(scattered):
    """At every distance of a few kilometres the answer is that of the great circle, but for its very edge."""
    with scoped(SYSTEM):
        rows = list(Device.objects.filter(lon__isnull=False))
        for number in range(60):
            centre = moved(100 * (number - 30), 70 * (number % 17 - 8))
            metres = 20 + 90 * number
            circle = Circle(*centre, metres)
            found = set(Device.objects.filter(circle.within()).values_list("id", flat=True))
            for row in rows:
                away = geo.distance_m(centre, (row.lon, row.lat))
                if abs(away - metres) > 0.01 * metres:
                    assert (row.id in found) == (away < metres)


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_whatever_is_written_is_a_circle_none_or_refused(lon, lat, metres):
    try:
        found = circles.read(lon, lat, metres)
    except ValueError:
        return
    assert found is None or geo.is_position(found.lon, found.lat)


@pytest.mark.parametrize(
    "given_", [("104", "25", "10"), ("nan", "25", "100"), ("200", "25", "100"), ("104", "", "100")]
)
def test_no_circle(given_):
    with pytest.raises(ValueError, match=r".*"):
        circles.read(*given_)


def test_only_those_within_are_told_each_alone(scattered):
    row = sent(SYSTEM, circle=Circle(LON, LAT, 450))
    assert set(heard(row)) == {"中间", "东边"}
    bus = Bus()
    wire.tend(bus)
    codes = {scattered[label].code for label in ("中间", "东边")}
    assert set(bus.subjects()) == {f"zj.d.{code}.in.play" for code in codes}
    order = orders.read(
        json.loads(json.loads(wire._signed(row, _turns(row), [], sorted(codes), 2))["document"])
    )
    orders.judge(order, min(codes), GRID, order.turns[0].at)
    with pytest.raises(orders.Bad, match="area"):
        orders.judge(order, scattered["北边"].code, GRID, order.turns[0].at)
    wire.tend(bus)
    assert bus.subjects() == []


def _turns(row: Broadcast):
    target = next(iter(heard(row).values()))
    return [(0, target.at, target.until)]


def test_without_one_inside_nothing_goes_out(village):
    row = made(SYSTEM, circle=Circle(LON, LAT, 100))
    with pytest.raises(Exception, match="BC003"):
        sending.submit(actor=SYSTEM, pk=row.id)


def test_the_page_draws_it_and_the_board_says_it(scattered, cast):
    desk = cast.branch_secretary.client
    page = desk.get(f"/desk/broadcasts/new/?place={VILLAGE}")
    text = page.content.decode()
    assert page.headers["Permissions-Policy"].endswith("microphone=(self)")
    assert "microphone=()" in desk.get("/desk/broadcasts/").headers["Permissions-Policy"]
    assert text.count('class="circle-ear"') == 3
    given_ = {"text": NOTICE, "areas": VILLAGE, "when": "now", "lon": LON, "lat": LAT}
    bad = desk.post("/desk/broadcasts/new/", {**given_, "metres": "5"})
    assert (
        bad.status_code,
        "BC016" in bad.content.decode() or "半径在" in bad.content.decode(),
    ) == (400, True)
    address = desk.post("/desk/broadcasts/new/", {**given_, "metres": "450"}).headers["Location"]
    shown = desk.get(address).content.decode()
    assert "半径 450 米的圆内" in shown
    assert "2 台" in shown
