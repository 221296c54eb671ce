"""Residents who may be registered already: a number that fails its check digit, another name in the same household."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.orgs.conftest import SYSTEM, places
from tests.people.test_bulk import PAPER, id_number, line, take
from zhijin.core import crypto
from zhijin.core.scope import scoped
from zhijin.core.sheets import taking
from zhijin.orgs import sheeting
from zhijin.orgs.models import SheetRun
from zhijin.people.models import Person

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
RIGHT = id_number(2)
#: The same number with its last digit but one mistyped: the check digit fails.
WRONG = f"{RIGHT[:16]}{(int(RIGHT[16]) + 2) % 10}{RIGHT[17]}"


def decide(cast: Cast, word: str) -> taking.Outcome:
    """Answer every question of the last import alike, as the page of its result does."""
    actor = cast.township_officer.actor
    with scoped(actor):
        run = SheetRun.objects.latest("at")
        found = {one.at: word for one in sheeting.asked(run)}
        assert found
        _run, outcome = sheeting.decide(actor=actor, run_id=run.id, decisions=found)
    return outcome


def told(outcome: taking.Outcome) -> list[str]:
    return [finding.id for finding in outcome.findings]


def people() -> list[tuple[str, bool]]:
    """Everybody's name, and whether their number is the right one."""
    right = crypto.blind("person.id_number", RIGHT)
    with scoped(SYSTEM):
        return [
            (crypto.unseal("person.name", row.name), bytes(row.id_blind or b"") == right)
            for row in Person.objects.order_by("id")
        ]


def other_house(**more: Any) -> list[Any]:
    return line(30, household="099", year="", **more)


def test_a_number_that_fails_its_check_digit_asks_for_the_one_it_is_a_slip_of(cast: Cast) -> None:
    take(cast, [line(2, id=RIGHT)])
    outcome = take(cast, [other_house(name="示例二", id=WRONG)])
    assert told(outcome) == ["SH113", "PE039"]
    assert (outcome.saved, len(people())) == (0, 1)
    (question,) = outcome.asked
    assert "校验位不对" in question[1].question.text
    assert WRONG not in question[1].question.text


def test_the_same_one_keeps_the_number_that_is_right(cast: Cast) -> None:
    take(cast, [line(2, id=RIGHT)])
    take(cast, [other_house(name="示例二", id=WRONG)])
    assert decide(cast, "same").count("changed") == 1
    assert people() == [("示例二", True)]


@pytest.mark.parametrize(("word", "count"), [("other", 2), ("leave", 1)])
def test_another_is_registered_and_what_is_left_is_not(cast: Cast, word: str, count: int) -> None:
    take(cast, [line(2, id=RIGHT)])
    take(cast, [other_house(name="示例二", id=WRONG)])
    decide(cast, word)
    assert len(people()) == count


def test_a_name_written_otherwise_in_the_same_household_is_asked_about(cast: Cast) -> None:
    take(cast, [line(2, name="张小满", id="")])
    outcome = take(cast, [line(2, name="张晓曼", id="")])
    assert told(outcome) == ["PE039"]
    (question,) = outcome.asked
    text = question[1].question.text
    assert "同一户、同性别、同年出生" in text
    assert "张小满" not in text, "what is registered stays masked"
    assert decide(cast, "same").count("changed") == 1
    assert [name for name, _right in people()] == ["张晓曼"]


@pytest.mark.parametrize("more", [{"gender": "男"}, {"year": 1951}, {"household": "777"}])
def test_whoever_differs_in_sex_year_or_household_is_somebody_else(
    cast: Cast, more: dict[str, Any]
) -> None:
    take(cast, [line(2, name="张小满", id="")])
    outcome = take(cast, [line(2, name="张晓曼", id="", phone="", **more)])
    assert (told(outcome), outcome.count("added")) == ([], 1)


def test_twins_with_numbers_of_their_own_are_two(cast: Cast) -> None:
    first, second = id_number(2), id_number(4)
    rows = [
        line(2, name=name, id=number, phone="")
        for name, number in (("孪一", first), ("孪二", second))
    ]
    outcome = take(cast, rows)
    assert (told(outcome), outcome.count("added")) == ([], 2)


def test_twins_without_numbers_in_one_table_are_asked_about_once(cast: Cast) -> None:
    rows = [line(2, name=name, id="", phone="") for name in ("孪一", "孪二")]
    outcome = take(cast, rows)
    assert (told(outcome), outcome.count("added")) == (["PE039"], 1)
    assert decide(cast, "other").count("added") == 1
    assert take(cast, rows).count("same") == 2, "once decided, the same table asks no more"


def test_a_slip_and_its_right_number_in_one_table(cast: Cast) -> None:
    outcome = take(cast, [line(2, id=RIGHT), other_house(name="示例二", id=WRONG, consent=PAPER)])
    assert told(outcome) == ["SH113", "PE039"]
    assert outcome.count("added") == 1


def test_families_with_numbers_come_in_at_once(cast: Cast, monkeypatch: Any) -> None:
    """Those of one household, sex and year who have sound numbers are told apart without a look at each."""
    from zhijin.people.sheet import Residents

    looked: list[Any] = []
    one_by_one = Residents.__call__
    monkeypatch.setattr(
        Residents,
        "__call__",
        lambda self, row: (looked.append(row.number), one_by_one(self, row))[1],
    )
    rows = [line(2, name=f"孪{n}", id=id_number(n), phone="") for n in (2, 4, 6)]
    assert take(cast, rows).count("added") == 3
    assert looked == []
    bare = [line(2, name="无号", id="", phone=""), line(40, id="", phone="")]
    assert told(take(cast, bare)) == ["PE039"]
    assert looked == [2], "only the one who may be one of the three"
