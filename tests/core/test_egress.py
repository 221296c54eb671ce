"""A request goes out only to where it may: never inside, never to what a second lookup says."""

from __future__ import annotations

import http.server
import ipaddress
import socket
import threading
from collections.abc import Iterator

import pytest

from zhijin.core import egress


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers by its path and keeps what it got."""

    got: list[tuple[str, dict[str, str], bytes]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((self.path, dict(self.headers), body))
        status = int(self.path.strip("/").split("?")[0] or 200)
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver() -> Iterator[int]:
    Receiver.got = []
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "240.0.0.1", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
     "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:1::", "ff02::1", "::"],
)  # fmt: skip
def test_inside_addresses_are_inside(address):
    assert not egress.is_outside(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_addresses_are_outside(address):
    assert egress.is_outside(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/hook", "not_https"),
        ("ftp://example.org/hook", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("https:///nowhere", "scheme"),
        ("https://user:secret@example.org/", "malformed"),
        ("https://example.org/#part", "malformed"),
        ("https://example.org:99999/", "malformed"),
        ("https://example.org/a\r\nX: y", "malformed"),
        ("https://[::1", "malformed"),
    ],
)
def test_addresses_that_may_not_be_registered(url, reason):
    with pytest.raises(egress.Refused) as refused:
        egress.check_url(url)
    assert refused.value.reason == reason


def test_the_loopback_is_refused_unless_it_is_allowed(receiver, monkeypatch):
    monkeypatch.delenv(egress.ALLOW, raising=False)
    url = f"http://127.0.0.1:{receiver}/200"
    assert egress.post(url, b"{}", {}).error == "not_https"
    monkeypatch.setenv(egress.ALLOW, f"127.0.0.1:{receiver + 1}")
    assert egress.post(url, b"{}", {}).error == "not_https"
    for allowed in (f"127.0.0.1:{receiver}", "127.0.0.0/8", "127.0.0.1"):
        monkeypatch.setenv(egress.ALLOW, allowed)
        assert egress.post(url, b"{}", {}).status == 200
    assert len(Receiver.got) == 3


def test_a_name_that_leads_inside_is_refused(monkeypatch):
    monkeypatch.delenv(egress.ALLOW, raising=False)
    with pytest.raises(egress.Refused) as refused:
        egress.resolve("localhost", 443)
    assert refused.value.reason == "inside"
    assert egress.post("https://localhost/hook", b"{}", {}).error == "inside"


def test_one_inside_address_among_several_is_enough_to_refuse(monkeypatch):
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.8", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(egress.Refused):
        egress.resolve("both.example", 443)


def test_the_name_is_resolved_once_and_that_address_is_called(receiver, monkeypatch):
    """A name that answers differently the second time gains nothing."""
    lookups: list[str] = []

    def once(host, port, **_):
        lookups.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setenv(egress.ALLOW, "hook.example")
    monkeypatch.setattr(egress.socket, "getaddrinfo", once)
    real = socket.create_connection
    called: list[tuple[str, int]] = []

    def connect(address, timeout):
        called.append(address)
        monkeypatch.undo()
        return real(address, timeout=timeout)

    monkeypatch.setattr(egress.socket, "create_connection", connect)
    assert egress.post(f"http://hook.example:{receiver}/200?a=1", b"{}", {"X-A": "b"}).good
    assert lookups == ["hook.example"]
    assert called == [("127.0.0.1", receiver)]
    path, headers, body = Receiver.got[0]
    assert (path, headers["Host"], headers["X-A"], body) == (
        "/200?a=1", f"hook.example:{receiver}", "b", b"{}",
    )  # fmt: skip


def test_redirects_are_not_followed(receiver, monkeypatch):
    monkeypatch.setenv(egress.ALLOW, "127.0.0.1")
    outcome = egress.post(f"http://127.0.0.1:{receiver}/302", b"{}", {})
    assert outcome.status == 302
    assert not outcome.good
    assert len(Receiver.got) == 1


def test_nobody_there_is_told_plainly(monkeypatch):
    monkeypatch.setenv(egress.ALLOW, "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert egress.post(f"http://127.0.0.1:{port}/", b"{}", {}).error == "connection"
    assert egress.post("https://no-such-host.invalid/", b"{}", {}).error == "unknown_host"


def test_a_receiver_that_never_answers_runs_out_of_time(monkeypatch):
    monkeypatch.setenv(egress.ALLOW, "127.0.0.1")
    monkeypatch.setattr(egress, "TIMEOUT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert egress.post(f"http://127.0.0.1:{port}/", b"{}", {}).error == "timeout"


def test_plain_text_where_tls_was_promised(receiver, monkeypatch):
    monkeypatch.setenv(egress.ALLOW, "127.0.0.1")
    assert egress.post(f"https://127.0.0.1:{receiver}/", b"{}", {}).error in {"tls", "connection"}
