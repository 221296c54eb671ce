"""A matter with two sides (document 002): each sees its share on every way in, and neither does the staff's work."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.cases.conftest import TUESDAY, publish
from tests.cases.steps import DAY, HOUR, SYSTEM, in_grid, kinds, lines, one, photo, refused
from tests.cast import (
    COUNTY,
    PREFECTURE,
    VILLAGE,
    Cast,
    Member,
    Part,
    give,
    make_account,
    make_member,
)
from zhijin.access.sign_ins import open_session
from zhijin.cases.models import CaseParty
from zhijin.cases.services import merging, moves, parties, reporter
from zhijin.cases.services.intake import Opened, Report, open_case
from zhijin.core import clock
from zhijin.core.files import store_document
from zhijin.core.models import JournalEntry, StoredFile
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation
from zhijin.orgs.services import register_organisation

COURT = (Path(__file__).parents[2] / "playbooks/court-green-channel/playbook.yaml").read_text()
#: A programme with two sides in which only one field of prose is for both, and the applicant confirms.
TWO_SIDES = """
playbook: 1
id: two-sides
title: {zh: 两方事项, en: Two sides}
basis: 测试
opens:
  by: [firm_contact]
  ask:
    - {field: matter, type: text, required: true, label: {zh: 事由, en: Matter}}
    - {field: strategy, type: longtext, label: {zh: 打算, en: Strategy}}
parties:
  - {id: applicant, title: {zh: 申请人, en: Applicant}, role: reporter, sees: all, fields: [matter, strategy]}
  - id: respondent
    title: {zh: 被申请人, en: Respondent}
    role: firm_contact
    sees: [looking, told, closed]
    fields: [matter]
states:
  looking:
    owner: court_officer
    within: 2 days
    late: {escalate: county}
    moves: [{to: told, by: court_officer}]
  told:
    owner: reporter
    within: 5 days
    late: {move: closed}
    moves: [{to: closed, by: reporter, why: optional}]
  closed: {final: true}
"""
API = "/api/v1"


def paper(text: str) -> StoredFile:
    body = f"%PDF-1.4 {text}".encode()
    return store_document(BytesIO(body), "paper.pdf", len(body))


def firm(name: str) -> tuple[Organisation, Member]:
    """A firm of the county and somebody who acts for it."""
    with scoped(SYSTEM):
        org = register_organisation(
            actor=SYSTEM, place_code=COUNTY, name=name, kind="firm", sector=7
        )
    account = make_account(f"contact-{org.key}", name=f"{name}联系人")
    give(account, "firm_contact", COUNTY, org_key=org.key)
    return org, Member(name, account, token=open_session(account, "tests"))


def apply_for(org: Organisation, member: Member, playbook: str, answers: dict[str, Any],
              photos: dict[str, list[StoredFile]] | None = None) -> Opened:  # fmt: skip
    actor = member.actor
    report = Report(
        playbook=playbook, channel="desk", key=f"key-{org.key}", place_code=VILLAGE,
        answers=answers, photos=photos or {}, org_key=org.key, org_name=org.name,
    )  # fmt: skip
    with clock.freeze(TUESDAY):
        return open_case(actor=actor, report=report, opener="firm_contact")


def take(member: Member, made: Opened, move_id: str, when: datetime = TUESDAY, **more: Any) -> None:
    actor = member.actor
    with clock.freeze(when):
        moves.move(actor=actor, case_id=made.case_id, move_id=move_id, **more)


def tell(court: Member, made: Opened, org: Organisation, when: datetime = TUESDAY) -> CaseParty:
    actor = court.actor
    with clock.freeze(when):
        return parties.join(actor=actor, case_id=made.case_id, org_key=org.key)


@pytest.fixture
def matter(ground: Any) -> dict[str, Any]:
    """A firm's application, ruled on and being carried out; the other firm has just been told."""
    publish(COURT)
    mine, applicant = firm("织锦机械")
    other, respondent = firm("对方贸易")
    judge = make_member("judge", Part("方大雪", "court_officer", COUNTY))
    evidence, ruling = paper("证据"), paper("裁定")
    made = apply_for(
        mine, applicant, "court-green-channel",
        {"applicant": mine.name, "respondent": other.name, "size": "small", "amount": "1280000",
         "grounds": "对方正在转移设备"},
        {"files": [evidence]},
    )  # fmt: skip
    take(judge, made, "start")
    actor = judge.actor
    with clock.freeze(TUESDAY + HOUR):
        reporter.comment(actor=actor, case_id=made.case_id, text="请补交账册", public=True)
        reporter.comment(actor=actor, case_id=made.case_id, text="合议意见", public=False)
    take(judge, made, "rule", TUESDAY + DAY, photos={"ruling": [ruling]})
    tell(judge, made, other, TUESDAY + DAY)
    return {"made": made, "judge": judge, "applicant": applicant, "respondent": respondent,
            "evidence": evidence, "ruling": ruling, "mine": mine, "other": other}  # fmt: skip


