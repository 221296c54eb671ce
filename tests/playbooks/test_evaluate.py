"""Indicators over cases, exactly and in integers; and the JSON Schema that editors complete by."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.playbooks.support import CALENDAR, SHIPPED, SOUND, at, load, machine, spoilt
from zhijin.playbooks.engine.evaluate import evaluate
from zhijin.playbooks.engine.indicators import Indicator
from zhijin.playbooks.engine.reader import read
from zhijin.playbooks.engine.reference import schema
from zhijin.playbooks.engine.run import CaseRun

START = at("2026-03-02 09:00")
PHOTO = "b" * 64


def case(
    minutes: int, *, kind: str = "leaves", rating: int | None = None, depth: int = 0
) -> CaseRun:
    """A case that took ``minutes`` from report to close."""
    data: dict[str, Any] = {"where": {"lon": 1, "lat": 2}, "kind": kind, "depth": depth}
    run = CaseRun.open(machine(), CALENDAR, START, "resident", data)
    run.take("handling", "grid_worker")
    run.take("done", "grid_worker", {"after": [PHOTO]})
    run.advance(START + timedelta(minutes=minutes))
    run.take("confirm", "reporter", {"satisfied": rating} if rating else {})
    return run


def indicator(**parts: Any) -> Indicator:
    return Indicator.model_validate({"id": "x", "title": "x", **parts})


CASES = [case(10, rating=5, depth=3), case(20, rating=2), case(60, kind="mud", depth=4), case(90)]


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ({"count": {}}, 4),
        ({"count": {"event": "opened", "where": {"field": "kind", "is": "mud"}}}, 1),
        ({"count": {"event": "entered", "state": "verifying"}}, 4),
        ({"count": {"event": "moved", "move": "confirm"}}, 4),
        ({"count": {"event": "moved", "state": "reported"}}, 4),
        ({"count": {"event": "late"}}, 0),
        ({"count": {"event": "closed"}}, 4),
        ({"sum": {"field": "depth"}}, 7),
        ({"sum": {"field": "depth", "where": {"field": "kind", "is": "leaves"}}}, 3),
        ({"sum": {"field": "phone"}}, 0),
        ({"elapsed": {"from": "reported", "to": "closed"}}, 45),
        ({"elapsed": {"from": "reported", "to": "closed", "take": "median"}}, 40),
        ({"elapsed": {"from": "reported", "to": "closed", "take": "p90"}}, 90),
        ({"elapsed": {"from": "reported", "to": "closed", "take": "max"}}, 90),
        ({"elapsed": {"from": "reported", "to": "closed", "take": "sum"}}, 180),
        ({"elapsed": {"from": "closed", "to": "reported"}}, None),
        ({"elapsed": {"from": "reported", "to": "returned", "take": "sum"}}, 0),
        ({"elapsed": {"from": {"field": "phone"}, "to": "closed"}}, None),
        ({"ratio": {"of": {"count": {"event": "closed", "where": {"field": "satisfied", "above": 3}}},
                    "to": {"count": {"event": "closed", "where": {"field": "satisfied",
                                                                  "given": True}}}}}, 5000),
        ({"ratio": {"of": {"count": {}}, "to": {"count": {"event": "late"}}}}, None),
        ({"ratio": {"of": {"elapsed": {"from": "reported", "to": "closed", "take": "sum"}},
                    "to": {"period": "minutes"}}}, 1250),
    ],
)  # fmt: skip
def test_each_form_of_the_grammar(parts: dict[str, Any], value: int | None) -> None:
    assert evaluate(indicator(**parts), CASES, 1440) == value


def test_nothing_gives_nothing() -> None:
    assert evaluate(indicator(count={}), []) == 0
    assert evaluate(indicator(elapsed={"from": "reported", "to": "closed"}), []) is None
    ratio = {"of": {"count": {}}, "to": {"count": {}}}
    assert evaluate(indicator(ratio=ratio), []) is None


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_ratio_is_rounded_half_up_to_a_basis_point(part: int, whole: int) -> None:
    cases = CASES[:1] * whole
    of = {"count": {"where": {"field": "depth", "above": 2}}}
    none = {"count": {"where": {"field": "depth", "above": 99}}}
    assert evaluate(indicator(ratio={"of": of, "to": {"count": {}}}), cases) == 10_000
    assert evaluate(indicator(ratio={"of": none, "to": {"count": {}}}), cases) == 0
    period = {"period": "minutes"}
    total = {"elapsed": {"from": "reported", "to": "closed", "take": "sum"}}
    value = evaluate(indicator(ratio={"of": total, "to": period}), CASES[:1], part + whole)
    assert value == (2 * 10 * 10_000 + part + whole) // (2 * (part + whole))


# -- the schema for editors ----------------------------------------------------------------


def plain(text: str) -> Any:
    root = read(text, "x").root
    assert root is not None
    return json.loads(json.dumps(root.plain()))


VALIDATOR = jsonschema_rs.Draft202012Validator(schema())
STORIES = jsonschema_rs.Draft202012Validator(schema(scenarios=True))


@pytest.mark.parametrize("path", SHIPPED, ids=[p.parent.name for p in SHIPPED])
def test_what_the_checker_takes_the_editor_takes(path: Any) -> None:
    assert list(VALIDATOR.iter_errors(plain(path.read_text(encoding="utf-8")))) == []
    scenarios = path.with_name("scenarios.yaml").read_text(encoding="utf-8")
    assert list(STORIES.iter_errors(plain(scenarios))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("type: number", "type: numbre"), ("4 work hours", "4 workhorses"),
        ("amount: 2", "amount: 2000"), ("id: drain", "id: Drain"), ("playbook: 1", "playbook: 2"),
        ("    within: 4 work hours", "    wthin: 4 work hours"), ("basis: 村规民约第三条\n", ""),
    ],
)  # fmt: skip
def test_what_the_editor_refuses_the_checker_refuses(old: str, new: str) -> None:
    text = spoilt((old, new))
    assert list(VALIDATOR.iter_errors(plain(text)))
    assert load(text).playbook is None


def test_the_sound_playbook_is_sound_for_editors_too() -> None:
    assert list(VALIDATOR.iter_errors(plain(SOUND))) == []
    assert VALIDATOR.is_valid(plain(SOUND))
