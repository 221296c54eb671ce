"""The checker: one spoilt thing gives exactly its finding, in its place; twenty give twenty."""

from __future__ import annotations

import re

import pytest

from tests.playbooks.support import ROOT, SOUND, check, ids, spoilt
from zhijin.playbooks.engine import load, load_file
from zhijin.playbooks.engine.catalogue import PROBLEMS
from zhijin.playbooks.engine.findings import Severity

FIXTURE = ROOT / "tests/playbooks/fixtures/twenty_mistakes.yaml"

#: (what is replaced, by what, the finding expected, text on which its caret stands)
ONE_BY_ONE = [
    # syntax
    ("basis: 村规民约第三条", "basis：村规民约第三条", "PB018", "："),
    ("basis: 村规民约第三条", "basis:村规民约第三条", "PB019", ":"),
    ("    within: 3 workdays", "\twithin: 3 workdays", "PB004", "\t"),
    ("村规民约第三条", "村规\x07民约", "PB005", "\x07"),
    ("basis: 村规民约第三条", "basis", "PB006", "basis"),
    ("basis: 村规民约第三条", 'basis: "村规民约第三条', "PB007", '"'),
    ("{zh: 排水沟堵塞, en: Blocked drain}", "{zh: 排水沟堵塞, en: Blocked drain", "PB008", "{"),
    ("basis: 村规民约第三条", "basis: 村规: 民约", "PB009", ": 民约"),
    ("basis: 村规民约第三条", "basis: @村规", "PB012", "@"),
    ("basis: 村规民约第三条", "basis: &a 村规", "PB020", "&"),
    ("basis: 村规民约第三条", "basis: !x 村规", "PB022", "!x 村规"),
    ("basis: 村规民约第三条", "basis: 村规\nbasis: 民约", "PB016", "basis: 民约"),
    ("basis: 村规民约第三条", "basis: 村规\n? [a]\n: b", "PB017", "[a]"),
    ("    within: 3 workdays", "   within: 3 workdays", "PB011", "within: 3"),
    ("basis: 村规民约第三条", "basis: |x\n  村规民约第三条", "PB013", "x\n"),
    ("basis: 村规民约第三条", "basis: '村规' 民约", "PB024", "民约"),
    # structure
    ("    within: 4 work hours", "    within: 4 work hours\n    wthin: 1 day", "PB101", "wthin"),
    ("basis: 村规民约第三条\n", "", "PB102", "playbook: 1"),
    ("{id: leaves, zh: 落叶, en: Leaves}", "[落叶]", "PB103", "[落叶]"),
    ("type: number", "type: numbre", "PB104", "numbre"),
    ("id: drain", "id: Drain", "PB105", "Drain"),
    ("4 work hours", "4 workhorses", "PB106", "4 workhorses"),
    ("amount: 2", "amount: 2000", "PB107", "2000"),
    ("rule: 村规民约-积分-3", 'rule: ""', "PB108", '""'),
    ("playbook: 1", "playbook: 2", "PB109", "2"),
    ("late: {move: closed}", "late: {move: closed, escalate: village}", "PB111", "{move"),
    ("when: {field: kind, is: mud}", "when: {field: kind}", "PB112", "{field: kind}"),
    ("factor: 0.5", "factor: 0", "PB113", "0"),
    ("en: Blocked drain}", "en: Drain, all blocked up}", "PB114", "all blocked"),
    # meaning: states
    ("to: verifying", "to: verifyign", "PB201", "verifyign"),
    ("owner: reporter", "owner: reporters", "PB202", "reporters"),
    ("fields: [where, kind, after]", "fields: [where, sort, after]", "PB203", "sort"),
    ("id: confirm", "id: again", "PB204", "again, to: handling"),
    ("  closed: {final: true}",
     "  closed: {final: true}\n  odd: {title: {zh: 奇, en: Odd}, final: true}", "PB206", "odd"),
    ("  closed: {final: true}", "  closed: {final: true, owner: grid_worker}", "PB209", "owner: g"),
    ("    owner: grid_worker\n    within: 4", "    within: 4", "PB210", "within: 4"),
    (("    within: 4 work hours\n    remind: 1 work hour\n    late:\n      - {escalate: village}\n"
     "      - {after: 1 workday, escalate: township}\n"),
     "    within: 4 work hours\n    late: {escalate: neighbour_leader}\n", "PB212", "neighbour"),
    ("4 work hours", "0 work hours", "PB214", "0 work hours"),
    ("3 workdays", "400 days", "PB214", "400 days"),
    ("remind: 1 work hour", "remind: 1 workday", "PB215", "1 workday"),
    ("- {escalate: village}\n", "- {after: 2 workdays, escalate: village}\n", "PB216",
     "1 workday, escalate"),
    ("suspend: {max: 5 workdays, approver: village}", "suspend: {max: 5 workdays, approver: device}",
     "PB238", "device"),
    ("id: again, to: handling", "id: again, to: verifying", "PB247", "verifying, by"),
    ("why: required, step: return", "step: return", "PB251", "return"),
    ("    late: {move: closed}\n", "", "PB253", "reporter\n    within: 5 days"),
    ("to: handling, by: grid_worker, step: accept",
     "to: handling, by: grid_worker, step: accept, whistle: true", "PB259", "grid_worker, step"),
    ("by: [resident, grid_worker]", "by: [resident, reporter]", "PB232", "reporter"),
    ("by: [resident, grid_worker]", "by: [resident, province_officer]", "PB232", "province"),
    ("owner: grid_worker\n    within: 4", "owner: system_admin\n    within: 4", "PB233", "system"),
    ("title: {zh: 排水沟堵塞, en: Blocked drain}", "title: 排水沟堵塞", "PB248", "排水沟"),
    # meaning: fields
    ("private: true, purpose: 联系上报人", "purpose: 联系上报人", "PB219", "phone, purpose"),
    ("private: true, purpose: 联系上报人", "private: true", "PB220", "{field: phone"),
    ("label: {zh: 深度, en: Depth}", "label: {zh: 病史, en: Depth}", "PB221", "{field: depth"),
    ("        - {id: mud, zh: 淤泥, en: Mud}\n", "", "PB228", "field: kind"),
    ("type: point, required: true", "type: point, max: 3", "PB229", "max: 3"),
    ("min: 0, max: 300", "min: 301, max: 300", "PB230", "min"),
    ("{field: after, type: photo, required: true, max: 3}",
     "{field: after, type: photo}\n          - {field: where, type: photo}", "PB235", "photo}"),
    ("label: {zh: 深度, en: Depth}", "label: {zh: 人脸, en: Depth}", "PB257", "{field: depth"),
    ("field: depth, type: number, min: 0, max: 300, label: {zh: 深度, en: Depth}",
     "field: depth, type: number, min: 0, max: 300", "PB246", "depth"),
    ("by: [resident, grid_worker]\n  ask:", ("by: [resident, device]\n  ask:\n"
     "    - {field: who, type: organisation, required: true, label: {zh: 单位, en: Firm}}"),
     "PB231", "{field: who"),
    ("{field: where, type: point, required: true}",
     "{field: where, type: point, required: true, by: village_staff}", "PB231", "village_staff"),
    ("when: {field: kind, is: mud}", "when: {field: kind, is: muds}", "PB242", "muds"),
    ("when: {field: kind, is: mud}", "when: {field: kind, above: 3}", "PB243", "above"),
    ("when: {field: kind, is: mud}", "when: {field: satisfied, above: 3}", "PB260", "satisfied"),
    ("{id: normal, title: {zh: 一般, en: Normal}}",
     "{id: normal, title: {zh: 一般, en: Normal}}\n  - {id: slow}", "PB236", "{id: slow}"),
    ("within: 4 work hours", "within: {urgnt: 8 hours, normal: 4 work hours}", "PB237", "urgnt"),
    # meaning: effects
    ("fields: [where, kind, after]", "fields: [where, phone]", "PB218", "phone"),
    ("rule: 村规民约-积分-3", "rule: 医保缴费", "PB222", "医保缴费"),
    ("rule: 村规民约-积分-3", "rule: 学生劳动", "PB223", "学生劳动"),
    ("amount: 2", "amount: -2", "PB224", "-2"),
    ("to: reporter, amount: 2", "to: grid_worker, amount: 2", "PB225", "grid_worker, amount"),
    ("amount: 2", "amount: 0", "PB226", "0"),
    ("elapsed: {from: reported, to: closed}", "sum: {field: litres}", "PB227", "litres"),
    ("publish: {when: closed", "publish: {when: handling", "PB234", "handling, fields"),
    ("indicators:\n", "follow: {when: closed, open: drain}\nindicators:\n", "PB239", "drain}"),
    ("indicators:\n", "parties:\n  - {id: a, title: {zh: 甲, en: A}, role: reporter}\nindicators:\n",
     "PB240", "{id: a"),
    ("indicators:\n", ("networks:\n  - {id: a, title: {zh: 甲, en: A}, role: village_staff, "
     "duty: {zh: 办, en: Do}, states: handling}\nindicators:\n"), "PB241", "handling}"),
    ("elapsed: {from: reported, to: closed}",
     "ratio: {of: {count: {event: opened}}, to: {period: minutes}}", "PB244", "ratio"),
    ("to: closed}\n", "to: reported}\n", "PB245", "reported}\n"),
    ('zh: "“{title}”已办好"', 'zh: "“{phone}”已办好"', "PB252", '{zh: "'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected", "under"), ONE_BY_ONE,
                         ids=[f"{row[2]}-{i}" for i, row in enumerate(ONE_BY_ONE)])  # fmt: skip
def test_one_mistake_gives_one_finding_in_its_place(
    old: str, new: str, expected: str, under: str
) -> None:
    loaded = check((old, new))
    assert ids(loaded) == [expected], [f.render("en") for f in loaded.findings]
    finding = loaded.findings[0]
    text = spoilt((old, new))
    offset = sum(len(line) + 1 for line in text.split("\n")[: finding.line - 1])
    place = text[offset + finding.column - 1 :]
    assert place.startswith(under), (finding.where, place[:30])
    assert (loaded.playbook is None) is finding.is_error


def test_the_sound_playbook_is_sound() -> None:
    assert ids(load(SOUND)) == []


def test_twenty_mistakes_are_all_found_where_they_are() -> None:
    text = FIXTURE.read_text(encoding="utf-8")
    wanted = {
        (number, problem)
        for number, line in enumerate(text.split("\n"), 1)
        for problem in re.findall(r"PB\d{3}", line.partition("#")[2])
    }
    loaded = load_file(FIXTURE)
    found = {(finding.line, finding.id) for finding in loaded.findings}
    assert len({problem for _, problem in wanted}) >= 20
    assert wanted <= found
    assert loaded.playbook is None
    for finding in loaded.findings:
        assert finding.column > 0
        assert finding.help("zh")
        assert finding.help("en")
        assert "^" in finding.render()


def test_nothing_is_found_twice_because_of_something_else() -> None:
    text = FIXTURE.read_text(encoding="utf-8")
    marked = len(re.findall(r"# PB\d{3}", text))
    # The unreachable «stuck» and «handling» are reached as their names were meant.
    assert len(load_file(FIXTURE).findings) == marked


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("  handling:\n", "  handlin:\n")], {"PB201", "PB246"}),
        ([("final: true, outcome: refused", "final: yes, outcome: refused"),
          ("closed: {final: true}", "closed: {final: no}")], {"PB103"}),
        ([("late: {move: closed}", "late: {move: reported}"),
          ("late:\n      - {escalate: village}\n      - {after: 1 workday, escalate: township}",
           "late: {move: verifying}")], {"PB213"}),
        ([(("      - {to: handling, by: grid_worker, step: accept}\n"
           "      - {to: returned, by: grid_worker, why: required, step: return}"),
           ("      - {to: handling, by: village_staff}\n"
           "      - {to: returned, by: village_staff, why: required}"))], {"PB217"}),
        ([("  returned: {final: true, outcome: refused}\n", "")], {"PB201"}),
        ([("    within: 3 workdays\n", "")], {"PB211"}),
        ([(("    within: 3 workdays\n    remind: 1 workday\n    late: {escalate: village}\n"
           "    suspend: {max: 5 workdays, approver: village}\n"
           "    extend: {max: 2 workdays, approver: village}\n"), "")], {"PB250"}),
        ([("  returned: {final: true, outcome: refused}",
           "  returned: {owner: grid_worker, within: 4 days}")], {"PB205"}),
        ([("within: 3 workdays", "within: 1 workday"), ("    remind: 1 workday\n", "")], {"PB256"}),
    ],
)  # fmt: skip
def test_mistakes_of_the_whole(changes: list[tuple[str, str]], expected: set[str]) -> None:
    assert set(ids(check(*changes))) == expected


