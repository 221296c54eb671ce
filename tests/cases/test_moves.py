"""Moving a case: by the right role, in the right stage, with what is asked, one at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.cases.conftest import TUESDAY, opened, upload
from tests.cases.steps import (
    DAY,
    HOUR,
    MINUTE,
    SYSTEM,
    accepted,
    at,
    handled,
    in_grid,
    kinds,
    lines,
    move,
    one,
    photo,
    refused,
    sweep_at,
    together,
    written,
)
from tests.cast import GRID, Cast, Part, make_member
from zhijin.cases.answers import unsealed
from zhijin.cases.models import CasePhoto
from zhijin.cases.services import reporter
from zhijin.core.errors import Refusal
from zhijin.core.ids import uuid7
from zhijin.core.models import Fact
from zhijin.core.scope import scoped

SOON = TUESDAY + HOUR


def jobs_of(case_id: Any) -> list[str]:
    """The lines of the case that a follow-up job waits for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'event' FROM procrastinate_jobs"
            " WHERE task_name = 'programmes.case_event' AND args ->> 'case' = %s",
            [str(case_id)],
        )
        return sorted(row[0] for row in cursor.fetchall())


@pytest.mark.usefixtures("ground")
class TestWhoAndWhen:
    def test_the_owner_takes_the_step(self, cast: Cast) -> None:
        made = in_grid()
        case = move(cast.grid_worker, made, "handling", SOON)
        assert (case.state, case.version, case.visit, case.state_since) == ("handling", 2, 2, SOON)

    def test_another_role_named_by_the_playbook_may_too(self, cast: Cast) -> None:
        case = move(cast.township_officer, in_grid(), "handling", SOON)
        assert case.state == "handling"
        assert lines(case.id)[-1].role == "township_officer"

    @pytest.mark.parametrize("who", ["branch_secretary", "grid_leader", "county_officer"])
    def test_a_role_that_is_not_named_is_refused(self, cast: Cast, who: str) -> None:
        made = in_grid()
        with refused("CA005"):
            move(getattr(cast, who), made, "handling", SOON)
        assert written(made.case_id) == (1, 1, 1)

    def test_whoever_it_was_raised_to_may_act_in_the_owners_place(self, cast: Cast) -> None:
        made = accepted(cast)
        county, after = cast.county_officer, {"after": [photo()]}
        sweep_at(at("2026-06-12 18:00"))
        with refused("CA005"):
            move(county, made, "verifying", at("2026-06-13 09:00"), photos=after)
        case = move(cast.township_officer, made, "verifying", at("2026-06-13 09:00"), photos=after)
        assert (case.state, case.late_stages, case.raised_to) == ("verifying", 1, "")

    def test_the_neighbouring_grids_worker_does_not_find_it(self, cast: Cast) -> None:
        other = make_member("next_door", Part("邻", "grid_worker", GRID[:12] + "002"))
        made = in_grid()
        with refused("CO404"):
            move(other, made, "handling", SOON)

    def test_another_countys_officer_does_not_find_it(self, cast: Cast) -> None:
        made = in_grid()
        with refused("CO404"):
            move(cast.outsider, made, "handling", SOON)

    @pytest.mark.parametrize("who", ["system_admin", "security_officer", "auditor"])
    def test_administrators_do_not_find_it(self, cast: Cast, who: str) -> None:
        made = in_grid()
        with refused("CO404"):
            move(getattr(cast, who), made, "handling", SOON)

    @pytest.mark.parametrize("wanted", ["verifying", "closed", "no-such-step", ""])
    def test_a_step_of_another_stage_is_refused(self, cast: Cast, wanted: str) -> None:
        made = in_grid()
        with refused("CA004"):
            move(cast.grid_worker, made, wanted, SOON)

    def test_a_closed_case_stays(self, cast: Cast) -> None:
        made = in_grid()
        move(cast.grid_worker, made, "returned", SOON, why="不在本村")
        with refused("CA007"):
            move(cast.grid_worker, made, "handling", SOON)

    def test_staff_cannot_speak_for_the_reporter(self, cast: Cast) -> None:
        made = handled(cast)
        for member in (cast.grid_worker, cast.township_officer):
            with refused("CA005"):
                move(member, made, "closed", SOON)


