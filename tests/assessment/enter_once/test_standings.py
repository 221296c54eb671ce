"""What was published of a standing fills a sheet: score, rank, size of the group, what one was named."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.assessment import standings
from tests.assessment.enter_once import world
from tests.assessment.enter_once.sheets import plain
from tests.assessment.enter_once.test_services import back, confirm, start
from tests.assessment.enter_once.world import CITY, TODAY, villages
from zhijin.assessment.enter_once import catalogue, selectors
from zhijin.assessment.enter_once.catalogue import Field
from zhijin.assessment.enter_once.periods import Period, month
from zhijin.assessment.enter_once.reading import tables
from zhijin.assessment.enter_once.subjects import Subject
from zhijin.assessment.models import Run, Score
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import org_key
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors as revisions

JULY = month(2026, 7)
MEMBERS = [(code, f"{code}党支部") for code, _name in villages()[:10]]
PLACES = [Subject("place", code, name) for code, name in villages()[:10]]


@pytest.fixture
def published(clerk: Actor) -> standings.Planted:
    """May, June and July of ten branches, each in a village of its own; the tenth is the last."""
    made = standings.plant(CITY, MEMBERS)
    revisions.forget()
    return made


def field(what: str, programme: str = "double-drive") -> Field:
    found = catalogue.find(f"standing.{programme}.{what}", CITY)
    assert isinstance(found, Field)
    return found


def branch(number: int) -> Subject:
    code = MEMBERS[number][0]
    return Subject("org", str(org_key(code, 1)), MEMBERS[number][1])


def answer(actor: Actor, what: str, one: Subject, period: Period = JULY) -> catalogue.Answer:
    found = field(what)
    return catalogue.answer_all(actor, CITY, [(found, period)], [one])[found.id, period][one.ref]


def test_the_published_line_of_an_organisation(clerk: Actor, published: Any) -> None:
    first, last = branch(0), branch(9)
    said = {what: answer(clerk, what, first).value for what in ("total", "rank", "of", "mark")}
    assert said == {"total": 9500, "rank": 1, "of": 10, "mark": "先进"}
    said = {what: answer(clerk, what, last).value for what in ("total", "rank", "of", "mark")}
    assert said == {"total": 8600, "rank": 10, "of": 10, "mark": "后进"}
    assert answer(clerk, "mark", branch(4)).value == "无", "assessed, and not named"


def test_a_village_speaks_for_its_only_organisation(clerk: Actor, published: Any) -> None:
    assert answer(clerk, "rank", PLACES[0]).value == 1
    with scoped(world.SYSTEM):
        july = published.runs[standings.JULY]
        standings.score(july, MEMBERS[0][0], "第二党支部", 5, 10, key=org_key(MEMBERS[0][0], 2))
    assert answer(clerk, "rank", PLACES[0]).why == "unpublished", "two: neither speaks for it"
    assert answer(clerk, "rank", branch(0)).value == 1


@pytest.mark.parametrize(
    ("period", "value"),
    [
        (JULY, 10),
        (month(2026, 5), 10),
        (Period(date(2026, 1, 1), date(2026, 8, 1)), 10),
        (month(2026, 4), None),
        (month(2026, 8), None),
    ],
)
def test_it_is_the_period_in_which_the_sheet_ends(
    clerk: Actor, published: Any, period: Period, value: int | None
) -> None:
    found = answer(clerk, "rank", branch(9), period)
    assert found.value == value
    assert found.why == ("" if value else "unpublished")


def test_what_is_not_published_fills_nothing(clerk: Actor) -> None:
    standings.plant(CITY, MEMBERS, state=Run.State.READY)
    revisions.forget()
    assert answer(clerk, "rank", branch(0)).why == "unpublished"
    assert answer(clerk, "rank", branch(0), month(2026, 6)).value == 1


def test_what_could_not_be_assessed_has_no_score(clerk: Actor, published: Any) -> None:
    code = villages()[12][0]
    with scoped(world.SYSTEM):
        made = standings.score(published.runs[standings.JULY], code, "空支部", 1, 10)
        # A published line cannot be changed: it is written anew as it would be without any data.
        Score.objects.create(
            **{f.attname: getattr(made, f.attname) for f in Score._meta.concrete_fields}
            | {"org_key": org_key(code, 9), "total": None, "rank": None, "dims": []}
        )
    one = Subject("org", str(org_key(code, 9)), "空支部")
    assert answer(clerk, "total", one).why == "unpublished"
    assert answer(clerk, "of", one).value is None


def test_others_places_are_not_read(city: None) -> None:
    actor = world.acting("township_officer", world.WANGZHUANG, "town")
    with clock.freeze(TODAY):
        standings.plant(CITY, MEMBERS)
        revisions.forget()
        with scoped(actor):
            assert answer(actor, "rank", PLACES[0]).why == "scope"
            assert answer(actor, "rank", branch(0)).value is None


def test_a_month_as_a_row_has_no_rank(clerk: Actor, published: Any) -> None:
    assert answer(clerk, "rank", Subject("month", "2026-07", "7月")).why == "grain"


def test_the_cell_opens_to_the_published_line(clerk: Actor, published: Any) -> None:
    opened = catalogue.opened(clerk, CITY, field("rank"), JULY, branch(9))
    assert opened.listable
    assert [record.text for record in opened.counted] == [
        f"{MEMBERS[9][1]}，2026-07：第 10 名，同组 10 个"
    ]
    assert opened.counted[0].url.startswith(f"/desk/standing/org/{branch(9).id}/")
    assert "period=2026-07-01" in opened.counted[0].url
    nothing = catalogue.opened(clerk, CITY, field("rank"), month(2026, 4), branch(9))
    assert (nothing.answer.why, nothing.counted) == ("unpublished", [])
    wrong = catalogue.opened(clerk, CITY, field("rank"), JULY, Subject("month", "2026-07", "7月"))
    assert not wrong.counted


def test_many_rows_take_few_queries(
    clerk: Actor, published: Any, django_assert_max_num_queries: Any
) -> None:
    wanted = [(field(what), JULY) for what in ("total", "rank", "of", "mark")]
    subjects = [*PLACES, *(branch(n) for n in range(10))]
    with django_assert_max_num_queries(9):
        found = catalogue.answer_all(clerk, CITY, wanted, subjects)
    assert all(found[wanted[1][0].id, JULY][one.ref].value for one in subjects)


def test_a_sheet_that_asks_for_score_and_rank_is_filled_with_its_sources(
    clerk: Actor, published: Any
) -> None:
    """The upper level's words: 得分, 排名. The score as points, not basis points."""
    names = [name for _code, name in villages()[:10]]
    rows: list[list[Any]] = [
        ["2026年7月党组织排队情况表", None, None, None, None],
        ["村（社区）", "考核得分", "在乡镇排名", "参评数", "认定结果"],
        *([name, None, None, None, None] for name in names),
    ]
    row = confirm(clerk, start(clerk, plain(rows, name="排队")))
    number, _part, table = next(iter(tables(row.layout)))
    chosen = [row.mapping["columns"][f"{number}.{i}"]["measure"] for i in range(4)]
    assert chosen == [f"standing.double-drive.{what}" for what in ("total", "rank", "of", "mark")]
    body = back(clerk, row)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("排队").to_python()
    assert sheet[2][1:] == [95.0, 1.0, 10.0, "先进"]
    assert sheet[11][1:] == [86.0, 10.0, 10.0, "后进"]
    cell = selectors.cell(clerk, row, number, 1, table.rows[0])
    assert cell.now is not None
    assert cell.now.counted[0].url.startswith("/desk/standing/org/")
    assert (row.filled, row.asked) == (40, 40)


def test_every_programme_in_force_has_its_fields(clerk: Actor, published: Any) -> None:
    ids = [id_ for id_ in catalogue.measures(CITY) if id_.startswith("standing.")]
    assert {id_.split(".")[1] for id_ in ids} == {"double-drive"}
    assert len(ids) == 4
    titles = [str(catalogue.measures(CITY)[id_].title) for id_ in ids]
    assert titles == [f"排队抓尾、双整双创 {w}" for w in ("得分", "名次", "同组数", "认定")]
    assert [id_ for id_ in catalogue.measures("") if id_.startswith("standing.")] == []
