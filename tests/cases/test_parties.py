"""Calling departments (whistle), their answer (muster), assigning, and sending a case elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from tests.cases.conftest import TUESDAY, add_place
from tests.cases.steps import (
    DAY,
    HOUR,
    SYSTEM,
    accepted,
    ask,
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
    written,
)
from tests.cast import (
    COUNTY,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    VILLAGE,
    Cast,
    Member,
    Part,
    give,
    make_account,
    make_member,
)
from zhijin.access.sign_ins import open_session
from zhijin.cases.models import Case, CaseEvent, CaseParty, CasePhoto, CaseRequest
from zhijin.cases.selectors import Wanted, get, page, timeline
from zhijin.cases.services import parties
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.orgs.services import register_organisation

SOON = TUESDAY + HOUR
NEXT_VILLAGE = VILLAGE[:9] + "208"


def agency(name: str, place_code: str = COUNTY) -> Organisation:
    with scoped(SYSTEM):
        return register_organisation(
            actor=SYSTEM, place_code=place_code, name=name, kind="agency", sector=1
        )


def officer_of(org: Organisation, key: str) -> Member:
    """Somebody who works for a department: sees what it was called to, and nothing by place."""
    account = make_account(key, name=f"{org.name}的人")
    give(account, "department_officer", COUNTY, org_key=org.key)
    return Member(key, account, token=open_session(account, "tests"))


def whistle(
    member: Member,
    made: Any,
    orgs: list[int],
    when: datetime = SOON,
    what: str = "请派人抢修",
    **more: Any,
) -> list[CaseParty]:
    actor = member.actor
    with clock.freeze(when):
        return parties.whistle(actor=actor, case_id=made.case_id, org_keys=orgs, what=what, **more)


def muster(
    member: Member, made: Any, party: CaseParty, when: datetime, answer: str = "已派人"
) -> None:
    actor = member.actor
    with clock.freeze(when):
        parties.muster(actor=actor, case_id=made.case_id, party_id=party.id, answer=answer)


def transfer(
    member: Member, made: Any, to: str, when: datetime = SOON, why: str = "属邻村"
) -> Case:
    actor = member.actor
    with clock.freeze(when):
        return parties.transfer(actor=actor, case_id=made.case_id, place_code=to, why=why)


def seen_by(member: Member) -> list[Any]:
    """What the member's own list, case query and direct SQL show; they must agree."""
    actor = member.actor
    with scoped(actor):
        listed = {row.id for row in page(actor, Wanted(view="open")).rows}
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM cases_case WHERE is_open")
            raw = {row[0] for row in cursor.fetchall()}
    assert listed == raw
    return sorted(listed)


