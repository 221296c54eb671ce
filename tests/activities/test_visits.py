"""Visits: asked by the one that learns, agreed by the one that shows, told once they were held; effects from above."""

from __future__ import annotations

import pytest

from tests.activities.conftest import as_system, day, do, facts
from tests.orgs.conftest import refusing
from zhijin.activities.models import Visit
from zhijin.activities.selectors import visits as reading
from zhijin.activities.selectors.visits import Effect
from zhijin.activities.services import visits
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


def asked(units, on=None):
    guest, host = units.keys[:2]
    return do(
        units.actor(0), visits.ask, guest=guest, host=host, on=on or day(7), purpose="学习窗口服务"
    )


def test_a_visit_runs_to_what_was_learned(units):
    two = units(2)
    visit = asked(two)
    do(
        two.actor(1),
        visits.answer,
        visit_id=visit.id,
        agreed=True,
        words="欢迎，上午九点",
        on=day(8),
    )
    with clock.freeze(clock.now() + (day(9) - day(0))):
        held = do(
            two.actor(0), visits.hold, visit_id=visit.id, people=6, learned="一窗受理、首问负责"
        )
    assert (held.state, held.people, held.on) == ("held", 6, day(8))
    (guest,), (host,) = facts("activity.visit.held"), facts("activity.visit.hosted")
    assert (guest.org_key, guest.attrs["host"]) == (two.keys[0], str(two.keys[1]))
    assert (host.org_key, host.attrs["guest"]) == (two.keys[1], str(two.keys[0]))


def test_it_is_not_told_before_the_day(units):
    two = units(2)
    visit = asked(two)
    do(two.actor(1), visits.answer, visit_id=visit.id, agreed=True, words="")
    with refusing() as caught, scoped(two.actor(0)):
        visits.hold(actor=two.actor(0), visit_id=visit.id, people=1, learned="提前写")
    assert caught.value.id == "AV003"


def test_only_the_host_answers_and_a_refusal_says_why(units):
    three = units(3)
    visit = asked(three)
    with refusing() as caught, scoped(three.actor(0)):
        visits.answer(actor=three.actor(0), visit_id=visit.id, agreed=True, words="自己答应")
    assert caught.value.id == "CO403"
    with refusing() as caught, scoped(three.actor(1)):
        visits.answer(actor=three.actor(1), visit_id=visit.id, agreed=False, words=" ")
    assert caught.value.id == "CO400"
    refused = do(three.actor(1), visits.answer, visit_id=visit.id, agreed=False, words="近期迎检")
    assert refused.state == "refused"
    with refusing() as caught, scoped(three.actor(2)):
        reading.get(three.actor(2), visit.id)
    assert caught.value.id == "CO404"
    with scoped(three.actor(1)):
        assert [v.id for v in reading.listing(three.actor(1))] == [visit.id]


def test_nobody_visits_itself_or_yesterday(units):
    two = units(2)
    with refusing() as caught, scoped(two.actor(0)):
        visits.ask(
            actor=two.actor(0), guest=two.keys[0], host=two.keys[0], on=day(1), purpose="看自己"
        )
    assert caught.value.id == "AV060"
    with refusing() as caught:
        asked(two, on=day(-1))
    assert caught.value.id == "AV003"


def test_an_officer_of_elsewhere_sees_no_visit(units, cast):
    asked(units(2))
    outsider = cast.outsider.actor
    with scoped(outsider):
        assert reading.listing(outsider) == []
        assert not Visit.objects.exists()


def test_effects_are_told_by_who_assesses_and_only_of_visits_that_were_held(units, monkeypatch):
    monkeypatch.setattr(reading, "_tellers", [])
    two = units(2)
    visit = asked(two)
    reading.tell_effects(_told)
    reading.tell_effects(_told)
    assert reading.effects(visit) == []
    visit.state = Visit.State.HELD
    assert reading.effects(visit) == _told(visit)
    assert as_system(Visit.objects.count) == 1


def _told(visit):
    return [Effect("总分", 6100, "2026-06", 7000, "2026-09")]
