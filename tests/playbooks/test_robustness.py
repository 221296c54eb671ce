"""Whatever is thrown at the reader: it answers with a playbook or with findings, never with a crash."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.playbooks.support import SHIPPED, SOUND
from zhijin.playbooks.engine import load
from zhijin.playbooks.engine.explain import explain
from zhijin.playbooks.engine.findings import Finding, caret, width
from zhijin.playbooks.engine.picture import picture
from zhijin.playbooks.engine.scenarios import run_scenarios
from zhijin.playbooks.engine.tidy import mend, tidy

TEXTS = [SOUND, *(path.read_text(encoding="utf-8") for path in SHIPPED)]
NASTY = st.sampled_from(
    ["{", "}", "[", "]", ":", ": ", "：", "，", "\t", "\n", "- ", "#", '"', "'", "|", ">", "&a ", "*a",
     "!!x ", "<<: ", "null", "true", "-1", "9" * 30, "\x00", "\u200b", "🏮", "字", "%", "@", "`", "---",
     "...", "~", "? ", "within: 0 days", "by: []", "to: ", "final: true", "\\", "\ud800"]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A good playbook with a few cuts, doublings and strange insertions."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        kind = draw(st.sampled_from(["cut", "double", "insert", "swap"]))
        middle = {
            "cut": "",
            "double": text[start:end] * 2,
            "insert": draw(NASTY) + text[start:end],
            "swap": draw(st.one_of(NASTY, st.text(max_size=8))),
        }[kind]
        text = text[:start] + middle + text[end:]
    return text


def well_formed(findings: list[Finding], text: str) -> None:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in findings:
        assert 1 <= finding.line <= len(lines) + 1
        assert finding.column >= 1
        assert finding.message("zh")
        assert finding.message("en")
        assert finding.render("zh")
        assert finding.as_dict()["id"] == finding.id


@settings(max_examples=80, deadline=None)
@given(mutated())
def test_a_spoilt_playbook_is_loaded_or_explained(text: str) -> None:
    loaded = load(text)
    assert (loaded.playbook is not None) == (not loaded.errors)
    well_formed(loaded.findings, text)
    if loaded.playbook is not None:
        assert explain(loaded.playbook)
        assert picture(loaded.playbook).startswith("<svg")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    loaded = load(text)
    assert loaded.playbook is None
    assert loaded.findings
    well_formed(loaded.findings, text)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert load(data).findings


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_spoilt_scenarios_never_crash(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(SHIPPED))
    playbook = load(path.read_bytes()).playbook
    assert playbook is not None
    text = path.with_name("scenarios.yaml").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    text = text[:start] + data.draw(NASTY) + text[start + data.draw(st.integers(0, 12)) :]
    report = run_scenarios(playbook, text)
    well_formed(report.findings, text)
    assert len(report.covered) + len(report.uncovered) > 0


@given(st.text(max_size=80))
def test_tidying_remembers_where_things_stood(line: str) -> None:
    line = line.replace("\n", " ").replace("\r", " ")
    tidied = tidy(line)
    assert len(tidied.lines) == 1
    for _, mark, _ in tidied.notes:
        assert 1 <= mark.column <= len(line) + 1


@given(st.text(alphabet="{}[]\"' ab:,", max_size=40))
def test_mending_closes_everything(line: str) -> None:
    better = mend(line)
    if better is not None:
        assert mend(better) is None or mend(mend(better) or "") is None


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("道路", 4), ("a道b", 4), ("：", 2), ("é", 1), ("e\u0301", 1), ("한", 2), ("", 0)],
)
def test_width_follows_east_asian_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_the_caret_stands_under_its_place() -> None:
    line = "title：道路 en"
    assert caret(line, 6, 1) == "     ^^"
    assert caret(line, 7, 2) == "       ^^^^"
    assert caret(line, 10, 2) == "            ^^"
    assert caret("\tx", 2, 1) == " ^"
    assert caret("ab", 9, 3) == "  ^"


def test_a_large_file_is_read_quickly() -> None:
    """Ten thousand lines of garbage are given up on, not ground through."""
    garbage = "\n".join(f"a{n}: {{b: [" for n in range(4000))
    assert load(garbage).findings
    states = "\n".join(f"  s{n}: {{owner: grid_worker, moves: {{to: s{n + 1}, by: x}}}}"
                       for n in range(500))  # fmt: skip
    assert load("playbook: 1\nstates:\n" + states).findings
