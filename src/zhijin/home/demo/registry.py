"""The steps of a demonstration and what they share. A step must be safe to run again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Scale(StrEnum):
    """How much is made: one village alive; a county and the documents' places; the provinces."""

    VILLAGE = "village"
    COUNTY = "county"
    PROVINCE = "province"

    @property
    def rank(self) -> int:
        return list(Scale).index(self)


@dataclass
class Demo:
    """One making of a demonstration. ``notes`` collects what each step made, for the greeting."""

    scale: Scale
    seed: int
    today: date
    notes: dict[str, int] = field(default_factory=dict)

    def rng(self, *names: object) -> random.Random:
        """A source of its own for each place and thing: what one makes does not change the other."""
        return random.Random(f"{self.seed} {' '.join(map(str, names))}")

    def at_least(self, scale: Scale) -> bool:
        return self.scale.rank >= scale.rank

    def count(self, what: str, number: int) -> None:
        self.notes[what] = self.notes.get(what, 0) + number


Step = Callable[[Demo], None]


@dataclass(frozen=True, slots=True)
class NamedStep:
    """A step with its place in the order (places 10, organisations 30, accounts 40, people 60)."""

    order: int
    name: str
    run: Step


_steps: dict[str, NamedStep] = {}


def register_step(name: str, order: int, step: Step) -> None:
    """Add a step. Raises ValueError when another has the name."""
    if name in _steps and _steps[name].run is not step:
        raise ValueError(f"the step {name} is registered twice")
    _steps[name] = NamedStep(order, name, step)


def steps() -> list[NamedStep]:
    """Every step in order."""
    return sorted(_steps.values(), key=lambda step: (step.order, step.name))
