"""Stories on a virtual clock: they come out, or say where and how they do not."""

from __future__ import annotations

import pytest

from tests.playbooks.support import CALENDAR, SOUND, at, local, machine, sound, spoilt
from zhijin.playbooks.engine import Duration, load
from zhijin.playbooks.engine.run import CaseRun, Refused
from zhijin.playbooks.engine.scenarios import ScenarioReport, run_scenarios

WHERE = {"lon": 103.7, "lat": 27.3}
PHOTO = "a" * 64
STORIES = """\
playbook: drain
scenarios:
  - name: {zh: 办好, en: Done}
    at: 2026-03-02 09:00
    opens: {by: resident, with: {where: [103.7, 27.3], kind: mud}}
    steps:
      - expect: {state: reported, owner: grid_worker, priority: urgent, due: 2026-03-02 11:00}
      - {move: handling, by: grid_worker}
      - {move: done, by: grid_worker, with: {after: 2}}
      - {move: again, by: reporter, why: 又堵了}
      - {move: done, by: grid_worker, with: {after: 1}}
      - {move: confirm, by: reporter, with: {satisfied: 4}}
      - expect:
          state: closed
          points: {reporter: 2}
          published: [where, kind, after]
          indicators: {reports: 1, pace: 0}
  - name: 到期
    at: 2026-03-02 09:00
    opens: {by: grid_worker, with: {where: [103.7, 27.3]}}
    steps:
      - {until: 2026-03-02 16:00}
      - expect: {late: true, fired: [{kind: remind}, {kind: late, escalate: village}]}
      - {move: handling, by: grid_worker}
      - {move: done, by: grid_worker, with: {after: 1}}
      - expect: {notified: [reporter], moves: {reporter: [confirm, again]}}
      - {advance: 6 days}
      - expect: {state: closed, fired: [{kind: late, move: closed}]}
  - name: 退回
    at: 2026-03-02 09:00
    opens: {by: resident, with: {where: [103.7, 27.3]}}
    steps:
      - {refused: returned, by: grid_worker, because: why}
      - {refused: returned, by: resident, why: x, because: role}
      - {refused: done, by: grid_worker, because: state}
      - {move: returned, by: grid_worker, why: 不在本网格}
"""


def run(*changes: tuple[str, str]) -> ScenarioReport:
    return run_scenarios(sound(), spoilt(*changes, base=STORIES), "scenarios.yaml", CALENDAR)


def found(report: ScenarioReport) -> list[tuple[str, int]]:
    return [(finding.id, finding.line) for finding in report.findings]


def test_stories_that_come_out() -> None:
    report = run()
    assert found(report) == []
    assert (report.passed, len(report.results), report.coverage) == (3, 3, 100)
    assert report.ok
    assert report.results[0].name_en == "Done"
    assert [result.line for result in report.results] == [3, 18, 29]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("playbook: drain", "playbook: river", [("PB301", 1)]),
        ("kind: mud}", "kind: mudd}", [("PB305", 5), ("PB304", 2), ("PB304", 2)]),
        ("by: resident, with: {where: [103.7, 27.3], kind", "by: auditor, with: {where: [103.7, 27.3], kind",
         [("PB304", 2), ("PB304", 2), ("PB305", 5)]),
        ("due: 2026-03-02 11:00", "due: 2026-03-02 12:00", [("PB303", 7)]),
        ("due: 2026-03-02 11:00", "due: false", [("PB303", 7)]),
        ("due: 2026-03-02 11:00", "due: noon", [("PB115", 7), ("PB104", 7)]),
        ("owner: grid_worker, priority: urgent", "owner: village, priority: normal",
         [("PB303", 7), ("PB303", 7)]),
        ("{satisfied: 4}", "{satisfied: 9}", [("PB304", 2), ("PB302", 12)]),
        ("points: {reporter: 2}", "points: {}", [("PB303", 15)]),
        ("published: [where, kind, after]", "published: [where]", [("PB303", 16)]),
        ("pace: 0", "pace: 5", [("PB303", 17)]),
        ("pace: 0", "speed: 5", [("PB303", 17)]),
        ("late: true", "late: false", [("PB303", 23)]),
        ("{kind: late, escalate: village}", "{kind: late, escalate: county}", [("PB303", 23)]),
        ("{kind: remind}, ", "", [("PB303", 23)]),
        ("until: 2026-03-02 16:00", "until: 2026-03-01 16:00",
         [("PB304", 2), ("PB307", 22)]),
        ("notified: [reporter]", "notified: []", [("PB303", 26)]),
        ("[confirm, again]", "[confirm]", [("PB303", 26)]),
        ("{refused: returned, by: grid_worker, because: why}",
         "{refused: returned, by: grid_worker, why: 有理由}", [("PB306", 33)]),
        ("because: role", "because: field", [("PB303", 34)]),
        ("{move: returned, by: grid_worker, why: 不在本网格}", "{suspend: village}",
         [("PB304", 2), ("PB309", 36)]),
        ("      - {move: again, by: reporter, why: 又堵了}\n", "", [("PB304", 2), ("PB302", 10)]),
        ("    steps:\n      - {refused", "    stps:\n      - {refused", [("PB101", 32)]),
        ("{move: returned, by", "{move: returned, until: 2026-03-03 09:00, by", [("PB111", 36)]),
        ("playbook: drain", "playbook：drain", [("PB018", 1)]),
    ],
)  # fmt: skip
def test_stories_that_do_not(old: str, new: str, expected: list[tuple[str, int]]) -> None:
    report = run((old, new))
    got = found(report)
    assert set(got) == set(expected), [f.render("en") for f in report.findings]
    assert not report.ok


