"""A whole platform of its own for the tests of faults: started, loaded, shot at, and looked into."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psutil

from zhijin.config.home import CHECKOUT, Home
from zhijin.config.ports import random_port
from zhijin.config.postgres import Cluster
from zhijin.config.supervisor import strays
from zhijin.config.up import mark

READY = re.compile(r"http://127\.0\.0\.1:(\d+)")
TOKEN = "k" * 32
#: So many callers are answered between two kills.
BETWEEN = 3


class Platform:
    """``zhijin up`` as a real installation, in a directory of its own."""

    def __init__(self, home: Path) -> None:
        self.home = Home(home)
        self.cluster = Cluster(home)
        self.lines: list[str] = []
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        ours = ("ZHIJIN_", "DATABASE_", "DJANGO_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        return {
            **kept, "ZHIJIN_HOME": str(self.home.root), "ZHIJIN_LANG": "en",
            "ZHIJIN_WORKERS": "2", "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def up(self) -> None:
        """Start it and wait for its address, away from where other installations begin to look."""
        self.home.make()
        self.home.remember(web_port=random_port())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zhijin.config.cli", "up", "--no-demo"],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self.lines.append(line)
            if "is ready" in line:
                found = READY.search(line)
                assert found, line
                self.port = int(found[1])
                threading.Thread(target=self._drain, daemon=True).start()
                return
        raise AssertionError("".join(self.lines))

    def _drain(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with suppress(ValueError):
            for line in self.process.stdout:
                self.lines.append(line)

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """A command (or, with ``text``, a Python program) on this installation."""
        program = ["-c", text] if text else ["-m", "zhijin.config.cli", *arguments]
        database = {
            "DATABASE_URL": self.cluster.url("zhijin_app"),
            "DATABASE_OWNER_URL": self.cluster.url("zhijin_owner"),
            "DJANGO_SETTINGS_MODULE": "zhijin.config.settings", "PYTHONPATH": str(CHECKOUT),
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, *program], env={**self.environment, **(database if text else {})},
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def down(self) -> None:
        """Ctrl-C, and whatever that leaves."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for process in strays(mark(self.home)):
            with suppress(psutil.Error):
                process.kill()
        with suppress(Exception):
            self.cluster.stop(immediate=True)
        self.process.wait(120)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def healthy(self, seconds: float) -> bool:
        """Whether it answers within ``seconds``."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException):
                if self.call("GET", "/healthz")[0] == 200:
                    return True
            time.sleep(0.2)
        return False

    def call(
        self, method: str, path: str, fields: dict[str, str] | None = None,
        address: str = "127.0.0.1", timeout: float = 30.0,
    ) -> tuple[int, str]:  # fmt: skip
        """One request on a connection of its own: status and where it leads."""
        line = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout, source_address=(address, 0)
        )
        try:
            body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}) if fields else None
            headers = {"Cookie": f"csrftoken={TOKEN}"}
            if body:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            line.request(method, path, body, headers)
            answer = line.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")
        finally:
            line.close()

    def victims(self, kind: str) -> list[psutil.Process]:
        """Processes of one kind: web, web-child, worker, events, postgres, session."""
        if kind in {"postgres", "session"}:
            pid = self.cluster.pid()
            if pid is None:
                return []
            server = psutil.Process(pid)
            return [server] if kind == "postgres" else server.children()
        signs = {"web": "wsgi:application", "worker": "cli worker", "events": "asgi:application"}
        found = []
        for process in strays(mark(self.home)):
            with suppress(psutil.Error):
                if signs.get(kind, "wsgi:application") in " ".join(process.cmdline()):
                    found.append(process)
        if kind == "web-child":
            ids = {p.pid for p in found}
            return [p for p in found if p.ppid() in ids]
        return found[:1]


@dataclass
class Reporters:
    """Residents who report and try again with the same key until they are answered."""

    platform: Platform
    make: Callable[[random.Random, str], dict[str, str]]
    path: str
    seed: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    different: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    def run(
        self, count: int, stop: threading.Event, most: int, patience: float
    ) -> list[threading.Thread]:
        """``count`` threads, at most ``most`` reports each, until ``stop``."""
        threads = [
            threading.Thread(target=self._report, args=(n, stop, most, patience))
            for n in range(count)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _report(self, number: int, stop: threading.Event, most: int, patience: float) -> None:
        chance = random.Random(f"{self.seed} {number}")
        for _ in range(most):
            if stop.is_set():
                return
            key = str(uuid4())
            fields = {**self.make(chance, key), "idempotency_key": key}
            where = self._until_answered(number, fields, chance, time.monotonic() + patience)
            if not where:
                self.unanswered.append(key)
                return
            self.acknowledged[key] = where
            if chance.random() < 0.15:
                again = self._until_answered(number, fields, chance, time.monotonic() + patience)
                if again != where:
                    self.different.append(key)
            time.sleep(chance.uniform(0.0, 0.05))

    def _until_answered(
        self, number: int, fields: dict[str, str], chance: random.Random, deadline: float
    ) -> str:
        while time.monotonic() < deadline:
            address = f"127.{number + 1}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
            try:
                status, where = self.platform.call("POST", self.path, fields, address)
            except (OSError, http.client.HTTPException) as error:
                self.statuses[type(error).__name__] += 1
                time.sleep(0.2)
                continue
            self.statuses[str(status)] += 1
            # Only the way to the status page acknowledges a report; any other redirect does not.
            if status == 302 and "/s/" in where:
                return where
            time.sleep(0.2)
        return ""


@dataclass
class Killer:
    """Kills something of the platform with SIGKILL at random moments, until ``stop``.

    ``answered`` tells how many callers were answered so far: on a busy machine the next kill waits (half a
    minute at most) until some were again, so that it strikes a platform that works.
    """

    platform: Platform
    chance: random.Random
    budget: dict[str, int]
    answered: Callable[[], int]
    killed: Counter[str] = field(default_factory=Counter)

    def run(self, stop: threading.Event, pause: tuple[float, float]) -> None:
        while not stop.wait(self.chance.uniform(*pause)):
            self._let_work(stop)
            left = sorted(kind for kind, count in self.budget.items() if count > 0)
            if not left:
                return
            kind = self.chance.choice(left)
            found = self.platform.victims(kind)
            if not found:
                continue
            with suppress(psutil.Error):
                self.chance.choice(found).kill()
                self.budget[kind] -= 1
                self.killed[kind] += 1

    def _let_work(self, stop: threading.Event) -> None:
        enough = self.answered() + BETWEEN
        wait_for(lambda: stop.is_set() or self.answered() >= enough, 30)


def wait_for(check: Callable[[], Any], seconds: float) -> Any:
    """What ``check`` gives once it is true, or at the end."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.3)
