"""The pages, through the real rooms above: a resolution is published by disclosure and carried out as a case."""

from __future__ import annotations

import shutil

import pytest
from django.test import Client

from tests.activities.deliberation.conftest import (
    CHECKOUT,
    NAMES,
    SYSTEM,
    do,
    fresh,
    make_village,
    see,
    ship,
)
from tests.cast import VILLAGE
from zhijin.activities.deliberation import hooks, stepping
from zhijin.activities.models import Matter, Passage, Proposal
from zhijin.cases import api as cases
from zhijin.cases.models import Case, CaseEvent
from zhijin.core.scope import scoped
from zhijin.disclosure import documents
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
    do(joined.secretary, documents.approve, document_id=waiting.reference)
    assert fresh(matter).step == 5
    passage = do(joined.staff, stepping.carry, matter_id=matter.id)
    case = see(lambda: Case.objects.get(id=passage.reference))
    assert (case.playbook, case.number) == ("resolution", passage.code)
    assert fresh(matter).step == 5  # until the case has ended
    cases.move(actor=joined.staff, case_id=case.id, move_id="begin", data={"plan": "村委会负责"})
    cases.move(actor=joined.staff, case_id=case.id, move_id="done", data={"result": "已完工"})
    last = see(lambda: CaseEvent.objects.filter(case_id=case.id).order_by("seq").last())
    for _twice in range(2):
        follow(case.id, last.id)
    assert fresh(matter).step == 6


def test_nobody_approves_the_publication_they_drafted(joined):
    matter = joined.resolved()
    do(joined.secretary, stepping.publish, matter_id=matter.id)
    waiting = see(lambda: Passage.objects.get(matter_id=matter.id, at=None))
    with pytest.raises(Exception, match="DS003"):
        do(joined.secretary, documents.approve, document_id=waiting.reference)
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
    assert set(hooks._provided) == {"publish", "carry"}


def test_an_assembly_votes_at_once_behind_one_address(joined):
    """Forty people with a paper and a form each, within the minute."""
    voter = Client()
    answers = {voter.post("/ballot/", {"code": "AAAAA-AAAAA"}).status_code for _ in range(80)}
    assert 429 not in answers