@pytest.mark.usefixtures("ground")
class TestWhatIsAsked:
    def test_without_the_photo_nothing_is_written(self, cast: Cast) -> None:
        made = accepted(cast)
        before = written(made.case_id)
        with refused("CA002") as caught:
            move(cast.grid_worker, made, "verifying", SOON)
        assert list(caught.value.fields) == ["after"]
        assert written(made.case_id) == before
        assert one(made.case_id).state == "handling"

    def test_the_photo_hangs_on_the_line_of_its_step(self, cast: Cast) -> None:
        made = accepted(cast)
        case = move(cast.grid_worker, made, "verifying", SOON, photos={"after": [photo("grey")]})
        with scoped(SYSTEM):
            kept = CasePhoto.objects.get(case_id=made.case_id)
        assert (kept.field, kept.event_id, kept.public) == ("after", lines(case.id)[-1].id, False)
        assert case.photos == 1

    @pytest.mark.parametrize("why", ["", "   \n"])
    def test_returning_needs_a_reason(self, cast: Cast, why: str) -> None:
        made = in_grid()
        with refused("CA002") as caught:
            move(cast.grid_worker, made, "returned", SOON, why=why)
        assert list(caught.value.fields) == ["why"]

    def test_the_reason_stands_on_the_timeline(self, cast: Cast) -> None:
        made = in_grid()
        case = move(cast.grid_worker, made, "returned", SOON, why=" 不在本村 ")
        last = lines(made.case_id)[-1]
        assert (last.kind, last.why, last.public) == ("closed", "不在本村", True)
        assert (case.outcome, case.resolved, case.closed_at) == ("refused", False, SOON)

    def test_an_answer_that_was_not_asked_is_refused(self, cast: Cast) -> None:
        made = in_grid()
        with refused("CA002") as caught:
            move(cast.grid_worker, made, "handling", SOON, data={"id_no": "11010519491231002X"})
        assert list(caught.value.fields) == ["id_no"]

    def test_what_is_personal_is_sealed_beside_what_the_reporter_gave(self, cast: Cast) -> None:
        made = accepted(cast, answers={"what": "路塌了", "id_no": "11010519491231002X"})
        move(cast.grid_worker, made, "verifying", SOON,
             data={"met": "韦秀英"}, photos={"after": [photo()]})  # fmt: skip
        case = one(made.case_id)
        assert "met" not in lines(made.case_id)[-1].data
        assert "韦秀英".encode() not in bytes(case.sealed or b"")
        assert unsealed(case.sealed) == {"id_no": "11010519491231002X", "met": "韦秀英"}

    def test_answered_again_the_later_counts_and_the_others_stay(self, cast: Cast) -> None:
        made = accepted(cast, answers={"what": "路塌了", "id_no": "11010519491231002X"})
        for name in ("韦秀英", "罗大明"):
            move(cast.grid_worker, made, "verifying", SOON,
                 data={"met": name}, photos={"after": [photo()]})  # fmt: skip
            reporter.act(code=made.code, move_id="handling", data={}, why="还没有修好")
        assert unsealed(one(made.case_id).sealed) == {
            "id_no": "11010519491231002X",
            "met": "罗大明",
        }

    def test_a_step_that_asks_nothing_personal_leaves_the_seal(self, cast: Cast) -> None:
        made = accepted(cast, answers={"what": "路塌了", "id_no": "11010519491231002X"})
        before = bytes(one(made.case_id).sealed or b"")
        move(cast.grid_worker, made, "verifying", SOON, photos={"after": [photo()]})
        assert bytes(one(made.case_id).sealed or b"") == before


