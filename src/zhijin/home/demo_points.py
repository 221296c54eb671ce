"""A demonstration's points: the step that asks the ledger to make them in the village that is alive."""

from __future__ import annotations

from zhijin.home.demo.cast import VILLAGE
from zhijin.home.demo.registry import Demo
from zhijin.ledger import api as ledger


def step(demo: Demo) -> None:
    """Points, shop and honour list, once."""
    demo.count("points", ledger.make_demo(VILLAGE, demo.seed))
