"""The programme file: what it says, what is found wrong in it, the shares to the fen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.cadres.conftest import SHIPPED
from zhijin.activities.cadres import format as cadres
from zhijin.activities.cadres import programme

TEXT = SHIPPED.read_text("utf-8")


def test_the_shipped_programme_is_sound() -> None:
    told = cadres.told(SHIPPED)
    assert (told.id, told.findings) == ("cadre-teams", [])
    found, _findings = cadres.load(TEXT)
    assert found is not None
    assert found.rule("branch") is found.elections.rules[0]
    assert found.rule("firm") is None
    assert programme.check(TEXT, "x").title_en == "Cadres and teams"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_told_in_sentences(lang: str) -> None:
    sections = dict(cadres.explain(TEXT, lang))
    assert len(sections) == 4
    assert all(line for lines in sections.values() for line in lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [("id: g2,", "id: g1,"), ("id: party,", "id: visit,"), ("warn: 180", "warn: 9000"),
     ("public: 8000", "public: 12000"), ("[villagers_committee,", "[branch,"), ("cadres: 1\n", "cadres: 2\n"),
     ("education: 4", "education: 9"), ("posts: [community_worker]", "posts: []")],
)  # fmt: skip
def test_what_is_wrong_is_found(old: str, new: str) -> None:
    assert old in TEXT
    found, findings = cadres.load(TEXT.replace(old, new))
    assert found is None
    assert any(finding.is_error for finding in findings)
    assert programme.check(TEXT.replace(old, new), "x").errors


@given(st.integers(1, 10**9), st.integers(0, 10_000))
def test_shares_add_up_to_the_fen(fee: int, public: int) -> None:
    shares = cadres.Shares(public=public, basis="x")
    paid, own = shares.split(fee)
    assert paid + own == fee
    assert paid * 10_000 <= fee * public < (paid + 1) * 10_000


@given(st.integers(1, 10**6), st.integers(0, 10_000), st.booleans())
def test_the_least_turnout_is_the_least_that_stands(electors: int, share: int, over: bool) -> None:
    rule = cadres.Turnout(of=["branch"], turnout=share, over=over, basis="x")
    least = rule.least(electors)
    assert rule.stands(least, electors)
    assert least == 0 or not rule.stands(least - 1, electors)
