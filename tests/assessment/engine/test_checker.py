"""The checker of assessment programmes: every finding at its place, all of them at once."""

from __future__ import annotations

from datetime import date

import pytest

from tests.assessment.engine.support import SHIPPED, SMALL, ids
from zhijin.assessment.engine import FORMAT, load, load_file
from zhijin.assessment.engine.kinds import FactKind, attribute_types, catalogue, declare, kind
from zhijin.assessment.engine.problems import PROBLEMS
from zhijin.assessment.engine.shared_model import KINDS, SECTORS
from zhijin.orgs import words
from zhijin.playbooks.engine import first_key


def test_the_small_programme_is_sound():
    assert ids(SMALL) == []


@pytest.mark.parametrize("path", SHIPPED, ids=[path.parent.name for path in SHIPPED])
def test_shipped_programmes_are_sound(path):
    loaded = load_file(path)
    assert [finding.render() for finding in loaded.findings] == []
    assert loaded.programme is not None
    assert loaded.programme.id == path.parent.name
    assert first_key(path.read_text(encoding="utf-8")) == FORMAT.key


CHANGES = [
    ("count: case.closed, who: org}\ndim", "count: meeting.held, who: org}\ndim", "AS201"),
    ("attr: outcome", "attr: colour", "AS202"),
    ("is: solved", "is: 3", "AS203"),
    ("attr: outcome, is: solved", "attr: outcome, above: 3", "AS203"),
    ("handled: {count: case.closed", "handled: {count: person.moved", "AS210"),
    ("handled: {count: case.closed", "handled: {distinct: case.closed, on: actor", "AS210"),
    ("handled: {count: case.closed", "handled: {distinct: case.closed", "AS131"),
    ("handled: {count: case.closed, who: org}", "handled: {count: case.closed}", "AS131"),
    ("handled: {count: case.closed", "handled: {count: case.closed, attr: rating", "AS130"),
    ("weight: 100\n    ind", "weight: 90\n    ind", "AS206"),
    ("        to: handled\n", "", "AS207"),
    ("better: higher", "better: higher\n        curve: [[5, 0], [5, 10000]]", "AS208"),
    ("better: higher", "better: lower\n        curve: [[0, 0], [9, 10000]]", "AS209"),
    ("of: solved", "of: {manual: true}", "AS212"),
    ("of: solved", "of: solvd", "AS248"),
    ("of: solved", 'of: "solved / 2"', "AS244"),
    ("of: solved", 'of: "solved > 2"', "AS245"),
    ("of: solved", 'of: "solved * handled * 3000"', "AS246"),
    ("of: solved", "of: handled", "AS250"),
    ("        no_data: exempt\n", "", "AS102"),
    ("rounding: floor\n", "", "AS102"),
    ("then: share", "then: lots", "AS104"),
    ("still_small: rank_only", "still_smal: rank_only", "AS101"),
    (", round: up", "", "AS215"),
    (", proportion: 2000", "", "AS216"),
    ("by: [township]", "by: [sector]", "AS219"),
    ("else: [county]", "else: [village]", "AS220"),
    ("by: [township]", "by: [township, size]", "AS221"),
    ("kinds: [branch]", "kinds: [brunch]", "AS205"),
    ("{by: [], then", "{by: [speed], then", "AS205"),
    ("ties: all}", "ties: all, running: {last: 3, of: [township], months: 3, least: 4, ties: all}}",
     "AS218"),
    ("ties: all}", "ties: all, running: {first: 3, of: [township], months: 3, least: 9, ties: all}}",
     "AS222"),
    ("period: month", "period: week", "AS104"),
    ("title: {zh: 解决率, en: Solved}", "title: 解决率", "AS224"),
    ("assessment: 1", "assessment: 2", "AS104"),
    ("proportion: 2000, round: up", "proportion: 2000, round: down", "AS226"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "finding"), CHANGES)
def test_each_fault_is_found(old, new, finding):
    assert old in SMALL
    assert finding in ids(SMALL.replace(old, new, 1))


