"""A real broker for tests: started on free ports below 32768, killed, started again, and stopped."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from zhijin.config import broker
from zhijin.config.home import Home
from zhijin.config.ports import random_port
from zhijin.core.bus import Address, BusError, Device, address
from zhijin.sensing import gate, worker
from zhijin.sensing import models as sensing

PATIENCE = 120.0


class Bus:
    """The broker of one test, with a gate and a worker that run in threads when asked to."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.home.make()
        self.log = root / "broker.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.threads: list[tuple[threading.Thread, threading.Event]] = []
        self.devices: list[Device] = []

    def start(self) -> None:
        with _other_ports():
            command = broker.prepare(self.home)
        assert command is not None, "nats-server is not installed"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        wait_until(self.answers)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            with self.address.client("platform"):
                return True
        except BusError:
            return False

    @property
    def address(self) -> Address:
        return address(self.home.root)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        for device in self.devices:
            device.close()
        for thread, stopped in self.threads:
            stopped.set()
            thread.join(PATIENCE)
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def open_gate(self) -> threading.Event:
        """Let devices in, in a thread with a database connection of its own."""
        one = gate.Gate(self.address)
        return self._run(lambda stopped: gate.run(one, stopped))

    def take_in(self) -> threading.Event:
        """Take events in, in a thread of its own."""
        return self._run(lambda stopped: worker.run(self.address, stopped))

    def _run(self, target: object) -> threading.Event:
        stopped = threading.Event()

        def body() -> None:
            try:
                target(stopped)  # type: ignore[operator]
            finally:
                connections.close_all()

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        self.threads.append((thread, stopped))
        return stopped

    def end(self, stopped: threading.Event) -> None:
        """Stop one thread and wait for it."""
        for thread, event in self.threads:
            if event is stopped:
                event.set()
                thread.join(PATIENCE)
                assert not thread.is_alive()

    def device(self, code: str, secret: str, client_id: str = "") -> Device:
        """A device that is not connected yet, closed with the test."""
        where = self.address
        one = Device("127.0.0.1", where.mqtt_port, code, secret, where.ca, client_id=client_id)
        self.devices.append(one)
        return one

    def connected(self, device: sensing.Device, secret: str) -> Device:
        """A device that has signed in; the gate may still be opening."""
        one = self.device(device.code, secret)
        wait_until(lambda: _signs_in(one))
        return one


def _signs_in(device: Device) -> bool:
    try:
        device.connect()
    except OSError:
        return False
    return True


@contextmanager
def _other_ports() -> Iterator[None]:
    """Tests that run beside each other look for a port at random places."""
    before = broker.NATS_PORTS, broker.MQTT_PORTS
    first, second = random_port(), random_port()
    broker.NATS_PORTS, broker.MQTT_PORTS = range(first, first + 1), range(second, second + 1)
    try:
        yield
    finally:
        broker.NATS_PORTS, broker.MQTT_PORTS = before


def wait_until(condition: object, patience: float = PATIENCE) -> None:
    """Until ``condition()`` is true; fails after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
