"""The shipped programmes: sound, told in both languages, every step proven, figures as documented."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.playbooks.support import CALENDAR, ROOT, SHIPPED, at
from zhijin.core.roles import ADMINISTRATIVE, LEVEL_ROLES, PERMISSIONS, ROLES, is_above, resolve
from zhijin.core.workcal import TZ
from zhijin.playbooks.engine import Machine, Playbook, load, load_file
from zhijin.playbooks.engine.evaluate import evaluate
from zhijin.playbooks.engine.explain import explain
from zhijin.playbooks.engine.run import CaseRun
from zhijin.playbooks.engine.sample import write_sample
from zhijin.playbooks.engine.scenarios import run_scenarios
from zhijin.playbooks.engine.simulate import openings, simulate

KNOWN = [path.parent.name for path in SHIPPED]
EXPECTED = {
    "road-hazard", "sanitation", "dispute", "wedding-funeral", "three-networks",
    "court-green-channel", "plant-fault", "suggestion", "rectification",
    "resolution", "learnable", "fire-alarm", "knock-doors",
    "water-safety", "power-supply", "device-fault",
}  # fmt: skip
shipped = pytest.mark.parametrize("path", SHIPPED, ids=KNOWN)


def book(name: str) -> Playbook:
    loaded = load_file(ROOT / "playbooks" / name / "playbook.yaml")
    assert loaded.playbook is not None
    return loaded.playbook


def test_all_of_them_are_there() -> None:
    assert set(KNOWN) == EXPECTED


@shipped
def test_no_errors_and_no_warnings(path: Path) -> None:
    loaded = load_file(path, KNOWN)
    assert [finding.render("en") for finding in loaded.findings] == []
    assert loaded.playbook is not None
    assert loaded.playbook.id == path.parent.name


@shipped
def test_every_step_is_told_in_a_story(path: Path) -> None:
    playbook = book(path.parent.name)
    report = run_scenarios(playbook, path.with_name("scenarios.yaml").read_bytes())
    assert [finding.render("en") for finding in report.findings] == []
    assert report.coverage == 100


@shipped
def test_it_cites_its_document_and_speaks_both_languages(path: Path) -> None:
    playbook = book(path.parent.name)
    assert "新闻材料 00" in playbook.basis
    english = explain(playbook, "en")
    for state in playbook.states:
        title = playbook.state_title(state, "en")
        assert title in english
        assert not any("一" <= char <= "鿿" for char in title), title
    for spec in playbook.fields.values():
        assert not any("一" <= char <= "鿿" for char in spec.title("en")), spec.field
        for choice in spec.choices:
            assert choice.en
            assert choice.zh
    for state in playbook.states.values():
        for move in state.moves:
            assert move.title is not None
            assert move.title.en


@shipped
def test_a_year_of_it_comes_to_an_end(path: Path) -> None:
    playbook = book(path.parent.name)
    result = simulate(playbook, openings(playbook, 60, at("2026-01-01 00:00")))
    assert result.cases == 60
    assert result.closed == 60


def test_the_example_of_the_design_loads() -> None:
    text = """\
playbook: 1
id: road-hazard
title: {zh: 道路交通隐患, en: Road hazard}
basis: "村规民约第八条"                 # why this programme exists
opens:
  by: [resident, grid_worker, device]
  ask:
    - {field: where, type: point, required: true}
    - {field: photos, type: photo, max: 6}
states:
  reported: {owner: grid_worker, within: 2 work hours, late: {escalate: township}, moves: [{to: handling, by: grid_worker}, {to: returned, by: grid_worker, why: required}]}
  handling: {owner: grid_worker, within: 3 workdays, moves: [{to: verifying, by: grid_worker, ask: [{field: after, type: photo, required: true}]}]}
  verifying: {owner: reporter, within: 5 days, late: {move: closed}, moves: [{to: closed, by: reporter, ask: [{field: satisfied, type: rating}]}, {to: handling, by: reporter, why: required}]}
  returned: {final: true}
  closed: {final: true}
