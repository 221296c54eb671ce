"""A place's wall: what stands on it, what never does, who makes and revokes its link, and that it costs the same
whatever happens there."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from tests.assessment import standings
from tests.broadcast.samples import broadcast
from tests.cases.conftest import GRID_2, IN_GRID, files, ground, opened
from tests.cases.steps import refused
from tests.cast import COUNTY, GRID, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast
from zhijin.activities.models import Meeting
from zhijin.broadcast.models import Broadcast, Target
from zhijin.core import clock, live, private_links
from zhijin.core.actor import Actor
from zhijin.core.ids import org_key, place_key, place_span, uuid7
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.disclosure import documents
from zhijin.home.wall import drawing, links, selectors, services
from zhijin.home.wall.models import Wall
from zhijin.people.households import register_household
from zhijin.people.services import register_person
from zhijin.sensing.models import Alarm, Device, DeviceState
from zhijin.sensing.services.devices import Entry, register

__all__ = ["files", "ground"]
SYSTEM = Actor.system("test")
#: Everything below is written into records of the place, and must be nowhere on its wall.
PRIVATE = (
    "王秀英", "13987654321", "11010519491231002X", "塌了一块", "赵家后院", "李大爷", "家里没人",
    "寻找走失老人", "会议室密码", "低保户名单",
)  # fmt: skip


def secrets_everywhere() -> SimpleNamespace:
    """A village where every record that the wall reads holds something private."""
    answers = {
        "what": "王秀英 13987654321 说赵家后院的路塌了一块，李大爷家里没人",
        "id_no": "11010519491231002X",
    }
    made = opened(at=clock.now(), answers=answers, lon=IN_GRID[0], lat=IN_GRID[1], place_code=GRID)
    with scoped(SYSTEM):
        register_person(
            actor=SYSTEM, place_code=VILLAGE, name="王秀英",
            household=register_household(actor=SYSTEM, place_code=VILLAGE, number="7"),
        )  # fmt: skip
    device, _ = register(actor=SYSTEM, entry=Entry("smoke", "王秀英家烟感", GRID))
    with scoped(SYSTEM):
        alarm(device)
        sounding = broadcast()
        Broadcast.objects.filter(pk=sounding.pk).update(
            title="寻找走失老人王秀英", text="电话13987654321"
        )
        meeting(title="王秀英的党费", place="赵家后院，会议室密码 1234", chair="李大爷")
        draft = documents.Draft(board="village", title="低保户名单", body="王秀英")
        documents.write(actor=SYSTEM, place_code=VILLAGE, draft=draft)
    standings.plant(members=[(VILLAGE, "大耆老村党支部"), ("530602105208", "邻村党支部")])
    return SimpleNamespace(case=made, device=device, broadcast=sounding)


def alarm(device: Device, bucket: int = 1, **more: Any) -> Alarm:
    values: dict[str, Any] = {
        "county": int(COUNTY), "place_key": device.place_key, "device_id": device.id, "kind": 1,
        "playbook": "test", "rule": "r", "bucket": bucket, "seq": bucket, "at": clock.now(),
        "made_at": clock.now(), "state": Alarm.State.OPENED, "why": "王秀英",
    }  # fmt: skip
    return Alarm.objects.create(**{**values, **more})


def meeting(code: str = VILLAGE, **more: Any) -> Meeting:
    now = clock.now()
    values: dict[str, Any] = {
        "county": int(COUNTY), "place_code": code, "place_key": place_key(code), "kind": "branch-meeting",
        "org_key": org_key(code, 1), "org_name": "大耆老村党支部", "title": "会", "starts_at": now,
        "held_on": clock.local(now).date(), "made_by": "test", "made_at": now,
    }  # fmt: skip
    return Meeting.objects.create(**{**values, **more})


def wall(code: str = VILLAGE, language: str = "zh-hans") -> Wall:
    return services.make(actor=SYSTEM, place_code=code, label="一楼大厅", language=language)


def look(made: Wall, status: int = 200) -> str:
    answer = Client().get(reverse("portal:wall", args=[links.token_of(made.id)]))
    assert answer.status_code == status
    return answer.content.decode()


def words(html: str) -> str:
    """What people read, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# -- what stands on it, and what does not ------------------------------------------------------


