"""Works and shows: what is refused, what is kept, and that every figure is what its list holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.activities.practice.conftest import Village, ago, do, facts, refused, see, stored
from tests.cast import COUNTY, VILLAGE
from zhijin.activities.models import Matter, Show, Work
from zhijin.activities.practice import hooks, reading, writing
from zhijin.activities.practice.reading import Wanted
from zhijin.core import clock
from zhijin.core.facts import NewFact, record_many
from zhijin.core.ids import place_key, uuid7
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


def totals(village: Village, **wanted: Any) -> reading.Totals:
    with scoped(village.county):
        return reading.totals(village.county, Wanted(**wanted))


def test_a_work_is_entered_with_its_fact_and_without_a_name(village):
    row = village.work(by="陡箐农民画社", digest=stored())
    (fact,) = facts("activity.practice.work")
    assert (fact.record, fact.org_key, fact.attrs) == (
        row.record, village.org.key, {"kind": "painting", "topic": "customs"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"consent": " "}, "CO400"),
        ({"kind": "photo"}, "CO400"),
        ({"topic": "x"}, "CO400"),
        ({"title": ""}, "CO400"),
        ({"about": "打 13800138000 找我买画"}, "AV112"),
        ({"by": "电话 13800138000"}, "AV112"),
        ({"finished_on": clock.today() + timedelta(days=2)}, "CO400"),
        ({"finished_on": date(202, 1, 1)}, "AV003"),
    ],
)
def test_what_no_work_may_be(village, more, error):
    with refused(error):
        village.work(**{"title": "婚事新办", **more})
    assert not see(lambda: list(Work.objects.all()))


def test_the_same_picture_counts_once_for_an_organisation(village):
    first = village.work(digest=stored())
    with refused("AV165"):
        village.work("另一个名字", digest=stored())
    village.work(org=village.office, digest=stored())  # another organisation may show it too
    do(village.secretary, writing.withdraw, work_id=first.id, why="标题写错了")
    village.work("丧事从简", digest=stored())
    assert totals(village).works == 2


def test_without_a_picture_there_may_be_many(village):
    for title in ("小品", "快板"):
        village.work(title, kind="stage")
    assert totals(village).works == 2


def test_a_withdrawn_work_counts_no_more_and_never_comes_back(village):
    row = village.work()
    do(village.secretary, writing.withdraw, work_id=row.id, why="作者不愿再公开")
    assert totals(village).works == 0
    assert len(facts("activity.practice.withdrawn")) == 1
    with refused("CO404"):
        writing.public_work(row.id)
    with refused("AV001"):
        do(village.secretary, writing.withdraw, work_id=row.id, why="再撤一次")
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(village.secretary):
        Work.objects.filter(id=row.id).update(withdrawn_at=None)


def test_attendance_is_told_after_the_show_and_once(village):
    ahead = village.show(days=2)
    count = writing.Count(30, 5, "签到人数")
    with refused("AV166"):
        do(village.secretary, writing.held, show_id=ahead.id, count=count)
    show = village.show()
    do(village.secretary, writing.held, show_id=show.id, count=count)
    (fact,) = facts("activity.practice.show")
    assert (fact.value, fact.at, fact.attrs["online"]) == (35, show.starts_at, 5)
    for again in (writing.held, writing.cancel):
        more = {"count": count} if again is writing.held else {"why": "下雨"}
        with refused("AV001"):
            do(village.secretary, again, show_id=show.id, **more)


@pytest.mark.parametrize(
    "count",
    [
        writing.Count(0, 0, "签到人数"),
        writing.Count(-1, 5, "签到人数"),
        writing.Count(5, 0, " "),
        writing.Count(writing.MOST + 1, 0, "估计"),
        writing.Count(5, -3, "签到人数"),
    ],
)
def test_what_no_attendance_is(village, count):
    show = village.show()
    with refused("CO400"):
        do(village.secretary, writing.held, show_id=show.id, count=count)
    assert see(lambda: Show.objects.get().state) == "called"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"where": ""}, "CO400"),
        ({"where": "", "link": "http://example.org"}, "CO400"),
        ({"kind": "party"}, "CO400"),
        ({"days": 900}, "AV003"),
    ],
)
def test_what_no_show_may_be(village, more, error):
    with refused(error):
        village.show(**more)


def test_a_cancelled_show_counts_nowhere(village):
    show = village.show()
    do(village.secretary, writing.cancel, show_id=show.id, why="下雨")
    with scoped(village.county):
        assert not reading.shows(village.county, Wanted()).exists()


def test_the_outsider_writes_and_sees_nothing_of_it(village, cast):
    row, show = village.work(), village.show()
    outsider = cast.outsider.actor
    for service, more in (
        (writing.withdraw, {"work_id": row.id, "why": "x"}), (writing.cancel, {"show_id": show.id, "why": "x"}),
    ):  # fmt: skip
        with pytest.raises(Exception, match="CO40"):
            do(outsider, service, **more)
    with scoped(outsider):
        assert not reading.works(outsider, Wanted()).exists()


def test_the_grid_worker_may_not_delete_what_everybody_may_read(village, cast):
    village.work()
    with scoped(cast.grid_worker.actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM activities_work")
        assert cursor.fetchone() == (1,)
        cursor.execute("DELETE FROM activities_work")
        cursor.execute("UPDATE activities_work SET title = 'x'")
        assert cursor.rowcount == 0
    assert see(lambda: Work.objects.get().title) == "婚事新办"


# -- figures --------------------------------------------------------------------------------------

MADE = st.lists(
    st.tuples(
        st.sampled_from(["work", "stage", "exhibit", "talk", "cancelled"]), st.booleans(),
        st.integers(1, 400), st.integers(0, 3), st.integers(0, 9000),
    ),
    max_size=9,
)  # fmt: skip


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(made=MADE)
def test_every_figure_is_what_its_list_holds(village, made):
    """Whatever was entered: totals equal the lists behind them, and organisations and places sum up to totals."""
    with transaction.atomic():
        for at, (what, office, days, came, online) in enumerate(made):
            org = village.office if office else None
            if what in ("work", "stage"):
                village.work(f"作品{at}", org=org, kind="stage", finished_on=ago(days))
            elif what == "cancelled":
                show = village.show(-days, org=org)
                do(village.county, writing.cancel, show_id=show.id, why="下雨")
            elif came + online:
                village.held(came, online, days=-days, org=org, kind=what)
        for year in (0, clock.today().year):
            _adds_up(village, Wanted(year))
        transaction.set_rollback(True)


def _adds_up(village: Village, wanted: Wanted) -> None:
    actor = village.county
    with scoped(actor):
        told = reading.totals(actor, wanted)
        lists = {what: list(reading.records(actor, wanted, what)) for what in reading.WHAT}
        assert (told.works, told.exhibitions, told.events) == tuple(
            len(lists[what]) for what in ("works", "exhibitions", "events")
        )
        assert told.attendances == sum(row.took_part for row in lists["attendances"])
        for by in ("org", "place"):
            rows = reading.grouped(actor, wanted, by)
            for name in ("works", "exhibitions", "events", "attendances"):
                assert sum(row[name] for row in rows) == getattr(told, name)
                for row in rows:
                    one = {"org": row["org_key"]} if by == "org" else {"place": row["code"]}
                    if by == "place" and len(row["code"]) < 9:
                        continue  # the county's own: its code holds all below
                    own = reading.totals(actor, Wanted(wanted.year, **one))
                    assert getattr(own, name) == row[name]


def test_a_figure_can_be_narrowed_by_topic_place_and_organisation(village):
    village.work(topic="law")
    village.work("垃圾分类", topic="manners")
    village.work("在区里", org=village.office)
    assert [totals(village, topic=t).works for t in ("law", "manners", "customs", "home")] == [
        1,
        1,
        1,
        0,
    ]
    assert totals(village, place=VILLAGE).works == 2
    assert totals(village, place=COUNTY).works == 3
    assert totals(village, org=village.office.key).works == 1
    assert totals(village, year=clock.today().year - 3).works == 0


def test_figures_take_as_many_statements_for_many_as_for_one(village, django_assert_num_queries):
    for at in range(4):
        village.work(f"画{at}")
        village.held(days=-1 - at)
    with scoped(village.county), django_assert_num_queries(2):
        reading.totals(village.county, Wanted())
    with scoped(village.county), django_assert_num_queries(2):
        assert len(reading.grouped(village.county, Wanted(), "org")) == 1


# -- councils for weddings and funerals -------------------------------------------------------------


def test_councils_are_counted_from_facts_of_registrations(village):
    def fact(kind: str, number: int, playbook: str = "wedding-funeral") -> NewFact:
        record = f"case:{number}"
        return NewFact(
            kind, clock.now(), VILLAGE + "003", playbook, "resident", record, playbook=playbook
        )

    rows = [fact("case.opened", 1), fact("case.opened", 2), fact("case.closed", 1)]
    rows += [fact("case.moved", 1), fact("case.opened", 3, "road-hazard")]
    with scoped(village.county):
        record_many(rows)
        (one,) = reading.councils(village.county, Wanted())
        assert (one.place_code, one.registered, one.ended, one.charter) == (VILLAGE, 2, 1, None)
        assert reading.councils(village.county, Wanted(place="520204")) == []


@given(simple=st.integers(0, 5000), more=st.integers(0, 5000))
def test_the_share_kept_simple_is_a_whole_number_rounded_down_and_never_more_than_all(simple, more):
    asked = simple + more
    found = reading.share(simple, asked)
    if not asked:
        assert found is None
        return
    assert found is not None
    assert 0 <= found <= 10_000
    assert found * asked <= simple * 10_000 < (found + 1) * asked
    assert (found == 10_000) is (more == 0)


def test_councils_tell_the_share_that_kept_it_simple_and_a_withdrawn_one_is_not_held(
    village, monkeypatch
):
    def fact(kind: str, number: int, state: str) -> NewFact:
        return NewFact(
            kind, clock.now(), VILLAGE + "003", "wedding-funeral", "resident", f"case:{number}",
            playbook="wedding-funeral", attrs={"state": state},
        )  # fmt: skip

    asked: list[Any] = []

    def answered(*words: Any) -> dict[str, tuple[int, int]]:
        asked.append(words[1:])
        return {VILLAGE: (2, 3)}

    monkeypatch.setattr(hooks, "_provided", [answered])
    rows = [fact("case.opened", at, "reported") for at in range(3)]
    rows += [fact("case.closed", 0, "closed"), fact("case.closed", 1, "withdrawn")]
    with scoped(village.county):
        record_many(rows)
        (one,) = reading.councils(village.county, Wanted(2026, COUNTY))
        whole = reading.all_councils([one, one])
    assert (one.registered, one.ended, one.simple, one.asked, one.share) == (3, 1, 2, 3, 6666)
    assert (whole.registered, whole.ended, whole.share) == (6, 2, 6666)
    assert asked == [("wedding-funeral", "simple", COUNTY, 2026)]


def test_without_a_room_that_tells_there_is_no_share(village, monkeypatch):
    monkeypatch.setattr(hooks, "_provided", [])
    assert hooks.answered(village.county, "wedding-funeral", "simple", "", 0) == {}


def test_a_charter_that_was_refused_is_none(village):
    """The public page never showed it; the desk did."""
    where = {
        "county": int(VILLAGE[:6]), "place_code": VILLAGE, "place_key": place_key(VILLAGE), "org_key": village.org.key,
        "line": reading.CHARTER, "made_at": clock.now(), "step_since": clock.now(), "revision": uuid7(),
    }  # fmt: skip
    with scoped(village.county):
        assert reading.councils(village.county, Wanted()) == []
    kept = Matter(**where, title="红白理事会章程", state="refused")
    see(lambda: kept.save(force_insert=True))
    with scoped(village.county):
        assert reading.councils(village.county, Wanted()) == []
    running = Matter(**where, title="红白理事会章程（第二稿）")
    see(lambda: running.save(force_insert=True))
    with scoped(village.county):
        (one,) = reading.councils(village.county, Wanted())
    assert one.charter.id == running.id