def test_a_circle_without_an_end() -> None:
    loaded = check(
        ("late: {move: closed}", "late: {move: handling}"),
        ("{id: confirm, to: closed, by: reporter, ask: {field: satisfied, type: rating}}",
         "{id: confirm, to: handling, by: reporter}"),
        ("to: returned, by: grid_worker, why: required, step: return",
         "to: verifying, by: grid_worker"),
        ("  returned: {final: true, outcome: refused}\n", ""),
        ("elapsed: {from: reported, to: closed}", "elapsed: {from: reported, to: handling}"),
    )  # fmt: skip
    found = ids(loaded)
    assert found.count("PB207") == 3
    assert "PB206" in found  # the end itself


def test_a_playbook_without_any_end() -> None:
    loaded = check(
        ("  returned: {final: true, outcome: refused}\n  closed: {final: true}\n",
         ("  returned: {owner: grid_worker, within: 4 days, moves: {to: handling, by: grid_worker}}\n"
         "  closed: {owner: grid_worker, within: 4 days, moves: {to: handling, by: grid_worker}}\n")),
    )  # fmt: skip
    assert set(ids(loaded)) == {"PB208", "PB234"}


def test_a_resident_is_not_asked_too_much() -> None:
    more = "".join(
        f"    - {{field: q{n}, type: text, required: true, label: {{zh: 问{n}, en: Q{n}}}}}\n"
        for n in range(5)
    )
    loaded = check(("    - field: kind\n", more + "    - field: kind\n"))
    assert ids(loaded) == ["PB255"]
    assert loaded.playbook is not None  # a warning


