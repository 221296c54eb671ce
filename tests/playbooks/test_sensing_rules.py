"""What the playbook checker says about rules of devices, with line and column."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.sensing.conftest import PLAYBOOK
from tests.sensing.test_pages import FAULTS
from zhijin.core import clock, signals
from zhijin.playbooks.engine import load
from zhijin.playbooks.engine.explain import explain
from zhijin.playbooks.engine.sensing import waits_until

RULE = "- {id: thick, on: smoke, at_least: 1000, quiet: 30 minutes, where: where, says: what}"


def findings(rule: str, **replaced: str) -> list[tuple[str, int, int]]:
    text = PLAYBOOK.replace(RULE, f"- {rule}")
    for old, new in replaced.items():
        text = text.replace(old, new)
    return [(one.id, one.line, one.column) for one in load(text, "test").findings]


def test_the_rules_of_the_tests_are_sound():
    assert load(PLAYBOOK, "test").findings == []


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{id: a, on: smok, at_least: 3, quiet: 1 hour}", "PB271"),
        ("{id: a, on: smoke, measure: fill, at_least: 3, quiet: 1 hour}", "PB272"),
        ("{id: a, on: status, at_least: 3, quiet: 1 hour}", "PB271"),
        ("{id: a, on: drowning_zone, is: swimming, quiet: 1 hour}", "PB273"),
        ("{id: a, on: smoke, is: thick, quiet: 1 hour}", "PB273"),
        ("{id: a, on: power, at_most: 19800, quiet: 1 hour}", "PB274"),
        ("{id: a, on: power, at_least: 230, at_most: 198, quiet: 1 hour}", "PB274"),
        ("{id: a, on: smoke, at_least: 3, times: 3, quiet: 1 hour}", "PB275"),
        ("{id: a, on: smoke, at_least: 3, quiet: 2 workdays}", "PB276"),
        ("{id: a, on: smoke, at_least: 3, quiet: 30 days}", "PB276"),
        ("{id: a, on: smoke, at_least: 3, times: 2, within: 2 work hours, quiet: 1 hour}", "PB276"),
        ("{id: a, on: smoke, at_least: 3, quiet: 1 hour, where: what}", "PB277"),
        ("{id: a, on: smoke, at_least: 3, quiet: 1 hour, says: nothing}", "PB277"),
        ("{id: a, on: smoke, at_least: 3, quiet: 1 hour, fill: {what: 7}}", "PB278"),
        ("{id: twice, on: smoke, at_least: 3, quiet: 1 hour}", "PB204"),
        ("{id: a, on: smoke, quiet: 1 hour}", "PB1"),
        ("{id: a, on: smoke, at_least: 3}", "PB1"),
        ('{id: a, on: smoke, at_least: 3, quiet: 1 hour, not_between: "25:00-06:00"}', "PB1"),
    ],
)
def test_each_mistake_is_one_finding_at_its_place(rule, problem):
    found = findings(rule)
    assert {one[0][: len(problem)] for one in found} - {"PB278"} == {problem} - {"PB278"}, found
    assert problem in {one[0][: len(problem)] for one in found}
    assert all(line > 18 for _id, line, _column in found)


def test_a_required_question_must_be_filled():
    found = findings(
        "{id: a, on: smoke, at_least: 3, quiet: 1 hour}",
        **{"{field: what, type: longtext,": "{field: what, type: longtext, required: true,"},
    )
    assert {one[0] for one in found} == {"PB278"}


def test_devices_must_be_allowed_to_open():
    found = findings(RULE[2:], **{"by: [device, grid_worker]": "by: [grid_worker]"})
    assert [one[0] for one in found] == ["PB270"]


def test_the_place_of_a_finding_is_exact():
    ((problem, line, column),) = findings("{id: a, on: smok, at_least: 3, quiet: 1 hour}")
    text = PLAYBOOK.splitlines()
    assert problem == "PB271"
    assert text[line - 1].startswith("  - {id: thick")
    assert column == len("  - {id: a, on: ") + 1


def test_rules_are_told_in_both_languages():
    playbook = load(PLAYBOOK, "test").playbook
    assert playbook is not None
    assert "烟雾浓度不小于 1000 ppm，就开一件事项；同一设备 30 分钟内不再开" in explain(
        playbook, "zh"
    )
    english = explain(playbook, "en")
    assert "confirmed within 5 minutes by another device in the same village" in english
    assert "waits during 22:00-06:00" in english


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("22:00-06:00", (23, 15), (10, 6, 0)),
        ("22:00-06:00", (3, 0), (9, 6, 0)),
        ("22:00-06:00", (6, 0), None),
        ("22:00-06:00", (21, 59), None),
        ("12:00-14:00", (12, 0), (9, 14, 0)),
        ("12:00-14:00", (14, 0), None),
        (None, (3, 0), None),
    ],
)
def test_quiet_hours_end_when_they_say(hours, now, until):
    moment = datetime(2026, 6, 9, *now, tzinfo=clock.TZ)
    expected = until and datetime(2026, 6, *until, tzinfo=clock.TZ)
    assert waits_until(hours, moment) == expected


def test_kinds_keep_their_numbers():
    """Stored in every reading: a number is never given to another kind."""
    assert {kind.key: kind.number for kind in signals.KINDS.values()} == {
        "status": 0, "smoke": 1, "fire": 2, "water_level": 3, "drowning_zone": 4, "bin": 5,
        "power": 6, "door": 7, "vehicle_count": 8, "camera_hazard": 9,
    }  # fmt: skip
    assert all(len(kind.measures) <= 2 for kind in signals.KINDS.values())
    for kind in signals.DEVICE_KINDS.values():
        assert set(kind.events) <= set(signals.KINDS)


# -- signs of madness ----------------------------------------------------------------------------


def sign_problems(line: str) -> list[str]:
    return [one.id for one in load(f"{FAULTS}quarantine:\n  - {line}\n", "test").findings]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("{id: a, sign: flapping, on: fire, times: 6, within: 1 minute}", []),
        ("{id: a, sign: stuck, on: power, measure: load, times: 6, within: 7 days}", []),
        ("{id: a, sign: range, on: door, times: 6, within: 1 hour}", []),
        ("{id: a, sign: flapping, on: smoke, times: 6, within: 1 minute}", ["PB279"]),
        ("{id: a, sign: stuck, on: door, times: 6, within: 1 minute}", ["PB279"]),
        ("{id: a, sign: jump, on: smoke, times: 6, within: 1 minute}", ["PB280"]),
        ("{id: a, sign: jump, on: smoke, by: 0, times: 6, within: 1 minute}", ["PB280"]),
        ("{id: a, sign: stuck, on: smoke, by: 3, times: 6, within: 1 minute}", ["PB280"]),
        ("{id: a, sign: range, on: smok, times: 6, within: 1 minute}", ["PB271"]),
        ("{id: a, sign: range, on: smoke, measure: fill, times: 6, within: 1 hour}", ["PB272"]),
        ("{id: a, sign: range, on: smoke, times: 6, within: 8 days}", ["PB276"]),
        ("{id: a, sign: range, on: smoke, times: 6, within: 2 work hours}", ["PB276"]),
    ],
)  # fmt: skip
def test_signs_that_make_no_sense_are_found(line, found):
    assert sign_problems(line) == found
