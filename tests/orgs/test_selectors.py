"""Lists, counts by sector at every level with one query, coverage of firms."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import COUNTY, OTHER_VILLAGE, PREFECTURE, TOWNSHIP, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, refusing, register
from zhijin.core.scope import scoped
from zhijin.orgs import counting, posts, selectors
from zhijin.orgs.models import Organisation
from zhijin.orgs.selectors import Filter

pytestmark = pytest.mark.usefixtures("places")


@pytest.fixture
def some() -> dict[str, Organisation]:
    made = {
        "party": register("镇党委", TOWNSHIP, kind="committee", sector=3, members=90),
        "branch": register("一支部", members=30),
        "second": register("二支部", members=2),
        "firm": register("示例电商公司", COUNTY, kind="firm", sector=7, industry=120, members=4),
        "shop": register("示例快递公司", COUNTY, kind="firm", sector=7, industry=123, members=1),
        "far": register("邻县支部", OTHER_VILLAGE, members=9),
    }
    with scoped(SYSTEM):
        Organisation.objects.filter(key=made["party"].key).update(
            led=True, term_ends=date(2099, 1, 1)
        )
        Organisation.objects.filter(key=made["branch"].key).update(
            led=True, term_ends=date(2020, 1, 1)
        )
        Organisation.objects.filter(key=made["firm"].key).update(covered_by=made["branch"])
    return made


def names(actor: object, wanted: Filter) -> list[str]:
    with scoped(actor):  # type: ignore[arg-type]
        return [org.name for org in selectors.listing(actor, wanted)]  # type: ignore[arg-type]


def test_the_list_is_narrowed(cast: Cast, some: dict[str, Organisation]) -> None:
    officer = cast.county_officer.actor
    assert names(officer, Filter(place=VILLAGE)) == ["一支部", "二支部"]
    assert names(officer, Filter(kind="party", place=COUNTY)) == ["镇党委", "一支部", "二支部"]
    assert names(officer, Filter(sector=7, industry=123)) == ["示例快递公司"]
    assert names(officer, Filter(q="电商")) == ["示例电商公司"]
    assert names(officer, Filter(state="leaderless")) == ["二支部"]
    assert names(officer, Filter(state="overdue")) == ["一支部"]
    assert names(officer, Filter(state="uncovered")) == ["示例快递公司"]
    assert names(officer, Filter(state="ended")) == []
    assert names(officer, Filter(place="53")) == names(officer, Filter())


def test_pages_follow_each_other_without_gap_or_double(some: dict[str, Organisation]) -> None:
    with scoped(SYSTEM):
        rows = selectors.listing(SYSTEM, Filter())
        seen, after = [], ""
        while True:
            page, after = selectors.page_after(rows, after, size=2)
            seen += [org.key for org in page]
            if not after:
                break
        assert seen == [org.key for org in rows]
        assert len(seen) == len(some)
        page, _after = selectors.page_after(rows, "x-1", size=2)
    assert [org.key for org in page] == seen[:2]


@pytest.mark.parametrize("place", ["", "53", PREFECTURE, COUNTY, TOWNSHIP, VILLAGE])
def test_counts_take_one_query_at_every_level(some: dict[str, Organisation], place: str) -> None:
    with (
        scoped(SYSTEM),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        found = counting.counts(SYSTEM, place)
    assert len([q for q in queries if "orgs_organisation" in q["sql"]]) == 1
    assert set(found.by_sector) == set(range(1, 8))
    assert found.total.total == sum(found.place_total(code).total for code in found.by_place)


def test_counts_and_health_by_sector(cast: Cast, some: dict[str, Organisation]) -> None:
    officer = cast.county_officer.actor
    with scoped(officer):
        found = counting.counts(officer, COUNTY)
    rural, government, emerging = (found.by_sector[n] for n in (1, 3, 7))
    assert (rural.total, rural.party, rural.leaderless, rural.overdue, rural.healthy) == (
        2,
        2,
        1,
        1,
        0,
    )
    assert (rural.health, rural.members) == (0, 32)
    assert (government.healthy, government.health) == (1, 10_000)
    assert (emerging.total, emerging.party, emerging.health) == (2, 0, None)
    assert list(found.by_place) == [COUNTY, TOWNSHIP]
    assert found.place_total(TOWNSHIP).total == 3


def test_coverage_of_firms_tells_its_denominators(
    cast: Cast, some: dict[str, Organisation]
) -> None:
    officer = cast.county_officer.actor
    with scoped(officer):
        found = selectors.coverage(officer, COUNTY)
        nothing = selectors.coverage(officer, VILLAGE)
    assert (found.total, found.covered, found.rate) == (2, 1, 5000)
    assert (found.qualified, found.qualified_covered, found.qualified_rate) == (1, 1, 10_000)
    assert (nothing.total, nothing.rate) == (0, None)


def test_anothers_organisation_is_not_found(cast: Cast, some: dict[str, Organisation]) -> None:
    outsider = cast.outsider.actor
    with scoped(outsider):
        assert set(selectors.visible(outsider)) == {some["far"]}
        with refusing() as caught:
            selectors.get(outsider, some["branch"].key)
    assert (caught.value.id, caught.value.status) == ("OR001", 404)


def test_posts_are_paged_without_gap_or_double_and_know_how_many_hold_them() -> None:
    org = register("大耆老村党总支")
    with scoped(SYSTEM):
        for kind in (
            "secretary",
            "deputy_secretary",
            "committee_member",
            "committee_member",
            "officer",
        ):
            posts.create_post(actor=SYSTEM, kind=kind, org_key=org.key)
        rows = selectors.visible_posts(SYSTEM)
        seen, after = [], ""
        while True:
            page, after = selectors.posts_after(rows, after, size=2)
            seen += [post.id for post in page]
            if not after:
                break
        assert seen == list(rows.order_by("place_key", "kind", "id").values_list("id", flat=True))
        held = posts.appoint(
            actor=SYSTEM, post_id=seen[0], holder="示例甲", term=posts.Term(date(2025, 1, 1))
        )
        assert rows.get(id=seen[0]).held == 1
        posts.end_appointment(actor=SYSTEM, appointment_id=held.id)
        assert rows.get(id=seen[0]).held == 0
        for nonsense in ("1", "1~a~b", "x~y~z", "9" * 30):
            assert selectors.posts_after(rows, nonsense)[0] is not None
