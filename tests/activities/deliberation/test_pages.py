"""The pages, through the real rooms above: a resolution is published by disclosure and carried out as a case."""

from __future__ import annotations

import shutil

import pytest
from django.test import Client
from django.utils.translation import override

from tests.activities.deliberation.conftest import (
    CHECKOUT,
    COUNCIL,
    NAMES,
    SYSTEM,
    do,
    fresh,
    journalled,
    make_village,
    see,
    ship,
)
from tests.cast import VILLAGE, Part, make_member
from zhijin.activities.deliberation import hooks, reading, stepping
from zhijin.activities.deliberation import paper as filing
from zhijin.activities.models import Matter, Passage, Proposal, Sitting
from zhijin.cases import api as cases
from zhijin.cases.models import Case, CaseEvent, CaseParty
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.disclosure import deciding, documents
from zhijin.disclosure.models import Document
from zhijin.playbooks import shipping
from zhijin.programmes.tasks import follow

pytestmark = pytest.mark.django_db


@pytest.fixture
def joined(places, tmp_path, cast):
    """The village with the rooms above as they are, and the playbook of carrying out in force."""
    ship(tmp_path)
    shutil.copytree(CHECKOUT / "playbooks" / "resolution", tmp_path / "resolution")
    with scoped(SYSTEM):
        shipping.install_shipped(tmp_path)
    return make_village(cast)


def test_a_resolution_is_published_and_carried_out_by_the_rooms_that_do_it(joined, cast):
    matter = joined.resolved()
    do(joined.staff, stepping.publish, matter_id=matter.id)
    waiting = see(lambda: Passage.objects.get(matter_id=matter.id, at=None))
    assert fresh(matter).step == 4  # handed in is not published
    do(joined.secretary, deciding.approve, document_id=waiting.reference)
    assert fresh(matter).step == 5
    passage = do(joined.staff, stepping.carry, matter_id=matter.id)
    case = see(lambda: Case.objects.get(id=passage.reference))
    assert (case.playbook, case.number) == ("resolution", passage.code)
    party = see(lambda: CaseParty.objects.get(case_id=case.id))
    assert (party.kind, party.org_name) == ("applicant", joined.org.name)
    assert fresh(matter).step == 5  # until the case has ended
    cases.move(actor=joined.staff, case_id=case.id, move_id="begin", data={"plan": "村委会负责"})
    cases.move(actor=joined.staff, case_id=case.id, move_id="done", data={"result": "已完工"})
    last = see(lambda: CaseEvent.objects.filter(case_id=case.id).order_by("seq").last())
    for _twice in range(2):
        follow(case.id, last.id)
    assert fresh(matter).step == 6


def test_a_discarded_draft_lets_the_resolution_draft_another(joined):
    matter = joined.resolved()
    for member in (joined.staff, joined.secretary):
        first = do(joined.staff, stepping.publish, matter_id=matter.id)
        do(member, documents.discard, document_id=first.reference)
        assert not see(lambda: Passage.objects.filter(matter_id=matter.id, at=None).exists())
    second = do(joined.staff, stepping.publish, matter_id=matter.id)
    do(joined.secretary, deciding.approve, document_id=second.reference)
    assert fresh(matter).step == 5


def ordered(joined):
    """A resolution whose carrying-out has been ordered: the matter and its case."""
    matter = joined.resolved()
    do(joined.staff, stepping.publish, matter_id=matter.id)
    waiting = see(lambda: Passage.objects.get(matter_id=matter.id, at=None))
    do(joined.secretary, deciding.approve, document_id=waiting.reference)
    passage = do(joined.staff, stepping.carry, matter_id=matter.id)
    return matter, see(lambda: Case.objects.get(id=passage.reference))


def end(joined, case, move, who=None, **more):
    cases.move(actor=joined.staff, case_id=case.id, move_id="begin", data={"plan": "村委会负责"})
    cases.move(actor=who or joined.staff, case_id=case.id, move_id=move, **more)
    last = see(lambda: CaseEvent.objects.filter(case_id=case.id).order_by("seq").last())
    follow(case.id, last.id)


