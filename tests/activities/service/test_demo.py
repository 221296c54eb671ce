"""The documents' figures out of the demonstration's records: 36 members (001), 11 pairs, 500 times of service (003)."""

from __future__ import annotations

from typing import Any

from tests.activities.service.conftest import SYSTEM, do, enrol, facts
from tests.cast import COUNTY, OTHER_COUNTY, PREFECTURE, VILLAGE
from tests.orgs.conftest import register
from zhijin.activities.demo_texts import LEAD_UNIT
from zhijin.activities.models import (
    Claim,
    CommunityReport,
    HelpVisit,
    Need,
    Team,
    Thanks,
    Volunteer,
)
from zhijin.activities.service import counting, demo, reading
from zhijin.activities.service.counting import Wanted
from zhijin.core import clock
from zhijin.core.ids import level_of, place_key
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.places.models import Place


def ground() -> Any:
    """What the steps before this one leave: places, top organisations, members and households."""
    for code, name in ((demo.SHABA, "沙坝村村民委员会"), (demo.JINHUA, "金华村村民委员会")):
        Place.objects.create(
            code=code, key=place_key(code), name=name, level=level_of(code), kind="village"
        )
    unit = register(LEAD_UNIT, PREFECTURE, kind="general_branch", sector=3, simulated=True)
    village = register("大耆老村党总支", VILLAGE, kind="general_branch", simulated=True)
    register("金华村党支部", demo.JINHUA, simulated=True)
    for at, name in enumerate(
        ("李甲", "王乙", "马丙", "赵丁", "张戊", "杨己", "陈庚", "刘辛", "白壬")
    ):
        enrol(village, name, committee=at < 3)
    for number in range(35):
        do(SYSTEM, people.register_household, place_code=VILLAGE, number=f"{number:03d}")
    return unit


def test_the_documents_figures_are_computed(places: None) -> None:
    unit, today = ground(), clock.today()
    assert demo.make(today) == 13
    assert demo.make(today) == 0
    with scoped(SYSTEM):
        _teams()
        _double_reporting(unit, today.year)
        _everything_is_flagged()
        told = sum(fact.value for fact in facts("activity.link.visited"))
        assert told == sum(HelpVisit.objects.values_list("people", flat=True))
        assert not Fact.objects.filter(kind__startswith="activity.", org_key=None).exists()


def _teams() -> None:
    red, women = Team.objects.get(place_code=demo.JINHUA), Team.objects.get(place_code=VILLAGE)
    assert reading.team_figures(red).volunteers == 36
    figures = reading.team_figures(women)
    assert (figures.pairs, figures.services) == (11, 132)
    assert figures.times > 500
    call = Need.objects.filter(team_id=red.id, taken__gt=0, ends_at__gt=clock.now()).get()
    assert (call.taken, call.free) == (5, 7)
    assert Thanks.objects.filter(team_id=red.id).count() == 2


def _double_reporting(unit: Any, year: int) -> None:
    totals = counting.totals(SYSTEM, Wanted(year, org=unit.key))
    assert (totals["members"], totals["units"]) == (12, 1)
    rows = {
        row["code"]: row["members"] for row in counting.by_place(SYSTEM, Wanted(year, PREFECTURE))
    }
    assert rows == {COUNTY: 9, OTHER_COUNTY: 3}
    waiting = Claim.objects.filter(org_key=unit.key, state=Claim.State.DONE)
    assert waiting.count() == 1
    assert len(waiting[0].photos) == 1


def _everything_is_flagged() -> None:
    for model in (Claim, CommunityReport, HelpVisit, Need, Team, Thanks, Volunteer):
        assert not model.objects.filter(simulated=False).exists(), model
