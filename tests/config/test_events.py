"""The stream of events: who may open it, what it tells, and to whom."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from django.core import signing
from django.test import RequestFactory

from zhijin.config.ports import random_port
from zhijin.core import live
from zhijin.core.actor import EVERYTHING, Scope
from zhijin.core.ids import place_key, place_span

PAGE = "http://127.0.0.1:8000"
VILLAGE, OTHER = "530602105207", "530621103203"


def test_the_address_of_the_stream_follows_the_host_of_the_page(settings):
    settings.ZHIJIN_SSE_URL, settings.ZHIJIN_EVENTS_PORT = "", "8001"
    settings.ALLOWED_HOSTS = ["*"]
    for host, expected in (
        ("localhost:8000", "http://localhost:8001"),
        ("192.168.1.5:8000", "http://192.168.1.5:8001"),
        ("[::1]:8000", "http://[::1]:8001"),
        ("village.example", "http://village.example:8001"),
    ):
        assert live.origin(RequestFactory().get("/", headers={"host": host})) == expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("/", ""),
        ("https://live.example.cn", "https://live.example.cn"),
        ("https://a.cn/x", "https://a.cn"),
    ],
)
def test_a_proxy_may_name_the_address(settings, setting, expected):
    settings.ZHIJIN_SSE_URL = setting
    assert live.origin(RequestFactory().get("/")) == expected


def test_a_host_that_is_not_ours_gets_no_address(settings):
    settings.ZHIJIN_SSE_URL, settings.ZHIJIN_EVENTS_PORT = "", "8001"
    settings.ALLOWED_HOSTS = ["ours.example"]
    assert live.origin(RequestFactory().get("/", headers={"host": "evil.example"})) == ""


def test_a_token_holds_what_its_viewer_may_see():
    scope = Scope(places=(place_span(VILLAGE),))
    assert live.read_token(live.token(scope, PAGE)) == live.Pass(scope, PAGE)


def test_a_forged_or_old_token_is_refused(monkeypatch):
    token = live.token(EVERYTHING, PAGE)
    with pytest.raises(signing.BadSignature):
        live.read_token(token[:-2] + ("aa" if token[-2:] != "aa" else "bb"))
    later = time.time() + live.TOKEN_SECONDS + 5
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(signing.SignatureExpired):
        live.read_token(token)


class Stream:
    """A page that listens."""

    def __init__(self, address: str, token: str, kinds: str = "") -> None:
        self.messages: queue.Queue[tuple[str, str]] = queue.Queue()
        self.status = 0
        self.headers: httpx.Headers = httpx.Headers()
        self._end = threading.Event()
        self._ready = threading.Event()
        url = f"{address}/events/stream?token={token}&kinds={kinds}"
        self._thread = threading.Thread(target=self._read, args=(url,), daemon=True)
        self._thread.start()
        assert self._ready.wait(120)

    def _read(self, url: str) -> None:
        # The server ends before its listeners do.
        ended = contextlib.suppress(httpx.RemoteProtocolError)
        with ended, httpx.Client(timeout=None) as client, client.stream("GET", url) as answer:
            self.status, self.headers = answer.status_code, answer.headers
            self._ready.set()
            event = ""
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: "):
                    self.messages.put((event, line[6:]))
                if self._end.is_set():
                    return

    def next(self, seconds: float = 120) -> dict:
        _, data = self.messages.get(timeout=seconds)
        return json.loads(data)


@pytest.fixture(scope="module")
def server(server_environment: dict[str, str], tmp_path_factory: Any) -> Iterator[str]:
    """The server of events on this process's database, started once for this file."""
    port, told = random_port(), tmp_path_factory.mktemp("events") / "log"
    command = [sys.executable, "-m", "zhijin.config.cli", "serve", "--events", "--port", str(port)]
    with told.open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **server_environment}, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{address}/healthz", timeout=20).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        else:
            raise AssertionError(told.read_text(errors="replace"))
        yield address
    finally:
        # With its worker, which nobody else would end.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _fact(url: str, code: str, kind: str = "case.opened", record: str = "case:1") -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO core_fact (id, at, county, place_code, place_key, kind, subject, actor, record)"
            " VALUES (gen_random_uuid(), now(), %s, %s, %s, %s, 'x', 'system:test', %s)",
            (int(code[:6]), code, place_key(code), kind, record),
        )


def _until_heard(
    stream: Stream, url: str, kind: str = "warm.up", witness: Stream | None = None
) -> None:
    """Listening begins with the first look of the server, at most a second or two after opening.

    What is told never passes a transaction that still runs on the server, and other tests' may for long: what
    was sent before the first answer comes late. It has come when the last of it has, which a ``witness`` hears
    for a stream that is not told what it is.
    """
    for attempt in range(80):
        last = f"{kind}:{attempt}"
        _fact(url, VILLAGE, kind, last)
        try:
            told = stream.next(1.5)
        except queue.Empty:
            continue
        if witness is not None:
            told = witness.next()
        while told["record"] != last:
            told = (witness or stream).next()
        # One look of the server tells everybody; what it told is on its way.
        for one in (stream,) if witness is None else (stream, witness):
            with contextlib.suppress(queue.Empty):
                while one.next(2):
                    pass
        return
    raise AssertionError("nothing was heard")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_page_hears_of_its_own_places_within_seconds(server, database_environment):
    owner = database_environment["DATABASE_OWNER_URL"]
    mine = Stream(server, live.token(Scope(places=(place_span(VILLAGE),)), PAGE))
    assert mine.status == 200
    assert mine.headers["content-type"].startswith("text/event-stream")
    assert mine.headers["access-control-allow-origin"] == PAGE
    bare = live.token(Scope(places=(place_span(VILLAGE),)), PAGE, kinds=("case.",), bare=True)
    # Who holds a wall's token cannot ask for other kinds, nor learn which place or record it was.
    wall = Stream(server, bare, kinds="person.")
    _until_heard(mine, owner)
    _until_heard(wall, owner, "case.warm", witness=mine)
    _fact(owner, OTHER, record="case:elsewhere")
    _fact(owner, VILLAGE, kind="person.changed", record="person:secret")
    assert mine.next()["record"] == "person:secret"
    _fact(owner, VILLAGE, record="case:here")
    assert mine.next() == {"kind": "case.opened", "place": VILLAGE, "record": "case:here"}
    assert mine.messages.empty()
    assert wall.messages.get(timeout=120) == ("fact", "{}")
    assert wall.messages.empty()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_page_hears_only_the_kinds_it_asked_for_and_nothing_uncommitted(
    server, database_environment
):
    owner = database_environment["DATABASE_OWNER_URL"]
    stream = Stream(server, live.token(EVERYTHING, PAGE), kinds="case.,warm.")
    _until_heard(stream, owner)
    with psycopg.connect(owner) as slow:
        slow.execute(
            "INSERT INTO core_fact (id, at, county, place_code, place_key, kind, subject, actor, record)"
            " VALUES (gen_random_uuid(), now(), 530602, %s, %s, 'case.late', 'x', 'y', 'case:late')",
            (VILLAGE, place_key(VILLAGE)),
        )
        _fact(owner, VILLAGE, kind="notice.sent", record="notice:1")
        with pytest.raises(queue.Empty):
            stream.next(2.5)
        slow.commit()
    assert stream.next()["record"] == "case:late"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_without_a_token_nothing_is_told(server):
    assert httpx.get(f"{server}/events/stream").status_code == 403
    assert httpx.get(f"{server}/events/stream?token=x").status_code == 403
