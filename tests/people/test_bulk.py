"""A table of many residents: taken a thousand at once, with the same result as one by one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, places
from zhijin.core import crypto
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.core.sheets import Row, taking
from zhijin.orgs import sheeting
from zhijin.people import households, services
from zhijin.people.models import Consent, Household, Membership, Person
from zhijin.people.sheet import Residents

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
HEAD = [
    "所属网格",
    "户号",
    "关系",
    "姓名",
    "性别",
    "出生年份",
    "电话",
    "身份证号码",
    "授权方式",
    "政治面貌",
    "住址",
]
PAPER = "2026-03-01 纸质授权书"
#: Sound numbers of nobody: a county that there is, a day long ago, and the digit that checks them.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(n: int) -> str:
    body = f"110105{1950 + n // 1000 % 40}0105{n % 1000:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def line(n: int, place: str = GRID, **given: Any) -> list[Any]:
    """The row of resident ``n``: two to a household, every second with a number and a telephone."""
    known = n % 2 == 0
    values = {
        "place": place, "household": f"{n // 2:03d}", "relation": "配偶" if n % 2 else "户主",
        "name": f"示例{n}", "gender": "女" if known else "男", "year": 1950, "phone": f"129{n:08d}" if known else "",
        "id": id_number(n) if known else "", "consent": PAPER if known else "", "party": "群众",
        "address": f"示例路 {n // 2} 号",
    } | given  # fmt: skip
    return list(values.values())


def take(cast: Cast, rows: list[list[Any]], *, partial: bool = True) -> taking.Outcome:
    actor = cast.township_officer.actor
    with scoped(actor):
        _run, outcome = sheeting.run_import(
            actor=actor,
            what="people",
            source=xlsx([HEAD, *rows]),
            name="名册.xlsx",
            partial=partial,
        )
    return outcome


def nobody(_self: Residents, _rows: list[Any]) -> dict[int, str]:
    """Takes no row at once."""
    return {}


class Undo(Exception):
    """Ends a try."""


def tried(rows: list[list[Any]], cast: Cast) -> tuple[list[str], dict[str, Any]]:
    """The words of a table's answer, and what it leaves; then it is undone."""
    assert cast.township_officer.actor  # made before what is undone
    try:
        with transaction.atomic():
            outcome = take(cast, rows)
            found = [outcome.result(row) for row in outcome.rows], state()
            raise Undo
    except Undo:
        return found


def one_by_one(monkeypatch: Any) -> None:
    monkeypatch.setattr(Residents, "many", nobody)


def state() -> dict[str, Any]:
    """Everything that an import leaves, without ids, times and random seals."""
    with scoped(SYSTEM):
        people = {
            bytes(p.name_blind): (
                p.place_code, p.name_masked, p.phone_masked, p.phone_blind and bytes(p.phone_blind),
                p.id_blind and bytes(p.id_blind), p.gender, p.birth_year, p.party, p.version,
                crypto.unseal("person.name", p.name),
            )
            for p in Person.objects.all()
        }  # fmt: skip
        homes = {
            h.number: (h.place_code, h.head_masked, crypto.unseal("person.address", h.address))
            for h in Household.objects.all()
        }
        belong = sorted(
            (m.household.number, m.person.name_masked, m.relation, m.place_key)
            for m in Membership.objects.select_related("household", "person")
        )
        consents = sorted(Consent.objects.values_list("purpose", "how", "place_key"))
        facts = sorted(Fact.objects.values_list("kind", "place_code", "value", "actor"))
        entries = sorted(
            JournalEntry.objects.filter(action__contains=".registered").values_list(
                "action", "place_key", "actor"
            )
        )
    return {"people": people, "homes": homes, "belong": belong, "consents": consents, "facts": facts,
            "entries": entries}  # fmt: skip


ROWS = [line(n) for n in range(40)]


def test_many_at_once_leave_what_one_by_one_leaves(cast: Cast, monkeypatch: Any) -> None:
    words, at_once = tried(ROWS, cast)
    assert words == ["新增"] * 40
    one_by_one(monkeypatch)
    assert tried(ROWS, cast) == (words, at_once)
    assert len(at_once["homes"]) == 20
    assert len(at_once["consents"]) == 40


def test_how_many_they_are_costs_no_more_statements(cast: Cast) -> None:
    take(cast, [line(0), line(1)])
    counts = []
    for first, n in ((1000, 120), (3000, 360)):
        rows = [line(first + m) for m in range(n)]
        with CaptureQueriesContext(connection) as told:
            assert take(cast, rows).count("added") == n
        counts.append(len(told))
    assert counts[0] == counts[1]
    # One of them holds the import for as long as it runs, so that one that was cut off is known by it.
    assert counts[0] == 42