@pytest.mark.usefixtures("ground")
class TestWritten:
    def test_every_step_writes_line_journal_fact_and_job(self, cast: Cast) -> None:
        made = handled(cast)
        assert kinds(made.case_id) == ["opened", "moved", "moved"]
        assert written(made.case_id) == (3, 3, 3)
        assert jobs_of(made.case_id) == sorted(str(line.id) for line in lines(made.case_id))

    def test_the_fact_tells_how_long_the_stage_took(self, cast: Cast) -> None:
        made = in_grid()
        move(cast.grid_worker, made, "handling", TUESDAY + 45 * MINUTE)
        with scoped(SYSTEM):
            fact = Fact.objects.get(record=f"case:{made.case_id}", kind="case.moved")
        assert fact.value == 45
        told = {name: fact.attrs[name] for name in ("from", "to", "late", "role")}
        assert told == {"from": "reported", "to": "handling", "late": False, "role": "grid_worker"}
        assert (fact.place_code, fact.subject) == (GRID, "test-hazard")

    def test_the_first_answer_of_staff_is_the_response(self, cast: Cast) -> None:
        made = accepted(cast, TUESDAY)
        case = move(cast.grid_worker, made, "verifying", SOON, photos={"after": [photo()]})
        assert (case.responded_at, case.response_late) == (TUESDAY, False)

    def test_a_late_answer_is_a_late_response(self, cast: Cast) -> None:
        made = in_grid()
        case = move(cast.grid_worker, made, "handling", TUESDAY + DAY)
        assert (case.response_late, case.late_stages) == (True, 1)

    def test_a_failure_after_the_line_takes_everything_back(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = in_grid()
        before = (written(made.case_id), jobs_of(made.case_id))

        def fail(*args: Any, **more: Any) -> None:
            raise RuntimeError("the job could not be queued")

        monkeypatch.setattr("zhijin.core.jobs.defer", fail)
        with pytest.raises(RuntimeError):
            move(cast.grid_worker, made, "handling", SOON)
        assert (written(made.case_id), jobs_of(made.case_id)) == before
        assert (one(made.case_id).state, one(made.case_id).version) == ("reported", 1)


@pytest.mark.usefixtures("ground")
class TestVersions:
    def test_a_page_that_is_out_of_date_is_refused(self, cast: Cast) -> None:
        made = in_grid()
        move(cast.grid_worker, made, "handling", SOON, seen_version=1)
        with refused("CA016"):
            move(
                cast.grid_worker, made, "verifying", SOON, seen_version=1,
                photos={"after": [photo()]},
            )  # fmt: skip
        assert one(made.case_id).state == "handling"

    def test_the_page_keeps_what_was_written(self, cast: Cast) -> None:
        made = in_grid()
        move(cast.township_officer, made, "handling", SOON)
        answer = cast.grid_worker.client.post(
            f"/desk/cases/{made.case_id}/do/move/",
            {"move": "returned", "why": "写了很久的理由", "version": "1"},
        )
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "CA016" in page
        assert one(made.case_id).state == "handling"

    def test_over_http_with_its_photo(self, cast: Cast) -> None:
        made = accepted(cast)
        answer = cast.grid_worker.client.post(
            f"/desk/cases/{made.case_id}/do/move/",
            {"move": "verifying", "version": "2", "after": upload()},
        )
        assert (answer.status_code, answer["Location"]) == (302, f"/desk/cases/{made.case_id}/")
        assert one(made.case_id).state == "verifying"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ground")
class TestTwoAtOnce:
    def test_only_one_of_them_takes_the_step(self, cast: Cast) -> None:
        members = [cast.grid_worker, make_member("second", Part("丁", "grid_worker", GRID)),
                   cast.township_officer]  # fmt: skip
        made = in_grid()
        found = together(3, lambda n: move(members[n], made, "handling", SOON))
        refusals = [one_.id for one_ in found if isinstance(one_, Refusal)]
        assert refusals == ["CA004", "CA004"]
        assert kinds(made.case_id) == ["opened", "moved"]
        assert written(made.case_id) == (2, 2, 2)

    def test_with_the_version_they_saw_the_second_is_told_so(self, cast: Cast) -> None:
        second = make_member("second", Part("丁", "grid_worker", GRID))
        members, steps = [cast.grid_worker, second], ["handling", "returned"]
        made = in_grid()
        found = together(
            2, lambda n: move(members[n], made, steps[n], SOON, why="不在本村", seen_version=1)
        )
        assert [x.id for x in found if isinstance(x, Refusal)] == ["CA016"]
        assert len(kinds(made.case_id)) == 2


@pytest.mark.usefixtures("ground")
def test_an_unknown_case_is_not_found(cast: Cast) -> None:
    opened()
    with refused("CO404"):
        move(cast.grid_worker, uuid7(), "handling", SOON)