HIDDEN = ("账册", "合议意见", "启动审查", "小型")


class TestRespondent:
    def test_the_desk_shows_its_stages_only(self, matter: dict[str, Any]) -> None:
        page = matter["respondent"].client.get(f"/desk/cases/{matter['made'].case_id}/")
        shown = page.content.decode()
        assert page.status_code == 200
        assert "执行中" in shown
        assert [
            text for text in (*HIDDEN, matter["evidence"].digest, "方大雪") if text in shown
        ] == []
        assert matter["ruling"].digest in shown

    def test_the_api_shows_no_more_than_the_desk(self, matter: dict[str, Any]) -> None:
        client, at = matter["respondent"].client, f"{API}/cases/{matter['made'].case_id}"
        whole = client.get(at).json()
        assert set(whole["data"]) == {"applicant", "respondent", "amount"}
        events = client.get(f"{at}/events").json()
        assert [event["after"] for event in events] == ["executing", ""]
        assert {event["who"] for event in events} == {""}
        photos = client.get(f"{at}/photos").json()
        assert [one["digest"] for one in photos] == [matter["ruling"].digest]
        assert client.get(f"{at}/requests").json() == []
        text = "".join(str(part) for part in (whole, events, photos))
        assert [hidden for hidden in HIDDEN if hidden in text] == []

    def test_a_file_of_the_other_side_is_not_found(self, matter: dict[str, Any]) -> None:
        client, case_id = matter["respondent"].client, matter["made"].case_id
        for name, status in (("evidence", 404), ("ruling", 200)):
            digest = matter[name].digest
            page = client.get(f"/desk/cases/{case_id}/photo/{digest}/full/")
            call = client.get(f"{API}/cases/{case_id}/photos/{digest}")
            assert (page.status_code, call.status_code) == (status, status), name

    def test_before_it_is_told_the_case_does_not_exist(self, matter: dict[str, Any]) -> None:
        _third, contact = firm("第三家")
        case_id = matter["made"].case_id
        for address in (f"/desk/cases/{case_id}/", f"{API}/cases/{case_id}",
                        f"{API}/cases/{case_id}/events"):  # fmt: skip
            assert contact.client.get(address).status_code == 404

    def test_it_asks_to_swap_assets_and_both_sides_see_the_answer(
        self, matter: dict[str, Any]
    ) -> None:
        made, later = matter["made"], TUESDAY + 2 * DAY
        offer = {"swap-offer": ["guarantee"], "swap-value": "1280000", "released": "两台织机"}
        take(matter["respondent"], made, "ask-swap", later, data=offer, why="保住订单")
        assert one(made.case_id).state == "swap-review"
        take(matter["judge"], made, "allow", later + HOUR, why="足额保函")
        for side, released in (("applicant", True), ("respondent", False)):
            page = matter[side].client.get(f"/desk/cases/{made.case_id}/").content.decode()
            assert "足额保函" in page, side
            assert "银行保函" in page, side
            # The playbook gives the applicant what is offered, and nobody but the court the rest.
            assert ("两台织机" in page) is False, (side, released)

    def test_evidence_is_for_those_who_work_on_the_case_and_its_reading_is_journalled(
        self, matter: dict[str, Any]
    ) -> None:
        """The programme asks for it as personal: whoever only watches the figures does not see it."""
        case_id, digest = matter["made"].case_id, matter["evidence"].digest
        watcher = make_member("watcher", Part("郑白露", "prefecture_officer", PREFECTURE)).client
        for address in (f"/desk/cases/{case_id}/photo/{digest}/full/",
                        f"{API}/cases/{case_id}/photos/{digest}"):  # fmt: skip
            assert watcher.get(address).status_code == 403
            answer = matter["judge"].client.get(address)
            assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
        page = watcher.get(f"/desk/cases/{case_id}/").content.decode()
        assert digest not in page
        assert matter["ruling"].digest in page
        read = JournalEntry.objects.filter(action="case.private.read", object=f"case:{case_id}")
        assert [entry.detail["fields"] for entry in read] == [["files"], ["files"]]

    def test_staff_see_everything(self, matter: dict[str, Any]) -> None:
        page = matter["judge"].client.get(f"/desk/cases/{matter['made'].case_id}/").content.decode()
        assert [
            text for text in ("账册", "合议意见", matter["evidence"].digest) if text not in page
        ] == []

    def test_telling_it_twice_adds_nothing(self, matter: dict[str, Any]) -> None:
        before = kinds(matter["made"].case_id)
        again = tell(matter["judge"], matter["made"], matter["other"], TUESDAY + DAY)
        assert again.org_key == matter["other"].key
        assert kinds(matter["made"].case_id) == before

    def test_it_is_no_department_that_was_called(self, matter: dict[str, Any]) -> None:
        with scoped(SYSTEM):
            party = CaseParty.objects.get(case_id=matter["made"].case_id, kind="respondent")
        actor = matter["respondent"].actor
        with refused("CO404"):
            parties.muster(
                actor=actor, case_id=matter["made"].case_id, party_id=party.id, answer="已到"
            )