def test_nothing_private_is_ever_on_it(ground: Any) -> None:
    made = secrets_everywhere()
    for language in ("zh-hans", "en"):
        html = look(wall(language=language))
        assert [word for word in PRIVATE if word in html] == []
        assert str(made.case.case_id) not in html
        assert made.case.code not in html
        assert made.device.code not in html
        # No position of anything, only areas of grids.
        assert "103.60" not in html


def test_kind_grid_and_state_of_cases_and_the_other_parts(ground: Any) -> None:
    made = secrets_everywhere()
    with scoped(SYSTEM):
        Target.objects.create(
            county=int(COUNTY), broadcast_id=made.broadcast.id, turn=0, code="A", label="喇叭", at=clock.now(),
            device_id=1, place_code=VILLAGE, place_key=place_key(VILLAGE), until=clock.now(), state=6,
        )  # fmt: skip
    text = words(look(wall()))
    assert "测试隐患 第一网格 已上报" in text
    assert re.search(r"烟雾 第一网格 \d\d:\d\d 已开事项", text)
    assert "一般通知" in text
    assert "1 / 1 台已播" in text
    assert "大耆老村党支部" in text
    assert "第 1 / 2" in text
    assert "邻村党支部" not in text
    english = words(look(wall(language="en")))
    assert "Test hazard" in english
    assert "Newest cases" in english
    assert "1 of 2" in english


def test_known_notices_are_named_and_typed_titles_are_not(ground: Any) -> None:
    with scoped(SYSTEM):
        row = broadcast()
        Broadcast.objects.filter(pk=row.pk).update(title="夏季防溺水通知")
        Broadcast.objects.create(
            county=int(COUNTY), place_code=VILLAGE, place_key=place_key(VILLAGE), areas=[VILLAGE],
            title="还没发的草稿", text="王秀英", made_at=clock.now(), made_by="test", maker="test",
        )  # fmt: skip
    html = look(wall())
    assert "夏季防溺水通知" in html
    assert "还没发的草稿" not in html
    assert "Summer water safety" in look(wall(language="en"))


def test_the_map_counts_by_grid_and_a_late_grid_says_so(ground: Any) -> None:
    now = clock.now()
    opened(at=now - timedelta(days=30), place_code=GRID)
    opened(at=now, place_code=GRID_2)
    opened(at=now, place_code=GRID_2)
    html = look(wall())
    areas = re.findall(r'<path class="wall-area" data-tone="(\w+)"', html)
    assert areas == ["late", "busy"]
    assert re.findall(r'<text class="wall-figure"[^>]*>(\d+)</text>', html) == ["1", "2"]
    assert "还没有界线" not in html


def test_a_township_without_drawn_villages_shows_tiles_and_a_county_its_own(ground: Any) -> None:
    opened(at=clock.now(), place_code=GRID)
    township = look(wall(TOWNSHIP))
    assert "wall-tiles" in township
    assert '<svg class="wall-map"' not in township
    assert "大耆老村 第一网格" in words(township) or "大耆老村第一网格" in words(township)
    county = look(wall(COUNTY))
    assert "靖安镇" in words(county)


def test_another_place_is_not_on_it(ground: Any) -> None:
    opened(at=clock.now(), place_code=OTHER_VILLAGE)
    text = words(look(wall()))
    assert "测试隐患" not in text
    assert "0 件在办" in text
    assert "1 件在办" in words(look(wall(OTHER_VILLAGE)))


