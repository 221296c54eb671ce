"""A real web server for the benchmarks, and many small clients that report to it."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

from zhijin.config.ports import free_port

TOKEN = "b" * 32
#: A caller's address is changed before its limit of reports in ten minutes is reached.
PER_ADDRESS = 18


@contextmanager
def web(workers: int, threads: int) -> Iterator[int]:
    """granian as ``zhijin serve`` runs it; gives the port."""
    port = free_port(None, range(18700, 18800))
    environment = {
        **os.environ, "ZHIJIN_ORIGIN": f"http://127.0.0.1:{port}", "ZHIJIN_LOG": "WARNING",
        "DJANGO_SETTINGS_MODULE": "zhijin.config.settings",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "zhijin.config.cli", "serve", "--port", str(port),
        "--workers", str(workers), "--threads", str(threads),
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Caller(port).get("/healthz") == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


class Caller:
    """One browser: a kept-alive connection from an address of its own in 127.0.0.0/8."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.port = port
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=30, source_address=(address, 0)
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str) -> int:
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        return self._answer()[0]

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Status and where it leads."""
        body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + body)
        return self._answer()

    def _answer(self) -> tuple[int, str]:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65536)
            if not piece:
                raise OSError("closed")
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        missing = int(headers.get("content-length", 0)) - len(rest)
        while missing > 0:
            missing -= len(self.socket.recv(65536))
        return int(lines[0].split(" ")[1]), headers.get("location", "")

    def close(self) -> None:
        self.socket.close()


@dataclass
class Load:
    """What a stretch of load did: seconds of each good answer, and other statuses."""

    seconds: float = 0.0
    good: list[float] = field(default_factory=list)
    other: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.good) / self.seconds if self.seconds else 0.0


def report_for(
    port: int, seconds: float, clients: int, make: Callable[[random.Random], dict[str, str]],
    path: str = "/report/road-hazard/",
) -> Load:  # fmt: skip
    """``clients`` browsers report as fast as they are answered, for ``seconds``."""
    load, lock, stop = Load(), threading.Lock(), time.monotonic() + seconds

    def run(number: int) -> None:
        chance = random.Random(f"{number} {time.time_ns()}")
        good, other = [], {}
        while time.monotonic() < stop:
            caller = Caller(
                port, f"127.{number + 1}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
            )
            for _ in range(PER_ADDRESS):
                fields = {**make(chance), "idempotency_key": str(uuid4())}
                began = time.perf_counter()
                status, _where = caller.post(path, fields)
                if status == 302:
                    good.append(time.perf_counter() - began)
                else:
                    other[status] = other.get(status, 0) + 1
                if time.monotonic() >= stop:
                    break
            caller.close()
        with lock:
            load.good += good
            for status, count in other.items():
                load.other[status] = load.other.get(status, 0) + count

    began = time.monotonic()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.monotonic() - began
    return load