@pytest.mark.usefixtures("ground")
class TestWhistle:
    def test_a_department_sees_the_case_only_once_it_is_called(self, cast: Cast) -> None:
        roads, water = agency("交通运输局"), agency("水务局")
        called, other = officer_of(roads, "roads"), officer_of(water, "water")
        made = in_grid()
        assert seen_by(called) == []
        assert called.client.get(f"/desk/cases/{made.case_id}/").status_code == 404
        whistle(cast.township_officer, made, [roads.key])
        assert seen_by(called) == [made.case_id]
        assert called.client.get(f"/desk/cases/{made.case_id}/").status_code == 200
        assert seen_by(other) == []
        assert other.client.get(f"/desk/cases/{made.case_id}/").status_code == 404

    def test_it_sees_the_whole_timeline_photos_and_parties(self, cast: Cast) -> None:
        roads = agency("交通运输局")
        called = officer_of(roads, "roads")
        made = in_grid(photos={"photos": [photo()]})
        whistle(cast.township_officer, made, [roads.key])
        with scoped(called.actor):
            assert [line.kind for line in timeline(get(called.actor, made.case_id))] == [
                "opened", "whistled",
            ]  # fmt: skip
            assert CasePhoto.objects.filter(case_id=made.case_id).count() == 1
            assert CaseParty.objects.filter(case_id=made.case_id).count() == 1

    def test_it_finds_the_case_by_its_words_and_its_number(self, cast: Cast) -> None:
        roads = agency("交通运输局")
        called = officer_of(roads, "roads")
        made, _other = in_grid(), in_grid()
        whistle(cast.township_officer, made, [roads.key])
        actor = called.actor
        for text in ("村口", made.number):
            with scoped(actor):
                found = [row.id for row in page(actor, Wanted(view="all", text=text)).rows]
            assert found == [made.case_id], text

    def test_its_other_cases_stay_hidden(self, cast: Cast) -> None:
        roads = agency("交通运输局")
        called = officer_of(roads, "roads")
        first, second = in_grid(), in_grid()
        whistle(cast.township_officer, first, [roads.key])
        with refused("CO404"), scoped(called.actor):
            get(called.actor, second.case_id)

    def test_the_line_names_the_departments_and_the_fact_counts_them(self, cast: Cast) -> None:
        roads, water = agency("交通运输局"), agency("水务局")
        made = in_grid()
        whistle(cast.township_officer, made, [roads.key, water.key])
        last = lines(made.case_id)[-1]
        assert (last.kind, sorted(last.data["called"])) == ("whistled", ["交通运输局", "水务局"])
        assert written(made.case_id) == (2, 2, 2)

    def test_calling_twice_adds_nothing(self, cast: Cast) -> None:
        roads = agency("交通运输局")
        made = in_grid()
        assert len(whistle(cast.township_officer, made, [roads.key])) == 1
        assert whistle(cast.township_officer, made, [roads.key]) == []
        with scoped(SYSTEM):
            assert CaseParty.objects.filter(case_id=made.case_id).count() == 1
        assert kinds(made.case_id) == ["opened", "whistled"]

    def test_an_answer_cannot_be_due_before_it_is_asked(self, cast: Cast) -> None:
        roads, made = agency("交通运输局"), in_grid()
        with refused("CO400"):
            whistle(cast.township_officer, made, [roads.key], due_at=SOON - HOUR)

    @pytest.mark.parametrize("who", ["grid_worker", "branch_secretary"])
    def test_only_the_township_and_above_may_call(self, cast: Cast, who: str) -> None:
        roads, made = agency("交通运输局"), in_grid()
        with refused("CO403"):
            whistle(getattr(cast, who), made, [roads.key])

    def test_an_organisation_of_another_county_or_none_is_refused(self, cast: Cast) -> None:
        far, made = agency("鲁甸县交通局", OTHER_COUNTY), in_grid()
        for keys in ([far.key], [], [1]):
            with refused("CA017"):
                whistle(cast.township_officer, made, keys)
        assert kinds(made.case_id) == ["opened"]

    def test_what_is_wanted_must_be_said(self, cast: Cast) -> None:
        roads, made = agency("交通运输局"), in_grid()
        with refused("CA006"):
            whistle(cast.township_officer, made, [roads.key], what=" ")

    def test_a_closed_case_calls_nobody(self, cast: Cast) -> None:
        roads, made = agency("交通运输局"), in_grid()
        move(cast.grid_worker, made, "returned", SOON, why="不在本村")
        with refused("CA007"):
            whistle(cast.township_officer, made, [roads.key])


