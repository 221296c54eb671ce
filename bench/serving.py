"""A real web server for the benchmarks, and many small clients that report to it."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import selectors
import socket
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psutil

from bench import ground
from zhijin.config.ports import free_port

TOKEN = "b" * 32
#: A caller's address is changed before its limit of reports in ten minutes is reached.
PER_ADDRESS = 18
#: More than two processors will answer.
MOST_PER_SECOND = 1000


@dataclass(frozen=True)
class Web:
    """A web server that answers at ``port``."""

    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Processor seconds of its processes so far."""
        return ground.cpu_of([self.process, *self.process.children()])


@contextmanager
def web(workers: int, threads: int) -> Iterator[Web]:
    """granian as ``zhijin serve`` runs it."""
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
        yield Web(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


@dataclass
class Load:
    """What a stretch of load did: seconds of each good answer, other statuses, and its own cost."""

    seconds: float = 0.0
    good: list[float] = field(default_factory=list)
    other: dict[int, int] = field(default_factory=dict)
    client_cpu: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.good) / self.seconds if self.seconds else 0.0


def request(port: int, path: str, fields: dict[str, str]) -> bytes:
    """A form as a browser sends it."""
    body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Cookie: csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def report_for(
    port: int, seconds: float, clients: int, make: Callable[[random.Random], dict[str, str]],
    path: str = "/report/road-hazard/",
) -> Load:  # fmt: skip
    """``clients`` browsers report as fast as they are answered, for ``seconds``.

    They live in one process of their own that does as little as can be: what they send is written
    before the clock starts, as the rival's values are.
    """
    chance = random.Random(time.time_ns())
    pool = deque(
        request(port, path, {**make(chance), "idempotency_key": str(uuid4())})
        for _ in range(int(seconds * MOST_PER_SECOND))
    )
    context = multiprocessing.get_context("fork")
    answers: Any = context.Queue()
    child = context.Process(target=_drive, args=(port, seconds, clients, pool, answers))
    child.start()
    load: Load = answers.get(timeout=seconds + 120)
    child.join()
    return load


def _drive(port: int, seconds: float, clients: int, pool: deque[bytes], answers: Any) -> None:
    load, began, cpu = Load(), time.monotonic(), time.process_time()
    with selectors.DefaultSelector() as waiting:
        for number in range(clients):
            _Browser(port, number, waiting).send(pool.popleft())
        while waiting.get_map():
            for key, _ in waiting.select():
                browser: _Browser = key.data
                if not browser.answered():
                    continue
                took = time.perf_counter() - browser.began
                if browser.status == 302:
                    load.good.append(took)
                else:
                    load.other[browser.status] = load.other.get(browser.status, 0) + 1
                if pool and time.monotonic() < began + seconds:
                    browser.send(pool.popleft())
                else:
                    browser.close()
    load.seconds, load.client_cpu = time.monotonic() - began, time.process_time() - cpu
    answers.put(load)


class _Browser:
    """A kept-alive connection, from another address of 127.0.0.0/8 before its limit is reached."""

    def __init__(self, port: int, number: int, waiting: selectors.BaseSelector) -> None:
        self.port, self.number, self.waiting = port, number, waiting
        self.line: socket.socket | None = None
        self.sent = self.status = 0
        self.began = 0.0
        self.data = b""

    def send(self, message: bytes) -> None:
        if self.line is None or self.sent >= PER_ADDRESS:
            self.close()
            here = f"127.{self.number + 1}.{random.randrange(256)}.{random.randrange(1, 255)}"
            self.line = socket.create_connection(
                ("127.0.0.1", self.port), timeout=30, source_address=(here, 0)
            )
            self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.waiting.register(self.line, selectors.EVENT_READ, self)
            self.sent = 0
        self.sent += 1
        self.data, self.began = b"", time.perf_counter()
        self.line.sendall(message)

    def answered(self) -> bool:
        """Read what is there; True once the answer is whole. Raises OSError when cut off."""
        assert self.line is not None
        piece = self.line.recv(65536)
        if not piece:
            raise OSError("closed")
        self.data += piece
        head, end, body = self.data.partition(b"\r\n\r\n")
        if not end:
            return False
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        self.status = int(head[9:12])
        return len(body) >= int(length[1] if length else 0)

    def close(self) -> None:
        if self.line is not None:
            self.waiting.unregister(self.line)
            self.line.close()
            self.line = None