def test_devices_that_are_silent_are_counted_and_old_alarms_are_gone(ground: Any) -> None:
    device, _ = register(actor=SYSTEM, entry=Entry("smoke", "一号", GRID))
    other, _ = register(actor=SYSTEM, entry=Entry("smoke", "二号", GRID_2))
    with scoped(SYSTEM):
        DeviceState.objects.filter(device_id=device.id).update(dead_since=clock.now())
        alarm(other, made_at=clock.now() - timedelta(hours=25))
    text = words(look(wall()))
    assert "2 台设备，1 台失联" in text
    assert "没有告警" in text


def test_its_cost_does_not_grow_with_what_happens(ground: Any) -> None:
    secrets_everywhere()
    made = wall()
    look(made)
    with CaptureQueriesContext(connection) as few:
        look(made)
    now = clock.now()
    for number in range(8):
        opened(at=now, place_code=(GRID, GRID_2)[number % 2])
    with scoped(SYSTEM):
        device = Device.objects.get()
        for number in range(2, 6):
            alarm(device, number)
            meeting(title=str(number))
    with CaptureQueriesContext(connection) as many:
        look(made)
    # A line of the agenda reads its programme: at most three lines are shown.
    assert len(many) - len(few) <= 2 * 3
    assert len(many) <= 50, "\n".join(q["sql"][:150] for q in many.captured_queries)


# -- the link ----------------------------------------------------------------------------------


@settings_of_hypothesis(max_examples=40)
@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda b: b.hex()))
def test_only_what_was_sealed_here_is_a_link(text: str) -> None:
    assert links.wall_of(text) is None


def test_an_address_that_asks_for_too_many_wrong_links_has_to_wait(db, monkeypatch):
    monkeypatch.setattr(private_links, "WRONG", "3/10m")
    path = reverse("portal:wall", args=["A" * 42])
    assert [Client().get(path).status_code for _ in range(4)] == [404, 404, 404, 429]


@settings_of_hypothesis(max_examples=40)
@given(st.uuids(), st.integers(0, 41))
def test_a_token_with_one_letter_changed_opens_nothing(pk: Any, at: int) -> None:
    token = links.token_of(pk)
    assert len(token) == 42
    assert links.wall_of(token) == pk
    other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    assert links.wall_of(other) in {None, pk} if at == 41 else links.wall_of(other) is None


def test_a_link_needs_no_sign_in_never_expires_and_ends_when_revoked(
    ground: Any, cast: Cast
) -> None:
    made = services.make(
        actor=cast.branch_secretary.actor, place_code=VILLAGE, label="大厅", language="zh-hans"
    )
    path = reverse("portal:wall", args=[links.token_of(made.id)])
    with clock.freeze(clock.now() + timedelta(days=400)):
        answer = Client().get(path)
        assert answer.status_code == 200
        assert not answer.cookies
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
    services.revoke(actor=cast.branch_secretary.actor, pk=made.id)
    assert "HW404" in look(made, 404)
    assert Client().get(path + "events/").status_code == 404
    with scoped(SYSTEM):
        acts = list(
            JournalEntry.objects.filter(object=made.record)
            .order_by("id")
            .values_list("action", flat=True)
        )
    assert acts == ["wall.make", "wall.show", "wall.revoke"]


def test_showing_is_noted_once_and_again_after_an_absence(ground: Any) -> None:
    made, now = wall(), clock.now()
    for hours in (0, 0.2, 1, 2, 30):
        with clock.freeze(now + timedelta(hours=hours)):
            services.shown(selectors.opened(links.token_of(made.id)))
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(object=made.record, action="wall.show").count() == 2
        assert Wall.objects.get(pk=made.pk).seen_at == now + timedelta(hours=30)


