"""Search by name and code: what people type, and what they type wrong."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.places.factories import plant
from zhijin.places.names import bigrams
from zhijin.places.searching import search

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _places() -> None:
    plant("522631206200")
    plant("522631206202", "摆东村村民委员会")
    plant("530602105207")
    plant("110101002009", "口江社区居委会")
    plant("522631207", "旧口江镇", valid_to="2020-01-01")


def found(text: str, **options: object) -> list[str]:
    return [place.short for place in search(text, **options)]  # type: ignore[arg-type]


def test_two_characters_are_enough() -> None:
    assert found("口江") == ["口江乡", "口江社区", "口江村"]
    assert found("摆东") == ["摆东村"]
    assert found("耆") == ["大耆老村"]


def test_exact_names_first() -> None:
    assert found("口江村")[0] == "口江村"
    assert found("大耆老村") == ["大耆老村"]
    assert found("口江村村民委员会") == ["口江村"]


def test_wider_words_narrow() -> None:
    assert found("黎平 口江") == ["口江乡", "口江村"]
    assert found("贵州 黎平 口江村") == ["口江村"]
    assert found("昭通 口江") == []
    assert found("没有的县 口江") == []


def test_names_run_together() -> None:
    assert found("黎平县口江乡口江村") == ["口江村"]
    assert found("贵州省黔东南苗族侗族自治州黎平县口江乡摆东村") == ["摆东村"]
    assert found("昭阳区大耆老村") == ["大耆老村"]


def test_codes_and_their_beginnings() -> None:
    assert found("522631206") == ["口江乡", "口江村", "摆东村"]
    assert found("5226312062") == ["口江村", "摆东村"]
    assert found("522631206202") == ["摆东村"]
    assert found("5226312062021") == []
    assert found("9" * 20) == []


def test_limits_levels_root_and_ended() -> None:
    assert found("口江", limit=1) == ["口江乡"]
    assert found("口江", levels=("village",)) == ["口江社区", "口江村"]
    assert found("口江", root="52") == ["口江乡", "口江村"]
    assert "旧口江镇" not in found("口江")
    assert "旧口江镇" in found("口江", ended=True)


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "口%江", "' OR 1=1 --", "\\", "（", "😀😀", "\x7f"]
)
def test_odd_input_finds_nothing(text: str) -> None:
    assert found(text) == []


def test_the_index_serves_two_character_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT code FROM places_place WHERE places_bigrams(name) @> ARRAY['口江']"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "places_place_bigrams" in plan


@given(st.text(st.characters(categories=["Lo", "Nd", "Lu"]), min_size=1, max_size=24))
def test_every_pair_of_neighbours_is_indexed(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT places_bigrams(%s)", [name])
        (grams,) = cursor.fetchone()
    assert set(bigrams(name)) <= set(grams)
