"""Codes, keys and identifiers: a subtree is a range, and nothing else falls into it."""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core import ids
from zhijin.core.ids import Level

# Real codes whose padded forms meet: prefectures that are their own county, and a county whose
# township and village repeat it.
COLLIDING = [
    ("44", "4419", "441900", "441900003", "441900003001"),
    ("44", "4420", "442000", "442000001", "442000001001"),
    ("46", "4604", "460400", "460400100", "460400100001"),
    ("35", "3505", "350527", "350527000", "350527000000"),
]


@st.composite
def codes(draw: st.DrawFn) -> str:
    """Codes that lie close together: many share ancestors, many end in zeros."""
    digits = st.sampled_from("0019")
    length = draw(st.sampled_from(sorted(ids.LEVELS)))
    body = draw(st.sampled_from(["52", "44", "11"])) + "".join(
        draw(st.lists(digits, min_size=13, max_size=13))
    )
    code = body[:length]
    return code if ids.is_code(code) else code[:12] + "1".rjust(length - 12, "0")


def test_levels_and_parents() -> None:
    village = "530602105207"
    assert [ids.level_of(c) for c in (*ids.ancestor_codes(village), village)] == [
        Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE,
    ]  # fmt: skip
    assert ids.ancestor_codes(village) == ["53", "5306", "530602", "530602105"]
    assert ids.parent_code("53") is None
    assert ids.parent_code(village + "01") == village
    assert ids.parent_code(village + "001") == village
    assert ids.level_of(village + "01") is Level.GROUP
    assert ids.level_of(village + "001") is Level.GRID
    assert ids.code_at(village + "012", Level.COUNTY) == "530602"
    assert ids.code_at(village, Level.VILLAGE) == village
    assert ids.code_at(village + "012", Level.GROUP) is None
    assert ids.code_at("5306", Level.COUNTY) is None


@pytest.mark.parametrize(
    "bad",
    ["", "5", "530", "05", "53060", "5306021052071", "530602105207000", "53060210520700",
     "５３", "٥٣", " 53", "53 ", "53\n", "5a", "-3", None, 53, "530602105207" * 2],
)  # fmt: skip
def test_malformed_codes_are_refused(bad: object) -> None:
    assert not ids.is_code(bad)
    with pytest.raises(ValueError, match="not a division code"):
        ids.level_of(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("chain", COLLIDING)
def test_colliding_codes_keep_apart(chain: tuple[str, ...]) -> None:
    keys = [ids.place_key(code) for code in chain]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)
    for i, root in enumerate(chain):
        lo, hi = ids.place_span(root)
        assert [lo <= key < hi for key in keys] == [j >= i for j in range(len(chain))]


@given(codes(), codes())
def test_below_a_code_means_in_its_span(code: str, root: str) -> None:
    lo, hi = ids.place_span(root)
    assert (lo <= ids.place_key(code) < hi) == ids.is_within(code, root)


@given(codes())
def test_a_key_tells_its_code(code: str) -> None:
    assert ids.code_of(ids.place_key(code)) == code
    lo, hi = ids.place_span(code)
    assert lo == ids.place_key(code) < hi < 2**63
    parent = ids.parent_code(code)
    if parent:
        assert ids.place_span(parent)[0] < lo
        assert hi <= ids.place_span(parent)[1]


@given(codes(), codes(), st.integers(1, 799_999))
def test_an_organisation_lies_in_its_places(code: str, other: str, seq: int) -> None:
    if len(code) > 12:
        with pytest.raises(ValueError, match="keyed at a village"):
            ids.org_key(code, seq)
        return
    key = ids.org_key(code, seq)
    for root in (*ids.ancestor_codes(code), code):
        lo, hi = ids.place_span(root)
        assert lo < key < hi
    with pytest.raises(ValueError, match="not the key of a place"):
        ids.code_of(key)
    lo, hi = ids.place_span(other)
    if lo <= key < hi and not ids.is_within(code, other):
        assert ids.pad12(code) == ids.pad12(other)  # only where the padded codes meet


@given(st.integers(1, 8_999_998), codes(), codes())
def test_a_line_span_holds_the_line_keys_of_its_subtree(line: int, code: str, root: str) -> None:
    lo, hi = ids.line_span(line, root)
    assert hi < 2**63
    if ids.is_within(code, root):
        assert lo <= ids.line_key(line, code) < hi
    assert not lo <= ids.line_key(line + 1, code) < hi


@pytest.mark.parametrize("seq", [0, -1, 800_000])
def test_sequence_bounds(seq: int) -> None:
    with pytest.raises(ValueError, match="sequence out of range"):
        ids.org_key("520102", seq)


@pytest.mark.parametrize("line", [0, -1, 9_000_000])
def test_line_bounds(line: int) -> None:
    with pytest.raises(ValueError, match="line number"):
        ids.line_key(line, "52")


def test_groups_and_grids_fit_between_the_village_and_the_organisations() -> None:
    village = "522631206200"
    groups = [ids.place_key(f"{village}{n:02d}") for n in range(1, 100)]
    grids = [ids.place_key(f"{village}{n:03d}") for n in range(1, 1000)]
    org = ids.org_key(village, 1)
    assert ids.place_key(village) < groups[0]
    assert groups[-1] < grids[0]
    assert grids[-1] < org < ids.org_key(village, 799_999)
    assert ids.org_key(village, 799_999) < ids.place_key("522631206201")
    assert len({*groups, *grids}) == 99 + 999


def test_uuid7_orders_and_carries_the_time() -> None:
    made = [ids.uuid7() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000
    assert {u.version for u in made} == {7}
    assert {u.variant for u in made} == {uuid.RFC_4122}
    at = datetime(2025, 6, 1, 12, 0, 0, 123000, tzinfo=UTC)
    assert ids.uuid7_millis(ids.uuid7(at)) == int(at.timestamp() * 1000)
    with pytest.raises(ValueError, match="version 7"):
        ids.uuid7_millis(uuid.uuid4())


def test_a_child_process_gives_other_identifiers() -> None:
    code = (
        "import os\n"
        "from zhijin.core.ids import uuid7\n"
        "uuid7()\n"
        "child = os.fork()\n"
        "mine = [uuid7().int & (1 << 62) - 1 for _ in range(20)]\n"
        # One write of each, so that the two don't write into each other's lines (PYTHONUNBUFFERED).
        "os.write(1, (' '.join(map(str, mine)) + '\\n').encode())\n"
        "child and os.waitpid(child, 0)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    given = told.stdout.split()
    assert len(given) == 40
    assert len(set(given)) == 40


def test_uuid7_is_unique_over_threads() -> None:
    out: list[uuid.UUID] = []

    def work() -> None:
        mine = [ids.uuid7() for _ in range(2000)]
        assert mine == sorted(mine)
        out.extend(mine)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(out)) == 8000


def test_receipt_codes_survive_being_read_aloud() -> None:
    code = ids.receipt_code()
    assert ids.read_receipt(ids.show_receipt(code).lower()) == code
    assert ids.read_receipt("o1il0-abcde") == "01110ABCDE"
    assert ids.read_receipt(" 7K3QF 9XW2M ") == "7K3QF9XW2M"
    assert ids.read_receipt("7K3QF—9XW2M") == "7K3QF9XW2M"
    for bad in ("", "12345", "7K3QF9XW2MM", "7K3QF9XW2U", "你好你好你好你好你好"):
        assert ids.read_receipt(bad) is None
    assert len({ids.receipt_code() for _ in range(2000)}) == 2000
