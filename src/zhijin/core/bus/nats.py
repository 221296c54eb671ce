"""A small blocking NATS client made for batches: whatever has arrived is taken apart in one go, and whatever
is to be said is sent in one piece. It does not reconnect by itself; its owner does, and knows what to resend."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import ssl
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from zhijin.core.bus.waiting import readable

CHUNK = 1 << 20
GONE_MS = 20_000
#: How long the other nodes of a cluster are waited for, in seconds.
PATIENCE = 1.0
_STATUS = b"NATS/1.0 "


class BusError(OSError):
    """The broker is not there, closed the connection, or refused what was asked."""


@dataclass(slots=True)
class Message:
    """One message. ``status`` is set on the server's own answers (404 no messages, 408 expired)."""

    subject: str
    sid: int
    reply: str
    data: bytes
    status: int = 0
    headers: bytes = b""


@dataclass
class Client:
    """One connection. Not for use by several threads."""

    host: str
    port: int
    user: str
    password: str
    name: str = "zhijin"
    timeout: float = 5.0
    #: Further nodes of the same cluster, tried one after the other.
    others: tuple[tuple[str, int], ...] = ()
    _socket: socket.socket | None = None
    _rest: bytes = b""
    _sid: int = 0
    _inbox: str = field(default_factory=lambda: "_INBOX." + secrets.token_hex(11))
    _inbox_sid: int = 0
    _held: list[Message] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)

    # -- the connection -------------------------------------------------------------------

    def connect(self) -> Self:
        """Open a connection to the first node that answers, and say who we are. Raises BusError."""
        nodes = ((self.host, self.port), *self.others)
        for host, port in nodes[:-1]:
            with contextlib.suppress(BusError):
                return self._connect_to(host, port)
        return self._connect_to(*nodes[-1])

    def _connect_to(self, host: str, port: int) -> Self:
        try:
            self._socket = socket.create_connection((host, port), self.timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if sys.platform == "linux":
                # A node whose machine is gone answers nothing at all: do not wait a quarter of an hour for it.
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MS)
            line, self._rest = self._line(b"")
            if not line.startswith(b"INFO "):
                raise BusError("this is no NATS server")
            self.info = json.loads(line[5:])
            said = {
                "verbose": False, "pedantic": False, "lang": "python", "version": "1",
                "protocol": 1, "headers": True, "no_responders": True, "name": self.name,
                "user": self.user, "pass": self.password,
            }  # fmt: skip
            self._send(b"CONNECT " + json.dumps(said).encode() + b"\r\nPING\r\n")
            line, self._rest = self._line(self._rest)
            if line != b"PONG":
                raise BusError(line.decode(errors="replace"))
        except BusError:
            self.close()
            raise
        except (OSError, ValueError, ssl.SSLError) as error:
            self.close()
            raise BusError(str(error)) from error
        return self

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def __enter__(self) -> Self:
        return self.connect()

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- saying ---------------------------------------------------------------------------

    def publish(self, subject: str, data: bytes, reply: str = "") -> None:
        self.publish_many([(subject, reply, data)])

    def publish_many(self, messages: Iterable[tuple[str, str, bytes]]) -> None:
        """Send (subject, reply, data) in one piece."""
        out = bytearray()
        for subject, reply, data in messages:
            out += f"PUB {subject} {reply}{' ' if reply else ''}{len(data)}\r\n".encode()
            out += data
            out += b"\r\n"
        self._send(bytes(out))

    def subscribe(self, subject: str, queue: str = "") -> int:
        """Returns the number that messages of this subscription carry."""
        self._sid += 1
        self._send(f"SUB {subject} {queue + ' ' if queue else ''}{self._sid}\r\n".encode())
        return self._sid

    def request(self, subject: str, data: bytes = b"", timeout: float | None = None) -> bytes:
        """Ask and wait for one answer. Raises BusError when nobody answers in time."""
        for answer in self._answers(subject, data, timeout or self.timeout):
            return answer
        raise BusError(f"no answer from {subject}")

    def request_all(self, subject: str, data: bytes, count: int) -> list[bytes]:
        """Ask every node of a cluster of ``count``; fewer answers when one is away. Raises BusError."""
        found: list[bytes] = []
        for answer in self._answers(subject, data, self.timeout if count == 1 else PATIENCE):
            found.append(answer)
            if len(found) == count:
                break
        return found

    def _answers(self, subject: str, data: bytes, timeout: float) -> Iterator[bytes]:
        if not self._inbox_sid:
            self._inbox_sid = self.subscribe(f"{self._inbox}.*")
        reply = f"{self._inbox}.{secrets.token_hex(6)}"
        self.publish(subject, data, reply)
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            found = list(self._arrived(left))
            self._held += [one for one in found if one.subject != reply]
            for message in found:
                if message.subject != reply:
                    continue
                if message.status == 503:
                    raise BusError(f"nobody answers {subject}")
                yield message.data

    def ask(self, subject: str, body: Any = None) -> dict[str, Any]:
        """A request in JSON. Raises BusError with the server's words when it refuses."""
        data = b"" if body is None else json.dumps(body).encode()
        answer: dict[str, Any] = json.loads(self.request(subject, data))
        if "error" in answer:
            told = answer["error"]
            raise BusError(f"{told.get('err_code', told.get('code'))}: {told.get('description')}")
        return answer

    # -- hearing --------------------------------------------------------------------------

    def messages(self, timeout: float) -> list[Message]:
        """What has arrived, waiting up to ``timeout`` seconds for the first. Raises BusError."""
        if self._held:
            held, self._held = self._held, []
            return held + list(self._arrived(0))
        return list(self._arrived(timeout))

    def _arrived(self, timeout: float) -> Iterator[Message]:
        if not self._ready(timeout):
            return
        data = self._rest + self._receive()
        while len(data) < 4 * CHUNK and self._ready(0):
            data += self._receive()
        yield from self._taken_apart(data)

    def _taken_apart(self, data: bytes) -> Iterator[Message]:
        """Every whole message of ``data``; the rest is kept for the next time."""
        at = 0
        found: list[Message] = []
        while (end := data.find(b"\r\n", at)) >= 0:
            line = data[at:end]
            verb = line[:4]
            if verb in (b"MSG ", b"HMSG"):
                parts = line.split(b" ")
                size = int(parts[-1])
                stop = end + 2 + size
                if len(data) < stop + 2:
                    break
                found.append(_message(parts, data[end + 2 : stop]))
                at = stop + 2
                continue
            at = end + 2
            if verb == b"PING":
                self._send(b"PONG\r\n")
            elif verb == b"-ERR":
                raise BusError(line[5:].decode(errors="replace"))
        self._rest = data[at:]
        yield from found

    # -- the socket -----------------------------------------------------------------------

    def _ready(self, timeout: float) -> bool:
        if self._socket is None:
            raise BusError("not connected")
        return readable(self._socket, timeout)

    def _receive(self) -> bytes:
        assert self._socket is not None
        try:
            data = self._socket.recv(CHUNK)
        except OSError as error:
            raise BusError(str(error)) from error
        if not data:
            raise BusError("the broker closed the connection")
        return data

    def _line(self, data: bytes) -> tuple[bytes, bytes]:
        while b"\r\n" not in data:
            data += self._receive()
        line, _, rest = data.partition(b"\r\n")
        return line, rest

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            raise BusError("not connected")
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise BusError(str(error)) from error


def _message(parts: list[bytes], body: bytes) -> Message:
    """Of the words of ``MSG subject sid [reply] size`` or ``HMSG subject sid [reply] head size``."""
    headed = parts[0] == b"HMSG"
    words = parts[1 : -2 if headed else -1]
    subject, sid = words[0].decode(), int(words[1])
    reply = words[2].decode() if len(words) > 2 else ""
    if not headed:
        return Message(subject, sid, reply, body)
    size = int(parts[-2])
    head = body[:size]
    status = 0
    if head.startswith(_STATUS) and head[9:12].isdigit():
        status = int(head[9:12])
    return Message(subject, sid, reply, body[size:], status, head)
