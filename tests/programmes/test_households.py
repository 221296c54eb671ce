"""One file for a household: put together under the reader's own rights, its figures those of the records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.activities.service.conftest import SYSTEM, do, facts
from tests.cases.conftest import ground, publish
from tests.cast import OTHER_VILLAGE, VILLAGE, Cast
from tests.orgs.conftest import refusing, register
from zhijin.activities import api as activities
from zhijin.activities.api import Linking, Visited
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.people.api import Household
from zhijin.programmes.households import reading, writing
from zhijin.sensing import api as sensing
from zhijin.sensing import rules
from zhijin.sensing.models import Device

__all__ = ["ground"]
SHIPPED = Path(__file__).parents[2] / "playbooks/power-supply/playbook.yaml"
pytestmark = pytest.mark.django_db


@pytest.fixture
def power(ground: Any) -> Any:
    """The shipped programme of power in force."""
    rules.forget()
    yield publish(SHIPPED.read_text(encoding="utf-8"))
    rules.forget()


def home(number: str = "烤01", place: str = VILLAGE) -> Household:
    return do(SYSTEM, people.register_household, place_code=place, number=number)


def meter(of: Household | None = None, label: str = "1 号烤房电表", place: str = VILLAGE) -> Device:
    entry = sensing.Entry("power", label, place, household=of.id if of else None)
    return sensing.register(actor=SYSTEM, entry=entry)[0]


def team(name: str = "供电党员服务队", place: str = VILLAGE) -> Any:
    org = register(f"{name}所在支部", place)
    return do(SYSTEM, activities.found_team, org_key=org.key, name=name)


def low(device: Device, seq: int = 1, volts: int = 1880) -> Any:
    return sensing.speak_demo(
        (
            device.code,
            {"seq": seq + at, "ago": 3 - at, "kind": "power", "voltage": volts, "load": 60},
        )
        for at in range(3)
    )


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode())


def file_at(row: Household) -> str:
    return f"/desk/service/households/{row.id}/"


def test_a_reading_that_is_too_low_becomes_a_matter_in_the_households_file(
    power: Any, cast: Cast
) -> None:
    one, other = home(), home("烤02")
    outcome = low(meter(one))
    assert (outcome.stored, outcome.alarms, outcome.cases) == (3, 1, 1)
    page = text(cast.branch_secretary.client.get(file_at(one)))
    with scoped(SYSTEM):
        case = Case.objects.get()
    assert case.number in page
    assert "电压 188 V" in page
    assert "1 件在办" in page
    assert case.number not in text(cast.branch_secretary.client.get(file_at(other)))
    listed = text(cast.branch_secretary.client.get("/desk/service/households/"))
    assert "烤01 号户" in listed
    assert "烤02" not in listed, "nobody looks after it and nothing is fitted there"


def test_the_same_low_voltage_again_is_no_second_matter(power: Any) -> None:
    device = meter(home())
    assert [low(device, seq).cases for seq in (1, 4, 7)] == [1, 0, 0]


@pytest.mark.parametrize(("volts", "cases"), [(1980, 1), (1981, 0), (2200, 0)])
def test_the_limit_is_that_of_the_standard(power: Any, volts: int, cases: int) -> None:
    """220 V less ten percent (GB/T 12325): 198 V is too low, what is above is not."""
    assert low(meter(home()), volts=volts).cases == cases


def test_a_team_takes_a_household_on_visits_it_and_reports_a_fault(power: Any, cast: Cast) -> None:
    row, client = home(), cast.branch_secretary.client
    group = team()
    assert "由一支队伍联系" in text(client.get(file_at(row)))
    assert client.post(file_at(row), {"do": "team", "team": group.id}).status_code == 302
    page = text(client.get(file_at(row)))
    assert "由一支队伍联系" not in page, "the only team has it already"
    with scoped(cast.branch_secretary.actor):
        (link,) = activities.household_links(cast.branch_secretary.actor)
        activities.visit_household(
            actor=cast.branch_secretary.actor,
            link_id=link.id,
            visited=Visited("help", "紧固接线端子", people=2),
        )
    asked = {
        "do": "warn",
        "fault": "overload",
        "what": "烤房风机起动困难",
        "idempotency_key": "k-1",
    }
    for _again in range(2):
        assert client.post(file_at(row), asked).status_code == 302
    page = text(client.get(file_at(row)))
    assert "紧固接线端子" in page
    with scoped(SYSTEM):
        case = Case.objects.get()
    assert (case.playbook, case.data["fault"], case.number in page) == (
        "power-supply",
        "overload",
        True,
    )
    (told,) = facts("household.warned")
    assert (told.subject, told.record) == (f"household:{row.id}", f"case:{case.id}")


def test_what_is_asked_wrongly_is_refused_in_words_and_keeps_what_was_typed(
    power: Any, cast: Cast
) -> None:
    row, client = home(), cast.branch_secretary.client
    page = text(client.post(file_at(row), {"do": "warn", "fault": "fire", "what": "冒烟"}), 400)
    assert ">冒烟</textarea>" in page
    assert client.post(file_at(row), {"do": "fit", "device": "x"}).status_code == 400
    assert client.post(file_at(row), {"do": "nothing"}).status_code == 400
    with scoped(SYSTEM):
        assert not Case.objects.exists()


def test_a_meter_is_fitted_and_taken_out(power: Any, cast: Cast) -> None:
    row, client = home(), cast.branch_secretary.client
    device = meter()
    assert "1 号烤房电表" in text(client.get(file_at(row)))
    client.post(file_at(row), {"do": "fit", "device": device.id})
    with scoped(SYSTEM):
        assert Device.objects.get().household == row.id
    client.post(file_at(row), {"do": "unfit", "device": device.id})
    with scoped(SYSTEM):
        assert Device.objects.get().household is None
    assert client.post(file_at(row), {"do": "unfit", "device": device.id}).status_code == 404


def test_a_device_of_another_village_is_not_fitted_here(power: Any) -> None:
    row, far = home(), meter(place=OTHER_VILLAGE)
    with refusing() as caught:
        sensing.fit(actor=SYSTEM, device_id=far.id, household_id=row.id)
    assert caught.value.id == "CO404"


def test_each_sees_the_files_of_their_own_places(power: Any, cast: Cast) -> None:
    near, far = home(), home("甲1", OTHER_VILLAGE)
    meter(near), meter(far, "乙号电表", OTHER_VILLAGE)
    assert cast.outsider.client.get(file_at(near)).status_code == 404
    assert cast.county_officer.client.get(file_at(far)).status_code == 404
    assert cast.grid_worker.client.get(file_at(near)).status_code == 403
    assert "甲1" not in text(cast.county_officer.client.get("/desk/service/households/"))
    assert "甲1 号户" in text(cast.outsider.client.get("/desk/service/households/"))


def test_looking_at_a_file_stands_in_the_journal_and_the_page_names_nobody(
    power: Any, cast: Cast
) -> None:
    row = do(SYSTEM, people.register_household, place_code=VILLAGE, number="烤07", head="张小满")
    meter(row)
    page = text(cast.township_officer.client.get(file_at(row)))
    assert "张" not in page.split("<main", 1)[1]
    entry = JournalEntry.objects.filter(action="household.file").latest("id")
    assert (entry.object, entry.actor_name) == (f"household:{row.id}", "王立夏")


def test_the_figures_are_the_sums_of_the_lines(power: Any, cast: Cast) -> None:
    group = team()
    for number in range(4):
        row = home(f"烤{number:02d}")
        link = do(
            SYSTEM, activities.link_household, org_key=group.org_key,
            wanted=Linking("pair", row.id, team_id=group.id),
        )  # fmt: skip
        if number % 2:
            do(
                SYSTEM,
                activities.visit_household,
                link_id=link.id,
                visited=Visited("visit", "查看线路"),
            )
    low(meter(row))
    with scoped(cast.county_officer.actor):
        found = reading.lines(cast.county_officer.actor)
        whole, (township,) = reading.total(found), reading.sums(found)
    for one in (whole, township):
        assert (one.households, one.visited, one.visits, one.open_cases) == (4, 2, 2, 1)
    assert sum(line.warnings for line in found) == 1


def test_the_list_does_not_ask_more_for_more_households(power: Any, cast: Cast) -> None:
    actor = cast.county_officer.actor

    def asked() -> int:
        with scoped(actor), CaptureQueriesContext(connection) as taken:
            reading.lines(actor)
        return len(taken)

    meter(home())
    few = asked()
    for number in range(2, 8):
        meter(home(f"烤{number:02d}"), f"{number} 号烤房电表")
    assert asked() == few <= 10


def test_no_programme_no_reporting(ground: Any, cast: Cast) -> None:
    row = home()
    assert "上报用电问题" not in text(cast.branch_secretary.client.get(file_at(row)))
    with scoped(SYSTEM):
        assert writing.opener(cast.branch_secretary.actor, row) == ""


def test_last_years_warnings_are_in_the_file_and_not_in_this_years_figures(
    power: Any, cast: Cast
) -> None:
    row = home()
    device = meter(row)
    with clock.freeze(clock.now().replace(month=6, day=1)):
        low(device)
    with clock.freeze(clock.now().replace(year=clock.now().year + 1, month=6, day=1)):
        with scoped(SYSTEM):
            (line,) = reading.lines(SYSTEM)
        assert line.warnings == 0
        with scoped(SYSTEM):
            assert len(reading.file_of(SYSTEM, row).warnings) == 1