def test_follow_ups_are_checked_against_the_playbooks_in_force() -> None:
    text = spoilt(("indicators:\n", "follow: {when: closed, open: river}\nindicators:\n"))
    assert ids(load(text)) == []
    assert ids(load(text, known={"drain"})) == ["PB262"]
    assert ids(load(text, known={"drain", "river"})) == []


def test_a_broken_line_hides_nothing_else() -> None:
    loaded = check(
        ("    within: 4 work hours\n", "    within: 4 work hours\n    nonsense\n"),
        ("to: verifying", "to: verifyign"),
        ("amount: 2", "amount: 2000"),
        ("private: true, purpose: 联系上报人", "private: true"),
    )
    assert ids(loaded) == ["PB220", "PB006", "PB201", "PB107"]


def test_a_broken_part_does_not_make_others_look_broken() -> None:
    """A state whose definition cannot be read may still be named elsewhere."""
    loaded = check(("  returned: {final: true, outcome: refused}", "  returned {final: true}"))
    assert ids(loaded) == ["PB006"]
    loaded = check(("within: 4 work hours", "within: soon"))
    assert ids(loaded) == ["PB106"]  # not also «remind without a deadline»


def test_names_are_suggested() -> None:
    finding = check(("to: verifying", "to: verifyign")).findings[0]
    assert "是不是“verifying”" in finding.message("zh")
    assert "did you mean “verifying”" in finding.message("en")
    finding = check(("    within: 4 work hours", "    wihtin: 4 work hours")).findings[0]
    assert finding.id == "PB101"
    assert "within" in finding.message("en")


