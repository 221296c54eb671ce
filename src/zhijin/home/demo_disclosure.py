"""A demonstration's public documents: the step that asks the room to make them."""

from __future__ import annotations

from zhijin.disclosure import api as disclosure
from zhijin.home.demo.registry import Demo

#: The village that is fully alive, and whose name stands under what it publishes.
VILLAGE, SECRETARY = "530602105207", "村党支部书记（模拟）"


def step(demo: Demo) -> None:
    """Public documents of the village that is alive, once."""
    demo.count("documents", disclosure.make_demo(VILLAGE, SECRETARY))
