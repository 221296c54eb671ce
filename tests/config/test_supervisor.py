"""Processes are restarted when they die, stopped when asked, and found when their keeper was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from zhijin.config.supervisor import (
    LOG_LIMIT,
    MARK,
    Service,
    Supervisor,
    end_strays,
    rotate,
    strays,
)

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def _until(condition: Callable[[], bool], seconds: float = 120) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def mark(tmp_path: Path):
    mark = f"test-{tmp_path.name}-{os.getpid()}"
    yield mark
    end_strays(mark, patience=1)


@pytest.fixture
def keep(mark, tmp_path):
    """Run a supervisor in a thread; stopped at the end."""
    running: list[tuple[Supervisor, threading.Thread]] = []

    def start(*services: Service, **options) -> Supervisor:
        told: list[str] = []
        supervisor = Supervisor(
            services, mark=mark, environment={}, logs=tmp_path, tell=told.append, **options
        )
        supervisor.told = told
        supervisor.start()
        thread = threading.Thread(target=supervisor.run)
        thread.start()
        running.append((supervisor, thread))
        return supervisor

    yield start
    for supervisor, thread in running:
        supervisor.request_stop()
        thread.join()
        supervisor.stop()


def test_a_killed_process_is_started_again_and_said_so(keep):
    supervisor = keep(service := Service("sleeper", SLEEPER))
    first = service.process.pid
    os.kill(first, signal.SIGKILL)
    assert _until(lambda: service.alive and service.process.pid != first)
    assert "sleeper: ended (SIGKILL)" in supervisor.told[0]


def test_a_new_environment_reaches_every_process_and_the_same_one_none(keep, tmp_path):
    code = "import os, time; print(os.environ.get('WHERE'), flush=True); time.sleep(600)"
    supervisor = keep(service := Service("speaker", [sys.executable, "-c", code]))
    log = tmp_path / "speaker.log"
    assert _until(lambda: log.exists() and log.read_text() == "None\n")
    supervisor.renew({"WHERE": "there"})
    assert _until(lambda: log.read_text() == "None\nthere\n")
    first = service.process.pid
    supervisor.renew({"WHERE": "there"})
    time.sleep(0.5)
    assert service.process.pid == first
    assert service.alive


def test_what_a_killed_process_had_started_ends_with_it(keep, tmp_path):
    note = tmp_path / "child"
    code = (
        "import subprocess, sys, time;"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"open({str(note)!r}, 'a').write(f'{{p.pid}}\\n'); time.sleep(600)"
    )
    keep(service := Service("parent", [sys.executable, "-c", code]))
    assert _until(lambda: note.exists() and note.read_text().endswith("\n"))
    child = psutil.Process(int(note.read_text().split()[0]))
    os.kill(service.process.pid, signal.SIGKILL)
    assert _until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_one_that_cannot_start_is_tried_less_and_less_often():
    service = Service("broken", ["false"])
    pauses = []
    for service.failures in range(1, 9):
        pauses.append(service.pause())
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_broken_service_does_not_spin(keep):
    began = time.monotonic()
    keep(service := Service("broken", [sys.executable, "-c", "raise SystemExit(3)"]))
    assert _until(lambda: service.failures >= 1)
    time.sleep(2.5)
    # As many as the pauses before them let it be in that time: of half a second, one, two, and so on.
    failures, spent = service.failures, time.monotonic() - began
    assert 0.5 * (2 ** (failures - 1) - 1) <= spent


def test_stopping_lets_a_process_finish_its_work(mark, tmp_path):
    done = tmp_path / "done"
    code = (
        "import signal, sys, time\n"
        f"def end(*_): time.sleep(0.5); open({str(done)!r}, 'w').close(); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(600)"
    )
    service = Service("worker", [sys.executable, "-c", code], patience=10)
    supervisor = Supervisor([service], mark=mark, environment={}, logs=tmp_path)
    supervisor.start()
    assert _until(lambda: "ready" in service.log.read_text())
    supervisor.stop()
    assert done.exists()


def test_stopping_insists_with_one_that_does_not_listen(mark, tmp_path):
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    service = Service("deaf", [sys.executable, "-c", code], patience=0.3)
    supervisor = Supervisor([service], mark=mark, environment={}, logs=tmp_path)
    supervisor.start()
    assert _until(lambda: "ready" in service.log.read_text())
    supervisor.stop()
    assert service.process.returncode == -signal.SIGKILL


def test_the_watch_is_called_about_once_a_second(keep):
    calls: list[float] = []
    keep(Service("sleeper", SLEEPER), watch=lambda: calls.append(time.monotonic()))
    assert _until(lambda: len(calls) >= 2)
    assert calls[1] - calls[0] >= 0.9


def test_strays_are_found_by_their_mark_and_only_by_it(mark):
    ours = subprocess.Popen(SLEEPER, env={**os.environ, MARK: mark})
    theirs = subprocess.Popen(SLEEPER, env={**os.environ, MARK: "another installation"})
    try:
        assert _until(lambda: [p.pid for p in strays(mark)] == [ours.pid])
        reaper = threading.Thread(target=ours.wait)
        reaper.start()
        assert end_strays(mark) == 1
        reaper.join()
        assert theirs.poll() is None
    finally:
        theirs.kill()
        theirs.wait()


def test_a_large_log_is_put_aside(tmp_path):
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    rotate(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").exists()
