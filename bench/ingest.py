"""Events of devices a second, from MQTT QoS 1 over TLS to the committed row and case, beside COPY of the same rows.

Real devices' connections (one process), a real broker, gate and worker on one machine. Every event is
acknowledged by the broker before it counts, and committed before the clock stops. One event in a thousand opens a
case in its commit. The rival is COPY of as many rows into a table of the same columns and key, in batches of
5,000, with nothing to check and nobody to ask.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench import ground
from bench.ground import percentile
from zhijin.config import broker
from zhijin.config.home import Home
from zhijin.core.actor import Actor

VILLAGE = "530602105207"
SYSTEM = Actor.system("bench")
BATCH = 5000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many devices and events."""
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--each", type=int, default=200, help="events of each device, flat out")
    parser.add_argument("--rate", type=int, default=1000, help="events a second in the steady part")
    parser.add_argument("--seconds", type=float, default=15.0, help="of the steady part")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Events a second and the ratio to COPY; p99 at a steady rate; memory of each process."""
    ground.prepare()
    devices = _registered(args.devices)
    home = Home(Path(os.environ["ZHIJIN_HOME"]))
    copied = _copy(args.devices * args.each)
    with _running(home) as processes, _load(home, devices) as load:
        connect = load.answer()["connect_s"]
        worker = _Worker(home)
        alarms = list(range(0, args.devices, max(1, 1000 // args.each)))
        watched = {
            **processes,
            "worker": psutil.Process(),
            "devices": psutil.Process(load.process.pid),
        }
        before = {name: _cpu(process) for name, process in watched.items()}
        fast = worker.follow(load.ask({"do": "flat_out", "each": args.each, "alarms": alarms}))
        micros = {
            f"cpu_us_{name}": round((_cpu(process) - before[name]) * 1e6 / fast["events"], 1)
            for name, process in watched.items()
        }
        steady = {"do": "steady", "rate": args.rate, "seconds": args.seconds, "alarms": 1000}
        slow = worker.follow(load.ask(steady))
        memory = {name: _rss(process) for name, process in processes.items()}
        cases = worker.cases
    rate = fast["events"] / fast["seconds"]
    return {
        "events": fast["events"], "events_per_s": round(rate), "goal_events_per_s": 10_000,
        "acknowledged_per_s": round(fast["events"] / fast["acknowledged_s"]),
        "copy_rows_per_s": round(copied), "ratio_copy": round(rate / copied, 4),
        "lost": fast["lost"] + slow["lost"], "cases": cases,
        "steady_per_s": args.rate, "p50_ms": slow["p50_ms"], "p99_ms": slow["p99_ms"],
        "goal_p99_ms": 1000, "devices": args.devices, "connect_per_s": round(args.devices / connect),
        **micros, "worker_mb": _rss(psutil.Process()), **{f"{n}_mb": mb for n, mb in memory.items()},
        "processors": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _registered(count: int) -> list[tuple[str, str]]:
    from zhijin.sensing.api import Entry, register

    out = []
    for number in range(count):
        entry = Entry("smoke", f"{number} 号烟感", VILLAGE, simulated=True)
        device, secret = register(actor=SYSTEM, entry=entry)
        out.append((device.code, secret))
    return out


class _Worker:
    """The ingest worker in this process, with a look at how late each event was committed."""

    def __init__(self, home: Home) -> None:
        from zhijin.core.bus import address
        from zhijin.sensing.worker import Worker

        self.worker = Worker(address(home.root))
        self.late: list[float] = []
        self.cases = 0
        taken = self.worker.commit

        def commit(batch: list[Any]) -> Any:
            outcome = taken(batch)
            now = time.time() * 1000
            if len(batch) < 1000:
                self.late += [now - json.loads(one.data)["at"] for one in batch]
            return outcome

        self.worker.commit = commit  # type: ignore[method-assign]

    def follow(self, load: _Load) -> dict[str, Any]:
        """Take in until the load is through and everything acknowledged is committed."""
        self.late.clear()
        before, seen = _rows(), 0
        told: dict[str, Any] | None = None
        ended = time.time()
        while told is None or seen < told["events"]:
            outcome = self.worker.step(0.05)
            self.cases += outcome.cases
            if outcome.stored:
                seen += outcome.stored
                ended = time.time()
            told = told or load.poll()
            if told is not None and time.time() - ended > 20:
                break
        return {
            "events": told["events"], "seconds": ended - told["began"],
            "acknowledged_s": told["ended"] - told["began"],
            "lost": told["events"] - (_rows() - before),
            "p50_ms": round(percentile(self.late, 0.5)), "p99_ms": round(percentile(self.late, 0.99)),
        }  # fmt: skip


def _rows() -> int:
    from zhijin.core.scope import scoped
    from zhijin.sensing.models import Reading

    with scoped(SYSTEM):
        return Reading.objects.count()


@contextmanager
def _running(home: Home) -> Iterator[dict[str, psutil.Process]]:
    """The broker and the gate, stopped at the end."""
    command = broker.prepare(home)
    assert command is not None, "nats-server is not installed"
    gate = [sys.executable, "-m", "zhijin.config.cli", "gate"]
    started = []
    try:
        for name, line in (("broker", command), ("gate", gate)):
            with (home.logs / f"{name}.log").open("ab") as log:
                started.append(subprocess.Popen(line, stdout=log, stderr=subprocess.STDOUT))
        names = ("broker", "gate")
        yield {n: psutil.Process(p.pid) for n, p in zip(names, started, strict=True)}
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)


class _Load:
    """The process of the devices."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), True)

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the devices did not come in"
        return dict(json.loads(line))

    def ask(self, order: dict[str, Any]) -> _Load:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self

    def poll(self) -> dict[str, Any] | None:
        import select

        assert self.process.stdout is not None
        ready = select.select([self.process.stdout], [], [], 0)[0]
        return self.answer() if ready else None


@contextmanager
def _load(home: Home, devices: list[tuple[str, str]]) -> Iterator[_Load]:
    kept = broker.info(home)
    assert kept is not None
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.device_load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    load = _Load(process)
    try:
        told = {
            "devices": devices, "port": kept.mqtt_port, "first": 0,
            "ca": str(home.root / "keys" / "ca.pem"),
        }  # fmt: skip
        yield load.ask(told)
    finally:
        process.kill()
        process.wait()


def _copy(count: int) -> float:
    """Rows a second of COPY alone, committed batch by batch."""
    import psycopg

    url = os.environ["DATABASE_OWNER_URL"]
    line = "530602\t{}\t2026-11-27 08:00:00+08\t{}\t2026-11-27 08:00:00+08\t530602105207000004\t1\t40\t214\t88\n"
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE TABLE bench_rows (LIKE sensing_reading INCLUDING ALL)")
        began = time.monotonic()
        for start in range(0, count, BATCH):
            rows = "".join(line.format(n % 500, n) for n in range(start, min(start + BATCH, count)))
            with owner.cursor().copy("COPY bench_rows FROM STDIN") as copy:
                copy.write(rows)
        seconds = time.monotonic() - began
        owner.execute("DROP TABLE bench_rows")
    return count / seconds


def _cpu(process: psutil.Process) -> float:
    """Seconds of processor that it has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _rss(process: psutil.Process) -> int:
    return round(process.memory_info().rss / 1024**2)
