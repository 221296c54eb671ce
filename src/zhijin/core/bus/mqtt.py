"""A small MQTT 3.1.1 device (OASIS, 2014): signs in, publishes at QoS 1 and counts the receipts, hears at QoS 0.
For the simulator, the loudspeaker agent, the measurements and the tests; any MQTT library does for others."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from zhijin.core.bus.waiting import readable

_CONNACK, _PUBLISH, _PUBACK, _SUBACK, _PINGRESP = 2, 3, 4, 9, 13


class Refused(ConnectionError):
    """The broker does not let this device in, or closed its connection."""


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("!H", len(data)) + data


def _packet(head: int, body: bytes) -> bytes:
    size, out = len(body), bytearray([head])
    while True:
        size, byte = divmod(size, 128)
        out.append(byte | (0x80 if size else 0))
        if not size:
            return bytes(out) + body


def packet(topic: str, data: bytes, number: int, *, again: bool = False) -> bytes:
    """A PUBLISH at QoS 1 with the packet identifier ``number`` (1 to 65,535)."""
    return _packet(0x3A if again else 0x32, _text(topic) + struct.pack("!H", number) + data)


@dataclass
class Device:
    """One connection of one device. ``ca`` is the file of the broker's authority; None: no TLS."""

    host: str
    port: int
    code: str
    secret: str
    ca: Path | None = None
    client_id: str = ""
    keep_alive: int = 60
    timeout: float = 10.0
    received: list[tuple[str, bytes]] = field(default_factory=list)
    #: Numbers of packets that the broker has not acknowledged yet.
    open: dict[int, bytes] = field(default_factory=dict)
    acknowledged: int = 0
    #: When something came last, by the monotonic clock: a line that is cut says nothing.
    heard_at: float = 0.0
    _number: int = 0
    _rest: bytes = b""
    _socket: socket.socket | None = None

    def connect(self) -> Self:
        """Sign in. Raises Refused when the broker says no, OSError when it is not there."""
        self.close()
        self._rest = b""
        try:
            self._sign_in()
        except OSError:
            self.close()
            raise
        return self

    def _sign_in(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self._socket = plain
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.ca is not None:
            context = ssl.create_default_context(cafile=str(self.ca))
            self._socket = context.wrap_socket(plain, server_hostname=self.host)
        body = (
            _text("MQTT") + bytes([4, 0xC2]) + struct.pack("!H", self.keep_alive)
            + _text(self.client_id or self.code) + _text(self.code) + _text(self.secret)
        )  # fmt: skip
        self._send(_packet(0x10, body))
        kind, answer = self._next(self.timeout)
        if kind != _CONNACK or answer[1] != 0:
            raise Refused(f"refused with code {answer[1] if len(answer) > 1 else '?'}")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def leave(self) -> None:
        """Say goodbye and close."""
        self._send(b"\xe0\x00")
        self.close()

    def __enter__(self) -> Self:
        return self.connect()

    def __exit__(self, *_: object) -> None:
        self.close()

    def subscribe(self, topic: str) -> bool:
        """At QoS 0; False when the broker refuses it."""
        self._send(_packet(0x82, struct.pack("!H", 1) + _text(topic) + b"\x00"))
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            kind, answer = self._next(deadline - time.monotonic())
            if kind == _SUBACK:
                return answer[2] != 0x80
            self._take(kind, answer)
        raise TimeoutError("no answer to a subscription")

    def send(self, topic: str, payloads: Iterable[bytes]) -> list[int]:
        """Publish at QoS 1 without waiting; returns the packet numbers, see :meth:`wait`."""
        out, numbers = bytearray(), []
        for data in payloads:
            self._number = self._number % 65535 + 1
            self.open[self._number] = data
            numbers.append(self._number)
            out += packet(topic, data, self._number)
        self._send(bytes(out))
        return numbers

    def publish(self, topic: str, data: bytes) -> bool:
        """Publish one and wait for its receipt."""
        number = self.send(topic, [data])[0]
        self.wait()
        return number not in self.open

    def wait(self, left: int = 0, timeout: float | None = None) -> int:
        """Until at most ``left`` packets lack a receipt; returns how many do at the end."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while len(self.open) > left and (rest := deadline - time.monotonic()) > 0:
            self.hear(rest)
        return len(self.open)

    def hear(self, timeout: float = 0.0) -> None:
        """Take what has arrived: receipts are counted, messages added to ``received``."""
        if not self._ready(timeout):
            return
        data = self._rest + self._receive()
        while (found := _first(data)) is not None:
            kind, body, data = found
            self._take(kind, body)
        self._rest = data

    def ping(self) -> None:
        self._send(b"\xc0\x00")

    def fileno(self) -> int:
        return self._socket.fileno() if self._socket is not None else -1

    def _take(self, kind: int, body: bytes) -> None:
        if kind == _PUBACK:
            self.open.pop(struct.unpack("!H", body[:2])[0], None)
            self.acknowledged += 1
        elif kind == _PUBLISH:
            size = struct.unpack("!H", body[:2])[0]
            self.received.append((body[2 : 2 + size].decode(), body[2 + size :]))

    def _next(self, timeout: float) -> tuple[int, bytes]:
        deadline = time.monotonic() + timeout
        while (found := _first(self._rest)) is None:
            if not self._ready(deadline - time.monotonic()):
                raise TimeoutError("the broker does not answer")
            self._rest += self._receive()
        kind, body, self._rest = found
        return kind, body

    def _ready(self, timeout: float) -> bool:
        if self._socket is None:
            raise Refused("not connected")
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return readable(self._socket, timeout)

    def _receive(self) -> bytes:
        assert self._socket is not None
        data = self._socket.recv(1 << 16)
        if not data:
            raise Refused("the broker closed the connection")
        self.heard_at = time.monotonic()
        return data

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            raise Refused("not connected")
        self._socket.sendall(data)


def _first(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Kind and body of the first whole packet, and what comes after it."""
    size = shift = 0
    for at in range(1, min(len(data), 5)):
        size |= (data[at] & 0x7F) << shift
        if data[at] < 0x80:
            stop = at + 1 + size
            return None if len(data) < stop else (data[0] >> 4, data[at + 1 : stop], data[stop:])
        shift += 7
    return None
