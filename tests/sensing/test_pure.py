"""What needs no database: messages, figures for people, topics, the flood guard, charts and how long readings stay."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core import clock
from zhijin.core.ids import ancestor_codes
from zhijin.core.signals import DEVICE_KINDS, KINDS, LIMIT, WORDS, Kind, Measure
from zhijin.sensing import charts, guard, messages, retention, topics
from zhijin.sensing.guard import Guard
from zhijin.sensing.messages import Bad
from zhijin.sensing.selectors import Point

ALL = sorted(KINDS.values(), key=lambda kind: kind.number)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=6), part, max_size=3)
    ),
    max_leaves=5,
)


def said(kind: Kind, **more: object) -> dict[str, object]:
    """A message of the kind with the lowest figure of each measure."""
    told: dict[str, object] = {"seq": 1, "at": 1_767_225_600_000, "kind": kind.key}
    for measure in kind.measures:
        told[measure.key] = measure.words[0] if measure.words else measure.least
    return told | more


def read(told: object) -> messages.Event:
    return messages.read(json.dumps(told).encode())


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.key)
def test_the_lowest_and_the_highest_of_every_kind_come_in(kind: Kind):
    low = read(said(kind)).reading
    assert low.kind == kind.number
    high = said(kind)
    for measure in kind.measures:
        high[measure.key] = measure.words[-1] if measure.words else measure.most
    values = (read(high).reading.value, read(high).reading.second)
    for value, measure in zip(values, kind.measures, strict=False):
        assert value == (len(measure.words) - 1 if measure.words else measure.most)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.key)
def test_one_beyond_either_end_is_out_of_range(kind: Kind):
    for measure in kind.measures:
        for wrong in ("nobody", "") if measure.words else (measure.least - 1, measure.most + 1):
            with pytest.raises(Bad) as caught:
                read(said(kind) | {measure.key: wrong})
            assert (caught.value.reason, caught.value.detail) == ("range", measure.key)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.key)
def test_what_is_asked_for_must_be_there_and_whole(kind: Kind):
    for measure in kind.measures:
        told = said(kind)
        del told[measure.key]
        if measure.required:
            with pytest.raises(Bad, match="schema"):
                read(told)
        else:
            assert read(told).reading.kind == kind.number
        if not measure.words:
            for wrong in (1.5, "1", [1], {"a": 1}):
                with pytest.raises(Bad):
                    read(said(kind) | {measure.key: wrong})


@given(JSON)
def test_whatever_comes_is_read_or_refused(told):
    with suppress(Bad):
        assert read(told).seq >= 1


@given(st.binary(max_size=700))
def test_bytes_that_mean_nothing_are_refused_without_being_quoted(data):
    with pytest.raises(Bad) as caught:
        messages.read(data)
    if len(data) > messages.MOST_BYTES:
        assert caught.value.reason == "size"
    assert len(caught.value.detail) < 60


HEAD = '"seq": 1, "at": 1, "kind": "smoke"'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # Names that look like those that are allowed: a Cyrillic letter, full width, something nobody sees.
        ('{%s, "level": 3, "b\u0430ttery": 5}', "schema"),
        ('{%s, "level": 3, "ｂattery": 5}', "schema"),
        ('{%s, "level": 3, "battery\u200b": 5}', "schema"),
        ('{%s, "level": 3, " battery": 5}', "schema"),
        ('{%s, "level": 3, "Battery": 5}', "schema"),
        ('{%s, "level": 3, "": 5}', "schema"),
        ('{%s, "level": 3, "\\u0000": 5}', "schema"),
        ('{%s, "level": 3, "__proto__": {"plate": "x"}}', "schema"),
        # A value that carries more than a figure.
        ('{%s, "level": {"plate": "贵A12345"}}', "schema"),
        ('{%s, "level": [3, "贵A12345"]}', "schema"),
        ('{%s, "level": "３"}', "schema"),
        ('{%s, "level": 3.0}', "schema"),
        ('{%s, "level": 3e0}', "schema"),
        ('{%s, "level": 520281199001011234}', "range"),
        ('{%s, "level": 3, "battery": "87 张三"}', "schema"),
        ('{%s, "level": 3, "signal": 13985861234}', "range"),
        ('{%s, "level": 99999999999999999999999999999999999999}', "range"),
        ('{%s, "level": Infinity}', "schema"),
        ('{%s, "level": true}', "schema"),
        # What is no single document.
        ('{%s, "level": 3} {"plate": "x"}', "json"),
        ('{%s, "level": 3} // 贵A12345', "json"),
        ('\ufeff{%s, "level": 3}', "json"),
        ('{%s, "level": 3,}', "json"),
    ],
)
def test_tricks_with_names_and_values_bring_nothing_in(text, reason):
    with pytest.raises(Bad) as caught:
        messages.read((text % HEAD).encode())
    assert caught.value.reason == reason
    assert not re.search("[贵张]|plate|1234", caught.value.detail)


def test_a_name_that_stands_twice_counts_once_and_carries_nothing():
    for text in ('{%s, "level": 3, "level": 4}', '{"level": "张三", %s, "level": 4}'):
        reading = messages.read((text % HEAD).encode()).reading
        assert reading.value == 4
    with pytest.raises(Bad, match="schema"):
        messages.read(f'{{{HEAD}, "level": 4, "level": "张三"}}'.encode())
    with pytest.raises(Bad, match="json"):
        messages.read(f'{{{HEAD}, "level": 3}}'.encode("utf-16"))
    longest = b" " * messages.MOST_BYTES + f'{{{HEAD}, "level": 3}}'.encode()
    with pytest.raises(Bad, match="size"):
        messages.read(longest)


@given(st.sampled_from(ALL), st.text(min_size=1, max_size=12), JSON)
def test_no_further_field_comes_in_whatever_it_is_called(kind, name, value):
    told = said(kind)
    if name in told or name in messages.COMMON:
        return
    if any(measure.key == name for measure in kind.measures):
        return
    with pytest.raises(Bad):
        read(told | {name: value})


@given(st.integers(-(2**60), 2**60))
def test_numbers_of_messages_lie_within_what_the_database_holds(seq):
    kind = KINDS["smoke"]
    if 1 <= seq <= messages.MOST_SEQ:
        assert read(said(kind, seq=seq)).seq == seq
    else:
        with pytest.raises(Bad):
            read(said(kind, seq=seq))


def test_kinds_are_numbered_once_and_devices_say_only_kinds_that_there_are():
    assert len({kind.number for kind in ALL}) == len(ALL)
    for device in DEVICE_KINDS.values():
        assert set(device.events) <= set(KINDS)
        assert device.zh
        assert device.en
    for kind in ALL:
        assert len(kind.measures) <= 2
        for measure in kind.measures:
            assert measure.least <= measure.most <= LIMIT
            assert set(measure.words) <= set(WORDS)


def test_no_kind_has_room_for_a_person():
    """A word of a closed list or a whole number: there is no text in any message."""
    for kind in ALL:
        for measure in kind.measures:
            for text in ("张三", "云A12345", "https://x/1.jpg"):
                with pytest.raises(Bad):
                    read(said(kind) | {measure.key: text})


@pytest.mark.parametrize(
    ("measure", "value", "zh", "en"),
    [
        (Measure("a", "电压", "Voltage", "V", scale=10), 1985, "198.5 V", "198.5 V"),
        (Measure("a", "电压", "Voltage", "V", scale=10), 2200, "220 V", "220 V"),
        (Measure("a", "水位", "Level", "mm"), -3, "-3 mm", "-3 mm"),
        (Measure("a", "门", "Door", most=1), 1, "有", "yes"),
        (Measure("a", "门", "Door", most=1), 0, "无", "no"),
        (Measure("a", "危险", "Hazard", words=("fire", "flood")), 1, "水淹", "flood"),
        (Measure("a", "危险", "Hazard", words=("fire", "flood")), 9, "？", "?"),
    ],
)  # fmt: skip
def test_figures_are_shown_as_people_read_them(measure, value, zh, en):
    assert (measure.show(value), measure.show(value, "en-GB")) == (zh, en)


# -- topics ---------------------------------------------------------------------------------------


def test_a_device_hears_its_own_orders_and_those_of_the_areas_around_it():
    heard = topics.may_subscribe("ABCDEFGH", "loudspeaker", "530602105207001")
    assert "zj.d.ABCDEFGH.in.>" in heard
    for place in (*ancestor_codes("530602105207001"), "530602105207001"):
        assert f"zj.a.{place}.loudspeaker.>" in heard
    assert not any("530602105208" in one or ".smoke." in one or one == "zj.>" for one in heard)
    assert topics.may_publish("ABCDEFGH") == ["zj.d.ABCDEFGH.ev", "zj.d.ABCDEFGH.receipt"]


def test_an_order_for_an_area_reaches_who_lies_in_it():
    subject = topics.area("530602105207", "loudspeaker", "play")
    inside = topics.may_subscribe("A", "loudspeaker", "530602105207001")
    outside = topics.may_subscribe("B", "loudspeaker", "530602105208001")
    assert any(_hears(one, subject) for one in inside)
    assert not any(_hears(one, subject) for one in outside)
    assert not any(_hears(one, topics.order("B", "play")) for one in inside)


def _hears(pattern: str, subject: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\.>", r"\..+"), subject))


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("$MQTT.msgs.zj.d.ABCDEFGH.ev", ("ABCDEFGH", "ev")),
        ("$MQTT.msgs.zj.d.ABCDEFGH.receipt", ("ABCDEFGH", "receipt")),
        ("$MQTT.msgs.zj.a.53.loudspeaker.play", ("", "")), ("$MQTT.msgs.other.d.X.ev", ("", "")),
        ("zj.d.X.ev", ("", "")), ("", ("", "")),
    ],
)  # fmt: skip
def test_who_spoke_is_read_from_the_subject(subject, found):
    assert topics.device_of(subject) == found


@given(
    st.text("ABCDEFGHJKMNPQRSTVWXYZ0123456789", min_size=8, max_size=10),
    st.sampled_from(topics.UPWARD),
)
def test_what_a_device_may_say_names_it(code, channel):
    assert topics.device_of(topics.KEPT + topics.own(code, channel)) == (code, channel)


# -- the flood guard ------------------------------------------------------------------------------


def test_a_device_that_comes_back_may_say_at_once_what_it_has_kept():
    one = Guard()
    assert all(one.admits(1000.0) for _ in range(int(guard.BURST)))
    assert not one.admits(1000.0)
    assert one.admits(1001.0)
    assert not one.mad


def test_a_flood_makes_mad_and_a_pause_forgives():
    one = Guard()
    for number in range(int(guard.BURST) + guard.SURPLUS):
        one.admits(1000.0 + number / 1e6)
    assert one.mad
    later = Guard()
    for number in range(int(guard.BURST) + guard.SURPLUS - 1):
        later.admits(1000.0 + number / 1e6)
    assert not later.mad
    for number in range(100):
        later.admits(1100.0 + number / 1e6)
    assert not later.mad


@given(st.lists(st.floats(0, 5000), max_size=60))
def test_a_clock_that_goes_back_gives_no_credit(times):
    one = Guard(tokens=1.0)
    passed = sum(one.admits(at) for at in times)
    assert passed <= 1 + max(times, default=0) * guard.RATE + 1


# -- charts ---------------------------------------------------------------------------------------


def point(minute: int, least: int, mean: float, most: int) -> Point:
    at = datetime(2026, 6, 1, 8, 0, tzinfo=UTC) + timedelta(minutes=minute)
    return Point(at, mean, least, most)


@given(
    st.lists(
        st.tuples(st.integers(-1000, 1000), st.integers(0, 50), st.integers(0, 50)),
        min_size=2,
        max_size=40,
    )
)
def test_a_chart_stays_in_its_frame(values):
    points = [point(n * 15, a, a + b, a + b + c) for n, (a, b, c) in enumerate(values)]
    drawn = charts.line(points, Measure("level", "水位", "Level", "mm"), "水位")
    for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", drawn):
        assert 0 <= float(pair[0]) <= charts.WIDTH
        assert 0 <= float(pair[1]) <= charts.HEIGHT


def test_one_point_is_no_line_and_a_label_is_text():
    measure = Measure("level", "水位", "Level")
    assert charts.line([point(0, 1, 1, 1)], measure, "x") == ""
    assert charts.line([], measure, "x") == ""
    drawn = charts.line([point(0, 1, 1, 1), point(15, 1, 1, 1)], measure, '"><script>')
    assert "<script>" not in drawn
    assert "6月1日 16:00" in drawn


# -- how long readings stay -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "months"), [("", 13), ("24", 24), ("1", 3), ("-5", 3), ("0", 3), ("ein Jahr", 13)]
)
def test_readings_stay_as_long_as_is_set_and_never_less_than_three_months(
    monkeypatch, wanted, months
):
    monkeypatch.setenv("ZHIJIN_READING_MONTHS", wanted)
    assert retention.months() == months


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 1, 31), date(2024, 12, 1)), (date(2026, 2, 28), date(2025, 1, 1)),
     (date(2026, 12, 1), date(2025, 11, 1))],
)  # fmt: skip
def test_whole_months_are_kept(monkeypatch, today, first):
    monkeypatch.delenv("ZHIJIN_READING_MONTHS", raising=False)
    monkeypatch.setattr(clock, "today", lambda: today)
    assert retention.first_kept() == first
