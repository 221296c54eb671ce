"""Webhooks end to end: a case goes on, and a real server receives a signed message; or does not."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import COUNTY, OTHER_COUNTY, Cast
from tests.places.factories import plant
from tests.programmes.conftest import closed, follow_all, opened, waiting
from zhijin.core import clock, egress
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.programmes.models import Delivery, Endpoint, Notice
from zhijin.programmes.webhooks import endpoints, queueing, sending, signing

pytestmark = pytest.mark.usefixtures("effects")
ADMIN = Actor.system("test")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as told and keeps what it got."""

    answers: list[int] = []
    got: list[tuple[dict[str, str], bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server on this machine that webhooks may reach."""
    Receiver.answers, Receiver.got = [], []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setenv(egress.ALLOW, f"127.0.0.1:{server.server_port}")
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()
    thread.join()


def registered(url: str, **more: Any) -> tuple[Endpoint, str]:
    return endpoints.create(actor=ADMIN, label="县平台", url=url, **more)


def send_all() -> list[bool]:
    """Every message that a job waits for, as the worker does it."""
    return [sending.deliver(job["delivery"]) for job in waiting("programmes.deliver")]


def deliveries() -> list[Delivery]:
    return list(Delivery.objects.order_by("made_at", "id"))


class TestDelivery:
    def test_a_message_is_signed_and_holds_nobodys_data(self, receiver: str) -> None:
        _, secret = registered(receiver)
        made = opened("村民张三丰家 13812345678 门口灯不亮", phone="13812345678", name="张三丰")
        follow_all()
        assert send_all() == [True]
        ((headers, body),) = Receiver.got
        signing.verify([secret], headers, body)
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        message = json.loads(body)
        assert message["type"] == "case.opened"
        assert set(message) == {"type", "timestamp", "data"}
        assert message["data"] == {
            "number": made.number, "state": "reported", "open": True, "playbook": "effects",
            "place_code": "530602105207001",
        }  # fmt: skip
        for word in ("张三丰", "13812345678", made.code):
            assert word not in body.decode()

    def test_every_step_is_told_once_however_often_the_jobs_run(self, cast, receiver) -> None:
        registered(receiver)
        closed(cast)
        follow_all(times=2)
        assert all(send_all())
        assert send_all() == [False] * 3
        assert [json.loads(body)["type"] for _, body in Receiver.got] == [
            "case.opened", "case.moved", "case.closed",
        ]  # fmt: skip
        assert json.loads(Receiver.got[-1][1])["data"]["open"] is False
        assert len({headers["webhook-id"] for headers, _ in Receiver.got}) == 3

    def test_remarks_are_nobodys_business(self, cast: Cast, receiver: str) -> None:
        from zhijin.cases.services.reporter import comment

        registered(receiver)
        made = opened()
        comment(actor=cast.township_officer.actor, case_id=made.case_id, text="内部", public=False)
        follow_all()
        assert [row.type for row in deliveries()] == ["case.opened"]

    @pytest.mark.parametrize(
        ("wish", "count"),
        [
            ({}, 3),
            ({"events": ["case.closed"]}, 1),
            ({"playbooks": ["other"]}, 0),
            ({"playbooks": ["effects", "other"]}, 3),
            ({"place_code": COUNTY}, 3),
            ({"place_code": OTHER_COUNTY}, 0),
        ],
    )
    def test_an_endpoint_gets_what_it_asked_for(self, cast, receiver, wish, count) -> None:
        registered(receiver, **wish)
        closed(cast)
        assert len(deliveries()) == count

    def test_the_stored_payload_is_sealed_and_dropped_once_delivered(self, receiver: str) -> None:
        registered(receiver)
        made = opened()
        follow_all()
        (row,) = deliveries()
        assert made.number.encode() not in bytes(row.payload)
        send_all()
        row.refresh_from_db()
        assert (row.state, row.payload, row.status, row.attempts) == ("delivered", None, 200, 1)


class TestRetries:
    def test_a_failure_is_tried_again_later_with_the_same_id_and_body(self, receiver: str) -> None:
        registered(receiver)
        Receiver.answers = [503, 302]
        opened()
        follow_all()
        assert send_all() == [False]
        (row,) = deliveries()
        assert (row.state, row.status, row.attempts) == ("waiting", 503, 1)
        assert sending.sweep() == 0
        with clock.freeze(row.next_at):
            assert sending.sweep() == 1
        row.refresh_from_db()
        assert (row.status, row.attempts) == (302, 2)
        assert row.next_at - clock.now() > timedelta(minutes=4)
        with clock.freeze(row.next_at):
            sending.sweep()
        row.refresh_from_db()
        assert row.state == "delivered"
        bodies = {body for _, body in Receiver.got}
        assert len(Receiver.got) == 3
        assert len(bodies) == 1
        assert len({headers["webhook-id"] for headers, _ in Receiver.got}) == 1

    def test_the_time_in_the_signature_is_the_real_one(self, receiver: str) -> None:
        """A demonstration's clock may be weeks ahead; receivers look at their own."""
        _, secret = registered(receiver)
        opened()
        follow_all()
        with clock.freeze(clock.now() + timedelta(days=30)):
            assert send_all() == [True]
        headers, body = Receiver.got[0]
        signing.verify([secret], headers, body, now=time.time())

    def test_waits_grow_to_about_three_days(self) -> None:
        waits = [wait.total_seconds() for wait in sending.WAITS]
        assert waits == sorted(waits)
        assert 2 * 86400 < sum(waits) < 4 * 86400

    def test_a_message_given_up_stops_the_endpoint_and_tells_its_maker(
        self, cast, receiver
    ) -> None:
        actor = cast.system_admin.actor
        made, _ = endpoints.create(actor=actor, label="县平台", url=receiver)
        Receiver.answers = [500] * 20
        opened()
        follow_all()
        send_all()
        for _ in range(len(sending.WAITS)):
            (row,) = deliveries()
            with clock.freeze(row.next_at):
                sending.sweep()
        (row,) = deliveries()
        assert (row.state, row.attempts, row.payload) == ("failed", len(sending.WAITS) + 1, None)
        made.refresh_from_db()
        assert (made.is_active, made.stopped_why) == (False, "given_up")
        with scoped(actor):
            notice = Notice.objects.get(kind="webhook")
        assert str(notice.account) == actor.id

    def test_gone_is_taken_at_its_word(self, receiver: str) -> None:
        made, _ = registered(receiver)
        Receiver.answers = [410]
        opened()
        follow_all()
        send_all()
        made.refresh_from_db()
        assert (made.is_active, made.stopped_why) == (False, "gone")

    def test_what_waits_at_a_stopped_endpoint_is_sent_when_it_starts_again(self, receiver) -> None:
        made, _ = registered(receiver)
        opened()
        follow_all()
        endpoints.set_active(actor=ADMIN, endpoint_id=made.id, active=False)
        assert send_all() == [False]
        assert Receiver.got == []
        endpoints.set_active(actor=ADMIN, endpoint_id=made.id, active=True)
        assert sending.sweep() == 1
        assert len(Receiver.got) == 1

    def test_a_worker_that_died_in_the_middle_is_followed_by_another(self, receiver: str) -> None:
        registered(receiver)
        opened()
        follow_all()
        (row,) = deliveries()
        assert sending._claim(row.id) is not None
        assert sending.sweep() == 0
        with clock.freeze(clock.now() + sending.LEASE + timedelta(seconds=1)):
            assert sending.sweep() == 1
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("delivered", 2)

    def test_an_address_that_came_to_lie_inside_is_not_called(self, receiver, monkeypatch) -> None:
        registered(receiver)
        opened()
        follow_all()
        monkeypatch.delenv(egress.ALLOW)
        assert send_all() == [False]
        (row,) = deliveries()
        assert (row.status, row.error) == (0, "not_https")
        assert Receiver.got == []


class TestQueueing:
    def test_what_is_due_again_gets_one_job(self, receiver: str) -> None:
        registered(receiver)
        Receiver.answers = [500]
        opened()
        follow_all()
        send_all()
        (row,) = deliveries()
        assert queueing.requeue() == 0
        with clock.freeze(row.next_at):
            assert queueing.requeue() == 1
            assert queueing.requeue() == 0
        assert Receiver.got[1:] == []

    def test_one_message_at_a_time_goes_to_an_endpoint(self, receiver: str) -> None:
        made, _ = registered(receiver)
        opened()
        follow_all()
        with connection.cursor() as cursor:
            cursor.execute("SELECT lock FROM procrastinate_jobs WHERE queue_name = 'webhooks'")
            assert cursor.fetchall() == [(f"webhook:{made.id}",)]


class TestRotation:
    def test_for_a_day_both_secrets_sign(self, receiver: str) -> None:
        made, old = registered(receiver)
        _, new = endpoints.rotate(actor=ADMIN, endpoint_id=made.id)
        assert new != old
        opened()
        follow_all()
        send_all()
        headers, body = Receiver.got[0]
        signing.verify([old], headers, body)
        signing.verify([new], headers, body)
        opened(key="later")
        follow_all()
        with clock.freeze(clock.now() + timedelta(hours=25)):
            send_all()
        headers, body = Receiver.got[1]
        signing.verify([new], headers, body)
        with pytest.raises(signing.BadSignature):
            signing.verify([old], headers, body)


class TestRegistering:
    @pytest.mark.parametrize(
        "url",
        ["http://example.org/", "https://127.0.0.1/", "https://localhost/", "https://169.254.169.254/x",
         "https://[::1]/", "https://user@example.org/", "gopher://example.org/", "nonsense"],
    )  # fmt: skip
    def test_inside_or_strange_addresses_are_refused(self, url: str) -> None:
        with pytest.raises(Refusal) as refused:
            registered(url)
        assert refused.value.id == "PG001"

    def test_unknown_events_and_places_are_named(self, receiver: str) -> None:
        with pytest.raises(Refusal) as refused:
            registered(receiver, events=["case.commented"], place_code="99x")
        assert set(refused.value.fields) == {"events", "place_code"}

    def test_only_the_system_administrator_may(self, cast: Cast, receiver: str) -> None:
        with pytest.raises(Refusal) as refused:
            endpoints.create(actor=cast.county_officer.actor, label="x", url=receiver)
        assert refused.value.status == 403

    def test_everything_is_journalled_and_no_secret_is_written_down(self, receiver: str) -> None:
        made, secret = registered(receiver)
        endpoints.rotate(actor=ADMIN, endpoint_id=made.id)
        endpoints.set_active(actor=ADMIN, endpoint_id=made.id, active=False)
        rows = list(JournalEntry.objects.filter(object=f"webhook:{made.id}").order_by("id"))
        assert [r.action for r in rows] == ["webhook.create", "webhook.rotate", "webhook.stop"]
        assert secret not in str([r.detail for r in rows])
        made.refresh_from_db()
        assert secret.encode() not in bytes(made.former)


class TestPages:
    def test_an_administrator_registers_tries_and_sees_no_case(self, cast, receiver) -> None:
        client = cast.system_admin.client
        page = client.post("/desk/admin/webhooks/", {"label": "县平台", "url": receiver})
        assert page.status_code == 200
        assert "whsec_" in page.content.decode()
        made = Endpoint.objects.get()
        case = opened("路灯坏了要修")
        follow_all()
        client.post(f"/desk/admin/webhooks/{made.id}/", {"do": "ping"})
        assert send_all() == [True, True]
        text = client.get(f"/desk/admin/webhooks/{made.id}/").content.decode()
        assert "HTTP 200" in text
        assert "whsec_" not in text
        for word in (case.number, "路灯坏了", str(case.case_id)):
            assert word not in text
        assert json.loads(Receiver.got[1][1])["data"] == {}

    def test_a_bad_address_is_said_on_the_page(self, cast: Cast) -> None:
        page = cast.system_admin.client.post(
            "/desk/admin/webhooks/", {"label": "x", "url": "https://127.0.0.1/"}
        )
        assert page.status_code == 400
        assert "内网地址" in page.content.decode()

    def test_rotating_stopping_and_starting(self, cast: Cast, receiver: str) -> None:
        made, _ = registered(receiver)
        client, path = cast.system_admin.client, f"/desk/admin/webhooks/{made.id}/"
        assert "whsec_" in client.post(path, {"do": "rotate"}).content.decode()
        for do, active in (("stop", False), ("start", True)):
            assert client.post(path, {"do": do}).status_code == 302
            made.refresh_from_db()
            assert made.is_active is active
        assert client.post(path, {"do": "?"}).status_code == 400
        assert client.get("/desk/admin/webhooks/").status_code == 200

    def test_nobody_else_gets_in(self, cast: Cast, receiver: str) -> None:
        made, _ = registered(receiver)
        for member in (cast.county_officer, cast.auditor, cast.security_officer, cast.grid_worker):
            assert member.client.get("/desk/admin/webhooks/").status_code == 403
            assert member.client.get(f"/desk/admin/webhooks/{made.id}/").status_code == 403


def test_a_transfer_is_told_with_the_new_place(cast: Cast, receiver: str) -> None:
    from tests.cases.conftest import GRID_2
    from zhijin.cases.services.parties import transfer

    registered(receiver, events=["case.transferred"])
    made = opened()
    transfer(
        actor=cast.township_officer.actor, case_id=made.case_id, place_code=GRID_2, why="第二网格的"
    )
    follow_all()
    send_all()
    assert json.loads(Receiver.got[0][1])["data"]["place_code"] == GRID_2


def test_deliveries_do_not_hold_a_transaction_while_they_wait(cast, receiver, monkeypatch) -> None:
    registered(receiver)
    opened()
    follow_all()
    open_blocks: list[int] = []
    real = egress.post

    def post(*args: Any) -> Any:
        open_blocks.append(len(connection.savepoint_ids))
        return real(*args)

    monkeypatch.setattr(sending.egress, "post", post)
    before = len(connection.savepoint_ids)
    send_all()
    assert open_blocks == [before]


def test_an_endpoint_is_told_of_a_place_chosen_by_its_name(cast: Cast, receiver: str) -> None:
    plant(COUNTY, "昭阳区")
    client = cast.system_admin.client
    form = {"label": "县平台", "url": receiver, "events": "case.opened", "place_code": "昭阳"}
    assert "whsec_" in client.post("/desk/admin/webhooks/", form).content.decode()
    assert Endpoint.objects.get().place_code == COUNTY
    refused = client.post("/desk/admin/webhooks/", form | {"place_code": "没有这个地方"})
    assert refused.status_code == 400
    assert "还不能确定“没有这个地方”是哪个地方" in refused.content.decode()
    assert Endpoint.objects.count() == 1


def test_a_message_that_cannot_be_read_is_given_up_in_the_end_and_its_maker_told(
    receiver: str, caplog: pytest.LogCaptureFixture
) -> None:
    registered(receiver)
    opened()
    follow_all()
    (row,) = deliveries()
    Delivery.objects.update(payload=b"not sealed by us")
    assert send_all() == [False]
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("waiting", 1, "CO500")
    assert row.next_at is not None
    assert row.next_at > clock.now(), "no more often than to one who does not answer"
    assert str(row.id) in caplog.text
    assert Receiver.got == []


def test_what_was_taken_is_not_called_failed_by_an_attempt_that_ends_later(receiver: str) -> None:
    registered(receiver)
    opened()
    follow_all()
    assert send_all() == [True]
    (row,) = deliveries()
    sending._note(row.id, egress.Outcome(500, 10, "late"))
    row.refresh_from_db()
    assert (row.state, row.status, row.next_at) == ("delivered", 200, None)
    assert Endpoint.objects.get().failures == 0
