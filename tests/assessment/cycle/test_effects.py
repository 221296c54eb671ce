"""Visits tell their effect from published months only: the last one before, the newest after."""

from __future__ import annotations

from datetime import date

import pytest

from tests.activities.conftest import do, places, units
from tests.cast import PREFECTURE
from zhijin.activities.selectors import visits as reading
from zhijin.activities.services import visits
from zhijin.assessment.cycle.effects import effects
from zhijin.assessment.models import Run, Score
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.facts import county_of
from zhijin.core.ids import place_span, uuid7
from zhijin.core.scope import scoped

__all__ = ["places", "units"]
pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def month(org, start: date, total: int | None, state: str = "published") -> None:
    """A month's run of the prefecture in which the organisation has ``total``."""
    lo, hi = place_span(PREFECTURE)
    end = (start.replace(day=28) + (date(2026, 1, 5) - date(2026, 1, 1))).replace(day=1)
    with scoped(SYSTEM):
        run = Run.objects.create(
            county=county_of(PREFECTURE), place_code=PREFECTURE, place_key=lo, place_end=hi, batch=uuid7(),
            programme="double-drive", revision_id=uuid7(), period_kind="month", period_start=start,
            period_end=end, reason="due", facts_upto=1, digest="0" * 64, ready_at=clock.now(),
        )  # fmt: skip
        Score.objects.create(
            county=run.county, run_id=run.id, org_key=org.key, place_code=org.place_code,
            place_key=org.place_key, sector_key=org.sector_key, name=org.name, kind=org.kind,
            sector=org.sector, total=total, group_key="g", group_by="place",
        )  # fmt: skip
        Run.objects.filter(id=run.id).update(state=state, published_at=clock.now())


def held(made):
    """A visit held today."""
    today = clock.today()
    visit = do(
        made.actor(0), visits.ask, guest=made.keys[0], host=made.keys[1], on=today, purpose="学习"
    )
    do(made.actor(1), visits.answer, visit_id=visit.id, agreed=True, words="欢迎")
    return do(made.actor(0), visits.hold, visit_id=visit.id, people=3, learned="一窗受理")


def around(months: int) -> date:
    """The first day of the month so many months from now."""
    number = clock.today().year * 12 + clock.today().month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def test_before_and_after_come_from_published_months(units):
    made = units(2)
    visit = held(made)
    for months, total, state in (
        (-3, 4000, "published"), (-2, 5200, "published"), (-1, 9999, "ready"), (0, 8888, "published"),
        (1, 6100, "published"), (2, 7000, "frozen"),
    ):  # fmt: skip
        month(made.orgs[0], around(months), total, state)
    (told,) = effects(visit)
    assert (told.before, told.before_period) == (5200, f"{around(-2):%Y-%m}")
    assert (told.after, told.after_period) == (7000, f"{around(2):%Y-%m}")
    page = made.secretary(0).client.get(f"/desk/activities/visits/{visit.id}/").content.decode()
    assert "52.0%" in page
    assert "70.0%" in page


def test_nothing_is_told_without_a_month_before_and_a_dash_without_one_after(units):
    made = units(2)
    visit = held(made)
    assert effects(visit) == []
    month(made.orgs[0], around(-2), None)
    assert effects(visit) == []
    month(made.orgs[0], around(-3), 4000)
    (told,) = effects(visit)
    assert (told.before, told.after, told.after_period) == (4000, None, "")
    month(made.orgs[1], around(2), 9000)
    assert reading.effects(visit)[0].after is None