def test_a_row_that_is_refused_leaves_the_others(cast: Cast) -> None:
    rows = [line(n) for n in range(10)]
    rows[4][8] = ""  # a number without consent
    outcome = take(cast, rows)
    assert (outcome.saved, outcome.refused) == (9, 1)
    (finding,) = [one for one in outcome.findings if one.level == "error"]
    assert (finding.row, finding.id) == (6, "PE007")
    with scoped(SYSTEM):
        assert Person.objects.count() == 9
        assert Fact.objects.filter(kind="person.registered").count() == 9
        assert Household.objects.count() == 5


def test_without_partial_nothing_stays_of_a_table_with_a_wrong_row(cast: Cast) -> None:
    rows = [line(n) for n in range(6)]
    rows[2][8] = ""
    outcome = take(cast, rows, partial=False)
    assert (outcome.saved, outcome.refused) == (0, 1)
    with scoped(SYSTEM):
        assert not Person.objects.exists()
        assert not Household.objects.exists()
        assert not Fact.objects.filter(kind__startswith="person.").exists()


def test_who_is_there_already_is_changed_and_who_comes_twice_is_one(cast: Cast) -> None:
    take(cast, [line(n) for n in range(4)])
    again = [line(0), line(1, year=1999), line(8), line(8), line(9), line(9, year=1980), line(10)]
    outcome = take(cast, again)
    said = [outcome.done[row.number] for row in outcome.rows]
    assert said == ["same", "changed", "added", "same", "added", "changed", "added"]
    with scoped(SYSTEM):
        assert Person.objects.count() == 7


def test_a_number_registered_out_of_sight_is_refused_and_the_rest_taken(cast: Cast) -> None:
    with scoped(SYSTEM):
        services.register_person(
            actor=SYSTEM, place_code=OTHER_VILLAGE, name="别处", id_number=id_number(2),
            consents={"id_number": PAPER},
        )  # fmt: skip
    outcome = take(cast, [line(n) for n in range(6)])
    assert (outcome.saved, outcome.refused) == (5, 1)
    (finding,) = [one for one in outcome.findings if one.level == "error"]
    assert (finding.row, finding.id) == (4, "PE006")


def test_a_household_that_is_there_is_taken_and_another_villages_of_its_number_is_not(
    cast: Cast,
) -> None:
    with scoped(SYSTEM):
        mine = households.register_household(actor=SYSTEM, place_code=VILLAGE, number="000")
        other = households.register_household(actor=SYSTEM, place_code=OTHER_VILLAGE, number="001")
    take(cast, [line(n) for n in range(4)])
    with scoped(SYSTEM):
        assert mine.memberships.count() == 2
        assert not other.memberships.exists()
        assert Household.objects.filter(number="001").count() == 2


def test_who_may_not_edit_there_adds_nobody(cast: Cast) -> None:
    outcome = take(cast, [line(0), line(1, place=OTHER_VILLAGE), line(2)])
    assert [finding.row for finding in outcome.findings if finding.level == "error"] == [3]
    with scoped(SYSTEM):
        assert Person.objects.count() == 2


class Read:
    """A table that has been read already."""

    def __init__(self, lines: list[list[Any]]) -> None:
        keys = ("place_code", "household", "relation", "name", "gender", "birth_year", "phone", "id_number",
                "consent", "party", "address")  # fmt: skip
        self.lines = [dict(zip(keys, [cell or None for cell in one], strict=True)) for one in lines]

    def rows(self) -> Any:
        for number, values in enumerate(self.lines, 2):
            yield Row(number, [], values | {"gender": "m", "party": ""})

    def close(self) -> None:
        pass


def words_and_people(cast: Cast, lines: list[list[Any]]) -> tuple[list[str], Any]:
    actor = cast.township_officer.actor
    try:
        with transaction.atomic():
            with scoped(actor):
                outcome = taking.take(Read(lines), Residents(actor), partial=True)  # type: ignore[arg-type]
            found = [outcome.result(row) for row in outcome.rows], sorted(state()["people"])
            raise Undo
    except Undo:
        return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, 2), st.sampled_from(["", "a", "b"]), st.booleans()
        ),
        min_size=1, max_size=10,
    )
)  # fmt: skip
def test_whatever_comes_twice_the_words_are_those_of_one_by_one(
    cast: Cast, monkeypatch: Any, told: list[tuple[int, int, str, bool]]
) -> None:
    """Names, households, telephones and numbers that meet in every way."""
    lines = [
        line(2 * n, household=home, phone=f"1290000000{phone}", id=id_number(n) if number else "", year="")
        for n, phone, home, number in told
    ]  # fmt: skip
    at_once = words_and_people(cast, lines)
    with monkeypatch.context() as patch:
        patch.setattr(Residents, "many", nobody)
        assert words_and_people(cast, lines) == at_once
