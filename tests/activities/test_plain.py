"""The plain parts: draws anybody repeats, assignments that hold their rules, scores in whole numbers, ballot boxes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.activities import ballotbox, drawing, pairing, scoring
from zhijin.activities.ballotbox import Paper
from zhijin.activities.scoring import Criterion

KEYS = st.lists(st.integers(1, 10**18), unique=True, min_size=1, max_size=60)
SEEDS = st.text("0123456789abcXYZ-", min_size=4, max_size=20)


# -- Draws


@given(KEYS, SEEDS, st.data())
def test_a_draw_takes_each_unit_once_and_the_same_way_each_time(keys, seed, data):
    size = data.draw(st.integers(1, len(keys)))
    drawn = drawing.draw("d", seed, keys, size)
    assert len(drawn) == len(set(drawn)) == size
    assert set(drawn) <= set(keys)
    assert drawing.draw("d", seed, sorted(keys), size) == drawn
    assert drawing.draw("d", seed, keys, len(keys))[:size] == drawn


def test_over_many_seeds_every_unit_is_drawn_about_as_often():
    keys = [530600000000200000 + n for n in range(84)]
    drawn = [key for n in range(300) for key in drawing.draw("d", f"s{n}", keys, 45)]
    # 300 × 45 ÷ 84 = 160.7, with a standard deviation of 8.6.
    assert all(110 < drawn.count(key) < 211 for key in keys)


@pytest.mark.parametrize(("keys", "size"), [([1, 2], 3), ([1, 2], 0), ([1, 1], 1)])
def test_a_draw_that_makes_no_sense_is_refused(keys, size):
    with pytest.raises(ValueError, match=r"draw|twice"):
        drawing.draw("d", "seed", keys, size)


def test_a_list_is_one_line_a_unit_in_the_order_of_keys():
    text = drawing.list_text({20: "市教育体育局", 3: "市委办公室"})
    assert text.decode() == "3\t市委办公室\n20\t市教育体育局\n"
    with pytest.raises(ValueError, match="tab"):
        drawing.list_text({1: "a\tb"})


def test_the_shell_lines_of_the_documentation_repeat_the_draw(tmp_path: Path):
    names = {530600000000200001 + n: f"市直单位 {n}" for n in range(84)}
    listed = drawing.list_text(names)
    (tmp_path / "list.txt").write_bytes(listed)
    page = Path("docs/explanation/activities.md").read_text()
    script = page.split("```sh\n", 1)[1].split("```", 1)[0]
    said = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "seed": "2026061-04-11-17-23-29-31", "size": "45"},
    ).stdout  # fmt: skip
    drawn = drawing.draw(drawing.digest_of(listed), "2026061-04-11-17-23-29-31", list(names), 45)
    assert [int(line.split()[1]) for line in said.splitlines()] == drawn


# -- Mutual review


@given(st.integers(3, 40), st.integers(1, 4), SEEDS)
def test_an_assignment_holds_every_rule_over_rounds(number, each, seed):
    keys, last = [10**17 + n for n in range(number)], []
    for round_no in range(4):
        try:
            pairs = pairing.assign(f"{seed}{round_no}", keys, each, last)
        except pairing.Impossible:
            # Only groups that leave hardly a choice may be told that it cannot be done.
            assert number < 4 * each + 2
            return
        assert pairing.faults(pairs, keys, each, last) == []
        assert pairing.assign(f"{seed}{round_no}", keys[::-1], each, last) == pairs
        last = pairs


@given(SEEDS)
def test_the_documents_84_units_go_round_with_units_coming_and_going(seed):
    keys = list(range(1000, 1084))
    first = pairing.assign(seed, keys, 3)
    changed = [*keys[2:], 5000, 5001]
    second = pairing.assign(seed, changed, 3, first)
    assert len(second) == 252
    assert pairing.faults(second, changed, 3, first) == []


@pytest.mark.parametrize(("number", "each"), [(2, 1), (4, 2), (6, 3)])
def test_too_small_a_group_is_told_how_many_it_takes(number, each):
    with pytest.raises(pairing.Impossible) as caught:
        pairing.assign("seed", range(number), each)
    assert caught.value.least == 2 * each + 1


def test_the_smallest_group_turns_round_when_nothing_else_is_left():
    keys = range(7)
    first = pairing.assign("seed", keys, 3)
    second = pairing.assign("other", keys, 3, first)
    assert second == sorted((b, a) for a, b in first)


def test_faults_names_what_is_wrong():
    found = pairing.faults([(1, 1), (2, 3), (3, 2)], [1, 2, 3], 1, [(2, 3)])
    assert found == ["1 itself", "2 and 3 each other", "2 3 again"]
    assert pairing.faults([(1, 2)], [1, 2, 3], 1)


# -- Scores

CRITERIA = [Criterion("a", "甲", 3, 7), Criterion("b", "乙", 2, 10)]


def test_a_sheet_is_rounded_down_once():
    # 3 × 5/7 + 2 × 9/10 = 3.942857…; of 5 parts = 0.788571…
    assert scoring.total(CRITERIA, {"a": 5, "b": 9}) == 7885
    assert scoring.total(CRITERIA, {"a": 7, "b": 10}) == 10_000
    assert scoring.total(CRITERIA, {"a": 0, "b": 0}) == 0


@given(st.integers(0, 7), st.integers(0, 10))
def test_more_points_never_give_less(a, b):
    have = scoring.total(CRITERIA, {"a": a, "b": b})
    assert 0 <= have <= 10_000
    if a < 7:
        assert scoring.total(CRITERIA, {"a": a + 1, "b": b}) > have


@pytest.mark.parametrize("marks", [{"a": 8, "b": 1}, {"a": -1, "b": 1}, {"a": 1}])
def test_marks_out_of_range_are_refused(marks):
    with pytest.raises((ValueError, KeyError)):
        scoring.total(CRITERIA, marks)


@pytest.mark.parametrize(
    ("totals", "trim", "mean"),
    [
        ([], 1, None), ([5], 1, 5), ([1, 2], 1, 1), ([1, 2, 9], 1, 4), ([0, 6, 7, 100], 1, 6),
        ([0, 1, 6, 7, 99, 100], 2, 6), ([0, 6, 7, 100], 0, 28),
    ],
)  # fmt: skip
def test_the_highest_and_lowest_fall_away_while_two_are_left(totals, trim, mean):
    assert scoring.trimmed(totals, trim) == mean


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(0, 3))
def test_a_trimmed_mean_lies_among_the_sheets(totals, trim):
    assert min(totals) <= scoring.trimmed(totals, trim) <= max(totals)


def test_equal_scores_share_a_rank_and_the_next_is_skipped():
    ranks = scoring.ranks({1: 90, 2: 80, 3: 90, 4: None, 5: 70})
    assert ranks == {1: (1, True), 3: (1, True), 2: (3, False), 5: (4, False)}


# -- Ballot boxes

PAPERS = st.lists(
    st.builds(Paper, st.text(ballotbox.CROCKFORD, min_size=16, max_size=16), st.text("01234", min_size=3, max_size=3)),
    max_size=9, unique_by=lambda p: p.receipt,
)  # fmt: skip


@given(PAPERS, st.randoms())
def test_a_box_is_as_long_whatever_is_in_it_and_keeps_no_order(papers, random):
    sealed = ballotbox.packed("e", papers, 9, 3)
    assert len(sealed) == len(ballotbox.packed("e", [], 9, 3))
    mixed = list(papers)
    random.shuffle(mixed)
    assert ballotbox.packed("e", mixed, 9, 3) == sealed
    assert ballotbox.unpacked("e", sealed) == sorted(papers)


def test_a_box_takes_only_its_own_ballots_papers():
    paper = ballotbox.fresh("123")
    with pytest.raises(ValueError, match="another number"):
        ballotbox.packed("e", [paper], 9, 2)
    with pytest.raises(ValueError, match="more papers"):
        ballotbox.packed("e", [paper, ballotbox.fresh("111")], 1, 3)
    with pytest.raises(ValueError, match="another ballot"):
        ballotbox.unpacked("f", ballotbox.packed("e", [paper], 9, 3))


@given(st.lists(st.text("01234", min_size=2, max_size=2), max_size=30))
def test_the_count_adds_up(marks):
    papers = [ballotbox.fresh(one) for one in marks]
    for question in (0, 1):
        tally = ballotbox.count(papers, question, 4)
        assert tally.valid + tally.abstained == len(papers)
        assert tally.votes == tuple(sum(m[question] == str(o) for m in marks) for o in (1, 2, 3, 4))
        share = tally.share([1, 2])
        assert (share is None) == (tally.valid == 0)


def test_receipts_do_not_repeat_and_are_read_in_fours():
    receipts = {ballotbox.fresh("1").receipt for _ in range(200)}
    assert len(receipts) == 200
    assert Paper("ABCDEFGHJKMNPQRS", "1").shown == "ABCD-EFGH-JKMN-PQRS"