def test_no_stories_at_all() -> None:
    report = run_scenarios(sound(), "")
    assert [f.id for f in report.findings] == ["PB308"]
    assert report.coverage == 0
    assert not report.ok


def test_the_step_that_nobody_takes_is_named() -> None:
    report = run((("      - {move: again, by: reporter, why: 又堵了}\n"
                  "      - {move: done, by: grid_worker, with: {after: 1}}\n"), ""))  # fmt: skip
    assert report.uncovered == [("verifying", "again")]
    assert "verifying" in report.findings[0].message("zh")
    assert "again" in report.findings[0].message("en")


def test_an_opening_that_should_be_refused_is() -> None:
    extra = """\
  - name: 没有位置
    at: 2026-03-02 09:00
    opens: {by: resident, refused: true}
"""
    assert run_scenarios(sound(), STORIES + extra).ok
    wrong = extra.replace("refused: true", "refused: true, with: {where: [1, 2]}")
    assert [f.id for f in run_scenarios(sound(), STORIES + wrong).findings] == ["PB306"]


# -- one case on the clock ------------------------------------------------------------


def opened(**data: object) -> CaseRun:
    return CaseRun.open(machine(), CALENDAR, at("2026-03-02 09:00"), "resident",
                        {"where": WHERE, **data})  # fmt: skip


def test_each_stroke_falls_once_however_time_is_cut() -> None:
    whole, cut = opened(), opened()
    whole.advance(at("2026-03-10 09:00"))
    for day in range(2, 11):
        for hour in (8, 12, 16, 20):
            moment = at(f"2026-03-{day:02d} {hour:02d}:00")
            if moment > cut.now:
                cut.advance(moment)
    assert [(h.event, h.at) for h in whole.history] == [(h.event, h.at) for h in cut.history]


def test_a_step_starts_the_next_clock_afresh() -> None:
    run = opened()
    run.advance(at("2026-03-02 16:00"))
    assert run.late
    run.take("handling", "grid_worker")
    assert not run.late
    assert local(run.due) == "2026-03-05 18:00"
    assert run.pending()[0].kind == "remind"


def test_suspension_and_extension_follow_the_playbook() -> None:
    run = opened()
    with pytest.raises(Refused) as refused:
        run.suspend("village_secretary")  # not in this state
    assert refused.value.reason == "not-allowed"
    run.take("handling", "grid_worker")
    with pytest.raises(Refused) as refused:
        run.suspend("grid_worker")
    assert refused.value.reason == "role"
    with pytest.raises(Refused) as refused:
        run.resume()
    assert refused.value.reason == "not-suspended"
    run.suspend("township_officer")  # above the approver
    assert run.suspended
    assert run.due is None
    run.advance(at("2026-03-04 09:00"))
    run.resume()
    assert local(run.due) == "2026-03-09 18:00"
    for length, reason in (
        ("3 workdays", "too-long"),
        ("2 workdays", ""),
        ("1 workday", "too-long"),
    ):
        if reason:
            with pytest.raises(Refused) as refused:
                run.extend("village_secretary", Duration.parse(length))
            assert refused.value.reason == reason
        else:
            run.extend("village_secretary", Duration.parse(length))
    assert local(run.due) == "2026-03-11 18:00"
    with pytest.raises(Refused):
        run.extend("grid_worker", Duration.parse("1 workday"))


def test_a_step_ends_a_suspension() -> None:
    run = opened()
    run.take("handling", "grid_worker")
    run.suspend("village_secretary")
    run.take("done", "grid_worker", {"after": [PHOTO]})
    assert not run.suspended
    assert run.state == "verifying"
    assert [h.event for h in run.history][-4:] == ["suspended", "resumed", "moved", "entered"]


def test_a_refusal_changes_nothing_and_says_why() -> None:
    run = opened()
    before = (run.state, dict(run.data), len(run.history))
    for move, by, why, reason in (
        ("handling", "resident", "", "role"), ("closed", "grid_worker", "", "state"),
        ("returned", "grid_worker", "", "why"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            run.take(move, by, {}, why)
        assert refused.value.reason == reason
        assert refused.value.words("zh")
        assert refused.value.words("en")
    assert (run.state, dict(run.data), len(run.history)) == before


def test_after_the_end_nothing_moves() -> None:
    run = opened()
    run.take("returned", "grid_worker", {}, "重复")
    assert run.closed
    assert run.advance(at("2027-03-02 09:00")) == []
    with pytest.raises(Refused) as refused:
        run.take("handling", "grid_worker")
    assert refused.value.reason == "closed"


def test_a_playbook_with_circles_of_lateness_stops() -> None:
    """The checker refuses such a file; the clock would not spin even so."""
    text = spoilt(("late: {move: closed}", "late: {move: handling}"),
                  ("    late: {escalate: village}", "    late: {move: verifying}"))  # fmt: skip
    loaded = load(text)
    assert "PB213" in [f.id for f in loaded.findings]
    assert SOUND  # the circle is an error, so no playbook comes out
    assert loaded.playbook is None
