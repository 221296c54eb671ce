"""What the pages of playbooks learn from cases: how many are open where, and how last year's went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cases.conftest import PLAYBOOK, TUESDAY
from tests.cases.steps import DAY, HOUR, accepted, handled, in_grid, move, sweep_at
from tests.cast import COUNTY, OTHER_VILLAGE, VILLAGE, Cast
from zhijin.cases.counting import answered, are_open, open_by_state, past_openings
from zhijin.cases.models import Case
from zhijin.cases.services.writing import write
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.playbooks.api import NOBODY
from zhijin.playbooks.engine import load
from zhijin.playbooks.engine.simulate import simulate
from zhijin.playbooks.models import PlaybookRevision

pytestmark = pytest.mark.django_db
AFTER = TUESDAY + 30 * DAY


def test_open_cases_are_counted_by_state_and_only_the_viewers(
    cast: Cast, ground: PlaybookRevision
) -> None:
    in_grid()
    in_grid()
    accepted(cast)
    wanted = {(ground.pk, "reported"): 2, (ground.pk, "handling"): 1}
    for member, expected in ((cast.county_officer, wanted), (cast.outsider, {})):
        with scoped(member.actor):
            assert open_by_state(member.actor, [ground.pk]) == expected


def test_last_years_cases_are_remembered_without_what_is_private(
    cast: Cast, ground: PlaybookRevision
) -> None:
    handled(cast)
    sweep_at(AFTER)
    actor = cast.county_officer.actor
    with clock.freeze(AFTER), scoped(actor):
        (found,) = past_openings(actor, "test-hazard", 10)
        assert past_openings(actor, "test-hazard", 0) == []
        assert past_openings(actor, "another", 10) == []
    assert found.by == "resident"
    assert found.at == TUESDAY
    assert "id_no" not in found.data
    assert set(found.took) == {"reported", "handling", "verifying"}
    assert 0 <= found.took["reported"] < 1440
    assert found.took["verifying"] == NOBODY  # the reporter stayed silent, the clock closed it
    with clock.freeze(TUESDAY + timedelta(days=366)), scoped(actor):
        assert past_openings(actor, "test-hazard", 10) == []
    outsider = cast.outsider.actor
    with clock.freeze(AFTER), scoped(outsider):
        assert past_openings(outsider, "test-hazard", 10) == []


def test_a_stricter_rule_over_last_years_cases_shows_what_would_be_late(
    cast: Cast, ground: PlaybookRevision
) -> None:
    move(cast.grid_worker, in_grid(), "handling", TUESDAY + HOUR)
    actor = cast.county_officer.actor
    with clock.freeze(TUESDAY + DAY), scoped(actor):
        cases = past_openings(actor, "test-hazard", 10)
    loose, strict = (load(text).playbook for text in (
        PLAYBOOK.replace("within: 2 work hours", "within: 20 workdays"),
        PLAYBOOK.replace("within: 2 work hours", "within: 1 minute")
                .replace("    remind: [30 work minutes]\n", ""),
    ))  # fmt: skip
    assert loose is not None
    assert strict is not None
    late = [
        next(load.late for load in simulate(book, cases).states if load.state == "reported")
        for book in (loose, strict)
    ]
    assert late == [0, 1]


def test_the_page_plays_them_beside_what_is_in_force(cast: Cast, ground: PlaybookRevision) -> None:
    handled(cast, clock.now() - 3 * DAY)
    with scoped(cast.county_officer.actor):
        draft = PlaybookRevision.objects.create(
            playbook="test-hazard", place_code=COUNTY, revision=1, digest="0" * 64,
            title_zh="测试", title_en="Test", uploaded_by="test",
            source=PLAYBOOK.replace("within: 2 work hours", "within: 4 work hours"),
        )  # fmt: skip
    client = cast.county_officer.client
    page = client.get(f"/desk/playbooks/{draft.pk}/simulate/?use=past").content.decode()
    assert "用近一年办过的 1 件推演" in page
    assert "与现行版本相比" in page
    drawn = client.get(f"/desk/playbooks/{draft.pk}/simulate/?cases=5").content.decode()
    assert "随机生成 5 件推演一年" in drawn


def told(case_id: Any, data: dict[str, Any]) -> None:
    """An answer given at a step of the case."""
    with scoped(Actor.system("test")):
        case = Case.objects.get(pk=case_id)
        write(case, Actor.system("test"), "noted", TUESDAY + 20 * HOUR, event={"data": data})


def test_answers_of_what_has_ended_are_counted_by_village_and_only_the_viewers(
    cast: Cast, ground: PlaybookRevision
) -> None:
    first = None
    for said in (True, True, False, None):
        case_id = handled(cast).case_id
        first = first or case_id
        if said is not None:
            told(case_id, {"simple": not said})
            told(case_id, {"simple": said})
    actor = cast.county_officer.actor
    year = TUESDAY.year
    with scoped(actor):
        assert answered(actor, "test-hazard", "simple") == {}, "they are still being looked at"
    sweep_at(AFTER)
    with scoped(actor):
        for where in ({}, {"place": VILLAGE}, {"year": year}):
            assert answered(actor, "test-hazard", "simple", **where) == {VILLAGE: (2, 3)}
        for nowhere in ({"place": OTHER_VILLAGE}, {"year": year - 1}):
            assert answered(actor, "test-hazard", "simple", **nowhere) == {}
        assert answered(actor, "another", "simple") == {}
        Case.objects.filter(pk=first).update(outcome="withdrawn")
        assert answered(actor, "test-hazard", "simple") == {VILLAGE: (1, 2)}
    with scoped(cast.outsider.actor):
        assert answered(cast.outsider.actor, "test-hazard", "simple") == {}


def test_whether_cases_are_open_is_told_of_those_in_sight(
    cast: Cast, ground: PlaybookRevision
) -> None:
    ids = [accepted(cast).case_id, handled(cast).case_id]
    sweep_at(AFTER)
    with scoped(cast.county_officer.actor):
        states = are_open(cast.county_officer.actor, ids)
        assert states[ids[1]] is False
        assert set(states) == set(ids)
        assert are_open(cast.county_officer.actor, []) == {}
    with scoped(cast.outsider.actor):
        assert are_open(cast.outsider.actor, ids) == {}