def test_the_file_itself_may_be_wrong() -> None:
    assert ids(load(b"\xff\xfe\x00")) == ["PB001"]
    assert ids(load("标题".encode("gbk"))) == ["PB001"]
    assert ids(load("a" * 300_000)) == ["PB002"]
    assert ids(load("[" * 50 + "]" * 50)) == ["PB003"]
    assert ids(load("")) == ["PB110"]
    assert ids(load("- a\n- b\n")) == ["PB110"]
    assert ids(load("# only a remark\n")) == ["PB110"]
    assert ids(load("%YAML 9\n---\na: 1\n"))[:1] in (["PB014"], ["PB010"])
    assert "PB015" in ids(load(SOUND + "---\n" + SOUND))
    assert ids(load("﻿" + SOUND)) == []
    assert ids(load(SOUND.replace("\n", "\r\n"))) == []


def test_aliases_and_merges_are_refused_where_they_stand() -> None:
    loaded = check(
        ("late: {move: closed}", "late: &l {move: closed}"),
        ("    late: {escalate: village}", "    late: *l"),
        ("    remind: 1 workday", "    <<: *l"),
    )
    found = [(f.line, f.id) for f in loaded.findings if f.id < "PB100"]
    assert sorted(problem for _, problem in found) == ["PB020", "PB021", "PB021", "PB023"]


