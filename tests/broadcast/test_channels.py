"""The same message to robots, short messages and the public page: who may set that up, what leaves the house, what
comes back, and that nothing of it holds up a loudspeaker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.broadcast.conftest import NOTICE, SYSTEM, heard, made, sent, tomorrow
from tests.broadcast.test_cap import message
from tests.broadcast.test_sending import refused
from tests.broadcast.vendors import DING_SECRET, GATEWAY_TOKEN, LARK_SECRET, serving
from tests.cast import COUNTY, GRID, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Part, make_member
from zhijin.broadcast import cap, choosing, errors
from zhijin.broadcast.channels.sms import TEMPLATE
from zhijin.broadcast.models import Broadcast, Channel, Post
from zhijin.broadcast.services import (
    alerts,
    channels,
    drafting,
    exchanging,
    posting,
    sending,
    stopping,
)
from zhijin.broadcast.services.channels import Wanted
from zhijin.broadcast.speech import making
from zhijin.core import clock, egress
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NO_PERMISSION, NOT_FOUND
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import api as people
from zhijin.people.models import Person

pytestmark = pytest.mark.django_db
State = Post.State
SECOND = Actor.system("second")


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The vendors' server, allowed by this installation, and the addresses of a robot of each kind."""
    with serving() as (port, memory):
        here = f"127.0.0.1:{port}"
        monkeypatch.setenv(egress.ALLOW, here)
        monkeypatch.setenv(channels.HOSTS, here)
        yield SimpleNamespace(
            host=here, got=memory.got, told=memory.told, wecom=f"http://{here}/cgi-bin/webhook/send?key=wecom-key",
            dingtalk=f"http://{here}/robot/send?access_token=ding-token",
            feishu=f"http://{here}/open-apis/bot/v2/hook/lark-hook", sms=f"http://{here}/sms/send",
        )  # fmt: skip


