"""A small tree of real places, and a few simulated organisations on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from tests.cast import COUNTY, GRID, OTHER_COUNTY, OTHER_VILLAGE, PREFECTURE, TOWNSHIP, VILLAGE
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import level_of, parent_code, place_key
from zhijin.core.scope import scoped
from zhijin.orgs import services
from zhijin.orgs.models import Organisation
from zhijin.places.models import Place
from zhijin.places.names import kind_of

NAMES = {
    "53": "云南省",
    PREFECTURE: "昭通市",
    COUNTY: "昭阳区",
    TOWNSHIP: "靖安镇",
    VILLAGE: "大耆老村村民委员会",
    GRID: "第一网格",
    OTHER_COUNTY: "鲁甸县",
    OTHER_VILLAGE[:9]: "文屏镇",
    OTHER_VILLAGE: "示例村村民委员会",
}
SYSTEM = Actor.system("test")


@pytest.fixture
def places(db: None) -> None:
    """The tree of :data:`NAMES`."""
    Place.objects.bulk_create(
        Place(
            code=code, key=place_key(code), name=name, level=level_of(code), kind=kind_of(code),
            parent_id=parent_code(code),
        )
        for code, name in NAMES.items()
    )  # fmt: skip


def register(name: str, place_code: str = VILLAGE, **fields: object) -> Organisation:
    """An organisation, registered by the platform itself."""
    values: dict[str, object] = {"kind": "branch", "sector": 1, **fields}
    with scoped(SYSTEM):
        return services.register_organisation(
            actor=SYSTEM, place_code=place_code, name=name, **values
        )  # type: ignore[arg-type]


@contextmanager
def refusing() -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Expects a refusal, and undoes only what was refused."""
    with pytest.raises(Refusal) as caught, transaction.atomic():
        yield caught
