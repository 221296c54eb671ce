"""The city and its clerk, on a fixed day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.assessment.enter_once import world
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped


@pytest.fixture
def city(db: None) -> None:
    """清镇市 with 25 villages at work."""
    world.build()


@pytest.fixture
def clerk(city: None) -> Iterator[Actor]:
    """The county's clerk, in their own transaction, on 5 August 2026."""
    actor = world.officer().actor
    with clock.freeze(world.TODAY), scoped(actor):
        yield actor
