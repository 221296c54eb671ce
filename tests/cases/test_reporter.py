"""What the reporter can do with the status code, and what is done when the reporter is silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cases.conftest import TUESDAY
from tests.cases.steps import (
    DAY,
    HOUR,
    SYSTEM,
    accepted,
    at,
    confirm,
    handled,
    in_grid,
    kinds,
    lines,
    move,
    one,
    refused,
    shown,
    sweep_at,
    written,
)
from tests.cast import Cast, Member
from zhijin.cases.models import Case
from zhijin.cases.services import private, reporter
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

SOON = TUESDAY + HOUR


def send_back(made: Any, when: datetime, why: str = "又塌了") -> Case:
    with clock.freeze(when):
        return reporter.act(code=made.code, move_id="handling", data={}, why=why)


def reopen(made: Any, when: datetime, why: str = "又塌了") -> Case:
    with clock.freeze(when):
        return reporter.reopen(code=made.code, why=why)


def call(member: Member, made: Any, *, reached: bool = True, note: str = "电话里说满意",
         move_id: str = "closed", **data: Any) -> Case:  # fmt: skip
    actor = member.actor
    with clock.freeze(SOON):
        return reporter.call_back(
            actor=actor, case_id=made.case_id, reached=reached, move_id=move_id, data=data,
            note=note,
        )  # fmt: skip


@pytest.mark.usefixtures("ground")
class TestCode:
    def test_it_is_found_however_it_is_typed(self) -> None:
        made = in_grid()
        code = made.code
        for typed in (code, code.lower(), f"{code[:5]}-{code[5:]}", f"  {code[:5]} {code[5:]} "):
            assert reporter.find(typed).id == made.case_id

    @pytest.mark.parametrize("typed", ["", "AAAAA-AAAAA", "短", "0" * 10, "' OR 1=1 --", "a" * 500])
    def test_a_wrong_one_says_what_to_do(self, typed: str) -> None:
        in_grid()
        with refused("CA012"):
            reporter.find(typed)

    def test_the_table_does_not_hold_the_code(self) -> None:
        made = in_grid()
        assert made.code.encode() not in bytes(one(made.case_id).receipt)

    def test_the_page_names_posts_and_no_people(self, cast: Cast, client: Client) -> None:
        made = accepted(cast)
        text = client.get(f"/s/{made.code}/").content.decode()
        assert "网格员" in text
        assert cast.grid_worker.account.name not in text

    def test_remarks_among_staff_are_not_shown(self, cast: Cast, client: Client) -> None:
        made = accepted(cast)
        for text, public in (("内部意见", False), ("已联系施工队", True)):
            reporter.comment(
                actor=cast.grid_worker.actor, case_id=made.case_id, text=text, public=public
            )
        page = client.get(f"/s/{made.code}/").content.decode()
        assert "已联系施工队" in page
        assert "内部意见" not in page


@pytest.mark.usefixtures("ground")
class TestConfirming:
    def test_with_a_rating(self, cast: Cast) -> None:
        made = handled(cast)
        case = confirm(made, SOON, 4)
        assert (case.state, case.resolved, case.rating, case.closed_at) == ("closed", True, 4, SOON)
        last = lines(made.case_id)[-1]
        assert (last.kind, last.role, last.data) == ("closed", "reporter", {"satisfied": 4})
        assert last.actor.startswith("reporter:")
        assert written(made.case_id) == (4, 4, 4)

    def test_without_one(self, cast: Cast) -> None:
        assert confirm(handled(cast), SOON, None).rating is None

    @pytest.mark.parametrize("rating", [0, 6, -1, "好"])
    def test_a_rating_is_one_to_five(self, cast: Cast, rating: Any) -> None:
        made = handled(cast)
        with refused("CA002") as caught:
            confirm(made, SOON, rating)
        assert list(caught.value.fields) == ["satisfied"]
        assert one(made.case_id).is_open

    def test_over_http(self, cast: Cast, client: Client) -> None:
        made = handled(cast)
        address = f"/s/{made.code[:5]}-{made.code[5:]}/"
        assert "请您确认" in client.get(address).content.decode()
        answer = client.post(address, {"move": "closed", "satisfied": "5", "version": "3"})
        assert answer.status_code == 302
        assert one(made.case_id).rating == 5

    def test_a_page_that_is_out_of_date(self, cast: Cast, client: Client) -> None:
        made = handled(cast)
        answer = client.post(f"/s/{made.code}/", {"move": "closed", "version": "2"})
        assert answer.status_code == 409
        assert "CA016" in answer.content.decode()

    def test_a_response_is_never_the_reporters(self, cast: Cast) -> None:
        case = confirm(handled(cast), SOON)
        assert case.responded_at == TUESDAY

    @pytest.mark.parametrize("wanted", ["closed", "handling", "verifying", "returned"])
    def test_before_it_is_handled_there_is_nothing_to_confirm(self, wanted: str) -> None:
        made = in_grid()
        with refused("CA004" if wanted in {"closed", "verifying"} else "CA005"), clock.freeze(SOON):
            reporter.act(code=made.code, move_id=wanted, data={})


@pytest.mark.usefixtures("ground")
class TestSendingBack:
    def test_with_a_reason_it_goes_back_to_be_handled(self, cast: Cast) -> None:
        made = handled(cast)
        case = send_back(made, SOON)
        assert (case.state, case.owner_role, case.is_open) == ("handling", "grid_worker", True)
        assert shown(case.due_at) == "2026-06-12 18:00"
        assert lines(made.case_id)[-1].why == "又塌了"

    def test_without_a_reason_it_is_refused(self, cast: Cast) -> None:
        made = handled(cast)
        with refused("CA002"):
            send_back(made, SOON, why=" ")
        assert one(made.case_id).state == "verifying"


@pytest.mark.usefixtures("ground")
class TestReopening:
    def closed(self, cast: Cast) -> Any:
        made = handled(cast)
        confirm(made, SOON)
        return made

    def test_it_goes_to_whoever_handled_it(self, cast: Cast) -> None:
        made = self.closed(cast)
        case = reopen(made, SOON + 3 * DAY)
        assert (case.state, case.is_open, case.reopened, case.closed_at) == (
            "handling",
            True,
            1,
            None,
        )
        assert (case.resolved, case.outcome) == (None, "")
        last = lines(made.case_id)[-1]
        assert (last.kind, last.why, last.role) == ("reopened", "又塌了", "reporter")
        assert written(made.case_id) == (5, 5, 5)

    def test_its_clock_runs_anew(self, cast: Cast) -> None:
        made = self.closed(cast)
        case = reopen(made, at("2026-06-15 09:00"))
        assert shown(case.due_at) == "2026-06-18 18:00"
        assert sweep_at(at("2026-06-18 18:00")) == 1

    @pytest.mark.parametrize(("after", "allowed"), [(30 * DAY, True), (30 * DAY + HOUR, False)])
    def test_within_thirty_days(self, cast: Cast, after: timedelta, allowed: bool) -> None:
        made = self.closed(cast)
        if allowed:
            assert reopen(made, SOON + after).is_open
        else:
            with refused("CA009"):
                reopen(made, SOON + after)

    def test_only_a_closed_case_and_only_with_a_reason(self, cast: Cast) -> None:
        made = handled(cast)
        with refused("CA009"):
            reopen(made, SOON)
        confirm(made, SOON)
        with refused("CA006"):
            reopen(made, SOON, why="")

    def test_it_can_be_confirmed_again_and_counts_each_time(self, cast: Cast) -> None:
        made = self.closed(cast)
        for times in (1, 2):
            case = reopen(made, SOON)
            assert case.reopened == times
            from tests.cases.steps import photo

            move(cast.grid_worker, made, "verifying", SOON, photos={"after": [photo()]})
            confirm(made, SOON, times)
        assert one(made.case_id).rating == 2

    def test_over_http(self, cast: Cast, client: Client) -> None:
        made = handled(cast)
        with clock.freeze(clock.now()):
            reporter.act(code=made.code, move_id="closed", data={})
        page = client.get(f"/s/{made.code}/").content.decode()
        assert "问题还在吗" in page
        client.post(f"/s/{made.code}/", {"move": "reopen", "why": "又塌了"})
        assert one(made.case_id).reopened == 1


@pytest.mark.usefixtures("ground")
class TestSilence:
    def test_the_case_closes_by_itself_unrated(self, cast: Cast) -> None:
        made = handled(cast)
        sweep_at(at("2026-06-16 00:00"))
        case = one(made.case_id)
        assert (case.is_open, case.rating, kinds(made.case_id)[-1]) == (False, None, "closed")

    def test_and_can_still_be_reopened(self, cast: Cast) -> None:
        made = handled(cast)
        sweep_at(at("2026-06-16 00:00"))
        assert reopen(made, at("2026-06-20 09:00")).state == "handling"


@pytest.mark.usefixtures("ground")
class TestCallBack:
    def test_somebody_who_did_not_handle_it_records_the_answer(self, cast: Cast) -> None:
        made = handled(cast)
        case = call(cast.branch_secretary, made, satisfied=5)
        assert (case.is_open, case.rating, case.resolved) == (False, 5, True)
        last = lines(made.case_id)[-1]
        assert (last.why, last.data["called_by"]) == (
            "电话里说满意", cast.branch_secretary.account.name,
        )  # fmt: skip
        assert last.actor == cast.branch_secretary.actor.label

    def test_never_the_one_who_handled_it(self, cast: Cast) -> None:
        made = in_grid()
        move(cast.township_officer, made, "handling", TUESDAY)
        from tests.cases.steps import photo

        move(cast.grid_worker, made, "verifying", TUESDAY, photos={"after": [photo()]})
        with refused("CA005"):
            call(cast.township_officer, made, satisfied=5)
        assert one(made.case_id).is_open

    def test_nor_who_ended_it_before_it_was_reopened(self, cast: Cast) -> None:
        """Returning is handling too, though its line says 'closed'."""
        made = in_grid()
        both = cast.township_officer
        sweep_at(at("2026-06-09 11:00"))
        move(both, made, "returned", at("2026-06-09 11:30"), why="不属本镇")
        reopen(made, at("2026-06-09 11:40"))
        move(cast.grid_worker, made, "handling", at("2026-06-09 11:50"))
        from tests.cases.steps import photo

        move(
            cast.grid_worker, made, "verifying", at("2026-06-09 11:55"),
            photos={"after": [photo()]},
        )  # fmt: skip
        with refused("CA005"):
            call(both, made, satisfied=5)

    def test_a_dissatisfied_reporter_sends_it_back(self, cast: Cast) -> None:
        made = handled(cast)
        case = call(cast.branch_secretary, made, move_id="handling", note="说又塌了")
        assert (case.state, kinds(made.case_id)[-1]) == ("handling", "called")

    def test_when_nobody_answers_the_case_stays(self, cast: Cast, client: Client) -> None:
        made = handled(cast)
        case = call(cast.branch_secretary, made, reached=False, note="两次无人接听")
        assert (case.state, case.is_open) == ("verifying", True)
        last = lines(made.case_id)[-1]
        assert (last.kind, last.data, last.public) == ("called", {"reached": False}, False)
        assert "两次无人接听" not in client.get(f"/s/{made.code}/").content.decode()
        # Whoever called in vain may call again.
        assert call(cast.branch_secretary, made, satisfied=3).rating == 3

    def test_what_is_needed(self, cast: Cast) -> None:
        made = handled(cast)
        with refused("CO403"):
            call(cast.grid_worker, made)
        with refused("CA006"):
            call(cast.branch_secretary, made, note=" ")
        with refused("CO404"):
            call(cast.outsider, made)
        with refused("CA009"):
            call(cast.branch_secretary, in_grid())


@pytest.mark.usefixtures("ground")
class TestPrivate:
    def reveal(self, member: Member, made: Any, purpose: str = "handle") -> dict[str, Any]:
        actor = member.actor
        with scoped(actor):
            return private.reveal(
                actor=actor, case=Case.objects.get(pk=made.case_id), purpose=purpose
            )

    def made(self) -> Any:
        return in_grid(
            name="张三", phone="13800000000",
            answers={"what": "路塌了", "id_no": "11010519491231002X"},
        )  # fmt: skip

    def test_it_is_shown_for_a_purpose_and_the_journal_says_so(self, cast: Cast) -> None:
        made = self.made()
        found = self.reveal(cast.grid_worker, made)
        assert found == {
            "name": "张三", "phone": "13800000000", "answers": {"id_no": "11010519491231002X"},
        }  # fmt: skip
        entry = JournalEntry.objects.get(action="case.private.read")
        assert (entry.actor, entry.detail["purpose"]) == (cast.grid_worker.actor.label, "handle")
        assert "13800000000" not in str(entry.detail)

    @pytest.mark.parametrize("purpose", ["", "curious"])
    def test_without_a_purpose_of_the_list_it_is_refused(self, cast: Cast, purpose: str) -> None:
        with refused("CO400"):
            self.reveal(cast.grid_worker, self.made(), purpose)
        assert not JournalEntry.objects.filter(action="case.private.read").exists()

    def test_no_page_shows_it_unasked(self, cast: Cast) -> None:
        made = self.made()
        text = cast.grid_worker.client.get(f"/desk/cases/{made.case_id}/").content.decode()
        for secret in ("张三", "13800000000", "11010519491231002X"):
            assert secret not in text


@pytest.mark.usefixtures("ground")
def test_the_system_scope_of_a_code_ends_with_the_call(cast: Cast) -> None:
    made = handled(cast)
    with scoped(cast.outsider.actor):
        reporter.find(made.code)
        assert Case.objects.count() == 0
    with scoped(SYSTEM):
        assert Case.objects.count() == 1
