"""Lists, counts, the three rates and paging; and that each sees its scope and no more."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tests.cases.conftest import GRID_2, TUESDAY, add_place, opened
from tests.cases.steps import (
    DAY,
    HOUR,
    MINUTE,
    SYSTEM,
    accepted,
    ask,
    at,
    confirm,
    decide,
    handled,
    in_grid,
    move,
    one,
    refused,
    sweep_at,
)
from tests.cast import COUNTY, GRID, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, Cast, Member
from zhijin.cases import selectors
from zhijin.cases.models import Case
from zhijin.cases.selectors import Page, Wanted, counts, page, rates, today
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_span, uuid7
from zhijin.core.scope import scoped

SOON = TUESDAY + HOUR
JUNE = (at("2026-06-01 00:00"), at("2026-07-01 00:00"))


def paged(member: Member, when: Any = SOON, **wanted: Any) -> Page:
    actor = member.actor
    with scoped(actor), clock.freeze(when):
        return page(actor, Wanted(**wanted))


def ids(member: Member, when: Any = SOON, **wanted: Any) -> list[UUID]:
    return [row.id for row in paged(member, when, **wanted).rows]


def turned(member: Member, **wanted: Any) -> list[UUID]:
    """Every page in turn."""
    found: list[UUID] = []
    after, guard = "", 0
    while guard < 50:
        shown = paged(member, after=after, **wanted)
        found += [row.id for row in shown.rows]
        after, guard = shown.after, guard + 1
        if not after:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.usefixtures("ground")
class TestViews:
    def test_each_view_shows_its_own(self, cast: Cast) -> None:
        fresh = in_grid(at("2026-06-09 16:00"))
        late = in_grid()
        ended = in_grid()
        move(cast.grid_worker, ended, "returned", SOON, why="不在本村")
        stands = accepted(cast)
        request = ask(cast.grid_worker, stands, SOON, "suspend", until=at("2026-06-12 10:00"))
        decide(cast.township_officer, request, SOON)
        sweep_at(at("2026-06-09 16:10"))
        expected = {
            "open": {fresh, late, stands}, "overdue": {late}, "raised": {late},
            "soon": {fresh}, "suspended": {stands}, "closed": {ended}, "waiting": set(),
            "merged": set(), "all": {fresh, late, ended, stands}, "nonsense": {fresh, late, stands},
        }  # fmt: skip
        for view, made in expected.items():
            found = ids(cast.township_officer, at("2026-06-09 16:10"), view=view)
            assert set(found) == {x.case_id for x in made}, view

    def test_open_ones_come_most_pressing_first_ended_ones_newest_first(self, cast: Cast) -> None:
        made = [in_grid(TUESDAY + n * MINUTE) for n in (3, 1, 2)]
        first, second, third = (made[i].case_id for i in (1, 2, 0))
        assert ids(cast.grid_worker) == [first, second, third]
        assert ids(cast.grid_worker, view="all") == [third, second, first]

    def test_filters_by_place_kind_owner_and_text(self, cast: Cast) -> None:
        here = in_grid(answers={"what": "村口的路塌了"})
        there = opened(place_code=GRID_2, answers={"what": "垃圾满了没人收"})
        who = cast.township_officer
        assert ids(who, place=GRID) == [here.case_id]
        assert set(ids(who, place=VILLAGE)) == {here.case_id, there.case_id}
        assert ids(who, place=OTHER_VILLAGE) == []
        assert ids(who, playbook="no-such") == []
        assert len(ids(who, owner="grid_worker")) == 2
        assert ids(who, owner="county_officer") == []
        assert ids(who, text="垃圾") == [there.case_id]
        assert ids(who, text="路塌") == [here.case_id]
        assert ids(who, text="路满") == []
        assert ids(who, text=here.number) == [here.case_id]
        assert ids(who, text=here.number[:13].lower()) != []

    @pytest.mark.parametrize(
        "text", ["%", "_", "路", "'", '"; DROP TABLE', "\\", "（", "😀", "a" * 400]
    )
    def test_odd_words_find_nothing_they_should_not(self, cast: Cast, text: str) -> None:
        made = in_grid(answers={"what": "村口的路塌了"})
        assert ids(cast.grid_worker, text=text) in ([], [made.case_id])
        assert (ids(cast.grid_worker, text=text) == [made.case_id]) == (text == "路")

    def test_a_search_never_leaves_the_scope(self, cast: Cast) -> None:
        in_grid(answers={"what": "村口的路塌了"})
        far = opened(place_code=OTHER_VILLAGE, answers={"what": "村口的路塌了"})
        assert ids(cast.outsider, text="村口") == [far.case_id]
        assert ids(cast.outsider, text=one(far.case_id).number) == [far.case_id]
        assert len(ids(cast.county_officer, text="村口")) == 1

    def test_more_hits_than_the_search_gives_are_found_by_walking_the_list(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = [in_grid(TUESDAY + n * MINUTE) for n in range(5)]
        in_grid(answers={"what": "垃圾满了"})
        monkeypatch.setattr("zhijin.cases.searching.MOST", 3)
        assert ids(cast.grid_worker, text="村口") == [m.case_id for m in made]
        assert ids(cast.grid_worker, text="530602-260609") != []
        assert turned(cast.grid_worker, view="all", text="村口", size=2) == [
            m.case_id for m in reversed(made)
        ]

    def test_the_function_itself_gives_nothing_beyond_the_scope(self, cast: Cast) -> None:
        in_grid()
        statement = "SELECT cases_matching('{村口}', '', '{[0,1000000000000000000)}', false, 9)"
        assert len(raw(cast.grid_worker.actor, statement)) == 1
        assert raw(cast.outsider.actor, statement) == []
        assert raw(Actor.resident(), statement) == []
        assert raw(None, statement) == []

    def test_whom_it_was_raised_to_finds_it_among_its_own(self, cast: Cast) -> None:
        made = in_grid()
        sweep_at(at("2026-06-09 11:00"))
        assert ids(cast.township_officer, owner="township_officer") == [made.case_id]


@pytest.mark.usefixtures("ground")
class TestPaging:
    @pytest.mark.parametrize("view", ["open", "all"])
    def test_every_row_once_though_many_share_a_moment(self, cast: Cast, view: str) -> None:
        made = {in_grid(TUESDAY + (n % 3) * MINUTE).case_id for n in range(17)}
        found = turned(cast.grid_worker, view=view, size=4)
        assert len(found) == 17
        assert set(found) == made
        assert found == ids(cast.grid_worker, view=view, size=100)

    def test_cases_without_a_deadline_are_paged_too(self, cast: Cast) -> None:
        made = [in_grid() for _ in range(7)]
        with scoped(SYSTEM):
            Case.objects.update(due_at=None, next_fire_at=None)
        found = turned(cast.grid_worker, view="waiting", size=3)
        assert sorted(found) == sorted(m.case_id for m in made)
        assert len(found) == 7

    def test_new_rows_and_ended_ones_shift_nothing(self, cast: Cast) -> None:
        """Between two pages cases arrive and end; no row is shown twice and none is passed over."""
        made = [in_grid(TUESDAY + n * MINUTE) for n in range(9)]
        first = paged(cast.grid_worker, size=3)
        in_grid(TUESDAY - HOUR)
        move(cast.grid_worker, made[0], "returned", SOON, why="不在本村")
        second = paged(cast.grid_worker, size=3, after=first.after)
        assert [row.id for row in second.rows] == [m.case_id for m in made[3:6]]

    def test_newest_first_a_page_stays_the_same_when_one_arrives(self, cast: Cast) -> None:
        made = [in_grid(TUESDAY + n * MINUTE) for n in range(6)]
        first = paged(cast.grid_worker, view="all", size=2)
        in_grid(TUESDAY + DAY)
        second = paged(cast.grid_worker, view="all", size=2, after=first.after)
        assert [row.id for row in second.rows] == [made[3].case_id, made[2].case_id]

    def test_the_last_page_says_so(self, cast: Cast) -> None:
        for n in range(4):
            in_grid(TUESDAY + n * MINUTE)
        assert paged(cast.grid_worker, size=4).after == ""
        assert paged(cast.grid_worker, size=3).after != ""

    @pytest.mark.parametrize(
        "after", ["x", "|", "2026|", "2026-06-09T10:00:00+08:00|no", "|no-uuid"]
    )
    def test_a_broken_key_shows_the_first_page(self, cast: Cast, after: str) -> None:
        made = in_grid()
        assert ids(cast.grid_worker, after=after) == [made.case_id]

    @pytest.mark.parametrize("seed", range(3))
    def test_any_size_gives_the_same_order(self, cast: Cast, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            in_grid(TUESDAY + chance.randrange(4) * MINUTE)
        whole = ids(cast.grid_worker, size=100)
        assert turned(cast.grid_worker, size=chance.randrange(1, 8)) == whole


@pytest.mark.usefixtures("ground")
class TestToday:
    def test_at_most_seven_and_late_first(self, cast: Cast) -> None:
        made = [in_grid(TUESDAY + n * MINUTE) for n in range(9)]
        actor = cast.grid_worker.actor
        with scoped(actor), clock.freeze(SOON):
            rows = today(actor, ["grid_worker"])
        assert [row.id for row in rows] == [m.case_id for m in made[:7]]

    def test_only_what_ones_post_must_do(self, cast: Cast) -> None:
        in_grid()
        handled(cast)
        actor = cast.township_officer.actor
        with scoped(actor), clock.freeze(SOON):
            assert today(actor, ["township_officer"]) == []
        sweep_at(at("2026-06-09 11:00"))
        with scoped(actor), clock.freeze(SOON):
            assert len(today(actor, ["township_officer"])) == 1

    def test_the_figures(self, cast: Cast) -> None:
        in_grid()
        in_grid(at("2026-06-08 09:00"))
        ended = in_grid()
        move(cast.grid_worker, ended, "returned", SOON, why="不在本村")
        sweep_at(SOON)
        actor = cast.township_officer.actor
        with scoped(actor), clock.freeze(SOON):
            found = counts(actor)
        assert (found.open, found.overdue, found.raised) == (2, 1, 1)
        assert (found.soon, found.new_today, found.closed_today) == (1, 2, 1)

    def test_midnight_is_chinas(self, cast: Cast) -> None:
        in_grid(at("2026-06-09 00:30"))
        in_grid(at("2026-06-08 23:30"))
        actor = cast.township_officer.actor
        with scoped(actor), clock.freeze(at("2026-06-09 07:00")):
            assert counts(actor).new_today == 1

    def test_of_one_place(self, cast: Cast) -> None:
        in_grid()
        opened(place_code=GRID_2)
        actor = cast.township_officer.actor
        with scoped(actor), clock.freeze(SOON):
            assert counts(actor, GRID).open == 1


@pytest.mark.usefixtures("ground")
class TestRates:
    def found(self, cast: Cast, when: Any = None, place: str = "") -> dict[str, tuple[int, int]]:
        actor = cast.county_officer.actor
        with scoped(actor), clock.freeze(when or at("2026-06-30 09:00")):
            got = rates(actor, *JUNE, place)
        return {name: (rate.numerator, rate.denominator) for name, rate in got.items()}

    def test_nothing_to_divide_by_is_said_not_zero(self, cast: Cast) -> None:
        actor = cast.county_officer.actor
        with scoped(actor):
            got = rates(actor, *JUNE)
        assert [rate.basis_points for rate in got.values()] == [None, None, None]

    def test_response_counts_answers_in_time_of_those_due(self, cast: Cast) -> None:
        accepted(cast)
        late = in_grid()
        move(cast.grid_worker, late, "handling", at("2026-06-09 17:00"))
        in_grid()
        fresh = in_grid(at("2026-06-30 08:50"))
        assert self.found(cast)["response"] == (1, 3)
        assert one(fresh.case_id).responded_at is None

    def test_a_stage_that_passed_by_itself_unanswered_is_missed(self, cast: Cast) -> None:
        from tests.cases.conftest import PLAYBOOK, publish

        publish(
            PLAYBOOK.replace("id: test-hazard", "id: test-chain").replace(
                "late: [{escalate: township}, {after: 1 workday, escalate: county}]",
                "late: {move: closed}",
            ),
            number=2,
        )
        in_grid(playbook="test-chain")
        sweep_at(at("2026-06-30 09:00"))
        assert self.found(cast)["response"] == (0, 1)

    def test_resolution_counts_solved_of_ended(self, cast: Cast) -> None:
        confirm(handled(cast), SOON)
        ended = in_grid()
        move(cast.grid_worker, ended, "returned", SOON, why="不在本村")
        handled(cast)
        assert self.found(cast)["resolution"] == (1, 2)

    def test_satisfaction_counts_four_and_five_of_rated(self, cast: Cast) -> None:
        for rating in (5, 4, 3, 1, None):
            confirm(handled(cast), SOON, rating)
        assert self.found(cast)["satisfaction"] == (2, 4)

    def test_by_month_of_opening_and_by_place(self, cast: Cast) -> None:
        accepted(cast, at("2026-05-31 23:59"))
        accepted(cast, at("2026-06-01 00:00"))
        accepted(cast, at("2026-06-30 23:59"))
        accepted(cast, at("2026-07-01 00:00"))
        assert self.found(cast)["response"] == (2, 2)
        assert self.found(cast, place=GRID)["response"] == (2, 2)
        assert self.found(cast, place=GRID_2)["response"] == (0, 0)

    def test_of_ones_own_scope_only(self, cast: Cast) -> None:
        opened(place_code=OTHER_VILLAGE)
        assert self.found(cast)["response"] == (0, 0)

    def test_basis_points_are_floored(self) -> None:
        assert selectors.Rate(2, 3).basis_points == 6666
        assert selectors.Rate(0, 3).basis_points == 0


def raw(actor: Actor | None, statement: str) -> list[Any]:
    """What plain SQL as the app role sees in ``actor``'s transaction."""

    def run() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [row[0] for row in cursor.fetchall()]

    if actor is None:
        return run()
    with scoped(actor):
        return run()


