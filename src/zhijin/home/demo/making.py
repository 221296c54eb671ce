"""Makes a demonstration: runs the steps in order and times them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from zhijin.access import api as access
from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.home.demo import accounts, errors, people, steps
from zhijin.home.demo.registry import Demo, Scale, register_step
from zhijin.home.demo.registry import steps as all_steps
from zhijin.orgs import api as orgs

DEFAULT_SEED = 20260701

register_step("shipped", 5, steps.shipped)
register_step("divisions", 10, steps.divisions)
register_step("grids", 20, steps.grids)
register_step("organisations", 30, steps.organisations)
register_step("accounts", 40, accounts.make)
register_step("people", 60, people.make)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, and how long each step took (seconds)."""

    counts: dict[str, int]
    seconds: dict[str, float]


def make(
    scale: Scale, seed: int = DEFAULT_SEED, tell: Callable[[str], None] = lambda _line: None
) -> Made:
    """Make (or complete) a demonstration of this scale. Running it again adds nothing.

    Raises HD001 on an installation that is no demonstration: its accounts have a public password.
    """
    _refuse_real_installation()
    demo = Demo(scale, seed, clock.today())
    seconds = {}
    # The platform may be running: its workers must not end cases whose story is still being told.
    with cases.clocks_held():
        for step in all_steps():
            began = time.perf_counter()
            tell(step.name)
            step.run(demo)
            seconds[step.name] = round(time.perf_counter() - began, 2)
    return Made(demo.notes, seconds)


def _refuse_real_installation() -> None:
    with scoped(Actor.system("demo")):
        if access.Account.objects.filter(simulated=True).exists():
            return
        people_there = access.Account.objects.filter(simulated=False, is_program=False).exists()
        if people_there or orgs.Organisation.objects.filter(simulated=False).exists():
            raise errors.REAL_INSTALLATION()