def test_all_faults_are_told_at_once_with_their_places():
    text = SMALL
    for old, new, _ in (CHANGES[0], CHANGES[1], CHANGES[22], CHANGES[28]):
        text = text.replace(old, new, 1)
    found = {finding.id: finding for finding in load(text).findings}
    assert set(found) >= {"AS201", "AS202", "AS101", "AS205"}
    lines = text.split("\n")
    assert lines[found["AS201"].line - 1][found["AS201"].column - 1 :].startswith("meeting.held")
    assert lines[found["AS202"].line - 1][found["AS202"].column - 1 :].startswith("colour")
    assert lines[found["AS205"].line - 1][found["AS205"].column - 1 :].startswith("brunch")


def test_a_formula_that_grows_too_long_in_sql_is_refused():
    nested = "solved"
    for _ in range(9):
        nested = f"({nested} // handled)"
    assert ids(SMALL.replace("of: solved", f'of: "{nested}"')) == ["AS240"]


def test_a_fault_inside_a_formula_is_pointed_at():
    text = SMALL.replace("of: solved", 'of: "1 + solvd * 2"')
    finding = next(f for f in load(text).findings if f.id == "AS248")
    assert finding.text[finding.column - 1 :].startswith("solvd * 2")
    assert finding.caret.strip() == "^" * 5


def test_a_typed_in_indicator_needs_an_owner_and_ends():
    text = SMALL.replace("of: solved", "of: {manual: true}").replace("to: handled", "target: 5")
    entry = "manual:\n  - {indicator: rate, owner: county_officer, until: 2026-06-30, why: 系统未接通}\n"
    text = text.split("measures:")[0] + "dimensions:" + text.split("dimensions:")[1] + entry
    assert ids(text) == []
    assert ids(text, today=date(2026, 6, 30)) == []
    assert ids(text, today=date(2026, 7, 1)) == ["AS213"]
    assert "AS223" in ids(text.replace("county_officer", "county_oficer"))


def test_rules_of_months_need_months():
    text = SMALL.replace(
        "ties: all}",
        "ties: all, running: {last: 3, of: [township], months: 3, least: 6, ties: all}}",
    )
    assert ids(text) == []
    assert ids(text.replace("period: month", "period: year")) == ["AS217"]


def test_every_sentence_is_told_in_both_languages():
    for problem in PROBLEMS.values():
        assert problem.id.startswith("AS")
        assert problem.zh
        assert problem.help_zh
        assert problem.en
        assert problem.help_en
    own = [problem.id for problem in PROBLEMS.values()]
    assert len(own) == len(set(own))


def test_bad_texts_are_findings_and_never_errors():
    for text in (
        "",
        "a",
        "[]",
        "assessment: 1",
        "\x00",
        "assessment: 1\n\tid: x",
        b"\xff",
        "a: [",
        "- 1",
    ):
        assert load(text).programme is None
        assert load(text).findings


def test_an_assessment_is_known_by_its_first_key():
    assert first_key("# 说明\n\nassessment: 1\nid: x") == FORMAT.key
    assert first_key("playbook: 1\nassessment: 1") == "playbook"
    assert first_key("") == ""


def test_the_catalogue_of_facts():
    assert kind("case.closed").attrs["outcome"] == "text"
    assert kind("case.invented").id == "case.*"
    assert kind("case.*") is None
    assert kind("meeting.held") is None
    assert attribute_types()["late"] == "flag"
    same = next(iter(catalogue().values()))
    with pytest.raises(ValueError, match="twice"):
        declare(FactKind(same.id, "另", "other", "one"))
    with pytest.raises(ValueError, match="late"):
        declare(FactKind("test.kind", "试", "test", "one", {"late": "text"}))


def test_sectors_and_kinds_are_those_of_the_organisations():
    assert {name: number for number, name in words.SECTOR_KEYS.items()} == SECTORS
    assert set(KINDS) == set(words.KINDS)
