"""Pledges and led topics: drafted, public, done item by item with evidence, closed with a share that is computed."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.activities.conftest import as_system, day, do, facts
from tests.cast import VILLAGE
from tests.orgs.conftest import refusing, register
from zhijin.activities.models import Progress, Task, Undertaking
from zhijin.activities.selectors import undertakings as reading
from zhijin.activities.services import undertakings
from zhijin.activities.services.undertakings import Draft, Item
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


@pytest.fixture
def org(places):
    return register("大耆老村党总支", VILLAGE, kind="general_branch")


@pytest.fixture
def secretary(cast):
    return cast.branch_secretary.actor


def draft(kind="annual", **more):
    values = {
        "title": "2026 年承诺",
        "leader": "李春禾",
        "begins": day(-30),
        "ends": day(300),
        **more,
    }
    return Draft(kind, **values)


ITEMS = [
    Item("修通三组到五组的机耕道", day(60), "2.1 公里"),
    Item("每月一次夜话", day(200), "12 次"),
]


@pytest.fixture
def pledge(org, secretary):
    row = do(secretary, undertakings.draw_up, org_key=org.key, draft=draft(), items=ITEMS)
    return do(secretary, undertakings.publish, undertaking_id=row.id)


def tasks(row):
    return as_system(lambda: list(Task.objects.filter(undertaking_id=row.id).order_by("seq")))


def test_a_pledge_runs_from_draft_to_its_computed_share(org, secretary, pledge):
    road, talk = tasks(pledge)
    do(secretary, undertakings.report, task_id=road.id, percent=40, what="路基完成")
    do(secretary, undertakings.report, task_id=road.id, percent=0, what="通车，见验收单", done=True)
    closed = do(
        secretary, undertakings.close, undertaking_id=pledge.id, result="道路已通，夜话办了九次。"
    )
    assert closed.state == "closed"
    published, done, ended = (
        facts(f"activity.pledge.{k}")[0] for k in ("published", "done", "closed")
    )
    assert (published.value, published.attrs) == (2, {"kind": "annual", "year": day(-30).year})
    assert done.attrs["on_time"] == "true"
    assert ended.value == 5000
    assert {fact.org_key for fact in (published, done, ended)} == {org.key}
    assert published.record == f"undertaking:{pledge.id}"
    assert [line.percent for line in as_system(lambda: reading.progress(pledge.id))] == [100, 40]
    assert talk.done_at is None


def test_an_item_done_after_its_day_is_late(secretary, pledge):
    road = tasks(pledge)[0]
    with clock.freeze(clock.now() + (road.due - clock.today()) + 2 * (day(1) - day(0))):
        assert reading.Standing(pledge, tuple(tasks(pledge))).late == 1
        do(secretary, undertakings.report, task_id=road.id, percent=100, what="完工", done=True)
    assert facts("activity.pledge.done")[0].attrs["on_time"] == "false"


def test_topics_are_counted_apart_from_pledges(org, secretary):
    row = do(secretary, undertakings.draw_up, org_key=org.key,
             draft=draft("topic", title="攻坚：人居环境"), items=ITEMS)  # fmt: skip
    do(secretary, undertakings.publish, undertaking_id=row.id)
    do(
        secretary,
        undertakings.report,
        task_id=tasks(row)[0].id,
        percent=0,
        what="已完成",
        done=True,
    )
    do(secretary, undertakings.close, undertaking_id=row.id, result="结果")
    assert [f.value for f in facts("activity.topic.closed")] == [5000]
    assert facts("activity.pledge.closed") == []


def test_one_pledge_of_a_kind_and_period_but_several_topics(org, secretary, pledge):
    with refusing() as caught, scoped(secretary):
        undertakings.draw_up(actor=secretary, org_key=org.key, draft=draft())
    assert caught.value.id == "AV012"
    for _ in range(2):
        do(secretary, undertakings.draw_up, org_key=org.key, draft=draft("topic"))


def test_nothing_empty_is_published_and_items_stand_once_public(org, secretary, pledge):
    row = do(
        secretary, undertakings.draw_up, org_key=org.key, draft=draft("term", title="任期承诺")
    )
    with refusing() as caught, scoped(secretary):
        undertakings.publish(actor=secretary, undertaking_id=row.id)
    assert caught.value.id == "AV004"
    with refusing() as caught, scoped(secretary):
        undertakings.add_item(actor=secretary, undertaking_id=pledge.id, item=ITEMS[0])
    assert caught.value.id == "AV001"
    with refusing() as caught, scoped(secretary):
        undertakings.add_item(
            actor=secretary, undertaking_id=row.id, item=Item("过期的事", day(400))
        )
    assert caught.value.id == "AV003"


def test_done_needs_a_word_and_happens_once(secretary, pledge):
    road = tasks(pledge)[0]
    for percent, what in ((101, "多了"), (-1, "少了"), (50, " ")):
        with refusing() as caught, scoped(secretary):
            undertakings.report(actor=secretary, task_id=road.id, percent=percent, what=what)
        assert caught.value.id == "AV011"
    do(secretary, undertakings.report, task_id=road.id, percent=0, what="完工", done=True)
    with refusing() as caught, scoped(secretary):
        undertakings.report(actor=secretary, task_id=road.id, percent=10, what="重来")
    assert caught.value.id == "AV010"


def test_progress_is_added_to_and_never_changed(secretary, pledge):
    do(secretary, undertakings.report, task_id=tasks(pledge)[0].id, percent=10, what="开工")
    with (
        pytest.raises(DatabaseError), transaction.atomic(), scoped(secretary),
        connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute("UPDATE activities_progress SET percent = 99")
    assert as_system(lambda: Progress.objects.get().percent) == 10


def test_another_place_neither_sees_nor_touches_it(cast, pledge):
    outsider = cast.outsider.actor
    with scoped(outsider):
        assert reading.listing(outsider) == []
        assert not Undertaking.objects.exists()
    for call in (
        lambda: undertakings.close(actor=outsider, undertaking_id=pledge.id, result="x"),
        lambda: undertakings.report(
            actor=outsider, task_id=tasks(pledge)[0].id, percent=1, what="xx"
        ),
        lambda: reading.get(outsider, pledge.id),
    ):
        with refusing() as caught, scoped(outsider):
            call()
        assert caught.value.id == "CO404"


def test_a_grid_worker_may_not_pledge(cast, org):
    worker = cast.grid_worker.actor
    with refusing() as caught, scoped(worker):
        undertakings.draw_up(actor=worker, org_key=org.key, draft=draft())
    assert caught.value.id in {"CO403", "OR001"}


def test_the_public_sees_what_is_public_and_no_drafts(org, secretary, pledge):
    do(secretary, undertakings.draw_up, org_key=org.key, draft=draft("term", title="草稿"))
    seen = as_system(lambda: reading.public_at(VILLAGE))
    assert [one.row.id for one in seen] == [pledge.id]
    assert seen[0].share == 0
    assert as_system(lambda: reading.public_at("530621")) == []


def test_a_list_takes_two_queries_however_long(org, secretary, pledge, django_assert_num_queries):
    for n in range(5):
        do(
            secretary,
            undertakings.draw_up,
            org_key=org.key,
            draft=draft("topic", title=f"题目{n}"),
            items=ITEMS,
        )
    with scoped(secretary), django_assert_num_queries(2):
        found = reading.listing(secretary)
    assert len(found) == 6