def test_the_stream_of_a_wall_is_of_its_place_its_kinds_and_bare(
    ground: Any, settings: Any
) -> None:
    settings.ZHIJIN_EVENTS_PORT = "8001"
    answer = Client().get(reverse("portal:wall-events", args=[links.token_of(wall().id)]))
    assert answer.status_code == 307
    token = re.search(r"token=([^&]+)", answer["Location"])
    assert token is not None
    told = live.read_token(token[1].replace("%3A", ":"))
    assert told.scope.places == (place_span(VILLAGE),)
    assert told.bare
    assert "person." not in told.kinds
    assert "case." in told.kinds
    with pytest.raises(signing.BadSignature):
        live.read_token(token[1][:-3])


def test_who_reads_for_a_wall_may_do_nothing() -> None:
    actor = services.actor_of(Wall(id=uuid7(), place_code=VILLAGE, label="x"))
    assert actor.permissions == frozenset()
    assert actor.scope.places == (place_span(VILLAGE),)


@pytest.mark.parametrize("code", ["53", "5306", GRID, "999999999999", "", "x"])
def test_places_that_have_no_wall(ground: Any, code: str) -> None:
    with refused("HW001"):
        wall(code)


def test_a_label_is_needed_and_links_are_few(ground: Any) -> None:
    for label in ("", "  ", "长" * 41):
        with refused("HW002"):
            services.make(actor=SYSTEM, place_code=VILLAGE, label=label)
    for _ in range(services.MOST):
        wall()
    with refused("HW003"):
        wall()
    with scoped(SYSTEM):
        first = Wall.objects.order_by("id").first()
    assert first is not None
    services.revoke(actor=SYSTEM, pk=first.id)
    wall()


def test_links_are_of_ones_own_place(ground: Any, cast: Cast) -> None:
    secretary, outsider = cast.branch_secretary, cast.outsider
    made = wall(TOWNSHIP)
    with refused("CO403"):
        services.make(actor=secretary.actor, place_code=TOWNSHIP, label="镇大厅")
    with refused("CO404"):
        services.revoke(actor=secretary.actor, pk=made.id)
    with refused("CO404"):
        services.revoke(actor=outsider.actor, pk=made.id)
    with refused("CO403"):
        services.make(actor=cast.grid_worker.actor, place_code=VILLAGE, label="大厅")
    assert links.token_of(made.id) not in secretary.client.get("/desk/walls/").content.decode()


def test_the_secretary_makes_sees_and_revokes_on_the_desk(ground: Any, cast: Cast) -> None:
    client = cast.branch_secretary.client
    asked = client.post("/desk/walls/", {"place_code": VILLAGE, "label": "", "language": "en"})
    assert asked.status_code == 400
    assert "HW002" not in asked.content.decode() or "40" in asked.content.decode()
    client.post("/desk/walls/", {"place_code": VILLAGE, "label": "一楼大厅", "language": "en"})
    with scoped(SYSTEM):
        made = Wall.objects.get()
    assert (made.language, made.maker) == ("en", "李春禾")
    html = client.get("/desk/walls/").content.decode()
    assert links.token_of(made.id) in html
    assert client.post(f"/desk/walls/{made.id}/revoke/").status_code == 302
    html = client.get("/desk/walls/").content.decode()
    assert links.token_of(made.id) not in html
    assert "链接已撤销" in html
    # Again changes nothing, and is not written twice.
    assert client.post(f"/desk/walls/{made.id}/revoke/").status_code == 302
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="wall.revoke").count() == 1


@pytest.mark.parametrize(("others", "high"), [(0, 440), (2, 440), (3, 360), (5, 280), (40, 280)])
def test_the_map_is_drawn_flatter_where_tiles_take_its_room(ground, others, high):
    """Shrunk with its frame, its type would be too small for five metres."""
    parts = [drawing.Part(GRID, "第一网格", 3, 1)]
    parts += [drawing.Part(f"{VILLAGE}9{n:02d}", f"{n}", 0, 0) for n in range(others)]
    found = drawing.draw(VILLAGE, parts)
    assert len(found.missing) == others
    assert f'viewBox="0 0 600 {high}"' in str(found.svg)