@pytest.mark.usefixtures("ground")
class TestMuster:
    def called(self, cast: Cast) -> tuple[Any, Member, CaseParty]:
        roads = agency("交通运输局")
        made = in_grid()
        (party,) = whistle(cast.township_officer, made, [roads.key], due_at=at("2026-06-10 10:00"))
        return made, officer_of(roads, "roads"), party

    @pytest.mark.parametrize(("after", "late"), [(HOUR, False), (2 * DAY, True)])
    def test_the_department_answers(self, cast: Cast, after: Any, late: bool) -> None:
        made, called, party = self.called(cast)
        muster(called, made, party, SOON + after)
        with scoped(SYSTEM):
            kept = CaseParty.objects.get(pk=party.id)
        assert (kept.answer, kept.answered_at) == ("已派人", SOON + after)
        assert lines(made.case_id)[-1].kind == "mustered"
        assert written(made.case_id) == (3, 3, 3)
        from zhijin.core.models import Fact

        with scoped(SYSTEM):
            fact = Fact.objects.get(record=f"case:{made.case_id}", kind="case.mustered")
        assert (fact.attrs["late"], fact.value) == (late, int(after.total_seconds() // 60))

    def test_nobody_answers_for_a_department(self, cast: Cast) -> None:
        made, _called, party = self.called(cast)
        with refused("CA005"):
            muster(cast.township_officer, made, party, SOON)

    def test_a_second_answer_changes_nothing(self, cast: Cast) -> None:
        """A double click is one line; another answer would overwrite what was said first."""
        made, called, party = self.called(cast)
        muster(called, made, party, SOON)
        muster(called, made, party, SOON + HOUR)
        assert kinds(made.case_id) == ["opened", "whistled", "mustered"]
        with refused("CA019"):
            muster(called, made, party, SOON + HOUR, answer="不归我们管")
        with scoped(SYSTEM):
            assert CaseParty.objects.get(pk=party.id).answered_at == SOON

    def test_another_department_does_not_find_it(self, cast: Cast) -> None:
        made, _called, party = self.called(cast)
        other = officer_of(agency("水务局"), "water")
        with refused("CO404"):
            muster(other, made, party, SOON)

    def test_over_http(self, cast: Cast) -> None:
        made, called, party = self.called(cast)
        answer = called.client.post(
            f"/desk/cases/{made.case_id}/do/muster/", {"party": str(party.id), "answer": "已到场"}
        )
        assert answer.status_code == 302
        assert kinds(made.case_id)[-1] == "mustered"


@pytest.mark.usefixtures("ground")
class TestTransfer:
    def place(self) -> str:
        add_place(NEXT_VILLAGE, "邻村")
        return NEXT_VILLAGE

    def test_the_new_place_sees_all_of_it_and_the_old_one_loses_sight(self, cast: Cast) -> None:
        to = self.place()
        there = make_member("there", Part("邻村书记", "village_secretary", NEXT_VILLAGE))
        made = in_grid(photos={"photos": [photo()]})
        move(cast.grid_worker, made, "handling", TUESDAY)
        ask(cast.grid_worker, made, SOON)
        assert seen_by(cast.branch_secretary) == [made.case_id]
        transfer(cast.branch_secretary, made, to)
        assert seen_by(cast.branch_secretary) == []
        assert seen_by(cast.grid_worker) == []
        assert cast.grid_worker.client.get(f"/desk/cases/{made.case_id}/").status_code == 404
        assert seen_by(there) == [made.case_id]
        with scoped(there.actor):
            found = get(there.actor, made.case_id)
            assert [line.kind for line in timeline(found)] == [
                "opened", "moved", "asked", "transferred",
            ]  # fmt: skip
            assert CasePhoto.objects.filter(case_id=found.id).count() == 1
            assert CaseRequest.objects.filter(case_id=found.id).count() == 1
        assert seen_by(cast.township_officer) == [made.case_id]

    def test_the_first_stage_begins_anew_and_it_counts_as_a_bounce(self, cast: Cast) -> None:
        made = accepted(cast)
        case = transfer(cast.branch_secretary, made, self.place(), at("2026-06-10 09:00"))
        assert (case.state, case.bounced, case.assignee, case.raised_to) == (
            "reported",
            1,
            None,
            "",
        )
        assert shown(case.due_at) == "2026-06-10 11:00"
        assert sweep_at(at("2026-06-10 10:59")) == 1
        assert sweep_at(at("2026-06-10 11:00")) == 1

    def test_both_places_stand_on_the_line_and_on_the_fact(self, cast: Cast) -> None:
        made = in_grid()
        transfer(cast.branch_secretary, made, self.place())
        last = lines(made.case_id)[-1]
        assert (last.data["from"], last.data["to"], last.why) == (
            VILLAGE + "001",
            NEXT_VILLAGE,
            "属邻村",
        )
        assert written(made.case_id) == (2, 2, 2)

    def test_the_facts_of_before_stay_where_they_happened(self, cast: Cast) -> None:
        from zhijin.core.models import Fact

        made = in_grid()
        transfer(cast.branch_secretary, made, self.place())
        with scoped(SYSTEM):
            found = dict(
                Fact.objects.filter(record=f"case:{made.case_id}").values_list("kind", "place_code")
            )
        assert found == {"case.opened": VILLAGE + "001", "case.transferred": NEXT_VILLAGE}

    @pytest.mark.parametrize("to", [OTHER_VILLAGE, OTHER_COUNTY, "530602105999", "", "5306"])
    def test_another_county_or_an_unknown_place_is_refused(self, cast: Cast, to: str) -> None:
        made = in_grid()
        with refused("CA001"):
            transfer(cast.branch_secretary, made, to)
        assert kinds(made.case_id) == ["opened"]

    def test_it_needs_a_reason(self, cast: Cast) -> None:
        made = in_grid()
        with refused("CA006"):
            transfer(cast.branch_secretary, made, self.place(), why=" ")

    def test_who_neither_owns_nor_may_transfer_is_refused(self, cast: Cast) -> None:
        made = in_grid()
        with refused("CO403"):
            transfer(cast.grid_leader, made, self.place())

    def test_after_the_call_the_senders_scope_is_its_own_again(self, cast: Cast) -> None:
        """The system scope inside ends with the transfer."""
        made, to, actor = in_grid(), self.place(), cast.branch_secretary.actor
        with scoped(actor):
            with clock.freeze(SOON):
                parties.transfer(actor=actor, case_id=made.case_id, place_code=to, why="属邻村")
            assert Case.objects.count() == 0

    def test_over_http_the_sender_comes_back_to_the_list(self, cast: Cast) -> None:
        made, to = in_grid(), self.place()
        answer = cast.branch_secretary.client.post(
            f"/desk/cases/{made.case_id}/do/transfer/", {"to": to, "why": "属邻村"}
        )
        assert (answer.status_code, answer["Location"]) == (302, "/desk/cases/")
        assert one(made.case_id).place_code == to


@pytest.mark.usefixtures("ground")
class TestAssign:
    def test_it_is_on_the_list_of_the_one_named_and_no_longer_on_the_others(
        self, cast: Cast
    ) -> None:
        from zhijin.cases.selectors import today

        second = make_member("second", Part("丁", "grid_worker", VILLAGE + "001"))
        made, actor = in_grid(), cast.branch_secretary.actor
        assert second.account is not None
        parties.assign(actor=actor, case_id=made.case_id, account_id=second.account.id)
        found = {}
        for member in (second, cast.grid_worker):
            with scoped(member.actor):
                found[member.key] = [row.id for row in today(member.actor, ["grid_worker"])]
        assert found == {"second": [made.case_id], "grid_worker": []}

    def test_naming_the_same_one_twice_is_one_line(self, cast: Cast) -> None:
        worker = cast.grid_worker.account
        made, actor = in_grid(), cast.branch_secretary.actor
        for _click in range(2):
            parties.assign(actor=actor, case_id=made.case_id, account_id=worker.id)
        assert kinds(made.case_id) == ["opened", "assigned"]

    def test_somebody_without_the_stages_role_is_refused(self, cast: Cast) -> None:
        made, actor = in_grid(), cast.branch_secretary.actor
        with refused("CA020"):
            parties.assign(actor=actor, case_id=made.case_id, account_id=cast.outsider.account.id)

    def test_only_who_dispatches_may(self, cast: Cast) -> None:
        made, actor = in_grid(), cast.grid_worker.actor
        with refused("CO403"):
            parties.assign(actor=actor, case_id=made.case_id, account_id=made.case_id)

    def test_over_http_only_somebody_who_holds_the_post(self, cast: Cast) -> None:
        made, worker = in_grid(), cast.grid_worker
        address = f"/desk/cases/{made.case_id}/do/assign/"
        client = cast.branch_secretary.client
        assert client.post(address, {"account": str(cast.outsider.account.id)}).status_code == 400
        assert client.post(address, {"account": str(worker.account.id)}).status_code == 302
        assert one(made.case_id).assignee_name == worker.account.name


@pytest.mark.usefixtures("ground")
def test_the_lines_of_another_place_are_never_written(cast: Cast) -> None:
    """The net under the services: as the app role, another place's rows cannot be made or changed."""
    from django.db import ProgrammingError, transaction

    made = in_grid()
    with scoped(cast.outsider.actor):
        assert Case.objects.filter(pk=made.case_id).update(title="改") == 0
        assert CaseEvent.objects.count() == 0
        line = CaseEvent(
            county=530602, case_id=made.case_id, place_key=one(made.case_id).place_key, seq=9,
            at=SOON, kind="moved", actor="account:x",
        )  # fmt: skip
        with scoped(cast.outsider.actor), pytest.raises(ProgrammingError), transaction.atomic():
            line.save(force_insert=True)
