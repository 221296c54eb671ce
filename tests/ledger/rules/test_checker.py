"""The checker of points programmes: every promise has a finding that bites, at its place, in both languages."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.rules.support import ROOT, SHIPPED, SMALL, TODAY, ids
from zhijin.ledger.rules import load, load_file
from zhijin.ledger.rules.problems import MEANING, PROBLEMS


def test_the_small_programme_is_sound():
    assert ids(SMALL) == []


def test_two_programmes_are_shipped():
    assert [path.parent.name for path in SHIPPED] == ["member-points", "village-points"]


@pytest.mark.parametrize("path", SHIPPED, ids=[path.parent.name for path in SHIPPED])
def test_shipped_programmes_are_sound(path):
    loaded = load_file(path, TODAY)
    assert [finding.render() for finding in loaded.findings] == []
    assert loaded.programme is not None
    assert loaded.programme.id == path.parent.name
    assert not (loaded.programme.reminder and loaded.programme.reminder.enabled)


def test_every_rule_of_the_shipped_cases_that_gives_points_is_booked_by_the_village_programme():
    """What a matter promises its reporter must have a rule here, or it would never reach an account."""
    from zhijin.playbooks.engine import load_file as load_playbook

    promised = set()
    for path in ROOT.glob("playbooks/*/playbook.yaml"):
        book = load_playbook(path).playbook
        assert book is not None
        promised |= {rule.rule for rule in book.points if rule.amount > 0}
    village = load_file(ROOT / "playbooks" / "village-points" / "points.yaml").programme
    assert village is not None
    assert promised == {rule.where["rule"] for rule in village.rules if rule.where}


CHANGES = [
    ("from: points.due", "from: points.dew", "PT201"),
    ("from: points.due", "from: appointment.began", "PT201"),
    ("from: points.due", "from: activity.check.drawn", "PT201"),
    ("where: {rule: 积分-3}", "where: {colour: red}", "PT202"),
    ("from: points.due", "from: deed\n    amount: 1", "PT202"),
    ("庭院整洁", "低保户庭院整洁", "PT203"),
    ("Clean yard", "Pension day", "PT203"),
    ("article: 第二条", "article: 第二条（与宅基地审批挂钩）", "PT203"),
    ("basis: 村规民约", "basis: 信访工作办法", "PT203"),
    ("小村积分", "子女入学积分", "PT203"),
    ("庭院整洁", "小学生庭院整洁", "PT204"),
    ("示范户", "优秀少年", "PT204"),
    ("    amount: 3\n    cap: {points: 6, per: month}", "    amount: 3", "PT205"),
    ("amount: 3", "amount: 0", "PT206"),
    ("    amount: 3\n", "", "PT206"),
    ("check: second", "check: none", "PT207"),
    ("present: 60", "present: 59", "PT208"),
    ("agreed: 46", "agreed: 45", "PT208"),
    ("agreed: 46", "agreed: 61", "PT208"),
    ('passed_on: "2026-03-01"', 'passed_on: "2026-11-28"', "PT209"),
    ("id: hazard", "id: yard", "PT210"),
    ("    where: {rule: 积分-3}\n", "    amount: -1\n", "PT211"),
    ("notice_days: 7", "notice_days: 6", "PT212"),
    ("days: 15}\nscen", "days: 31}\nscen", "PT212"),
    ("notice_days: 7", "notice_days: 7, hearing: false", "PT212"),
    ("notice_days: 7", "notice_days: 7, second_approval: false", "PT212"),
    ("{zh: 庭院整洁, en: Clean yard}", "庭院整洁", "PT213"),
    ("示范户", "积分排名第一户", "PT214"),
    ("Clean yard", "Yard leaderboard", "PT214"),
    ("cap: {points: 6, per: month}\n  - id: hazard", "cap: {points: 2, per: month}\n  - id: hazard", "PT215"),
    ("庭院整洁", "每天打卡", "PT216"),
    ("Clean yard", "Time online", "PT216"),
    ("{rule: yard,", "{rule: yards,", "PT217"),
    ('      - {rule: rubbish, who: 甲, on: "2026-10-05"}\n    expect: {甲: 3}', "    expect: {甲: 5}", "PT218"),
    ("expect: {甲: 3}", "expect: {甲: 4}", "PT219"),
    ("holder: household", "holder: member", "PT220"),
    ("holder: household", "holder: staff", "PT104"),
    ("appeal_days: 15", "appeal_days: 6", "PT107"),
    ("appeal_days: 15\n", "", "PT102"),
    ("answer_days: 10", "anser_days: 10", "PT101"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "wanted"), CHANGES, ids=[f"{c[2]}-{n}" for n, c in enumerate(CHANGES)]
)
def test_every_mistake_is_found(old, new, wanted):
    assert SMALL.count(old) >= 1, old
    assert wanted in ids(SMALL.replace(old, new, 1))


def test_every_finding_about_the_meaning_is_tried_here():
    assert {problem.id for problem in MEANING} <= {wanted for *_, wanted in CHANGES}


def test_all_mistakes_are_told_at_once_at_their_places():
    text = (
        SMALL.replace("庭院整洁", "养老金庭院")
        .replace("乱倒垃圾", "学生乱倒垃圾")
        .replace("present: 60", "present: 5")
    )
    found = load(text, "points.yaml", TODAY).findings
    assert [(f.id, f.line) for f in found] == [("PT208", 5), ("PT203", 13), ("PT204", 25)]
    assert "养老" in found[1].message("zh")
    assert found[1].text[found[1].column - 1 :].startswith("{zh: 养老金庭院")


def test_every_finding_speaks_both_languages_and_says_what_to_do():
    for problem in PROBLEMS.values():
        assert problem.id.startswith("PT")
        assert problem.zh
        assert problem.en
        assert problem.help_zh
        assert problem.help_en
    assert len({problem.id for problem in PROBLEMS.values()}) == len(PROBLEMS)


def test_a_reminder_list_that_is_off_may_say_what_it_likes():
    assert (
        ids(SMALL.replace("enabled: true, notice_days: 7", "enabled: false, notice_days: 0")) == []
    )


def test_without_a_day_the_future_is_not_asked():
    assert ids(SMALL.replace('"2026-03-01"', '"2036-03-01"', 1), None) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "points: 1",
        "points: 2\nid: x",
        "- a\n- b",
        "points: [",
        "\x00",
        "points: 1\nrules: 3\nscenarios: {}",
    ],
)
def test_nonsense_is_told_and_never_raises(text):
    loaded = load(text)
    assert loaded.programme is None
    assert loaded.findings


@given(st.text(max_size=80), st.integers(0, len(SMALL)))
def test_whatever_is_typed_into_a_programme_never_raises(text, place):
    load(SMALL[:place] + text + SMALL[place:], today=date(2026, 11, 27))


def check(*paths):
    command = [sys.executable, "-m", "zhijin.config.cli", "playbook", "check", "--lang", "en"]
    return subprocess.run(
        [*command, *map(str, paths)], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_the_command_reads_points_programmes(tmp_path):
    wrong = tmp_path / "points.yaml"
    wrong.write_text(SMALL.replace("Clean yard", "School yard"), encoding="utf-8")
    done = check(*SHIPPED, wrong)
    assert done.returncode == 1
    assert "village-points  Points of the village rules" in done.stdout
    assert "PT203  Points must not touch a lawful right: “School” is mentioned here." in done.stdout
    assert "3 file(s), 1 error(s)" in done.stdout
