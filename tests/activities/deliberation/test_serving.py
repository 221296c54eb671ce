"""The four service lists: providers, deadlines on working days, requests late or in time, confirmed by who asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.activities.deliberation.conftest import do, facts, fresh, journalled, refusing, see
from tests.cast import VILLAGE, give, make_account
from tests.orgs.conftest import register
from zhijin.access.api import actor_of
from zhijin.activities.api import waiting_for
from zhijin.activities.deliberation import reading, serving
from zhijin.activities.deliberation.serving import Ask, Item
from zhijin.activities.models import ServiceItem, ServiceRequest
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
#: A Friday evening: the first working day is Monday.
FRIDAY = datetime(2026, 11, 27, 20, 0, tzinfo=clock.TZ)


def firm_of(name="红方物业公司"):
    """A property firm and somebody who acts for it alone."""
    org = register(name, VILLAGE, kind="firm")
    account = make_account(f"firm{org.key % 1000}", name="物业")
    give(account, "firm_contact", VILLAGE, org_key=org.key)
    return org, actor_of(str(account.id))


@pytest.fixture
def firm(village):
    return firm_of()


def offered(village, firm, **more):
    values = {
        "kind": "property",
        "title": "楼道灯不亮",
        "about": "",
        "provider": firm[0].key,
        "workdays": 2,
    }
    return village.do(serving.offer, place_code=VILLAGE, item=Item(**(values | more)))


def asked(item, key="k1", **more):
    with clock.freeze(FRIDAY):
        code = serving.ask(item_id=item.id, wanted=Ask("三单元二楼的灯不亮", **more), key=key)
    return see(lambda: ServiceRequest.objects.get(code=code))


def test_the_deadline_runs_on_working_days(village, firm):
    row = asked(offered(village, firm))
    assert clock.local(row.due_at).date().isoformat() == "2026-12-01"  # Tuesday: two working days
    (fact,) = facts("activity.listed.asked")
    assert (fact.org_key, fact.attrs) == (firm[0].key, {"list": "property"})


def test_two_clicks_are_one_request(village, firm):
    item = offered(village, firm)
    assert asked(item).id == asked(item).id
    assert see(ServiceRequest.objects.count) == 1


def told(actor, at):
    with scoped(actor), clock.freeze(at):
        return [(one.words, one.url) for one in waiting_for(actor)]


def test_what_is_asked_for_waits_for_its_provider_and_late_for_the_community_too(
    village, firm, cast
):
    row, other = asked(offered(village, firm)), firm_of("别的物业公司")
    soon, late = FRIDAY + timedelta(hours=1), FRIDAY + timedelta(days=9)
    url = "/desk/deliberation/services/"
    assert told(firm[1], soon) == told(firm[1], late) == [("1 件居民的申请等着答复", url)]
    secretary = cast.branch_secretary.actor
    assert told(secretary, soon) == []
    assert told(secretary, late) == [("1 件居民的申请过了承诺的期限", url)]
    assert told(other[1], late) == told(cast.outsider.actor, late) == []
    with clock.freeze(late):
        do(firm[1], serving.answer, request_id=row.id, said="换了灯泡", done=True)
    assert told(firm[1], late) == told(secretary, late) == []


@pytest.mark.parametrize(("days", "on_time"), [(3, True), (6, False)])
def test_the_provider_answers_and_whether_in_time_is_told(village, firm, days, on_time):
    row = asked(offered(village, firm))
    with clock.freeze(FRIDAY + timedelta(days=days)):
        done = do(firm[1], serving.answer, request_id=row.id, said="换了灯泡", done=True)
    assert (done.state, done.contact) == ("done", None)
    (fact,) = facts("activity.listed.answered")
    assert (fact.org_key, fact.value) == (firm[0].key, days)
    assert fact.attrs == {"done": True, "on_time": on_time}


def test_what_is_late_stands_first(village, firm):
    item = offered(village, firm)
    late, fine = asked(item), asked(offered(village, firm, workdays=30), "k2")
    with clock.freeze(FRIDAY + timedelta(days=10)), scoped(village.secretary):
        rows = reading.requests(village.secretary)
        assert [(row.id, reading.is_late(row)) for row in rows] == [
            (late.id, True),
            (fine.id, False),
        ]


def test_where_and_whom_to_call_is_sealed_journalled_and_gone_when_done(village, firm):
    row = asked(offered(village, firm), where="3栋二单元", phone="13800138000")
    assert b"13800138000" not in bytes(row.contact)
    found = do(firm[1], serving.contact, request_id=row.id)
    assert found == {"where": "3栋二单元", "phone": "13800138000"}
    assert len(journalled("listed.contact")) == 1
    do(firm[1], serving.answer, request_id=row.id, said="好了", done=True)
    assert do(firm[1], serving.contact, request_id=row.id) == {}


def test_another_firm_and_another_county_see_nothing(village, firm, cast):
    row = asked(offered(village, firm), phone="13800138000")
    for stranger in (firm_of("别家物业")[1], cast.outsider.actor):
        for act in (serving.contact, lambda **a: serving.answer(said="好", done=True, **a)):
            with refusing() as refused:
                do(stranger, act, request_id=row.id)
            assert refused.value.id == "CO404"
    with refusing() as refused:
        do(cast.grid_worker.actor, serving.contact, request_id=row.id)
    assert refused.value.id in {"CO403", "CO404"}


def test_a_request_that_cannot_be_done_says_why(village, firm):
    row = asked(offered(village, firm))
    with refusing() as refused:
        do(firm[1], serving.answer, request_id=row.id, said=" ", done=False)
    assert refused.value.id == "CO400"
    declined = do(
        firm[1], serving.answer, request_id=row.id, said="这盏灯归供电局，已转告", done=False
    )
    assert declined.state == "declined"
    with refusing() as refused:
        do(firm[1], serving.answer, request_id=row.id, said="好了", done=True)
    assert refused.value.id == "AV001"


def test_who_asked_confirms_once_by_code(village, firm):
    row = asked(offered(village, firm))
    with refusing() as refused:
        serving.confirm(code=row.code, satisfied=True)
    assert refused.value.id == "AV001"
    do(firm[1], serving.answer, request_id=row.id, said="好了", done=True)
    assert serving.confirm(code=row.code.lower(), satisfied=False).satisfied is False
    with refusing() as refused:
        serving.confirm(code=row.code, satisfied=True)
    assert refused.value.id == "AV001"
    assert [fact.attrs for fact in facts("activity.listed.confirmed")] == [{"satisfied": False}]


def test_a_code_that_nobody_has(village):
    with refusing() as refused:
        serving.confirm(code="ABCDE-12345", satisfied=True)
    assert refused.value.id == "AV143"


def test_what_is_offered_no_more_cannot_be_asked_for(village, firm):
    item = offered(village, firm)
    village.do(serving.offer_no_more, item_id=item.id)
    with refusing() as refused:
        asked(item)
    assert refused.value.id == "AV142"
    assert not fresh(item).offered


@pytest.mark.parametrize(
    "more", [{"kind": "dancing"}, {"workdays": 0}, {"workdays": 61}, {"title": ""}]
)
def test_a_line_of_the_list_that_makes_no_sense(village, firm, more):
    with refusing() as refused:
        offered(village, firm, **more)
    assert refused.value.id == "CO400"


def test_only_the_community_keeps_its_lists(village, firm, cast):
    for stranger in (firm[1], cast.outsider.actor, cast.grid_worker.actor):
        with refusing() as refused:
            do(
                stranger,
                serving.offer,
                place_code=VILLAGE,
                item=Item("property", "修门", "", firm[0].key, 2),
            )
        assert refused.value.id == "CO403"


def test_a_clock_set_back_makes_no_answer_older_than_its_question(village, firm):
    row = asked(offered(village, firm))
    with clock.freeze(FRIDAY - timedelta(days=30)):
        done = do(firm[1], serving.answer, request_id=row.id, said="好了", done=True)
    assert done.answered_at == row.asked_at
    assert facts("activity.listed.answered")[0].value == 0


def test_the_lists_of_a_place_by_kind(village, firm):
    offered(village, firm)
    offered(village, firm, kind="policy", title="高龄补贴申请")
    with scoped(village.secretary):
        found = reading.lists(VILLAGE)
    assert [(kind, len(rows)) for kind, _title, rows in found] == [
        ("property", 1), ("policy", 1), ("public", 0), ("special", 0),
    ]  # fmt: skip
    assert see(ServiceItem.objects.count) == 2


def test_empty_lists_are_told_once_and_not_as_zeros(village, firm, cast):
    page = cast.branch_secretary.client.get("/desk/deliberation/services/").content.decode()
    assert "四张清单还是空的" in page
    assert 'class="count">0' not in page
    offered(village, firm)
    page = cast.branch_secretary.client.get("/desk/deliberation/services/").content.decode()
    assert "四张清单还是空的" not in page
    assert page.count('class="count">1') == 1
