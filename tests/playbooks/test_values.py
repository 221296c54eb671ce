"""Answers to questions: what fits each type, and what people are told when it does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.playbooks.engine.indicators import Condition
from zhijin.playbooks.engine.model import Choice, FieldSpec
from zhijin.playbooks.engine.values import is_blank, problems

PHOTO = "0" * 64
CHOICES = [Choice(id="a", zh="甲", en="A"), Choice(id="b", zh="乙", en="B")]


def ask(kind: str, **options: Any) -> FieldSpec:
    if kind in {"choice", "choices"}:
        options.setdefault("choices", CHOICES)
    return FieldSpec.model_validate({"field": "x", "type": kind, **options})


def ids(spec: FieldSpec, value: Any) -> list[str]:
    return [problem.id for problem in problems([spec], {"x": value})]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "一行"), ("longtext", "两\n行"), ("number", 3), ("number", "3.5"), ("number", -2),
        ("money", "12.30"), ("money", 12), ("choice", "a"), ("choices", ["a", "b"]),
        ("date", "2026-02-14"), ("time", "22:30"), ("datetime", "2026-02-14T03:15"),
        ("datetime", "2026-02-14T03:15:00+08:00"), ("boolean", False),
        ("point", {"lon": 103.7, "lat": 27.3}), ("point", {"lon": 0, "lat": 0}),
        ("place", "530602105207"), ("place", "53060210520701"), ("photo", [PHOTO]),
        ("file", [PHOTO, PHOTO]), ("phone", "13800000000"), ("phone", "0851-85551234"),
        ("phone", "+8613800000000"), ("id_number", "11010519491231002X"),
        ("id_number", "11010519491231002x"), ("person", "张三"), ("person", {"id": "1", "name": "张三"}),
        ("organisation", "甲纺织厂"), ("rating", 5), ("rating", 1),
    ],
)  # fmt: skip
def test_what_fits(kind: str, value: Any) -> None:
    assert ids(ask(kind), value) == []


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("text", "两\n行", "PF006"), ("text", 3, "PF003"), ("text", "长" * 201, "PF004"),
        ("number", "三", "PF007"), ("number", True, "PF007"), ("number", "NaN", "PF007"),
        ("number", "Infinity", "PF007"), ("money", "1.234", "PF008"), ("choice", "c", "PF012"),
        ("choice", ["a"], "PF012"), ("choices", ["a", "c"], "PF012"), ("choices", "a", "PF012"),
        ("choices", [["a"]], "PF012"), ("date", "2026-02-30", "PF015"), ("date", 20260214, "PF015"),
        ("time", "25:00", "PF015"), ("datetime", "昨天", "PF015"), ("boolean", "是", "PF016"),
        ("point", {"lon": 200, "lat": 1}, "PF017"), ("point", [1, 2], "PF017"),
        ("point", {"lon": "1", "lat": 2}, "PF017"), ("point", {"lon": float("nan"), "lat": 2}, "PF017"),
        ("place", "5306021052", "PF018"), ("place", "大耆老村", "PF018"), ("photo", "x", "PF019"),
        ("photo", ["x"], "PF019"), ("photo", [PHOTO] * 10, "PF013"), ("phone", "12345", "PF020"),
        ("id_number", "110105194912310021", "PF021"), ("id_number", "1" * 17, "PF021"),
        ("person", 3, "PF022"), ("person", {"id": "1"}, "PF022"), ("rating", 6, "PF011"),
        ("rating", True, "PF011"), ("rating", 2.5, "PF011"),
    ],
)  # fmt: skip
def test_what_does_not_fit(kind: str, value: Any, problem: str) -> None:
    assert ids(ask(kind), value) == [problem]


def test_limits_hold() -> None:
    assert ids(ask("number", min=1, max=5), 0) == ["PF009"]
    assert ids(ask("number", min=1, max=5), 6) == ["PF010"]
    assert ids(ask("longtext", min=5), "短") == ["PF005"]
    assert ids(ask("longtext", max=3), "太长了吧") == ["PF004"]
    assert ids(ask("photo", min=2), [PHOTO]) == ["PF014"]
    assert ids(ask("photo", max=1), [PHOTO] * 2) == ["PF013"]
    assert ids(ask("choices", max=1), ["a", "b"]) == ["PF013"]
    assert ids(ask("rating", max=3), 4) == ["PF011"]


def test_what_is_required_must_be_there() -> None:
    spec = ask("text", required=True, label={"zh": "名称", "en": "Name"})
    for value in (None, "", "  ", [], {}):
        found = problems([spec], {"x": value})
        assert [p.id for p in found] == ["PF002"]
        assert found[0].message("zh") == "请填写“名称”"
        assert found[0].message("en") == "Please fill in “Name”"
    assert ids(ask("boolean", required=True), False) == []
    assert ids(ask("number", required=True), 0) == []


def test_nothing_is_taken_that_was_not_asked() -> None:
    assert [p.id for p in problems([ask("text")], {"x": "a", "is_admin": True})] == ["PF001"]


def test_a_question_with_a_condition() -> None:
    specs = [
        ask("boolean"),
        FieldSpec.model_validate({
            "field": "why", "type": "text", "required": True, "when": [{"field": "x", "is": True}],
        }),
    ]  # fmt: skip
    assert problems(specs, {"x": False}) == []
    assert [p.field for p in problems(specs, {"x": True})] == ["why"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12.34, []), ("1.500", []), (1.005, ["PF008"]), (10**12, []), (10**12 + 1, ["PF010"]),
        (-(10**30), ["PF010"]), (1e300, ["PF010"]), ("1e-400", ["PF008"]),
    ],
)  # fmt: skip
def test_money_of_any_size_is_answered(value: Any, expected: list[str]) -> None:
    assert [p.id for p in problems([ask("money")], {"x": value})] == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from([
        "text", "longtext", "number", "money", "choice", "choices", "date", "time", "datetime",
        "boolean", "point", "place", "photo", "file", "phone", "id_number", "person",
        "organisation", "rating",
    ]),
    json_values,
)  # fmt: skip
def test_any_json_is_answered(kind: str, value: Any) -> None:
    for problem in problems([ask(kind)], {"x": value}):
        assert problem.zh
        assert problem.en


@pytest.mark.parametrize(
    ("condition", "value", "true"),
    [
        ({"is": "a"}, "a", True), ({"is": "a"}, None, False), ({"is": True}, True, True),
        ({"is": True}, 1, False), ({"is": 1}, True, False), ({"in": ["a", "b"]}, "b", True),
        ({"in": ["a"]}, ["a", "c"], True), ({"is": "a"}, ["a"], True), ({"not": "a"}, "b", True),
        ({"not": "a"}, None, True), ({"above": 3}, 4, True), ({"above": 3}, 3, False),
        ({"below": 3}, "2.5", True), ({"above": 3}, None, False), ({"above": 3}, True, False),
        ({"above": "2026-01-01"}, "2026-02-01", True), ({"below": 3}, "三", False),
        ({"given": True}, "x", True), ({"given": True}, "", False), ({"given": False}, None, True),
        ({"given": True}, False, True), ({"given": True}, [], False), ({"given": True}, 0, True),
        ({"given": True}, {"lon": 1}, True),
    ],
)  # fmt: skip
def test_conditions(condition: dict[str, Any], value: Any, true: bool) -> None:
    found = Condition.model_validate({"field": "x", **condition})
    assert found.holds({} if value is None else {"x": value}) is true


def test_blank() -> None:
    assert is_blank("\t ")
    assert not is_blank(0)
    assert not is_blank(False)