@pytest.mark.usefixtures("ground")
class TestTitleAndWork:
    def begun(self) -> tuple[Opened, Member, Organisation, Member, Member]:
        publish(TWO_SIDES)
        mine, applicant = firm("甲公司")
        other, respondent = firm("乙公司")
        judge = make_member("judge", Part("方大雪", "court_officer", COUNTY))
        made = apply_for(mine, applicant, "two-sides",
                         {"matter": "货款纠纷", "strategy": "先冻结再谈"})  # fmt: skip
        tell(judge, made, other)
        take(judge, made, "told")
        return made, applicant, other, respondent, judge

    def test_the_title_holds_only_what_all_sides_may_read(self) -> None:
        made, applicant, _other, respondent, _judge = self.begun()
        assert one(made.case_id).title == "货款纠纷"
        for path in (f"/desk/cases/{made.case_id}/", "/desk/cases/?view=all", f"{API}/cases",
                     f"{API}/cases/{made.case_id}"):  # fmt: skip
            assert "先冻结再谈" not in respondent.client.get(path).content.decode(), path
        assert "先冻结再谈" in applicant.client.get(f"{API}/cases/{made.case_id}").json()["text"]

    def test_a_firm_that_reported_does_none_of_the_staffs_work(self) -> None:
        """It holds the reporter's word in this stage, and with it nothing else."""
        made, applicant, _other, _respondent, _judge = self.begun()
        third, _contact = firm("丙公司")
        actor, case_id = applicant.actor, made.case_id
        with refused("CO403"):
            parties.transfer(actor=actor, case_id=case_id, place_code=VILLAGE + "001", why="换地方")
        with refused("CA005"):
            parties.join(actor=actor, case_id=case_id, org_key=third.key)
        page = applicant.client.get(f"/desk/cases/{case_id}/").content.decode()
        assert "转派到别处" not in page
        take(applicant, made, "closed")
        assert one(case_id).state == "closed"


@pytest.mark.usefixtures("ground")
class TestMerged:
    def test_the_reporter_of_a_merged_case_reads_nothing_of_the_other_reporter(
        self, cast: Cast
    ) -> None:
        theirs = in_grid(answers={"what": "我家门口塌了，我是王二"}, photos={"photos": [photo()]})
        mine = in_grid(answers={"what": "路塌了"})
        actor = cast.branch_secretary.actor
        with clock.freeze(TUESDAY):
            merging.merge(actor=actor, case_id=mine.case_id, into=theirs.case_id)
        take(cast.grid_worker, theirs, "handling")
        take(cast.grid_worker, theirs, "verifying", photos={"after": [photo("grey")]})
        with clock.freeze(TUESDAY + HOUR):
            reporter.act(code=theirs.code, move_id="handling", data={}, why="王二说没修好")
        page = cast.resident.client.get(f"/s/{mine.code}/").content.decode()
        told = cast.resident.client.get(f"{API}/status/{mine.code}").content.decode()
        for text in (page, told):
            assert "王二" not in text
        assert len(lines(theirs.case_id)) == 5
        assert "王二" in cast.resident.client.get(f"/s/{theirs.code}/").content.decode()
