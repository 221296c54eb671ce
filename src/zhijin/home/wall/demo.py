"""The demonstration's wall: one link for the village that is alive."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.home.demo.registry import Demo, register_step
from zhijin.home.wall.links import token_of
from zhijin.home.wall.models import Wall
from zhijin.home.wall.services import make
from zhijin.places import api as places

VILLAGE = "530602105207"
_DEMO = Actor.system("demo")


def step(demo: Demo) -> None:
    """Made once; whoever revokes it in the demonstration gets no second one."""
    with scoped(_DEMO):
        there = Wall.objects.filter(simulated=True).exists()
    if there or not places.known(VILLAGE):
        return
    make(actor=_DEMO, place_code=VILLAGE, label="村委会大厅（模拟）", simulated=True)
    demo.count("walls", 1)


def lines() -> list[str]:
    """What the greeting prints; ``{site}`` stands for the address that the platform has this time."""
    with scoped(_DEMO):
        found = Wall.objects.filter(simulated=True, revoked_at=None).order_by("made_at")[:1]
        paths = [reverse("portal:wall", args=[token_of(wall.id)]) for wall in found]
    return [_("大屏（不用登录）：") + "{site}" + path for path in paths]


def register() -> None:
    """Called when the application is ready."""
    register_step("walls", 92, step)
