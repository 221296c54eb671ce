"""Extension, suspension, leaving the rates: never by oneself, by the right level, within the limits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.cases.conftest import TUESDAY
from tests.cases.steps import (
    DAY,
    HOUR,
    SYSTEM,
    accepted,
    ask,
    at,
    decide,
    in_grid,
    kinds,
    lines,
    move,
    one,
    photo,
    refused,
    shown,
    written,
)
from tests.cast import GRID, TOWNSHIP, Cast, Member, Part, give, make_member
from zhijin.cases.models import CaseRequest
from zhijin.cases.selectors import pending_requests, rates
from zhijin.cases.services import consent
from zhijin.core import clock
from zhijin.core.scope import scoped

SOON = TUESDAY + HOUR


def requests_of(case_id: Any) -> list[CaseRequest]:
    with scoped(SYSTEM):
        return list(CaseRequest.objects.filter(case_id=case_id).order_by("asked_at"))


def resume(member: Member, case_id: Any, when: datetime) -> None:
    actor = member.actor
    with clock.freeze(when):
        consent.resume(actor=actor, case_id=case_id)


@pytest.mark.usefixtures("ground")
class TestAsking:
    def test_the_owner_asks_and_the_playbooks_approver_is_named(self, cast: Cast) -> None:
        made = accepted(cast)
        request = ask(cast.grid_worker, made, SOON)
        assert (request.approver_role, request.decision) == ("township_officer", "")
        last = lines(made.case_id)[-1]
        assert (last.kind, last.data["amount"], last.role) == (
            "asked", "2 workdays", "township_officer",
        )  # fmt: skip
        assert written(made.case_id) == (3, 3, 3)

    def test_asking_changes_no_deadline(self, cast: Cast) -> None:
        made = accepted(cast)
        before = one(made.case_id).due_at
        ask(cast.grid_worker, made, SOON)
        assert one(made.case_id).due_at == before

    @pytest.mark.parametrize("who", ["branch_secretary", "county_officer"])
    def test_who_does_not_own_the_stage_may_not(self, cast: Cast, who: str) -> None:
        made = accepted(cast)
        with refused("CA005"):
            ask(getattr(cast, who), made, SOON)

    @pytest.mark.parametrize(("kind", "more"), [("extend", {}), ("suspend", {"until": SOON + DAY})])
    def test_a_stage_without_the_rule_refuses(
        self, cast: Cast, kind: str, more: dict[str, Any]
    ) -> None:
        with refused("CA009"):
            ask(cast.grid_worker, in_grid(), SOON, kind, **more)

    @pytest.mark.parametrize(
        "amount", ["3 workdays", "30 days", "100 hours", "bald", "", "-1 days"]
    )
    def test_too_long_or_unreadable_names_the_field(self, cast: Cast, amount: str) -> None:
        made = accepted(cast)
        with refused("CO400") as caught:
            ask(cast.grid_worker, made, SOON, amount=amount)
        assert list(caught.value.fields) == ["amount"]
        assert kinds(made.case_id) == ["opened", "moved"]

    def test_chinese_lengths_are_understood(self, cast: Cast) -> None:
        made = accepted(cast)
        request = ask(cast.grid_worker, made, SOON, amount="1个工作日")
        case = decide(cast.township_officer, request, SOON)
        assert shown(case.due_at) == "2026-06-15 18:00"

    @pytest.mark.parametrize("until", [None, SOON, SOON - DAY, SOON + 20 * DAY])
    def test_suspending_needs_a_time_ahead_within_the_limit(
        self, cast: Cast, until: datetime | None
    ) -> None:
        with refused("CO400") as caught:
            ask(cast.grid_worker, accepted(cast), SOON, "suspend", until=until)
        assert list(caught.value.fields) == ["until"]

    @pytest.mark.parametrize("why", ["", "  "])
    def test_a_reason_is_needed(self, cast: Cast, why: str) -> None:
        with refused("CA006"):
            ask(cast.grid_worker, accepted(cast), SOON, why=why)

    def test_one_of_a_kind_at_a_time(self, cast: Cast) -> None:
        made = accepted(cast)
        ask(cast.grid_worker, made, SOON)
        with refused("CA010"):
            ask(cast.grid_worker, made, SOON)
        ask(cast.grid_worker, made, SOON, "suspend", until=SOON + DAY)
        assert len(requests_of(made.case_id)) == 2

    def test_only_as_often_as_the_playbook_says(self, cast: Cast) -> None:
        made = accepted(cast)
        decide(cast.township_officer, ask(cast.grid_worker, made, SOON), SOON)
        with refused("CA009"):
            ask(cast.grid_worker, made, SOON)

    def test_a_refused_request_does_not_count(self, cast: Cast) -> None:
        made = accepted(cast)
        decide(cast.township_officer, ask(cast.grid_worker, made, SOON), SOON, granted=False)
        assert ask(cast.grid_worker, made, SOON).decision == ""

    def test_another_place_does_not_find_it(self, cast: Cast) -> None:
        with refused("CO404"):
            ask(cast.outsider, accepted(cast), SOON)

    def test_an_unknown_kind_is_refused(self, cast: Cast) -> None:
        with refused("CA009"):
            ask(cast.grid_worker, accepted(cast), SOON, "forget")


@pytest.mark.usefixtures("ground")
class TestDeciding:
    def test_never_ones_own(self, cast: Cast) -> None:
        both = make_member("both", Part("两职", "grid_worker", GRID))
        assert both.account is not None
        give(both.account, "township_officer", TOWNSHIP)
        made = in_grid()
        move(both, made, "handling", TUESDAY)
        request = ask(both, made, SOON)
        with refused("CA011"):
            decide(both, request, SOON)
        assert requests_of(made.case_id)[0].decision == ""

    @pytest.mark.parametrize("who", ["grid_leader", "branch_secretary"])
    def test_not_below_the_approver(self, cast: Cast, who: str) -> None:
        request = ask(cast.grid_worker, accepted(cast), SOON)
        with refused("CA005"):
            decide(getattr(cast, who), request, SOON)

    @pytest.mark.parametrize("who", ["township_officer", "county_officer"])
    def test_the_approver_or_somebody_above(self, cast: Cast, who: str) -> None:
        made = accepted(cast)
        member = getattr(cast, who)
        case = decide(member, ask(cast.grid_worker, made, SOON), SOON, answer="同意")
        assert case.extensions == ["2 workdays"]
        kept = requests_of(made.case_id)[0]
        assert (kept.decision, kept.decided_by, kept.answer) == (
            "granted", member.actor.label, "同意",
        )  # fmt: skip
        assert written(made.case_id) == (4, 4, 4)

    def test_another_county_does_not_find_it(self, cast: Cast) -> None:
        request = ask(cast.grid_worker, accepted(cast), SOON)
        with refused("CO404"):
            decide(cast.outsider, request, SOON)

    def test_only_once(self, cast: Cast) -> None:
        request = ask(cast.grid_worker, accepted(cast), SOON)
        decide(cast.township_officer, request, SOON)
        with refused("CA004"):
            decide(cast.county_officer, request, SOON, granted=False)

    def test_a_refusal_leaves_the_clock_alone(self, cast: Cast) -> None:
        made = accepted(cast)
        before = one(made.case_id)
        case = decide(
            cast.township_officer, ask(cast.grid_worker, made, SOON), SOON, granted=False,
            answer="人手足够",
        )  # fmt: skip
        assert (case.due_at, case.visit, case.extensions) == (before.due_at, before.visit, [])
        assert (kinds(made.case_id)[-1], lines(made.case_id)[-1].why) == ("refused", "人手足够")

    def test_waiting_requests_are_shown_where_they_may_be_decided(self, cast: Cast) -> None:
        ask(cast.grid_worker, accepted(cast), SOON)
        for member, count in ((cast.township_officer, 1), (cast.outsider, 0)):
            with scoped(member.actor):
                assert len(pending_requests(member.actor)) == count


@pytest.mark.usefixtures("ground")
class TestOvertaken:
    """A case goes on while somebody waits for an answer."""

    def test_a_request_lapses_with_its_stage(self, cast: Cast) -> None:
        made = accepted(cast)
        request = ask(cast.grid_worker, made, SOON)
        move(cast.grid_worker, made, "verifying", SOON, photos={"after": [photo()]})
        assert requests_of(made.case_id)[0].decision == "lapsed"
        before = one(made.case_id).due_at
        with refused("CA004"):
            decide(cast.township_officer, request, SOON)
        assert one(made.case_id).due_at == before
        with scoped(cast.township_officer.actor):
            assert pending_requests(cast.township_officer.actor) == []

    def test_leaving_the_rates_may_still_be_decided_after_the_end(self, cast: Cast) -> None:
        made = in_grid()
        request = ask(cast.township_officer, made, SOON, "exclude")
        move(cast.grid_worker, made, "returned", SOON, why="不在本村")
        assert decide(cast.county_officer, request, SOON).excluded is True

    def test_a_suspension_that_would_already_be_over_cannot_be_granted(self, cast: Cast) -> None:
        made = accepted(cast)
        request = ask(cast.grid_worker, made, SOON, "suspend", until=SOON + HOUR)
        with refused("CO400"):
            decide(cast.township_officer, request, SOON + DAY)
        case = decide(cast.township_officer, request, SOON + DAY, granted=False)
        assert (case.suspended_at, case.pauses) == (None, [])


@pytest.mark.usefixtures("ground")
class TestSuspended:
    def suspended(self, cast: Cast) -> Any:
        made = accepted(cast)
        request = ask(cast.grid_worker, made, SOON, "suspend", until=at("2026-06-12 10:00"))
        decide(cast.township_officer, request, SOON)
        return made

    def test_it_cannot_be_moved(self, cast: Cast) -> None:
        made = self.suspended(cast)
        with refused("CA008"):
            move(cast.grid_worker, made, "verifying", SOON, photos={"after": [photo()]})

    def test_only_the_owner_sets_it_going(self, cast: Cast) -> None:
        made = self.suspended(cast)
        with refused("CA005"):
            resume(cast.branch_secretary, made.case_id, SOON + HOUR)
        resume(cast.grid_worker, made.case_id, SOON + HOUR)
        assert one(made.case_id).suspended_at is None
        with refused("CA009"):
            resume(cast.grid_worker, made.case_id, SOON + HOUR)


@pytest.mark.usefixtures("ground")
class TestExclusion:
    def test_it_takes_a_second_person_of_the_county(self, cast: Cast) -> None:
        made = accepted(cast)
        request = ask(cast.township_officer, made, SOON, "exclude", why="恶意重复上报")
        assert request.approver_role == "county_officer"
        with refused("CA011"):
            decide(cast.township_officer, request, SOON)
        second = make_member("second_town", Part("乡", "township_officer", TOWNSHIP))
        with refused("CA005"):
            decide(second, request, SOON)
        assert decide(cast.county_officer, request, SOON).excluded is True

    def test_a_grid_worker_cannot_ask_for_it(self, cast: Cast) -> None:
        with refused("CO403"):
            ask(cast.grid_worker, accepted(cast), SOON, "exclude")

    def test_the_rates_leave_it_out(self, cast: Cast) -> None:
        made = accepted(cast)
        accepted(cast)
        actor = cast.county_officer.actor

        def answered() -> int:
            with scoped(actor), clock.freeze(SOON):
                return rates(actor, TUESDAY - DAY, TUESDAY + DAY)["response"].denominator

        assert answered() == 2
        decide(cast.county_officer, ask(cast.township_officer, made, SOON, "exclude"), SOON)
        assert answered() == 1
