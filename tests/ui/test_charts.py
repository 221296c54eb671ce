"""Charts drawn on the server: true to their figures, told in words, and safe with any names."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.ui import charts
from zhijin.ui.charts import Move, Point
from zhijin.ui.charts.distribution import bins
from zhijin.ui.charts.figure import breadth, short, tenths
from zhijin.ui.charts.small import segments

scores = st.lists(st.integers(0, 10_000), min_size=1, max_size=60)


def drawn(figure: str) -> ET.Element:
    """The figure, parsed: charts must be well-formed."""
    return ET.fromstring(figure)


def words(node: ET.Element, css: str) -> list[str]:
    return [t.text or "" for t in node.iter("text") if css in (t.get("class") or "")]


def cells(node: ET.Element) -> list[list[str]]:
    body = node.find(".//tbody")
    return [] if body is None else [["".join(c.itertext()) for c in row] for row in body]


# -- distribution ----------------------------------------------------------------------------


@given(scores)
def test_every_score_is_in_one_bin(values):
    first, width, counts = bins(values)
    assert sum(counts) == len(values)
    assert 1 <= len(counts) <= 14
    assert first <= min(values)
    assert max(values) < first + width * len(counts)
    assert counts[0]
    assert counts[-1]


@given(scores)
def test_the_table_has_what_the_picture_has(values):
    figure = drawn(charts.distribution(values, "得分", values[0]))
    assert sum(int(row[1]) for row in cells(figure)) == len(values)
    shown = [int(t) for t in words(figure, "chart-count")]
    assert sum(shown) == len(values)
    assert f"本组织 {tenths(values[0])}" in words(figure, "chart-own-text")[0]


def test_the_middle_and_one_s_own_bin_are_marked():
    figure = drawn(charts.distribution([1000, 2000, 9000], "得分", 9000))
    assert words(figure, "chart-middle-text") == ["中位 20.00"]
    mine = [r for r in figure.iter("rect") if "chart-mine" in (r.get("class") or "")]
    assert len(mine) == 1
    tallest = max(float(r.get("height", 0)) for r in figure.iter("rect"))
    assert float(mine[0].get("height", 0)) == tallest


def test_a_group_of_one_and_an_empty_group():
    assert charts.distribution([], "得分") == ""
    figure = drawn(charts.distribution([7400], "得分", 7400))
    assert cells(figure) == [["74.00 – 75.00", "1"]]
    assert "1 个组织，最低 74.00，中位 74.00，最高 74.00。" in ET.tostring(figure, "unicode")


def test_counts_that_would_cover_one_another_stand_in_the_table_only():
    few = drawn(charts.distribution([n * 500 for n in range(14)], "得分"))
    many = drawn(charts.distribution([n * 500 for n in range(14) for _ in range(12_345)], "得分"))

    def counts(figure):
        return [t.text for t in figure.iter("text") if t.get("class") == "chart-count"]

    assert counts(few) == ["1"] * 14
    assert counts(many) == []
    assert "12345" in [cell.text for cell in many.iter("td")]


# -- movement --------------------------------------------------------------------------------


def test_who_rose_who_fell_and_who_is_new():
    moves = [Move("甲", 3, 1), Move("乙", 1, 2), Move("丙", 2, 3, own=True), Move("丁", None, 4)]
    figure = drawn(charts.movement(moves, "变化", ("六月", "七月")))
    assert [row[3] for row in cells(figure)] == ["↑2", "↓1", "↓1", "新"]
    assert figure.find(".//desc").text == "上升 1 个，下降 2 个，持平 1 个。"
    assert words(figure, "chart-own-text") == ["丙 ↓1"]
    assert len([p for p in figure.iter("path") if "chart-way" in (p.get("class") or "")]) == 3


def test_a_large_group_shows_the_largest_moves_and_always_one_s_own():
    moves = [Move(f"第{i}支部", i, i) for i in range(1, 60)]
    moves += [Move("升", 99, 60), Move("我", 61, 61, own=True)]
    figure = drawn(charts.movement(moves, "变化", ("六月", "七月")))
    told = [t.text or "" for t in figure.iter("text")]
    assert any(t.startswith("升 ↑39") for t in told)
    assert any(t.startswith("我 持平") for t in told)
    assert len(list(figure.iter("path"))) == 24
    assert len(cells(figure)) == 61


def test_nobody_moved_when_nobody_is_there():
    assert charts.movement([], "变化", ("", "")) == ""


@given(st.lists(st.tuples(st.none() | st.integers(1, 30), st.integers(1, 30)), max_size=30))
def test_any_moves_can_be_drawn(pairs):
    moves = [Move(f"第{i}支部", before, now) for i, (before, now) in enumerate(pairs)]
    figure = charts.movement(moves, "变化", ("六月", "七月"))
    assert not pairs or len(cells(drawn(figure))) == len(pairs)
    assert "nan" not in figure.lower()


# -- history ---------------------------------------------------------------------------------


def test_a_month_without_a_value_is_a_gap():
    points = [Point("1月", 7000), Point("2月", None), Point("3月", 8000), Point("4月", 9000)]
    figure = drawn(charts.history(points, "得分", show=charts.tenths))
    lines = [p.get("points", "").split() for p in figure.iter("polyline")]
    assert [len(line) for line in lines] == [2]
    assert cells(figure)[1] == ["2月", "—", "—"]


def test_the_first_rank_stands_on_top_and_the_best_score_too():
    ranks = drawn(charts.history([Point("1", 9), Point("2", 1)], "名次", ranks=True))
    high = [float(c.get("cy", 0)) for c in ranks.iter("circle")]
    assert high[1] < high[0]
    rising = drawn(charts.history([Point("1", 100), Point("2", 900)], "得分"))
    high = [float(c.get("cy", 0)) for c in rising.iter("circle")]
    assert high[1] < high[0]


def test_marks_and_events_are_told_in_the_table_too():
    points = [Point("6月", 4, note="划入青龙山街道"), Point("7月", 5, marked=True)]
    figure = drawn(charts.history(points, "名次", ranks=True))
    assert cells(figure)[0][2] == "划入青龙山街道"
    assert [p.get("class") for p in figure.iter("path")].count("chart-event") == 1
    assert any("chart-marked" in (c.get("class") or "") for c in figure.iter("circle"))


def test_no_value_at_all_draws_nothing_and_equal_values_are_flat():
    assert charts.history([Point("1", None)], "得分") == ""
    flat = drawn(charts.history([Point(str(i), 5) for i in range(4)], "得分"))
    assert len({c.get("cy") for c in flat.iter("circle")}) == 1


def test_month_names_never_meet():
    points = [Point(f"{n}月", n) for n in range(1, 13)]
    figure = drawn(charts.history(points, "得分"))
    assert [t for t in words(figure, "") if t.endswith("月")] == ["3月", "6月", "9月", "12月"]


# -- small ones ------------------------------------------------------------------------------


def test_a_spark_breaks_at_gaps_and_ends_in_its_last_value():
    spark = ET.fromstring(charts.spark([1, 2, None, 4, 5, None], "得分"))
    assert [len(p.get("points", "").split()) for p in spark.iter("polyline")] == [2, 2]
    dot = spark.find("circle")
    assert dot is not None
    assert dot.get("cy") == "2.0"
    assert charts.spark([None, 3, None], "得分") == ""


@given(st.lists(st.none() | st.tuples(st.floats(0, 9), st.floats(0, 9)), max_size=20))
def test_segments_hold_every_point_in_order(points):
    assert [p for part in segments(points) for p in part] == [p for p in points if p is not None]


@pytest.mark.parametrize(
    ("value", "of", "width"), [(0, 0, "0"), (-5, 10, "0.0"), (5, 10, "50.0"), (50, 10, "100.0")]
)
def test_a_bar_never_leaves_its_track(value, of, width):
    made = charts.bar(value, of, "late")
    assert f'class="chart-bar" width="{width}"' in made
    assert 'data-tone="late"' in made
    assert "data-tone" not in charts.bar(value, of)


def test_scores_are_rounded_down():
    assert [tenths(n) for n in (0, 7, 7400, 7409, 10_000, -250)] == [
        "0.00", "0.07", "74.00", "74.09", "100.00", "-2.50",
    ]  # fmt: skip


@given(st.text(max_size=40), st.integers(4, 20))
def test_a_short_name_fits(name, most):
    assert breadth(short(name, most)) <= most
    assert breadth(name) > most or short(name, most) == name


def test_a_long_name_keeps_its_beginning_and_its_end():
    assert short("中共清镇市青龙山街道东山社区支部委员会", 20) == "中共清镇市青…委员会"
    assert short("Yinchao village branch", 25) == "Yinchao village branch"


# -- what must hold for all of them ----------------------------------------------------------

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.mark.parametrize(
    "figure",
    [
        charts.distribution([1, 2], HOSTILE, 1),
        charts.movement([Move(HOSTILE, 1, 2)], HOSTILE, (HOSTILE, HOSTILE)),
        charts.history([Point(HOSTILE, 1, HOSTILE), Point("x", 2)], HOSTILE),
    ],
)
def test_names_are_escaped_and_nothing_is_styled_in_place(figure):
    node = drawn(figure)
    assert not list(node.iter("script"))
    assert not re.search(r"\s(style|onclick|on\w+)=", figure)
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b", figure)
    svg = node.find("svg")
    assert svg is not None
    assert svg.get("role") == "img"
    assert svg.get("aria-label")
    assert node.find(".//table") is not None
