"""Repeated broadcasts: which days and times, around holidays, and that no time is promised at which nobody hears it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tests.broadcast.conftest import NOTICE, RULES, SYSTEM, made, put_into_force, sent, tomorrow
from tests.cast import VILLAGE
from zhijin.broadcast import errors, forms, orders, repeating, selectors, showing
from zhijin.broadcast.models import Broadcast
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped

TZ = clock.TZ
#: The Wednesday before the National Day of 2025: eight days off, worked for on a Sunday before and a Saturday after.
BEFORE = datetime(2025, 9, 24, 12, 0, tzinfo=TZ)
#: The shipped rules, but a notice holds for two hours only.
SHORT = re.sub(r"lasts: \d+", "lasts: 120", RULES, count=1)


def days(found: list[datetime]) -> list[date]:
    return [moment.astimezone(TZ).date() for moment in found]


@pytest.mark.django_db
def test_workdays_leave_the_holidays_out_and_take_the_days_worked_for_them():
    found = days(repeating.moments([time(8)], date(2025, 10, 12), "work", BEFORE))
    assert found == [date(2025, 9, n) for n in (25, 26, 28, 29, 30)] + [
        date(2025, 10, n) for n in (9, 10, 11)
    ]
    rest = days(repeating.moments([time(8)], date(2025, 10, 12), "rest", BEFORE))
    assert rest == [date(2025, 9, 27), *(date(2025, 10, n) for n in (*range(1, 9), 12))]
    every = days(repeating.moments([time(8)], date(2025, 10, 12), "every", BEFORE))
    assert sorted(found + rest) == every


@pytest.mark.django_db
@pytest.mark.parametrize("weekday", range(1, 8))
def test_a_weekday_is_that_weekday(weekday):
    found = days(repeating.moments([time(8)], date(2025, 10, 24), str(weekday), BEFORE))
    assert {day.isoweekday() for day in found} == {weekday}
    assert len(found) in {4, 5}


@given(
    st.lists(st.times(), min_size=1, max_size=3), st.integers(0, 40), st.integers(0, 23),
    st.sampled_from(["every", *"1234567"]),
)  # fmt: skip
def test_every_moment_lies_ahead_in_order_and_once(times, count, hour, which):
    now = BEFORE.replace(hour=hour)
    until = now.date() + timedelta(days=count)
    found = repeating.moments(times, until, which, now)
    assert found == sorted(set(found))
    assert all(now < moment and moment.date() <= until for moment in found)
    assert {moment.time() for moment in found} <= set(times)
    if which == "every" and count:
        assert len(found) >= count * len(set(times))


def test_days_that_are_none_are_refused():
    with pytest.raises(ValueError, match="often"):
        repeating.moments([time(8)], date(2025, 10, 1), "often", BEFORE)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 600), st.integers(0, 10**12))
def test_a_turn_is_swallowed_when_no_minute_of_it_is_awake(begin, end, minutes, at):
    awake = [n for n in range(minutes + 1) if not orders.in_quiet((begin, end), at + n * 60_000)]
    assert (repeating.swallowed([at], (begin, end), minutes * 60) == [at]) is (not awake)
    assert repeating.swallowed([at], None, minutes * 60) == []


# -- the form ----------------------------------------------------------------------------------


def form(**values: str) -> QueryDict:
    given = QueryDict(mutable=True)
    given.update({"when": "daily", "daily": "07:30", "days": "every", **values})
    return given


@pytest.mark.django_db
def test_twice_a_day_on_chosen_days():
    with clock.freeze(BEFORE):
        found = forms.turns(form(second="18:00", days="5", until="2025-10-05"))
    assert [f"{one:%m-%d %H:%M}" for one in found] == [
        "09-26 07:30", "09-26 18:00", "10-03 07:30", "10-03 18:00",
    ]  # fmt: skip
    with clock.freeze(BEFORE):
        once = forms.turns(
            {**form(until="2025-09-25").dict(), "when": "once", "at": "2025-09-26T08:00"}
        )
        assert [f"{one:%m-%d %H:%M}" for one in once] == ["09-26 08:00"]
        assert forms.turns(form(when="now")) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"until": "2025-09-23"}, "已经过去了"),
        ({"until": "2025-09-24"}, "已经过去了"),
        ({"until": "2025-09-26", "days": "7"}, "没有这样的日子"),
        ({"until": "2026-09-23"}, "太远了"),
        ({"until": ""}, "日期和时间"),
        ({"until": "2025-09-30", "daily": "25:00"}, "日期和时间"),
        ({"until": "2025-09-30", "second": "x"}, "日期和时间"),
        ({"until": "2025-09-30", "days": "often"}, "日期和时间"),
    ],
)
def test_what_cannot_be_planned_is_said(values, word):
    with clock.freeze(BEFORE), pytest.raises(Refusal) as caught:
        forms.turns(form(**values))
    assert caught.value.id == errors.BAD_TIMES.id
    assert word in str(caught.value.fields)


# -- quiet hours -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_time_is_promised_at_which_nobody_would_hear_it(village):
    put_into_force(SHORT, VILLAGE)
    with clock.freeze(tomorrow(15)):
        night = clock.now() + timedelta(hours=7)
        for turns in ([night], [tomorrow(), night]):
            with pytest.raises(Refusal) as caught:
                made(SYSTEM, turns=turns)
            assert caught.value.id == errors.ASLEEP.id
            assert "今天 22:00" in str(caught.value)
        # It may begin for two hours: at five it still finds the morning.
        assert len(made(SYSTEM, turns=[tomorrow(5)]).turns) == 1
        assert len(made(SYSTEM, turns=[night], urgent=True).turns) == 1
        assert len(made(SYSTEM, turns=[night], level="red").turns) == 1


@pytest.mark.django_db
def test_who_sends_at_night_is_told_what_becomes_of_it(village, cast, monkeypatch):
    put_into_force(SHORT, VILLAGE)
    night = tomorrow(23)
    for at, words, more in (
        (night, "喇叭不会播", {}),
        (tomorrow(5), "喇叭到 06:30 才播", {}),
        (tomorrow(15), "", {}),
        (night, "", {"urgent": True}),
        (night, "", {"level": "orange"}),
    ):
        with clock.freeze(at):
            row = made(cast.branch_secretary.actor, **more)
            assert words in showing.asleep(row)
            assert bool(showing.asleep(row)) is bool(words)
    monkeypatch.setattr(showing, "asleep", lambda _row: "喇叭不会播")
    row = made(cast.branch_secretary.actor)
    address = f"/desk/broadcasts/{row.id}/"
    client = cast.branch_secretary.client
    assert "喇叭不会播" in client.get(address).content.decode()
    client.post(address, {"do": "send"})
    assert "喇叭不会播" not in client.get(address).content.decode()


# -- pages -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_any_of_many_turns_can_be_looked_at(village, cast):
    row = sent(cast.branch_secretary.actor, turns=[tomorrow(days=n) for n in range(1, 15)])
    address = f"/desk/broadcasts/{row.id}/"
    page = cast.branch_secretary.client.get(address + "?turn=12").content.decode()
    assert page.count("<option value=") >= 14
    assert '<option value="12" selected>' in page
    # Nothing is on its way yet: the board is not asked for every two seconds for two weeks.
    assert 'hx-trigger="every 30s"' in page
    assert "还没到时间，3 台等着播" in page
    # The choice stands outside of what is replaced under the reader's finger.
    assert page.index('id="turn"') < page.index('id="board"')
    with clock.freeze(tomorrow(days=1) + timedelta(seconds=20)), scoped(SYSTEM):
        now = Broadcast.objects.get(pk=row.pk)
        assert selectors.under_way(now, selectors.turn_now(now))
        assert not selectors.under_way(now, 5)


@pytest.mark.django_db
def test_a_plan_stands_on_the_wall_only_while_it_sounds(village):
    """Two weeks of mornings would hide every warning between them."""
    sent(SYSTEM, turns=[tomorrow(days=n) for n in range(1, 15)])

    def shown() -> int:
        with scoped(SYSTEM):
            return len(selectors.on_air(SYSTEM, VILLAGE))

    assert shown() == 0
    with clock.freeze(tomorrow(days=3) + timedelta(minutes=1)):
        assert shown() == 1
    now = sent(SYSTEM, text="第二条通知，现在播的。")
    assert shown() == 1
    with clock.freeze(clock.now() + timedelta(seconds=now.lasts + 3600)):
        assert shown() == 0


@pytest.mark.django_db
def test_at_once_the_board_is_lively_and_comes_to_rest(village):
    row = sent(SYSTEM)
    assert selectors.under_way(row, 0)
    with clock.freeze(clock.now() + timedelta(seconds=row.lasts) + timedelta(minutes=10)):
        assert not selectors.under_way(row, 0)


@pytest.mark.django_db
def test_the_form_offers_what_can_be_repeated_and_keeps_what_was_typed(village, cast):
    client = cast.branch_secretary.client
    given = {"text": NOTICE, "areas": VILLAGE, "level": "plain", "when": "daily", "daily": "07:30",
             "second": "18:00", "days": "work", "until": "2020-01-01"}  # fmt: skip
    answer = client.post("/desk/broadcasts/new/", given)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert '<option value="work" selected>' in page
    assert 'value="18:00"' in page
    assert page.count("每周") == 7


@pytest.mark.django_db
def test_a_polyphone_is_shown_between_its_neighbours(village):
    row = made(SYSTEM, text="请到银行行长处办理。天黑后不要下河。")
    both = showing.polyphones(showing.lines(row))
    found = [(before, one.char, after) for one, before, after in both["common"]]
    assert not {one.char for one, _before, _after in both["rest"]} & showing.COMMON
    assert ("到银", "行", "行长") in found
    assert ("银行", "行", "长处") in found
    assert all(len(before) <= 2 and len(after) <= 2 for before, _char, after in found)
    # What stands in another sentence is no neighbour.
    assert not any("天" in after for _before, _char, after in found if _char == "理")
