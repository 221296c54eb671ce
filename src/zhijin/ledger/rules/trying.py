"""Runs the scenarios of a programme with the very arithmetic that the books use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from zhijin.ledger.rules.deciding import decide, period
from zhijin.ledger.rules.model import Points, Scenario


@dataclass(frozen=True, slots=True)
class Wrong:
    """One expectation that does not hold: who should have what, and what they have."""

    who: str
    expected: int
    found: int


def run(programme: Points, scenario: Scenario) -> dict[str, int]:
    """Points of everybody in the scenario after its last step; nobody falls below zero."""
    held: dict[str, int] = defaultdict(int)
    given: dict[tuple[str, str, date], int] = defaultdict(int)
    for step in scenario.steps:
        rule = programme.rule(step.rule)
        amount = None if rule is None else rule.amount if rule.amount is not None else step.amount
        if rule is None or amount is None:
            continue
        key = (step.who, rule.id, _since(rule.cap.per if rule.cap else "year", step.on))
        found = decide(rule, amount, given[key], minor=step.minor)
        given[key] += found.amount
        held[step.who] = max(held[step.who] + found.amount, 0)
    return dict(held)


def _since(per: str, on: str) -> date:
    return period(date.fromisoformat(on), per)[0]  # type: ignore[arg-type]


def wrong(programme: Points, scenario: Scenario) -> list[Wrong]:
    """What the scenario expects and does not come out."""
    held = run(programme, scenario)
    return [
        Wrong(who, expected, held.get(who, 0))
        for who, expected in scenario.expect.items()
        if held.get(who, 0) != expected
    ]