TABLES = ["cases_case", "cases_event", "cases_photo", "cases_request", "cases_party"]


@pytest.mark.usefixtures("ground")
class TestDirectSql:
    @pytest.mark.parametrize("table", TABLES[:2])
    def test_the_app_role_sees_only_the_scope(self, cast: Cast, table: str) -> None:
        in_grid()
        in_grid()
        opened(place_code=GRID_2)
        opened(place_code=OTHER_VILLAGE)
        statement = f"SELECT count(*) FROM {table}"
        seen = {
            member.key: raw(member.actor, statement)[0]
            for member in (
                cast.grid_worker,
                cast.branch_secretary,
                cast.county_officer,
                cast.outsider,
            )
        }
        assert seen == {
            "grid_worker": 2, "branch_secretary": 3, "county_officer": 3, "outsider": 1,
        }  # fmt: skip
        assert raw(SYSTEM, statement) == [4]

    @pytest.mark.parametrize("table", TABLES)
    def test_without_a_scope_nothing_is_seen(self, cast: Cast, table: str) -> None:
        made = in_grid(photos={"photos": []})
        ask(cast.township_officer, made, SOON, "exclude")
        assert raw(None, f"SELECT count(*) FROM {table}") == [0]
        assert raw(Actor.resident(), f"SELECT count(*) FROM {table}") == [0]

    @pytest.mark.parametrize("who", ["system_admin", "security_officer", "auditor", "api_client"])
    def test_administrators_see_none_of_it(self, cast: Cast, who: str) -> None:
        in_grid()
        member = getattr(cast, who)
        expected = 1 if who == "api_client" else 0
        assert raw(member.actor, "SELECT count(*) FROM cases_case") == [expected]

    def test_the_scope_is_gone_after_the_transaction(self, cast: Cast) -> None:
        in_grid()
        actor = cast.grid_worker.actor
        assert raw(actor, "SELECT count(*) FROM cases_case") == [1]
        assert raw(None, "SELECT count(*) FROM cases_case") == [0]

    def test_what_is_outside_can_neither_be_changed_nor_removed(self, cast: Cast) -> None:
        made = in_grid()
        with scoped(cast.outsider.actor), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET title = 'x'")
            assert cursor.rowcount == 0
        assert one(made.case_id).title != "x"

    def test_the_explicit_filter_and_the_net_agree_at_the_edges(self, cast: Cast) -> None:
        """Keys of neighbouring subtrees touch; no scope reaches over its end."""
        add_place(OTHER_COUNTY + "101001", "边村")
        for code in (GRID, GRID_2, VILLAGE, OTHER_VILLAGE, OTHER_COUNTY + "101001"):
            opened(place_code=code)
        for code in (GRID, VILLAGE, VILLAGE[:9], COUNTY, OTHER_COUNTY, "5306", "53"):
            lo, hi = place_span(code)
            actor = Actor("account", "t", "t", (Grant("county_officer", code, lo, hi),))
            with scoped(actor):
                listed = {row.id for row in page(actor, Wanted(view="all")).rows}
            assert listed == set(raw(actor, "SELECT id FROM cases_case"))


