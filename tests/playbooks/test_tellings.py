"""A playbook told, drawn, compared, hashed and played: the same meaning in every form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.playbooks.support import ROOT, SHIPPED, SOUND, at, check, sound, spoilt
from zhijin.playbooks.engine import Machine, Playbook, load, load_file
from zhijin.playbooks.engine.canonical import canonical, digest
from zhijin.playbooks.engine.commands import main
from zhijin.playbooks.engine.diff import diff
from zhijin.playbooks.engine.explain import explain, sections
from zhijin.playbooks.engine.layout import lay_out
from zhijin.playbooks.engine.picture import picture
from zhijin.playbooks.engine.reference import errors_reference, format_reference, schema
from zhijin.playbooks.engine.simulate import (
    NOBODY,
    Habits,
    Opening,
    openings,
    percentile,
    simulate,
)

NS = {"svg": "http://www.w3.org/2000/svg"}


def changed(*changes: tuple[str, str]) -> Playbook:
    loaded = check(*changes)
    assert loaded.playbook is not None, [f.render() for f in loaded.findings]
    return loaded.playbook


# -- digest -------------------------------------------------------------------------


def test_the_digest_is_of_the_meaning() -> None:
    same = load("# 注释\n" + SOUND.replace("{final: true}", "{ final: true }  # 结束")
                .replace("late: {move: closed}", "late: [{move: closed}]")
                .replace("within: 3 workdays", "within: 3个工作日")
                .replace("required: true, max: 3", "max: 3, required: true, private: false")).playbook  # fmt: skip
    assert same is not None
    assert digest(same) == digest(sound())
    assert re.fullmatch(r"[0-9a-f]{64}", digest(sound()))
    assert json.loads(canonical(sound()))["id"] == "drain"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("within: 3 workdays", "within: 4 workdays"), ("村规民约第三条", "村规民约第四条"),
        ("by: [resident, grid_worker]", "by: [resident]"), ("amount: 2", "amount: 3"),
        ("max: 3}", "max: 4}"), ("en: Mud", "en: Silt"),
    ],
)  # fmt: skip
def test_the_digest_changes_with_the_meaning(old: str, new: str) -> None:
    assert digest(changed((old, new))) != digest(sound())


def test_the_order_of_states_counts() -> None:
    turned = changed(
        ("  returned: {final: true, outcome: refused}\n  closed: {final: true}\n",
         "  closed: {final: true}\n  returned: {final: true, outcome: refused}\n"),
    )  # fmt: skip
    assert digest(turned) != digest(sound())


# -- diff ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "kind", "area", "subject", "state"),
    [
        ("within: 3 workdays", "within: 4 workdays", "changed", "clocks", "handling", "handling"),
        ("remind: 1 work hour", "remind: 2 work hours", "changed", "clocks", "reported", "reported"),
        ("late: {escalate: village}", "late: {escalate: township}", "changed", "clocks", "handling",
         "handling"),
        ("extend: {max: 2 workdays", "extend: {max: 3 workdays", "changed", "clocks", "handling",
         "handling"),
        ("owner: reporter", "owner: village_staff", "changed", "roles", "verifying", "verifying"),
        ("by: [resident, grid_worker]", "by: [resident]", "removed", "roles", "grid_worker", None),
        ("by: [resident, grid_worker]", "by: [resident, grid_worker, device]", "added", "roles",
         "device", None),
        ("{to: handling, by: grid_worker,", "{to: handling, by: [grid_worker, grid_leader],",
         "changed", "roles", "reported/handling", "reported"),
        ("reporter, why: required}", "reporter}", "changed", "steps", "verifying/again", "verifying"),
        ("max: 300", "max: 200", "changed", "fields", "depth", None),
        ("type: number, min: 0, max: 300", "type: text", "changed", "fields", "depth", None),
        ("amount: 2", "amount: 3", "changed", "effects", "points/村规民约-积分-3", None),
        ("[where, kind, after]", "[where]", "changed", "effects", "publish/village-affairs", None),
        ("en: Blocked drain", "en: Blocked drains", "changed", "texts", "title", None),
        ("factor: 0.5", "factor: 0.25", "changed", "clocks", "priorities/urgent", None),
        ("outcome: refused", "outcome: unsolved", "changed", "states", "returned", "returned"),
    ],
)  # fmt: skip
def test_each_change_is_named(
    old: str, new: str, kind: str, area: str, subject: str, state: str | None
) -> None:
    text = spoilt((old, new))
    if "owner: village_staff" in new:
        text = text.replace("id: confirm, to: closed, by: reporter",
                            "id: confirm, to: closed, by: [reporter, village_staff]")  # fmt: skip
    after = load(text).playbook
    assert after is not None, [f.render() for f in load(text).findings]
    changes = diff(sound(), after)
    assert (kind, area, subject, state) in [(c.kind, c.area, c.subject, c.state) for c in changes]
    assert all(c.words("zh") and c.words("en") for c in changes)


def test_states_and_steps_come_and_go() -> None:
    after = changed(
        ("  returned: {final: true, outcome: refused}\n", ""),
        ("      - {to: returned, by: grid_worker, why: required, step: return}\n",
         "      - {to: waiting, by: grid_worker}\n"),
        ("  closed: {final: true}\n",
         ("  waiting: {title: {zh: 等待, en: Waiting}, owner: grid_worker, within: 9 days, "
         "moves: {to: closed, by: grid_worker}}\n  closed: {final: true}\n")),
    )  # fmt: skip
    words = {(c.kind, c.area, c.subject) for c in diff(sound(), after)}
    assert {("removed", "states", "returned"), ("added", "states", "waiting"),
            ("removed", "steps", "reported/returned"),
            ("added", "steps", "reported/waiting")} <= words  # fmt: skip


def test_the_same_does_not_differ() -> None:
    for path in SHIPPED:
        playbook = load_file(path).playbook
        assert playbook is not None
        assert diff(playbook, playbook) == []


# -- telling and drawing ---------------------------------------------------------------


def test_it_is_told_in_sentences() -> None:
    zh, en = explain(sound(), "zh"), explain(sound(), "en")
    assert "这一步由网格员负责，4 个工作小时内办完。" in zh
    assert "逾期 1 个工作日后升级给乡镇（街道）工作人员。" in zh
    assert "answers for this step, within 4 work hours." in en
    assert "goes to “Closed” by itself" in en
    assert [s.key for s in sections(sound())][:3] == ["opens", "reported", "handling"]


def test_it_is_drawn_for_eyes_and_for_screen_readers() -> None:
    for path in SHIPPED:
        playbook = load_file(path).playbook
        assert playbook is not None
        for lang in ("zh", "en"):
            svg = picture(playbook, lang, {playbook.initial: 7})
            root = ET.fromstring(svg)
            assert root.get("role") == "img"
            ids = [element.get("id") for element in root.iter() if element.get("id")]
            assert len(ids) == len(set(ids))
            assert root.get("aria-labelledby", "").split() == ids[:2]
            assert "style=" not in svg
            assert "<script" not in svg
            cards = root.findall(".//svg:g[@data-state]", NS)
            assert [c.get("data-state") for c in cards] == list(playbook.states)
            assert root.findtext(".//svg:text[@class='pb-count']", None, NS) == "7"


def test_titles_cannot_break_out_of_the_picture() -> None:
    svg = picture(changed(("排水沟堵塞", "排水沟 <script>&")))
    assert "<script>" not in svg
    ET.fromstring(svg)


def test_cards_stand_apart_and_lines_end_at_them() -> None:
    for path in SHIPPED:
        playbook = load_file(path).playbook
        assert playbook is not None
        layout = lay_out(playbook)
        cards = list(layout.cards.values())
        for i, one in enumerate(cards):
            assert one.x >= 0
            assert one.x + 256 <= layout.width
            assert one.y + one.height <= layout.height
            for other in cards[i + 1 :]:
                apart = (abs(one.x - other.x) >= 256 or one.y + one.height <= other.y
                         or other.y + other.height <= one.y)  # fmt: skip
                assert apart, (path, one.name, other.name)
        for edge in layout.edges:
            target = layout.cards[edge.target]
            x, y = edge.points[-1]
            assert y == target.y
            assert target.x <= x <= target.x + 256
            for (x1, y1), (x2, y2) in zip(edge.points, edge.points[1:], strict=False):
                assert abs(x1 - x2) < 0.5 or abs(y1 - y2) < 0.5  # only level and upright lines


# -- simulation ------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_year() -> None:
    drawn = openings(sound(), 50, at("2026-01-01 00:00"), seed=3)
    assert drawn == openings(sound(), 50, at("2026-01-01 00:00"), seed=3)
    assert drawn != openings(sound(), 50, at("2026-01-01 00:00"), seed=4)
    assert simulate(sound(), drawn, seed=3) == simulate(sound(), drawn, seed=3)
    assert all(Machine(sound()).check_opening(o.data, o.by) == [] for o in drawn)


def test_slower_people_are_later() -> None:
    drawn = openings(sound(), 120, at("2026-01-01 00:00"))
    quick = simulate(sound(), drawn, habits=Habits(pace=0.1, spread=0.3, silent=0))
    slow = simulate(sound(), drawn, habits=Habits(pace=1.5, spread=0.3, silent=1))
    assert quick.late_cases < slow.late_cases
    assert quick.p50 < slow.p50
    assert quick.escalations == 0
    assert {load.state for load in slow.states} == {"reported", "handling", "verifying"}


def test_last_years_durations_are_played_as_they_were() -> None:
    took = {"reported": 30, "handling": 600, "verifying": 60}
    data = {"where": {"lon": 1, "lat": 2}}
    case = Opening(at("2026-03-02 09:00"), "resident", data, took)
    result = simulate(sound(), [case], habits=Habits(usual=1.0))
    assert result.p50 == result.longest == 690
    assert [(load.state, load.p50) for load in result.states] == list(took.items())
    assert result.as_dict()["roles"][0]["role"] == "grid_worker"


def test_a_year_not_announced_is_said_to_be_provisional() -> None:
    result = simulate(sound(), openings(sound(), 5, at("2027-05-01 00:00"), 30))
    assert 2027 in result.provisional_years
    assert simulate(sound(), []).p90 == 0


def test_last_years_answers_are_fitted_to_this_years_questions() -> None:
    """Missing answers are made up, others that are no longer asked or no longer fit are dropped."""
    old = Opening(
        at("2026-03-02 09:00"), "somebody", {"colour": "red", "kind": "gone", "depth": 20}
    )
    assert simulate(sound(), [old]).cases == 1


def test_where_nobody_acted_the_clock_decides() -> None:
    data = {"where": {"lon": 1, "lat": 2}}
    took = {"reported": 30, "handling": 600, "verifying": NOBODY}
    case = Opening(at("2026-03-02 09:00"), "resident", data, took)
    result = simulate(sound(), [case], habits=Habits(usual=1.0))
    assert (result.closed, result.late_cases) == (1, 1)
    assert result.outcomes == {"closed": 1}
    stuck = Opening(at("2026-03-02 09:00"), "resident", data, {"reported": NOBODY})
    assert simulate(sound(), [stuck]).closed == 0


def test_percentiles() -> None:
    assert percentile([], 50) == 0
    assert percentile([1, 2, 3, 4], 50) == 2
    assert percentile(list(range(1, 101)), 90) == 90


# -- references ---------------------------------------------------------------------------


def test_the_references_are_up_to_date() -> None:
    remedy = "run: python -m zhijin.playbooks.engine.reference"
    folder = ROOT / "docs/reference"
    assert (folder / "playbook.md").read_text(encoding="utf-8") == format_reference(), remedy
    assert (folder / "playbook-errors.md").read_text(encoding="utf-8") == errors_reference(), remedy


def test_the_schema_describes_every_part() -> None:
    text = json.dumps(schema(), ensure_ascii=False)
    for word in ("within", "escalate", "whistle", "networks", "parties", "indicators"):
        assert word in text
    assert schema()["additionalProperties"] is False
    assert "scenarios" in schema(scenarios=True)["properties"]


# -- commands -----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "drain"
    target.mkdir()
    (target / "playbook.yaml").write_text(SOUND, encoding="utf-8")
    return target


def test_check_tells_all_and_its_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(folder), "--lang", "zh"]) == 0
    assert "0 个错误" in capsys.readouterr().out
    path = folder / "playbook.yaml"
    path.write_text(spoilt(("to: verifying", "to: verifyign")), encoding="utf-8")
    assert main(["check", str(path), "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert f"{path}:39:13 error PB201" in out
    assert "^^^^^^^^^" in out
    assert "\x1b[" not in out
    assert main(["check", str(path), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer[0]["id"] == "PB201"
    assert answer[0]["line"] == 39
    assert main(["check", str(folder / "nothing.yaml")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_strict_counts_warnings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "playbook.yaml"
    path.write_text(spoilt(("why: required, step: return", "step: return")), encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert main(["check", "--strict", str(path)]) == 1
    assert "PB251" in capsys.readouterr().out


def test_the_other_commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def out(*args: str, code: int = 0) -> str:
        assert main(list(args)) == code
        return capsys.readouterr().out

    road = str(ROOT / "playbooks/road-hazard")
    assert "# 排水沟堵塞" in out("explain", str(folder), "--lang", "zh")
    assert out("picture", str(folder)).startswith("<svg")
    assert "8/8 stories" in out("test", road, "--lang", "en")
    assert json.loads(out("test", road, "--json"))[0]["uncovered"] == []
    assert "PB308" in out("test", str(folder), code=1)
    assert "cases" in out("simulate", str(folder), "--cases", "20", "--lang", "en")
    assert json.loads(out("simulate", str(folder), "--cases", "20", "--json"))["cases"] == 20
    assert out("diff", road, road, "--lang", "en") == "Both mean the same.\n"
    assert "- " in out("diff", road, str(folder), "--lang", "en")
    assert json.loads(out("diff", road, str(folder), "--json"))
    assert json.loads(out("schema"))["title"] == "Playbook"
    assert json.loads(out("schema", "--scenarios"))["title"] == "Scenarios"
    made = out("new", "river", "--into", str(folder.parent), "--lang", "en")
    assert "zhijin playbook check" in made
    assert main(["new", "river", "--into", str(folder.parent)]) == 2
    assert main(["simulate", road, "--from", "yesterday"]) == 2


def test_broken_files_are_explained_by_every_command(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "playbook.yaml").write_text("playbook: 1\n", encoding="utf-8")
    for command in ("explain", "picture", "test", "simulate"):
        assert main([command, str(folder)]) == 1
        assert "PB102" in capsys.readouterr().out
    assert main(["diff", str(folder), str(folder)]) == 1
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "A day with a playbook" in capsys.readouterr().out