points: [{when: closed, to: reporter, amount: 2, rule: 村规民约-积分-3}]
publish: {when: closed, fields: [where, photos], board: village-affairs}
"""  # noqa: E501 - as it stands in the design
    loaded = load(text)
    assert loaded.playbook is not None
    assert loaded.findings == []


def test_the_court_begins_within_24_hours_even_on_a_friday_night() -> None:
    machine = Machine(book("court-green-channel"))
    friday = at("2026-03-06 19:00")
    small, large = machine.priority({"size": "micro"}), machine.priority({"size": "large"})
    assert machine.due_at("submitted", friday, CALENDAR, priority=small) == friday + timedelta(
        hours=24
    )
    assert machine.due_at("submitted", friday, CALENDAR, priority=large) == friday + timedelta(
        hours=48
    )
    respondent = next(p for p in machine.playbook.parties if p.id == "respondent")
    assert [s for s in machine.playbook.states if machine.sees(respondent, s)] == [
        "executing", "swap-review", "lifted", "closed",
    ]  # fmt: skip


def fault(stopped: datetime, minutes: int, equipment: str) -> CaseRun:
    machine = Machine(book("plant-fault"))
    data = {"equipment": equipment, "stops-line": True,
            "stopped-at": stopped.strftime("%Y-%m-%dT%H:%M")}  # fmt: skip
    run = CaseRun.open(machine, CALENDAR, stopped, "firm_contact", data)
    run.advance(stopped + timedelta(minutes=5))
    run.take("repairing", "plant_engineer")
    run.advance(stopped + timedelta(minutes=minutes))
    restored = (stopped + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")
    run.take("restored", "plant_engineer", {"restored-at": restored, "cause": "wear"})
    return run


def test_the_documents_downtime_comes_out_of_the_faults() -> None:
    """D9: fault downtime 1.16%, of the furnace 0.695%, in a month of round-the-clock running."""
    playbook = book("plant-fault")
    month = 31 * 24 * 60
    start = datetime(2026, 7, 1, tzinfo=TZ)
    furnace = [fault(start + timedelta(days=day), 62, "furnace") for day in range(5)]
    others = [fault(start + timedelta(days=10 + day), 52, "caster") for day in range(4)]
    values = {item.id: evaluate(item, furnace + others, month) for item in playbook.indicators}
    assert values["faults"] == 9
    assert values["downtime"] == 116  # 518 of 44,640 minutes
    assert values["furnace-downtime"] == 69  # 310 of 44,640 minutes
    assert values["minutes-to-restore"] == 58
    assert evaluate(playbook.indicators[1], furnace, 0) is None


def test_the_call_at_a_quarter_past_three_is_answered_within_the_hour() -> None:
    run = fault(datetime(2026, 7, 11, 3, 15, tzinfo=TZ), 60, "conveyor")
    assert not any(item.event == "late" and item.state == "repairing" for item in run.history)
    assert run.entered("checking") == datetime(2026, 7, 11, 4, 15, tzinfo=TZ)


def test_three_networks_keep_one_record() -> None:
    playbook = book("three-networks")
    assert [network.id for network in playbook.networks] == ["party", "livelihood", "safety"]
    owners = {playbook.states[name].owner for n in playbook.networks for name in n.states}
    assert owners == {"village_secretary", "village_staff", "grid_leader"}


def test_the_sample_for_beginners_is_sound_and_covered(tmp_path: Path) -> None:
    playbook, scenarios = write_sample("river-patrol", tmp_path)
    loaded = load_file(playbook)
    assert loaded.findings == []
    assert loaded.playbook is not None
    assert run_scenarios(loaded.playbook, scenarios.read_bytes()).ok
    with pytest.raises(FileExistsError):
        write_sample("river-patrol", tmp_path)
    with pytest.raises(ValueError, match="id begins"):
        write_sample("River Patrol", tmp_path)


# -- the catalogue of roles ------------------------------------------------------------


def test_roles_hold_only_known_permissions() -> None:
    for role in ROLES.values():
        assert role.permissions <= PERMISSIONS
        assert role.title("zh-hans") == role.zh
        assert role.title("en") == role.en
    assert frozenset().union(*(role.permissions for role in ROLES.values())) == PERMISSIONS


def test_administrators_see_no_business() -> None:
    for name in ADMINISTRATIVE:
        assert not any(
            p.startswith(("case.", "person.", "place.", "org.")) for p in ROLES[name].permissions
        )
    assert "account.manage" not in ROLES["security_officer"].permissions
    assert "grant.manage" not in ROLES["system_admin"].permissions


def test_levels_lead_upwards() -> None:
    ladder = ["resident", "grid_worker", "grid_leader", "village_staff", "village_secretary",
              "township_officer", "county_officer", "prefecture_officer",
              "province_officer"]  # fmt: skip
    for lower, upper in itertools.pairwise(ladder):
        assert is_above(upper, lower)
        assert not is_above(lower, upper)
    assert not is_above("nobody", "resident")
    assert resolve("township") == ROLES["township_officer"]
    assert set(LEVEL_ROLES.values()) <= set(ROLES)