def test_values_are_what_people_wrote() -> None:
    """22:30 is not 1350, no is not false, 007 keeps its zeros."""
    from zhijin.playbooks.engine.reader import read

    document = read("a: 22:30\nb: no\nc: 007\nd: 7\ne: true\nf: 0.5\ng: 1e3\nh: ~\n", "x")
    assert document.root is not None
    assert document.root.plain() == {
        "a": "22:30", "b": "no", "c": "007", "d": 7, "e": True, "f": 0.5, "g": "1e3", "h": None,
    }  # fmt: skip


def test_every_finding_is_tested() -> None:
    folder = ROOT / "tests/playbooks"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    # PB199 is the answer to shapes that pydantic may name in some later version.
    assert [name for name in PROBLEMS if f'"{name}"' not in text and name != "PB199"] == []


def test_a_misspelt_part_is_still_understood() -> None:
    """The fields asked under «open» are known though the key should read «opens»."""
    loaded = check(("opens:\n", "open:\n"))
    assert ids(loaded) == ["PB101"]
    assert ids(check(("states:\n", "sttes:\n"))) == ["PB101"]


def test_a_line_that_only_closes_is_left_out_with_what_belongs_to_it() -> None:
    assert ids(check(("basis: 村规民约第三条", "basis: ]"))) == ["PB024"]


def test_every_finding_is_written_in_both_languages_and_says_what_to_do() -> None:
    for problem in PROBLEMS.values():
        assert re.fullmatch(r"PB[0-3]\d\d", problem.id)
        for text in (problem.zh, problem.en, problem.help_zh):
            assert text.strip(), problem.id
        assert problem.help_en.strip(), problem.id
        assert problem.severity in (Severity.ERROR, Severity.WARNING)
        holes = [set(re.findall(r"(?<!{){(\w+)}(?!})", t)) for t in (problem.zh, problem.en)]
        assert holes[0] == holes[1], problem.id


def test_no_hole_is_left_unfilled() -> None:
    for old, new, _, _ in ONE_BY_ONE:
        for finding in check((old, new)).findings:
            for lang in ("zh", "en"):
                text = finding.message(lang) + finding.help(lang)
                holes = set(re.findall(r"{(\w+)}", text)) - {"title", "code", "place", "due"}
                assert not holes, (finding.id, text)