def test_what_was_said_at_the_end_of_the_case_is_there_for_the_result(joined, cast):
    matter, case = ordered(joined)
    client, url = cast.branch_secretary.client, f"/desk/deliberation/matters/{matter.id}/"
    assert f'href="/desk/cases/{case.id}/"' in client.get(url).content.decode()
    end(joined, case, "done", data={"result": "硬化一公里，花了五万八千元。"})
    page = client.get(url).content.decode()
    assert "硬化一公里，花了五万八千元。</textarea>" in page
    assert "已带入事项办结时填的内容" in page
    assert "没有能够落实" not in page
    public = cast.resident.client.get(f"/resolutions/{matter.id}/").content.decode()
    assert "已落实" in public
    assert "五万八千元" not in public, "the case's own words are for the desk"
    assert f"/desk/cases/{case.id}" not in public
    assert client.post(url, {"do": "publish", "result": "已完工。"}).status_code == 302
    paper = see(lambda: Document.objects.order_by("-id").first())
    assert paper.title.startswith("实施结果：")


def test_a_resolution_that_could_not_be_carried_out_says_so_to_everybody(joined, cast):
    matter, case = ordered(joined)
    more = {"data": {"result": "占地谈不下来，今年不做。"}, "why": "占地谈不下来"}
    end(joined, case, "stop", who=joined.secretary, **more)
    assert fresh(matter).step == 6
    url = f"/desk/deliberation/matters/{matter.id}/"
    page = cast.branch_secretary.client.get(url).content.decode()
    assert "这件决议没有能够落实" in page
    assert "占地谈不下来，今年不做。</textarea>" in page
    assert "未能落实" in cast.resident.client.get(f"/resolutions/{matter.id}/").content.decode()
    told = see(lambda: JournalEntry.objects.get(action="matter.carried-out"))
    assert told.detail["carried"] is False
    do(joined.staff, stepping.publish, matter_id=matter.id, result="占地谈不下来。")
    paper = see(lambda: Document.objects.order_by("-id").first())
    assert paper.title == "未能落实：修村道"
    with override("zh-hans"), scoped(SYSTEM):
        carry = reading.steps_of(fresh(matter))[5]
    assert (carry.state, carry.outcome.carried) == ("stopped", False)
    assert filing._lines(carry)[0][-1] == "未能落实"


def test_whoever_orders_it_opens_the_case_as_what_they_are(joined):
    _matter, case = ordered(joined)
    first = see(lambda: CaseEvent.objects.filter(case_id=case.id).order_by("seq").first())
    assert first.role == "village_staff"


def test_whoever_approves_comes_from_the_matter_to_the_draft(joined, cast):
    matter = joined.resolved()
    do(joined.staff, stepping.publish, matter_id=matter.id)
    waiting = see(lambda: Passage.objects.get(matter_id=matter.id, at=None))
    client = cast.branch_secretary.client
    page = client.get(f"/desk/deliberation/matters/{matter.id}/").content.decode()
    assert f'href="/desk/disclosure/{waiting.reference}/"' in page
    assert client.get(f"/desk/disclosure/{waiting.reference}/").status_code == 200
    public = cast.resident.client.get(f"/resolutions/{matter.id}/").content.decode()
    assert waiting.code not in public, "nobody is led to what is not public"
    assert "等待批准公开" in public


def test_a_year_that_is_a_slip_of_the_keyboard_is_asked_back(cast, village):
    url = f"/desk/deliberation/matters/{village.begin().id}/"
    for year in ("0026", "0001", "9999"):
        sent = {"do": "call", "starts_at": f"{year}-11-15T19:30", "roll": "\n".join(NAMES)}
        assert "请填写日期和时间" in cast.branch_secretary.client.post(url, sent).content.decode()
    assert not see(Sitting.objects.exists)


