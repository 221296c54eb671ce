"""The desk's first page says what this year's sheets saved, to whoever fills sheets in, in their own scope."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import COUNTY, OTHER_COUNTY, Cast, Member
from zhijin.assessment.enter_once.models import Saved
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped

LINE = "一表通今年少填了"


def saved(place: str, entries: int, sheets: int, year: int = 0) -> None:
    with scoped(Actor.system("test")):
        Saved.objects.create(
            county=county_of(place), place_code=place, place_key=place_key(place),
            year=year or clock.today().year, entries=entries, sheets=sheets,
        )  # fmt: skip


def first_page(member: Member) -> tuple[str, list[str]]:
    """The page, and the statements that it took."""
    with CaptureQueriesContext(connection) as captured:
        answer = member.client.get("/desk/")
    assert answer.status_code == 200
    asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    return answer.content.decode(), asked


def test_entries_saved_in_ones_own_scope_this_year(cast: Cast) -> None:
    officer = cast.county_officer
    assert LINE not in first_page(officer)[0], "nothing yet: no line"
    saved(COUNTY, 1234, 3)
    saved(COUNTY + "105", 66, 1)
    saved(OTHER_COUNTY, 999, 9)
    saved(COUNTY, 5, 1, year=clock.today().year - 1)
    page, _asked = first_page(officer)
    assert f"{LINE} 1,300 格，交回 4 张表" in page
    assert 'href="/desk/enter-once/"' in page
    outside = first_page(cast.outsider)[0]
    assert "1,300" not in outside


def test_in_english_too(cast: Cast) -> None:
    saved(COUNTY, 1234, 3)
    member = cast.county_officer
    member.client.cookies["django_language"] = "en"
    answer = member.client.get("/desk/", headers={"accept-language": "en"})
    assert "Enter once has saved 1,234 entries this year, in 3 sheets" in answer.content.decode()


def test_one_statement_and_none_for_others(cast: Cast) -> None:
    def of_saved(member: Member) -> int:
        return sum("assessment_saved" in sql for sql in first_page(member)[1])

    assert of_saved(cast.county_officer) == 1
    assert of_saved(cast.grid_worker) == 0
    assert LINE not in first_page(cast.grid_worker)[0]


def test_the_first_page_stays_within_its_bound(cast: Cast) -> None:
    saved(COUNTY, 1234, 3)
    assert len(first_page(cast.grid_worker)[1]) <= 12
