"""A household's villagers' group: chosen at the desk, brought by a table, told by every row that is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import GRID, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, places, refusing
from tests.people import test_bulk
from tests.people.test_bulk import line, one_by_one
from tests.people.test_homes import fresh, home
from zhijin.core.ids import place_key
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.core.sheets import taking
from zhijin.orgs import sheeting
from zhijin.people import groups, households
from zhijin.people.models import Household, Person
from zhijin.people.sheet import PEOPLE
from zhijin.places.models import Place

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("divided")
FIRST, SECOND = VILLAGE + "01", VILLAGE + "02"
FAR = OTHER_VILLAGE + "01"


@pytest.fixture
def divided(places: None) -> None:
    """Two groups in the village, one of the same name elsewhere."""
    rows = ((FIRST, "一组"), (SECOND, "第二村民组"), (FAR, "一组"))
    Place.objects.bulk_create(
        Place(code=code, key=place_key(code), name=name, level="group", parent_id=code[:12])
        for code, name in rows
    )


def take(cast: Cast, rows: list[tuple[str, list[Any]]], *, partial: bool = True) -> taking.Outcome:
    """Import rows, each with the name of its group."""
    actor = cast.township_officer.actor
    table = [[*test_bulk.HEAD, "村民组"], *([*row, group] for group, row in rows)]
    with scoped(actor):
        _run, outcome = sheeting.run_import(
            actor=actor, what="people", source=xlsx(table), name="名册.xlsx", partial=partial
        )
    return outcome


def held() -> dict[str, str]:
    with scoped(SYSTEM):
        return dict(Household.objects.values_list("number", "group_code"))


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["一组", "第一组", "1组", "１", "第1村民小组", " 一 组 ", FIRST])
def test_a_group_is_found_however_it_is_written(text: str) -> None:
    assert groups.find(GRID, text) == FIRST


def test_whoever_names_no_group_of_the_village_is_told_which_there_are() -> None:
    with refusing() as caught:
        groups.find(VILLAGE, "九组")
    assert caught.value.id == "PE040"
    assert "现有的组：一组、第二村民组" in caught.value.message
    with refusing() as caught:
        groups.find(VILLAGE, FAR)
    assert "大耆老村" in caught.value.message
    assert groups.checked(VILLAGE, "") == ""


def test_two_groups_of_nearly_one_name_are_told_apart_by_the_whole() -> None:
    Place.objects.create(
        code=VILLAGE + "03", key=place_key(VILLAGE + "03"), name="1组", level="group",
        parent_id=VILLAGE,
    )  # fmt: skip
    assert groups.find(VILLAGE, "1组") == VILLAGE + "03"
    with refusing() as caught:
        groups.find(VILLAGE, "第一小组")
    assert caught.value.id == "PE040"


@settings(max_examples=99, deadline=None)
@given(st.integers(1, 99))
def test_every_number_is_one_key_in_figures_and_in_characters(number: int) -> None:
    written = groups._chinese(number)
    assert groups._key(f"第{number}组") == groups._key(f"{written}村民组") == written
    assert len({groups._chinese(n) for n in range(1, 100)}) == 99


# -- the desk -----------------------------------------------------------------------------------


def test_the_group_is_chosen_when_a_household_is_registered(cast: Cast) -> None:
    client = cast.branch_secretary.client
    form = client.get("/desk/households/new/").content.decode()
    assert 'name="group_code"' in form
    sent = {"number": "03-017", "place_code": GRID, "group_code": "一组"}
    answer = client.post("/desk/households/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    assert held() == {"03-017": FIRST}
    page = client.get(answer["Location"]).content.decode()
    assert "<dd>一组</dd>" in page
    assert f'value="{FIRST}" selected' in page
    listed = client.get("/desk/households/").content.decode()
    assert 'data-label="所属村民组">一组' in listed


def test_a_group_of_another_village_is_refused_at_the_desk(cast: Cast) -> None:
    client = cast.branch_secretary.client
    sent = {"number": "03-017", "place_code": GRID, "group_code": FAR}
    answer = client.post("/desk/households/new/", sent)
    assert answer.status_code == 400
    assert "现有的组：一组、第二村民组" in answer.content.decode()
    assert held() == {}


def test_a_household_goes_to_another_group_and_out_of_it(cast: Cast) -> None:
    row, client = home(group_code=FIRST), cast.branch_secretary.client
    url = f"/desk/households/{row.id}/"
    page = client.get(url).content.decode()
    assert "第二村民组" in page
    assert FAR not in page
    assert client.post(url, {"place_code": "", "group": SECOND}).status_code == 302
    assert fresh(row).group_code == SECOND
    assert client.post(url, {"place_code": GRID, "leader": ""}).status_code == 302
    assert fresh(row).group_code == SECOND, "a page that did not ask leaves it"
    assert client.post(url, {"place_code": "", "group": ""}).status_code == 302
    assert fresh(row).group_code == ""
    assert client.post(url, {"place_code": "", "group": FAR}).status_code == 200
    assert fresh(row).group_code == ""
    with scoped(SYSTEM):
        told = JournalEntry.objects.filter(action="household.changed", object=f"household:{row.id}")
        assert told.count() == 3


def test_in_another_village_it_has_no_group_of_the_old_one() -> None:
    row = home(group_code=FIRST)
    with scoped(SYSTEM):
        moved = households.place_household(
            actor=SYSTEM, household_id=row.id, place_code=OTHER_VILLAGE, group_code=FIRST
        )
        assert moved.group_code == ""
        again = households.place_household(actor=SYSTEM, household_id=row.id, group_code=FAR)
        assert again.group_code == FAR
        back = households.place_household(actor=SYSTEM, household_id=row.id, place_code=GRID)
    assert (back.place_code, back.group_code) == (GRID, "")


def test_a_closed_household_is_given_no_group(cast: Cast) -> None:
    row = home()
    with scoped(SYSTEM):
        households.end_household(actor=SYSTEM, household_id=row.id)
    sent = {"place_code": "", "group": FIRST}
    answer = cast.branch_secretary.client.post(f"/desk/households/{row.id}/", sent)
    assert answer.status_code == 404


def test_a_groups_households_are_listed_in_whichever_grid_they_stand(cast: Cast) -> None:
    home("01-001", GRID, group_code=FIRST)
    home("01-002", VILLAGE, group_code=FIRST)
    home("01-003", GRID, group_code=SECOND)
    client = cast.township_officer.client
    page = client.get(f"/desk/households/?place={FIRST}").content.decode()
    assert [n for n in ("01-001", "01-002", "01-003") if n in page] == ["01-001", "01-002"]
    assert "01-001" not in client.get(f"/desk/households/?place={FAR}").content.decode()


def test_a_group_that_ended_still_stands_beside_its_household(cast: Cast) -> None:
    row = home(group_code=FIRST)
    Place.objects.filter(code=FIRST).update(valid_to="2026-01-01")
    page = cast.branch_secretary.client.get(f"/desk/households/{row.id}/").content.decode()
    assert f'value="{FIRST}" selected>一组' in page


# -- the table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("alone", [False, True])
def test_a_table_brings_the_groups_of_households(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    if alone:
        one_by_one(monkeypatch)
    # Two rows to a household: that one of them names the group is enough.
    done = take(cast, [("", line(0)), ("1组", line(1)), ("第二村民组", line(2)), ("", line(3))])
    assert [done.result(row) for row in done.rows] == ["新增"] * 4
    assert held() == {"000": FIRST, "001": SECOND}


@pytest.mark.parametrize("alone", [False, True])
def test_rows_whose_group_is_wrong_say_so_and_the_others_come_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    if alone:
        one_by_one(monkeypatch)
    done = take(
        cast,
        [
            ("一组", line(0)), ("二组", line(1)), ("九组", line(2)), ("", line(3)),
            ("二组", line(4, household="")),
        ],
    )  # fmt: skip
    told = [[(one.id, one.level) for one in row.findings] for row in done.rows]
    assert told == [[], [("PE041", "error")], [("PE040", "error")], [], [("PE042", "warning")]]
    words = [one.message for row in done.rows for one in row.findings]
    assert "户 000 在前面的行里写的村民组是“一组”，这里是“二组”" in words[0]
    assert "现有的组：一组、第二村民组" in words[1]
    assert held() == {"000": FIRST, "001": ""}
    with scoped(SYSTEM):
        assert Person.objects.count() == 3


def test_a_refused_row_decides_nothing_for_those_after_it(cast: Cast) -> None:
    broken = line(0, place="999999999999")
    done = take(cast, [("一组", broken), ("二组", line(2)), ("二组", line(3))])
    assert [done.result(row) for row in done.rows] == ["未导入", "新增", "新增"]
    assert held() == {"001": SECOND}


def test_a_later_table_gives_registered_households_their_group(cast: Cast) -> None:
    take(cast, [("", line(n)) for n in range(4)])
    done = take(
        cast,
        [
            ("一组", line(0)),
            ("", line(1)),
            ("", line(2)),
            ("2组", line(7, household="001", year=1961)),
        ],
    )
    assert [done.result(row) for row in done.rows] == ["更新", "无变化", "无变化", "新增"]
    assert held() == {"000": FIRST, "001": SECOND}
    again = take(cast, [("第1组", line(0))])
    assert again.result(again.rows[0]) == "无变化"


def test_a_table_in_which_a_row_is_wrong_leaves_no_group_behind(cast: Cast) -> None:
    take(cast, [("", line(0))])
    done = take(cast, [("一组", line(0)), ("九组", line(2))], partial=False)
    assert done.saved == 0
    assert held() == {"000": ""}


def test_what_is_exported_can_be_imported_again(cast: Cast) -> None:
    take(cast, [("一组", line(0)), ("", line(2))])
    with scoped(cast.township_officer.actor):
        rows = list(PEOPLE.rows(cast.township_officer.actor, TOWNSHIP))
    assert [row["group"] for row in rows] == ["一组", ""]
