"""What codes and official names tell."""

from __future__ import annotations

import pytest

from zhijin.places.names import Kind, bigrams, kind_of, short_name


@pytest.mark.parametrize(
    ("official", "short"),
    [
        ("大耆老村村民委员会", "大耆老村"),
        ("甘南村委会", "甘南村"),
        ("新村村委会", "新村"),
        ("乌兰路社区居委会", "乌兰路社区"),
        ("双院子社区居民委员会", "双院子社区"),
        ("东关居委会", "东关社区"),
        ("金元社区", "金元社区"),
        ("口江乡", "口江乡"),
        ("某社区村委会", "某社区"),
        ("", ""),
    ],
)
def test_names_as_people_say_them(official: str, short: str) -> None:
    assert short_name(official) == short


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("520115007", Kind.SUBDISTRICT),
        ("530602105", Kind.TOWN),
        ("522631206", Kind.TOWNSHIP),
        ("520115498", Kind.QUASI_TOWNSHIP),
        ("520115007005", Kind.COMMUNITY),
        ("530602105207", Kind.VILLAGE),
        ("150423400498", Kind.QUASI_COMMUNITY),
        ("150423400500", Kind.QUASI_VILLAGE),
        ("52", ""),
        ("520115", ""),
        ("520115007005001", ""),
    ],
)
def test_kinds_by_code(code: str, kind: str) -> None:
    assert kind_of(code) == kind


def test_bigrams() -> None:
    assert bigrams("口江村") == ["口江", "江村"]
    assert bigrams("江江江") == ["江江"]
    assert bigrams("江") == bigrams("") == []