def test_the_roll_of_the_last_sitting_of_a_step_is_there_again(cast, village):
    village.pass_step(village.begin())
    again = village.begin()
    client, url = cast.branch_secretary.client, f"/desk/deliberation/matters/{again.id}/"
    page = client.get(url).content.decode()
    assert all(name in page for name in NAMES)
    assert "已填上次的 7 人" in page
    assert journalled("sitting.roll")
    # Who does not hold the step is shown no name; what was typed stands above what was.
    staff = make_member("cunganbu2", Part("邓国平", "village_staff", VILLAGE)).client
    assert NAMES[0] not in staff.get(url).content.decode()
    typed = client.post(url, {"do": "call", "starts_at": "x", "roll": "祁立春"}).content.decode()
    assert NAMES[-1] not in typed
    council = village.begin("council")
    village.pass_step(council, choices="yyyyy", roll=COUNCIL)
    page = client.get(f"/desk/deliberation/matters/{village.begin('council').id}/").content.decode()
    assert "钱业主 业主委员会" in page


def test_nobody_approves_the_publication_they_drafted(joined):
    matter = joined.resolved()
    do(joined.secretary, stepping.publish, matter_id=matter.id)
    waiting = see(lambda: Passage.objects.get(matter_id=matter.id, at=None))
    with pytest.raises(Exception, match="DS003"):
        do(joined.secretary, deciding.approve, document_id=waiting.reference)
    assert fresh(matter).step == 4


def test_a_resident_proposes_on_the_portal_and_sees_what_was_alike(village):
    browser = Client()
    address = f"/talk/{VILLAGE}/new/"
    sent = {"title": "广场装灯", "text": "文化广场晚上太黑，装几盏太阳能灯。", "by": "三组"}
    made = browser.post(address, {**sent, "idempotency_key": "one"})
    assert made.status_code == 302
    again = browser.post(address, {**sent, "idempotency_key": "two"})
    assert again.status_code == 200
    assert "有人提过差不多的" in again.content.decode()
    assert see(Proposal.objects.count) == 1
    sure = browser.post(address, {**sent, "idempotency_key": "two", "sure": "1"})
    assert sure.status_code == 302
    assert see(Proposal.objects.count) == 2


def test_a_browser_supports_once(village):
    browser = Client()
    browser.post(
        f"/talk/{VILLAGE}/new/", {"title": "修渠", "text": "水渠漏水。", "idempotency_key": "k"}
    )
    row = see(Proposal.objects.get)
    address = f"/proposals/{row.id}/"
    assert browser.post(address, {"do": "support"}).status_code == 302
    assert browser.post(address, {"do": "support"}).status_code == 409
    assert Client().post(address, {"do": "support"}).status_code == 302
    assert fresh(row).supporters == 2


def test_the_public_page_holds_counts_and_no_names(village):
    matter = village.begin()
    sitting = village.pass_step(matter)
    for address in (
        f"/resolutions/{matter.id}/",
        f"/counts/{sitting.id}/",
        f"/counts/{sitting.id}/count.json",
    ):
        told = Client().get(address)
        assert told.status_code == 200
        assert not any(name in told.content.decode() for name in NAMES)


def test_a_sitting_that_is_not_counted_has_no_public_count(village):
    sitting, _slips = village.call(village.begin())
    assert Client().get(f"/counts/{sitting.id}/").status_code == 404


def test_the_desk_begins_a_matter_and_shows_the_codes_once(cast, village):
    client = cast.branch_secretary.client
    made = client.post(
        "/desk/deliberation/new/",
        {
            "place": VILLAGE,
            "line": "four-two",
            "title": "修渠",
            "text": "三百米。",
            "agenda": "说明",
        },
    )
    matter = see(Matter.objects.get)
    assert made.status_code == 302
    address = f"/desk/deliberation/matters/{matter.id}/"
    slips = client.post(
        address, {"do": "call", "starts_at": "2030-11-15T19:30", "roll": "\n".join(NAMES)}
    )
    assert slips.content.decode().count("receipt-code") == len(NAMES)
    assert slips["Cache-Control"] == "no-store"
    assert "receipt-code" not in client.get(address).content.decode()


def test_hooks_are_provided_by_the_rooms_above():
    assert set(hooks._provided) == {"publish", "carry", "outcome"}


def test_an_assembly_votes_at_once_behind_one_address(joined):
    """Forty people with a paper and a form each, within the minute."""
    voter = Client()
    answers = {voter.post("/ballot/", {"code": "AAAAA-AAAAA"}).status_code for _ in range(80)}
    assert 429 not in answers
