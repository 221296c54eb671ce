"""Keeps a handful of processes running: starts them, restarts what dies, stops them in order, and finds those
that outlived a killed supervisor. Knows processes, not what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

#: In the environment of every process we start, so that strays are found whoever their parent is now.
MARK = "ZHIJIN_SUPERVISED"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
#: A process that ran this long starts anew without a pause.
HEALTHY_SECONDS = 60.0
LOG_LIMIT = 10 * 1024 * 1024


@dataclass(slots=True)
class Service:
    """One process to keep running. ``patience``: seconds it gets to finish its work when asked to stop."""

    name: str
    command: Sequence[str]
    patience: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    retry_at: float = 0.0
    log: Path = field(default_factory=Path)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def pause(self) -> float:
        """Seconds to wait before the next try: doubling with every failure in a row."""
        return min(FIRST_PAUSE * 2 ** max(self.failures - 1, 0), LONGEST_PAUSE)


class Supervisor:
    """Runs ``services``; ``watch`` is called about once a second (the database is looked after there)."""

    def __init__(
        self,
        services: Sequence[Service],
        *,
        mark: str,
        environment: Mapping[str, str],
        logs: Path,
        watch: Callable[[], None] = lambda: None,
        tell: Callable[[str], None] = print,
    ) -> None:
        self.services = list(services)
        self.mark = mark
        self.environment = {**os.environ, **environment, MARK: mark}
        self.logs = logs
        self.watch = watch
        self.tell = tell
        self.stopping = False

    def start(self, names: Collection[str] = ()) -> None:
        """Start these now (default: all); :meth:`run` starts what is still missing."""
        for service in self.services:
            if not names or service.name in names:
                self._spawn(service)

    def run(self) -> None:
        """Until :meth:`request_stop` or a signal; then everything is stopped in order."""
        watched = time.monotonic()
        while not self.stopping:
            for service in self.services:
                self._tend(service)
            if time.monotonic() - watched >= 1.0:
                self.watch()
                watched = time.monotonic()
            time.sleep(0.1)

    def renew(self, environment: Mapping[str, str]) -> None:
        """Give the services this environment; when it differs from theirs, they start anew."""
        if all(self.environment.get(name) == value for name, value in environment.items()):
            return
        self.environment.update(environment)
        for service in self.services:
            if service.process is not None and service.alive:
                service.process.terminate()

    def hang_up(self, name: str) -> None:
        """Have a service read its settings and certificates anew (SIGHUP)."""
        for service in self.services:
            if service.name == name and service.process is not None and service.alive:
                service.process.send_signal(signal.SIGHUP)

    def request_stop(self, *_: object) -> None:
        self.stopping = True

    def handle_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.request_stop)

    def stop(self) -> None:
        """Ask each service in turn to finish, then insist."""
        for service in self.services:
            process = service.process
            if process is None:
                continue
            if process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(service.patience)
            _end_group(process.pid)
            process.wait()

    # -- how --------------------------------------------------------------------------------

    def _spawn(self, service: Service) -> None:
        service.log = self.logs / f"{service.name}.log"
        rotate(service.log)
        with service.log.open("ab") as log:
            service.process = subprocess.Popen(
                list(service.command),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches only us, and its children end with it.
                start_new_session=True,
            )
        service.started_at = time.monotonic()

    def _tend(self, service: Service) -> None:
        if service.alive:
            return
        now = time.monotonic()
        if service.process is not None:
            code = service.process.returncode
            _end_group(service.process.pid)
            service.process = None
            lasted = now - service.started_at
            service.failures = 1 if lasted > HEALTHY_SECONDS else service.failures + 1
            service.retry_at = now + service.pause()
            self.tell(f"{service.name}: ended ({_reason(code)}); again in {service.pause():g} s")
        if now >= service.retry_at:
            self._spawn(service)


def strays(mark: str) -> list[psutil.Process]:
    """Live processes that an earlier supervisor with this ``mark`` started."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def end_strays(mark: str, patience: float = 5.0) -> int:
    """Stop what a killed supervisor left behind; returns how many processes that were."""
    left = strays(mark)
    for process in left:
        with suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=patience)
    for process in stubborn:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=patience)
    return len(left)


def rotate(log: Path) -> None:
    """Keep one older piece when a log has grown large."""
    with suppress(OSError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def _end_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
