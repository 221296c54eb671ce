"""Places for tests: real codes with their ancestors, square grids of a known size."""

from __future__ import annotations

from typing import Any

from zhijin.core.actor import Actor
from zhijin.core.ids import LEVELS, ancestor_codes, parent_code, place_key
from zhijin.core.scope import scoped
from zhijin.places import services
from zhijin.places.models import Place
from zhijin.places.names import kind_of

NAMES = {
    "53": "云南省", "5306": "昭通市", "530602": "昭阳区", "530602105": "靖安镇",
    "530602105207": "大耆老村村民委员会", "530621": "鲁甸县", "530621103": "龙头山镇",
    "530621103203": "沙坝村村民委员会", "52": "贵州省", "5226": "黔东南苗族侗族自治州",
    "522631": "黎平县", "522631206": "口江乡", "522631206200": "口江村村民委员会",
    "5201": "贵阳市", "520115": "观山湖区", "520115007": "金阳街道", "520115007005": "金元社区",
}  # fmt: skip
VILLAGE = "530602105207"
#: Somewhere in 昭阳区.
WEST, SOUTH = 103.70, 27.30
SYSTEM = Actor.system("test")


def plant(code: str, name: str = "", **fields: Any) -> Place:
    """The place with this code and, where missing, its ancestors."""
    for above in ancestor_codes(code):
        _row(above, NAMES.get(above, f"地方{above}"))
    return _row(code, name or NAMES.get(code, f"地方{code}"), **fields)


def _row(code: str, name: str, **fields: Any) -> Place:
    place, _created = Place.objects.get_or_create(
        code=code,
        defaults={
            "key": place_key(code),
            "name": name,
            "level": LEVELS[len(code)].value,
            "parent_id": parent_code(code),
            "kind": kind_of(code),
            **fields,
        },
    )
    return place


def square(x: float = 0, y: float = 0, size: float = 1) -> dict[str, Any]:
    """A square of `size` steps of 0.01° with its corner `x`, `y` steps from a point in 昭阳区."""
    west, south = WEST + x * 0.01, SOUTH + y * 0.01
    east, north = west + size * 0.01, south + size * 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Polygon",
        "coordinates": [[[round(a, 7), round(b, 7)] for a, b in ring]],
    }


def middle(x: float = 0, y: float = 0) -> tuple[float, float]:
    """The middle of `square(x, y)`."""
    return WEST + (x + 0.5) * 0.01, SOUTH + (y + 0.5) * 0.01


def grid(name: str, geometry: object = None, village: str = VILLAGE, **more: Any) -> Place:
    """A grid, drawn when `geometry` is given, below a village that is planted when missing."""
    plant(village)
    with scoped(SYSTEM):
        return services.create_grid(
            actor=SYSTEM, village=village, name=name, geometry=geometry, **more
        )