@pytest.mark.usefixtures("ground")
class TestGet:
    def test_another_places_case_and_an_unknown_one_are_told_alike(self, cast: Cast) -> None:
        made = in_grid()
        actor = cast.outsider.actor
        for pk in (made.case_id, uuid7()):
            with refused("CO404"), scoped(actor):
                selectors.get(actor, pk)

    def test_changes_are_told_in_their_order(self) -> None:
        made = [in_grid(TUESDAY + timedelta(minutes=n)) for n in range(3)]
        with scoped(SYSTEM):
            rows = selectors.changed_since(TUESDAY)
        assert [row["id"] for row in rows] == [m.case_id for m in made[1:]]

    def test_a_map_shows_open_ones_with_a_position(self, cast: Cast) -> None:
        made = in_grid(lon=103.605, lat=27.305)
        in_grid()
        actor = cast.branch_secretary.actor
        with scoped(actor):
            assert [row.id for row in selectors.on_map(actor, VILLAGE)] == [made.case_id]

    def test_a_places_figures(self, cast: Cast) -> None:
        in_grid()
        confirm(handled(cast), SOON)
        with scoped(SYSTEM), clock.freeze(SOON):
            assert selectors.public_figures(VILLAGE) == {"reported": 2, "ended": 1, "handling": 1}
