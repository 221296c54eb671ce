"""Two reports of one thing: merged, followed by both reporters, parted again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.cases.conftest import IN_GRID, TUESDAY, add_place
from tests.cases.steps import (
    HOUR,
    accepted,
    at,
    in_grid,
    kinds,
    lines,
    move,
    one,
    photo,
    refused,
    shown,
    sweep_at,
    together,
    written,
)
from tests.cast import COUNTY, VILLAGE, Cast, Member
from zhijin.cases.models import Case
from zhijin.cases.selectors import Wanted, alike, merged_cases, page, rates
from zhijin.cases.services import merging, reporter
from zhijin.cases.services.intake import Opened
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped

SOON = TUESDAY + HOUR
SYSTEM = Actor.system("test")


def merge(member: Member, made: Opened, into: Opened, when: datetime = SOON) -> Case:
    actor = member.actor
    with clock.freeze(when):
        return merging.merge(actor=actor, case_id=made.case_id, into=into.case_id, why="同一处")


def unmerge(member: Member, made: Opened, when: datetime, why: str = "不是一处") -> Case:
    actor = member.actor
    with clock.freeze(when):
        return merging.unmerge(actor=actor, case_id=made.case_id, why=why)


@pytest.mark.usefixtures("ground")
class TestMerging:
    def test_the_clock_of_the_merged_case_stands_and_the_kept_one_runs(self, cast: Cast) -> None:
        made, kept = in_grid(), in_grid()
        merge(cast.branch_secretary, made, kept)
        case = one(made.case_id)
        assert (case.is_open, case.merged_into, case.outcome, case.state) == (
            False, kept.case_id, "merged", "reported",
        )  # fmt: skip
        assert (case.next_fire_at, case.due_at) == (None, None)
        sweep_at(at("2026-06-30 09:00"))
        assert kinds(made.case_id) == ["opened", "merged"]
        assert kinds(kept.case_id) == ["opened", "absorbed", "reminded", "escalated", "escalated"]

    def test_both_timelines_name_the_other(self, cast: Cast) -> None:
        made, kept = in_grid(), in_grid()
        merge(cast.branch_secretary, made, kept)
        assert lines(made.case_id)[-1].data["into"] == str(kept.case_id)
        assert lines(kept.case_id)[-1].data["from"] == str(made.case_id)
        assert written(made.case_id) == written(kept.case_id) == (2, 2, 2)
        with scoped(SYSTEM):
            assert [row.id for row in merged_cases(one(kept.case_id))] == [made.case_id]

    def test_both_reporters_see_the_one_that_is_handled(self, cast: Cast, client: Client) -> None:
        made, kept = in_grid(), in_grid()
        merge(cast.branch_secretary, made, kept)
        move(cast.grid_worker, kept, "handling", SOON)
        move(cast.grid_worker, kept, "verifying", SOON, photos={"after": [photo()]})
        pages = [client.get(f"/s/{case.code}/").content.decode() for case in (made, kept)]
        for number, text in enumerate(pages):
            assert "已经合并办理" in text if number == 0 else "已经合并办理" not in text
        assert pages[0].count("timeline") == pages[1].count("timeline")

    def test_the_reporter_of_the_merged_case_cannot_end_the_other(self, cast: Cast) -> None:
        made, kept = in_grid(), in_grid()
        merge(cast.branch_secretary, made, kept)
        with refused("CA007"), clock.freeze(SOON):
            reporter.act(code=made.code, move_id="closed", data={})
        with refused("CA009"), clock.freeze(SOON):
            reporter.reopen(code=made.code, why="还在")
        assert one(kept.case_id).is_open

    def test_it_counts_once_in_the_rates(self, cast: Cast) -> None:
        made, kept = in_grid(), in_grid()
        move(cast.grid_worker, kept, "handling", SOON)
        merge(cast.branch_secretary, made, kept)
        actor = cast.county_officer.actor
        with scoped(actor), clock.freeze(at("2026-06-20 09:00")):
            found = rates(actor, at("2026-06-01 00:00"), at("2026-07-01 00:00"))
        assert (found["response"].numerator, found["response"].denominator) == (1, 1)

    @pytest.mark.parametrize("who", ["grid_worker", "grid_leader"])
    def test_who_may_not_merge_is_refused(self, cast: Cast, who: str) -> None:
        made, kept = in_grid(), in_grid()
        with refused("CO403"):
            merge(getattr(cast, who), made, kept)

    def test_what_cannot_be_merged(self, cast: Cast) -> None:
        secretary = cast.branch_secretary
        made, kept, third, closed = in_grid(), in_grid(), in_grid(), in_grid()
        move(cast.grid_worker, closed, "returned", SOON, why="不在本村")
        with refused("CA013"):
            merge(secretary, made, made)
        with refused("CA013"):
            merge(secretary, made, closed)
        with refused("CA013"):
            merge(secretary, closed, made)
        merge(secretary, made, kept)
        for one_, other in ((made, third), (third, made), (kept, third)):
            with refused("CA013"):
                merge(secretary, one_, other)
        with refused("CO404"):
            merge(cast.outsider, third, kept)

    def test_a_late_case_can_be_merged_and_is_no_longer_late(self, cast: Cast) -> None:
        made, kept = in_grid(), in_grid()
        sweep_at(at("2026-06-09 11:00"))
        merge(cast.branch_secretary, made, kept, at("2026-06-09 12:00"))
        actor = cast.branch_secretary.actor
        with scoped(actor), clock.freeze(at("2026-06-09 15:00")):
            overdue = [row.id for row in page(actor, Wanted(view="overdue")).rows]
            merged = [row.id for row in page(actor, Wanted(view="merged")).rows]
        assert (overdue, merged) == ([kept.case_id], [made.case_id])


@pytest.mark.usefixtures("ground")
class TestParting:
    def test_its_stage_goes_on_without_the_time_it_was_merged(self, cast: Cast) -> None:
        """Two work hours from 9:00, half an hour of them gone when merged; parted at 15:30: due 17:00."""
        made, kept = in_grid(), in_grid()
        merge(cast.branch_secretary, made, kept, at("2026-06-09 09:30"))
        case = unmerge(cast.branch_secretary, made, at("2026-06-09 15:30"))
        assert (case.is_open, case.merged_into, case.outcome, case.closed_at) == (
            True,
            None,
            "",
            None,
        )
        assert shown(case.due_at) == "2026-06-09 17:00"
        assert sweep_at(at("2026-06-09 16:59")) >= 1
        assert "escalated" not in kinds(made.case_id)
        sweep_at(at("2026-06-09 17:00"))
        assert kinds(made.case_id) == ["opened", "merged", "parted", "reminded", "escalated"]

    def test_what_had_fired_before_does_not_fire_again(self, cast: Cast) -> None:
        made, kept = in_grid(), in_grid()
        sweep_at(at("2026-06-09 11:00"))
        merge(cast.branch_secretary, made, kept, at("2026-06-09 11:30"))
        unmerge(cast.branch_secretary, made, at("2026-06-09 11:40"))
        assert one(made.case_id).raised_to == "township_officer"
        sweep_at(at("2026-06-10 18:00"))
        assert kinds(made.case_id).count("escalated") == 2
        assert kinds(made.case_id).count("reminded") == 1

    def test_it_can_be_handled_again_and_merged_elsewhere(self, cast: Cast) -> None:
        made, kept, third = in_grid(), in_grid(), in_grid()
        merge(cast.branch_secretary, made, kept)
        unmerge(cast.branch_secretary, made, SOON + HOUR)
        merge(cast.branch_secretary, made, third, SOON + HOUR)
        assert one(made.case_id).merged_into == third.case_id

    def test_it_needs_a_reason_the_right_and_something_to_part(self, cast: Cast) -> None:
        made, kept = in_grid(), in_grid()
        with refused("CA013"):
            unmerge(cast.branch_secretary, made, SOON)
        merge(cast.branch_secretary, made, kept)
        with refused("CA006"):
            unmerge(cast.branch_secretary, made, SOON, why=" ")
        with refused("CO403"):
            unmerge(cast.grid_worker, made, SOON)
        with refused("CO404"):
            unmerge(cast.outsider, made, SOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ground")
def test_two_merges_in_opposite_directions_do_not_wait_for_each_other(cast: Cast) -> None:
    """Locks are taken in one order: one merge wins, the other is refused, neither hangs."""
    made, kept, member = in_grid(), in_grid(), cast.branch_secretary
    pairs = [(made, kept), (kept, made)]
    found = together(2, lambda n: merge(member, *pairs[n]))
    assert [x.id for x in found if isinstance(x, Refusal)] == ["CA013"]
    assert sorted([one(made.case_id).is_open, one(kept.case_id).is_open]) == [False, True]


@pytest.mark.usefixtures("ground")
class TestAlike:
    def likely(self, text: str, **more: Any) -> list[UUID]:
        values: dict[str, Any] = {"place_code": VILLAGE, "lon": None, "lat": None, **more}
        with scoped(SYSTEM), clock.freeze(SOON):
            return [one_.case.id for one_ in alike("test-hazard", text, **values)]

    def test_like_words_in_the_same_village(self) -> None:
        made = in_grid(answers={"what": "村口的路塌了一块"})
        in_grid(answers={"what": "李家和张家为地界吵起来了"})
        assert self.likely("村口路塌了") == [made.case_id]

    def test_near_ones_need_less_likeness(self) -> None:
        words, lon, lat = "大树倒在村口路中间", *IN_GRID
        made = in_grid(answers={"what": "村口的路塌了一块"}, lon=lon, lat=lat)
        assert self.likely(words) == []
        assert self.likely(words, lon=lon + 0.0002, lat=lat) == [made.case_id]

    def test_not_what_is_closed_long_past_or_elsewhere(self, cast: Cast) -> None:
        text = {"what": "村口的路塌了一块"}
        closed = in_grid(answers=text)
        move(cast.grid_worker, closed, "returned", SOON, why="不在本村")
        in_grid(at("2026-04-01 09:00"), answers=text)
        add_place(COUNTY + "105208", "邻村")
        assert self.likely("村口的路塌了一块") == []
        made = in_grid(answers=text)
        assert self.likely("村口的路塌了一块", place_code=COUNTY + "105208") == []
        assert self.likely("村口的路塌了一块", but=made.case_id) == []

    def test_the_page_of_a_case_offers_them_to_who_may_merge(self, cast: Cast) -> None:
        made, _other = accepted(cast, clock.now()), accepted(cast, clock.now())
        address = f"/desk/cases/{made.case_id}/"
        assert "可能重复" in cast.branch_secretary.client.get(address).content.decode()
        assert "可能重复" not in cast.grid_worker.client.get(address).content.decode()
