"""Answers as people read them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from zhijin.cases import showing
from zhijin.playbooks.engine import FieldSpec


def said(kind: str, value: Any, lang: str = "zh-hans") -> str:
    spec = FieldSpec.model_validate({"field": "what", "type": kind, "label": "什么"})
    with override(lang):
        return showing.shown(spec, value)


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        ("date", "2026-11-30", "2026年11月30日", "30 Nov 2026"),
        ("datetime", "2026-11-30T03:15", "2026年11月30日 03:15", "30 Nov 2026 03:15"),
        # What was written down in Greenwich is read in China.
        ("datetime", "2026-11-30T19:15:00+00:00", "2026年12月1日 03:15", "1 Dec 2026 03:15"),
        ("date", "下周", "下周", "下周"),
        ("datetime", "凌晨三点", "凌晨三点", "凌晨三点"),
        ("boolean", True, "是", "Yes"),
        ("rating", 4, "★★★★☆", "★★★★☆"),
        ("text", "", "—", "—"),
        ("text", None, "—", "—"),
    ],
)
def test_answers_are_said_as_people_say_them(kind: str, value: Any, zh: str, en: str) -> None:
    assert (said(kind, value), said(kind, value, "en")) == (zh, en)


def test_a_place_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"530602105207": SimpleNamespace(short="大耆老村")}
    monkeypatch.setattr(showing.places, "find", known.get)
    assert said("place", "530602105207") == "大耆老村"
    assert said("place", "530602105299") == "530602105299"