@pytest.fixture(autouse=True)
def tone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of silence instead of a voice: nobody listens here."""
    monkeypatch.setattr(drafting, "spoken", lambda *_: making.keep(8000, bytes(16_000), "test"))


SECRETS = {"wecom": "", "dingtalk": DING_SECRET, "feishu": LARK_SECRET, "sms": GATEWAY_TOKEN}
SETTINGS = {"sign": "织锦", "template": TEMPLATE, "ok": "code=0", "why": "message", "most": "3"}


def wanted(vendors: Any, kind: str = "wecom", **more: Any) -> Wanted:
    values = {
        "kind": kind, "label": f"{kind} 工作群", "place_code": VILLAGE, "url": getattr(vendors, kind, vendors.wecom),
        "secret": SECRETS.get(kind, ""), "settings": SETTINGS if kind == "sms" else {},
    }  # fmt: skip
    return Wanted(**{**values, **more})


def channel(vendors: Any, kind: str = "wecom", **more: Any) -> Channel:
    """Added by one and put into use by another."""
    row = channels.add(actor=SYSTEM, wanted=wanted(vendors, kind, **more))
    return channels.confirm(actor=SECOND, pk=row.id)


def said(*rows: Channel, **more: Any) -> Broadcast:
    return sent(SYSTEM, channels=[str(one.id) for one in rows], **more)


def posts(row: Broadcast, what: str = "say") -> list[Post]:
    with scoped(SYSTEM):
        return list(Post.objects.filter(broadcast_id=row.id, what=what).order_by("kind"))


def run(row: Broadcast, what: str = "say") -> dict[str, str]:
    """Do the jobs; what became of each kind."""
    for one in posts(row, what):
        posting.deliver(one.id)
    return {one.kind: one.state for one in posts(row, what)}


def again(row: Broadcast, seconds: int) -> dict[str, str]:
    with clock.freeze(clock.now() + timedelta(seconds=seconds)):
        return run(row)


def everything_written() -> str:
    """All that the journal, the facts and the jobs hold."""
    with connection.cursor() as cursor, scoped(SYSTEM):
        out = []
        for table in (
            "core_journal",
            "core_fact",
            "procrastinate_jobs",
            "broadcast_post",
            "broadcast_letter",
        ):
            cursor.execute(f"SELECT t::text FROM {table} t")
            out += [row[0] for row in cursor.fetchall()]
    return "\n".join(out)


def resident(
    name: str,
    phone: str,
    place: str = GRID,
    consents: str = "notice phone",
    how: str = "当面签字",
    **more: Any,
) -> Person:
    given = dict.fromkeys(consents.split(), how)
    with scoped(SYSTEM):
        return people.register_person(
            actor=SYSTEM, place_code=place, name=name, phone=phone, consents=given, **more
        )


# -- setting up -----------------------------------------------------------------------------------


def test_one_adds_another_puts_into_use_and_all_is_written_down(village, cast, vendors):
    one = cast.county_officer.actor
    other = make_member("county2", Part("小郑", "county_officer", COUNTY)).actor
    row = channels.add(actor=one, wanted=wanted(vendors, "dingtalk", place_code=COUNTY))
    assert (row.state, row.kind, row.maker) == ("waiting", "dingtalk", one.name)
    refused(errors.SAME_HAND, channels.confirm, actor=one, pk=row.id)
    assert channels.confirm(actor=other, pk=row.id).state == "active"
    refused(errors.CHANNEL_STATE, channels.confirm, actor=other, pk=row.id)
    assert channels.suspend(actor=one, pk=row.id, why="换群").state == "suspended"
    refused(errors.CHANNEL_STATE, channels.suspend, actor=one, pk=row.id)
    refused(errors.CHANNEL_STATE, channels.trial, actor=one, pk=row.id)
    assert channels.confirm(actor=other, pk=row.id).why == ""
    with scoped(SYSTEM):
        found = JournalEntry.objects.filter(object=row.record).order_by("id")
        assert list(found.values_list("action", flat=True)) == [
            "channel.add", "channel.confirm", "channel.suspend", "channel.confirm",
        ]  # fmt: skip


def test_address_and_secret_are_sealed_and_never_shown(village, cast, vendors):
    row = channel(vendors, "dingtalk")
    with scoped(SYSTEM):
        kept = Channel.objects.get(pk=row.pk)
    for private in ("ding-token", DING_SECRET):
        assert private.encode() not in bytes(kept.url) + bytes(kept.secret)
        assert private not in kept.shown + everything_written()
    client = cast.county_officer.client
    for address in ("/desk/channels/", f"/desk/channels/{row.id}/"):
        page = client.get(address).content.decode()
        assert row.label in page
        assert "ding-token" not in page
        assert DING_SECRET not in page


def test_only_the_county_manages_and_only_its_own(village, cast, vendors):
    for member in (cast.branch_secretary, cast.township_officer, cast.grid_worker, cast.auditor):
        refused(NO_PERMISSION, channels.add, actor=member.actor, wanted=wanted(vendors))
    row = channel(vendors)
    outsider = cast.outsider.actor
    for function in (channels.confirm, channels.suspend, channels.trial):
        refused(NOT_FOUND, function, actor=outsider, pk=row.id)
    with scoped(outsider):
        assert not Channel.objects.exists()
        assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("wecom", {"url": "https://qyapi.weixin.qq.com.evil.cn/cgi-bin/webhook/send?key=1"}),
        ("wecom", {"url": "https://169.254.169.254/cgi-bin/webhook/send?key=1"}),
        ("wecom", {"url": "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=1"}),
        ("wecom", {"url": "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"}),
        ("wecom", {"url": "https://a@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"}),
        ("wecom", {"url": "https://oapi.dingtalk.com/cgi-bin/webhook/send?key=1"}),
        ("wecom", {"url": "file:///etc/passwd"}),
        ("wecom", {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"}),
        ("wecom", {"secret": "x"}),
        ("wecom", {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + "1" * 500}),
        ("dingtalk", {"secret": ""}),
        ("feishu", {"secret": ""}),
        ("sms", {"url": "https://sms.example.org/send"}),
        ("sms", {"settings": {}}),
    ],
)
def test_messages_go_to_the_vendors_or_where_operations_allow(village, vendors, kind, more):
    refused(errors.BAD_CHANNEL, channels.add, actor=SYSTEM, wanted=wanted(vendors, kind, **more))


def test_a_form_of_nothing_is_refused(village, vendors):
    for more in ({"kind": "fax"}, {"label": " "}, {"label": "长" * 41}, {"least": "pink"}):
        refused(BAD_REQUEST, channels.add, actor=SYSTEM, wanted=wanted(vendors, **more))
    refused(errors.NO_AREA, channels.add, actor=SYSTEM, wanted=wanted(vendors, place_code="990000"))


def test_a_host_that_is_no_longer_allowed_gets_nothing(village, vendors, monkeypatch):
    row = said(channel(vendors))
    monkeypatch.setenv(channels.HOSTS, "elsewhere.cn")
    assert run(row) == {"wecom": State.REFUSED}
    assert vendors.got == []
    row = said(channel(vendors, "feishu", url="https://open.feishu.cn/open-apis/bot/v2/hook/x"))
    monkeypatch.setattr(
        egress.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.0.0.7", 443))]
    )
    assert run(row) == {"feishu": State.REFUSED}
    assert posts(row)[0].reason == "inside"


# -- choosing -------------------------------------------------------------------------------------


def test_a_place_uses_its_own_channels_and_what_is_shared_from_above(village, cast, vendors):
    own = channel(vendors, label="村")
    channel(vendors, label="镇", place_code=TOWNSHIP)
    shared = channel(vendors, label="县", place_code=COUNTY, shared=True)
    channel(vendors, label="邻", place_code=OTHER_VILLAGE)
    waiting = channels.add(actor=SYSTEM, wanted=wanted(vendors, label="未启用"))
    secretary = cast.branch_secretary.actor
    assert {one.label for one in choosing.usable(secretary, VILLAGE)} == {"村", "县"}
    assert {one.label for one in choosing.usable(cast.township_officer.actor, VILLAGE)} == {
        "村",
        "镇",
        "县",
    }
    assert choosing.usable(secretary, "") == []
    row = made(secretary, channels=[str(own.id), str(shared.id)])
    assert row.channels == [str(own.id), str(shared.id)]
    for bad in (str(waiting.id), "nonsense", str(SYSTEM.id)):
        refused(errors.NO_CHANNEL, made, actor=secretary, channels=[bad])


def test_a_channel_takes_only_what_is_grave_enough(village, vendors):
    row = channel(vendors, least="orange")
    refused(errors.NO_CHANNEL, made, actor=SYSTEM, channels=[str(row.id)], level="yellow")
    assert made(SYSTEM, channels=[str(row.id)], level="red").channels == [str(row.id)]


# -- sending --------------------------------------------------------------------------------------


def test_the_same_message_reaches_every_robot_once(village, vendors):
    row = said(
        *(channel(vendors, kind) for kind in ("wecom", "dingtalk", "feishu")), level="yellow"
    )
    assert {one.state for one in posts(row)} == {State.WAITING}
    assert ProcrastinateJob.objects.filter(task_name="broadcast.post").count() == 3
    assert run(row) == {"wecom": State.SENT, "dingtalk": State.SENT, "feishu": State.SENT}
    texts = [
        body["text"]["content"] if "text" in body else body["content"]["text"]
        for _path, body, _headers in vendors.got
    ]
    assert len(texts) == 3
    assert len(set(texts)) == 1
    assert texts[0].startswith("【黄色】夏季防溺水通知\n请看管好自家孩子")
    assert texts[0].endswith(f"/p/{VILLAGE}/")
    # A job that runs twice, and a sweep, do nothing more.
    run(row)
    assert posting.requeue() == 0
    assert len(vendors.got) == 3
    with scoped(SYSTEM):
        told = JournalEntry.objects.filter(object=row.record, action="broadcast.post")
        assert sorted(one.detail["channel"] for one in told) == ["dingtalk", "feishu", "wecom"]


def test_the_loudspeakers_know_nothing_of_a_channel_that_fails(village, vendors, monkeypatch):
    one = channel(vendors)
    monkeypatch.setattr(
        egress, "post", lambda *_: (_ for _ in ()).throw(AssertionError("too early"))
    )
    row = said(one)
    assert (row.state, len(heard(row))) == (Broadcast.State.OUT, 3)
    monkeypatch.setattr(egress, "post", lambda *_: egress.Outcome(0, 1, "connection"))
    run(row)
    assert posts(row)[0].state == State.WAITING
    with scoped(SYSTEM):
        assert Broadcast.objects.get(pk=row.pk).state == Broadcast.State.OUT


def test_what_passes_is_tried_again_later_and_later_and_then_given_up(village, vendors):
    row = said(channel(vendors))
    vendors.told += [(502, {}), (200, {"errcode": -1, "errmsg": "system busy"})]
    run(row)
    assert (posts(row)[0].tries, posts(row)[0].reason) == (1, "HTTP 502")
    run(row)
    assert len(vendors.got) == 1
    again(row, 6)
    assert (posts(row)[0].tries, posts(row)[0].reason) == (2, "-1 system busy")
    again(row, 60)
    assert posts(row)[0].state == State.SENT
    row = said(channel(vendors, label="别的"))
    vendors.told += [(500, {})] * 20
    at = 0
    for _ in range(12):
        at += 700
        again(row, at)
    one = posts(row)[0]
    assert (one.state, one.tries, one.reason) == (State.GIVEN_UP, 6, "HTTP 500")


def test_a_vendors_refusal_is_final_and_in_its_words(village, vendors):
    row = said(channel(vendors, "dingtalk", secret="SECwrong"), channel(vendors, "feishu", secret="wrong"),
               channel(vendors, url=vendors.wecom.replace("wecom-key", "gone")))  # fmt: skip
    assert set(run(row).values()) == {State.REFUSED}
    reasons = {one.kind: one.reason for one in posts(row)}
    assert reasons["dingtalk"] == "310000 sign not match"
    assert reasons["feishu"].startswith("19021 sign match fail")
    assert reasons["wecom"].startswith("93000")
    again(row, 3600)
    assert len(vendors.got) == 3


def test_too_often_waits_as_long_as_the_vendor_mutes(village, vendors):
    row = said(channel(vendors, "dingtalk"))
    vendors.told.append(
        (200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})
    )
    run(row)
    assert posts(row)[0].next_at - clock.now() > timedelta(seconds=590)
    again(row, 60)
    assert len(vendors.got) == 1
    assert again(row, 601) == {"dingtalk": State.SENT}


def test_a_robot_gets_no_more_in_a_minute_than_the_vendor_takes(village, vendors, monkeypatch):
    monkeypatch.setattr("zhijin.core.ratelimit.time.time", lambda: 1_780_000_005.0)
    one = channel(vendors)
    rows = [said(one) for _ in range(22)]
    states = [run(row)["wecom"] for row in rows]
    assert states == [State.SENT] * 20 + [State.WAITING] * 2
    assert [posts(row)[0].tries for row in rows[20:]] == [0, 0]


def test_ten_failures_in_a_row_suspend_a_channel(village, vendors):
    one = channel(vendors, "dingtalk", secret="SECwrong")
    rows = [said(one) for _ in range(exchanging.STOP_AFTER + 1)]
    assert [run(row)["dingtalk"] for row in rows] == [State.REFUSED] * 10 + [State.WITHDRAWN]
    with scoped(SYSTEM):
        kept = Channel.objects.get(pk=one.pk)
    assert (kept.state, kept.why) == ("suspended", "310000 sign not match")
    refused(errors.NO_CHANNEL, made, actor=SYSTEM, channels=[str(one.id)])


def test_a_channel_that_was_stopped_meanwhile_stands_on_the_board_unsent(village, vendors):
    one = channel(vendors)
    row = made(SYSTEM, channels=[str(one.id)])
    channels.suspend(actor=SYSTEM, pk=one.id)
    assert sending.submit(actor=SYSTEM, pk=row.id).state == Broadcast.State.OUT
    (post,) = posts(row)
    assert (post.state, post.reason) == (State.WITHDRAWN, "suspended")
    assert run(row) == {"wecom": State.WITHDRAWN}
    assert vendors.got == []


def test_a_planned_broadcast_is_told_when_its_time_comes(village, vendors):
    at = tomorrow()
    row = said(channel(vendors), turns=[at])
    assert ProcrastinateJob.objects.filter(task_name="broadcast.post").count() == 0
    run(row)
    assert vendors.got == []
    with clock.freeze(at + timedelta(seconds=1)):
        assert posting.requeue() == 1
        assert posting.requeue() == 0
        assert run(row) == {"wecom": State.SENT}


def test_what_is_stopped_is_withdrawn_and_who_was_told_is_told_so(village, vendors):
    told, late = channel(vendors), channel(vendors, "feishu")
    row = said(told, late)
    posting.deliver(next(one.id for one in posts(row) if one.kind == "wecom"))
    stopping.stop(actor=SYSTEM, pk=row.id, why="误报")
    assert run(row) == {"wecom": State.SENT, "feishu": State.WITHDRAWN}
    assert run(row, "stop") == {"wecom": State.SENT}
    text = vendors.got[-1][1]["text"]["content"]
    assert "已经停播" in text
    assert "误报" in text
    assert len(vendors.got) == 2


def test_a_message_whose_time_has_passed_is_not_sent(village, vendors):
    row = said(channel(vendors))
    assert again(row, 3 * 24 * 3600) == {"wecom": State.GIVEN_UP}
    assert (posts(row)[0].reason, vendors.got) == ("expired", [])


def test_a_worker_that_died_in_the_middle_is_taken_over(village, vendors):
    row = said(channel(vendors))
    one = posts(row)[0]
    assert posting._claim(one.id) is not None
    assert posting._claim(one.id) is None
    with clock.freeze(clock.now() + posting.LEASE + timedelta(seconds=1)):
        assert posting.requeue() == 1
        assert run(row) == {"wecom": State.SENT}


def test_a_drill_says_so_and_a_simulation_too(village, vendors):
    one = channel(vendors)
    run(said(one, exercise=True))
    run(said(one, simulated=True))
    texts = [body["text"]["content"] for _path, body, _headers in vendors.got]
    assert [text[:4] for text in texts] == ["【演练】", "【模拟】"]


def test_a_trial_goes_out_before_the_channel_is_in_use(village, vendors):
    row = channels.add(actor=SYSTEM, wanted=wanted(vendors, "feishu"))
    post = channels.trial(actor=SYSTEM, pk=row.id)
    assert posting.deliver(post.id)
    assert "测试消息" in vendors.got[0][1]["content"]["text"]
    with scoped(SYSTEM):
        assert [one.state for one in choosing.sent_by(row)] == [State.SENT]


def test_a_kind_whose_package_is_gone_refuses(village, vendors, monkeypatch):
    row = said(channel(vendors))
    monkeypatch.setattr("zhijin.broadcast.channels.kind", lambda _key: None)
    assert run(row) == {"wecom": State.REFUSED}
    assert posts(row)[0].reason == "not installed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_message(village, vendors):
    row = said(channel(vendors))
    one = posts(row)[0]
    ready = threading.Barrier(4)

    def work() -> None:
        ready.wait()
        try:
            posting.deliver(one.id)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(vendors.got) == 1
    assert posts(row)[0].state == State.SENT


# -- pages ----------------------------------------------------------------------------------------


def test_the_countys_page_adds_tries_and_suspends(village, cast, vendors):
    client = cast.county_officer.client
    given = {
        "kind": "dingtalk", "label": "网格员工作群", "place_code": VILLAGE, "url": vendors.dingtalk,
        "secret": DING_SECRET, "least": "plain",
    }  # fmt: skip
    bad = client.post(
        "/desk/channels/", {**given, "url": "https://example.org/robot/send?access_token=1"}
    )
    assert bad.status_code == 400
    assert "example.org 不是这种渠道的主机" in bad.content.decode()
    assert DING_SECRET not in bad.content.decode()
    lost = client.post("/desk/channels/", {**given, "place_code": "没有这个地方"})
    assert lost.status_code == 400
    assert "没有这个地方" in lost.content.decode()
    address = client.post("/desk/channels/", given).headers["Location"]
    assert client.post(address, {"do": "confirm"}).status_code == 403
    assert client.post(address, {"do": "trial"}).status_code == 302
    with scoped(SYSTEM):
        posting.deliver(Post.objects.get().id)
    page = client.get(address).content.decode()
    assert "测试消息" in page
    assert "已送达" in page
    assert "请另一位同事核对后启用" in page
    assert client.post(address, {"do": "suspend", "why": "群解散"}).status_code == 302
    assert "群解散" in client.get("/desk/channels/").content.decode()
    assert client.post(address, {"do": "dance"}).status_code == 400


def test_the_form_offers_channels_and_the_board_shows_what_became_of_them(village, cast, vendors):
    one, gate = (
        channel(vendors),
        channel(vendors, "sms", label="县短信", place_code=COUNTY, shared=True),
    )
    resident("甲", "13912345601")
    client = cast.branch_secretary.client
    page = client.get("/desk/broadcasts/new/").content.decode()
    assert one.label in page
    assert "县短信" in page
    address = client.post(
        "/desk/broadcasts/new/",
        {
            "text": NOTICE,
            "areas": VILLAGE,
            "when": "now",
            "level": "plain",
            "channels": [str(one.id), str(gate.id)],
        },
    ).headers["Location"]
    draft = client.get(address).content.decode()
    assert "1 人同意接收" in draft
    assert "每条 1 段" in draft
    assert "门户首页（有效期内）" not in draft
    client.post(address, {"do": "send"})
    with scoped(SYSTEM):
        row = Broadcast.objects.get()
    run(row)
    page = client.get(address).content.decode()
    assert "其他渠道" in page
    assert "1 人里送达 1 人" in page
    assert "13912345601" not in page
    bad = client.post(
        "/desk/broadcasts/new/",
        {"text": NOTICE, "areas": VILLAGE, "when": "now", "level": "plain", "channels": ["x"]},
    )
    assert (
        bad.status_code,
        "BC017" in bad.content.decode() or "不能用" in bad.content.decode(),
    ) == (400, True)


# -- the public page ------------------------------------------------------------------------------


def test_the_public_page_shows_what_is_in_force_and_hides_what_is_personal(village, client):
    row = sent(
        SYSTEM, text="开会通知。请联系村民王秀英，电话13912345678，今晚来村委会。", level="orange"
    )
    page = client.get(f"/p/{VILLAGE}/").content.decode()
    assert "开会通知" in page
    assert "橙色" in page
    assert "今晚来村委会" in page
    assert "13912345678" not in page
    assert "王秀英" not in page
    assert f"/broadcast/audio/{row.digest}/" in page
    assert "开会通知" not in client.get(f"/p/{OTHER_VILLAGE}/").content.decode()
    for code in (TOWNSHIP, COUNTY):
        assert "今晚来村委会" in client.get(f"/p/{code}/").content.decode()
    with clock.freeze(row.shown_until + timedelta(seconds=1)):
        assert "今晚来村委会" not in client.get(f"/p/{VILLAGE}/").content.decode()


def test_what_is_stopped_planned_or_kept_from_it_is_not_on_the_public_page(village, client):
    stopped = sent(SYSTEM, text="第一条通知，已停播的。")
    stopping.stop(actor=SYSTEM, pk=stopped.id)
    sent(SYSTEM, text="第二条通知，以后播的。", turns=[tomorrow()])
    sent(SYSTEM, text="第三条通知，不上门户。", portal=False)
    made(SYSTEM, text="第四条通知，还是草稿。")
    sent(SYSTEM, text="第五条通知，正在播的。", areas=[GRID])
    page = client.get(f"/p/{VILLAGE}/").content.decode()
    assert [
        word for word in ("第一条", "第二条", "第三条", "第四条", "第五条") if word in page
    ] == ["第五条"]


def test_a_warning_stays_on_the_page_as_long_as_it_holds(village, cast):
    until = clock.now() + timedelta(days=2)
    told = message()
    data = cap.write(
        replace(told, info=replace(told.info, expires=clock.local(until.replace(microsecond=0))))
    )
    alert = alerts.receive(actor=SYSTEM, data=data)
    row = sending.submit(actor=SYSTEM, pk=alerts.use(actor=SYSTEM, pk=alert.id).id)
    assert row.shown_until == alert.until
    assert row.ends_at < row.shown_until
