"""One broadcast to many connected loudspeakers: until the last receipt is committed, beside the bare broker.

Real connections by TLS (one process), a real broker and gate, the voice process's own code. The rival, in the same
run, is the broker alone: one message of the same size to the same topic, one receipt of the same size from each, until
the last one is acknowledged by the broker. Ours signs an order, says it, and has the last of the receipts committed in
PostgreSQL. What each loudspeaker does with its own processor (verify, fetch, play) is left out; what verifying takes
is told.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench import ground
from bench.ingest import SYSTEM, VILLAGE, _cpu, _Load, _rss, _running
from zhijin.config import broker
from zhijin.config.home import Home

#: Bytes of a signed order to one village.
SIZE = 700


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many loudspeakers."""
    parser.add_argument("--devices", type=int, default=17_800)
    parser.add_argument(
        "--runs", type=int, default=3, help="broadcasts, and messages of the bare broker"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Seconds to the last receipt and the ratio to the bare broker (medians); memory of each process."""
    ground.prepare()
    devices = _registered(args.devices)
    home = Home(Path(os.environ["ZHIJIN_HOME"]))
    with _running(home) as processes, _ears(home, devices) as load:
        connect = load.answer()["connect_s"]
        voice = _Voice(home)
        before = {name: _cpu(process) for name, process in processes.items()}
        bare, ours, heard = [], [], []
        for _ in range(args.runs):
            bare.append(_bare(voice, load))
            seconds, last = voice.broadcast(load)
            ours.append(seconds)
            heard.append(last)
        cpu = {f"cpu_s_{n}": round(_cpu(p) - before[n], 1) for n, p in processes.items()}
        memory = {f"{name}_mb": _rss(process) for name, process in processes.items()}
        memory["ears_mb"] = _rss(psutil.Process(load.process.pid))
    middle = args.runs // 2
    one, other = sorted(ours)[middle], sorted(bare)[middle]
    return {
        "devices": args.devices, "last_receipt_s": round(one, 2), "bare_s": round(other, 2),
        "ratio_broker": round(one / other, 2), "goal_ratio_broker": 1.5, "played": voice.played,
        "last_heard_s": round(sorted(heard)[middle], 2), "runs": args.runs,
        "all_s": [round(s, 2) for s in ours], "all_bare_s": [round(s, 2) for s in bare],
        "verify_ms": round(voice.verify_s * 1000, 2), "board_ms": voice.board_ms, "board_queries": voice.board_queries,
        "connect_per_s": round(args.devices / connect), "open_files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "voice_mb": _rss(psutil.Process()), **memory, **cpu, "processors": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _registered(count: int) -> list[tuple[str, str]]:
    """Loudspeakers, written in bulk."""
    import secrets

    from zhijin.core import clock, ids
    from zhijin.core.scope import scoped
    from zhijin.sensing.api import Device, DeviceState
    from zhijin.sensing.gate import digest

    key, at = ids.place_key(VILLAGE), clock.now()
    pairs = [(ids.receipt_code(), secrets.token_urlsafe(12)) for _ in range(count)]
    with scoped(SYSTEM):
        rows = Device.objects.bulk_create(
            (
                Device(
                    county=530602, code=code, kind="loudspeaker", label=f"{n} 号喇叭", place_code=VILLAGE,
                    place_key=key, secret=digest(code, secret), secret_at=at, simulated=True,
                    registered_at=at, changed_at=at,
                )
                for n, (code, secret) in enumerate(pairs)
            ),
            batch_size=2000,
        )  # fmt: skip
        states = (DeviceState(device_id=row.id, county=530602, place_key=key) for row in rows)
        DeviceState.objects.bulk_create(states, batch_size=2000)
    return pairs


@contextmanager
def _ears(home: Home, devices: list[tuple[str, str]]) -> Iterator[_Load]:
    from zhijin.core import signing

    kept = broker.info(home)
    assert kept is not None
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.fanout_load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    load = _Load(process)
    try:
        told = {
            "devices": devices, "port": kept.mqtt_port, "place": VILLAGE,
            "ca": str(home.root / "keys" / "ca.pem"), "keys": {k.kid: k.raw.hex() for k in signing.public_keys()},
        }  # fmt: skip
        yield load.ask(told)
    finally:
        process.kill()
        process.wait()


def _bare(voice: _Voice, load: _Load) -> float:
    """Seconds from one message to the last receipt that the broker acknowledged."""
    load.ask({"do": "listen"}).answer()
    began = time.time()
    assert voice.voice.bus is not None
    voice.voice.bus.publish(f"zj.a.{VILLAGE}.loudspeaker.bare", b"bare".ljust(SIZE))
    told: dict[str, Any] | None = None
    while told is None:
        # What the broker keeps for the receipts' reader is taken in as well, as it is in ours.
        voice.voice.step(0.05)
        told = load.poll()
    return float(told["ended"] - began)


class _Voice:
    """The voice process's own loop in this process."""

    def __init__(self, home: Home) -> None:
        from zhijin.broadcast.wire import Voice
        from zhijin.core.bus import address
        from zhijin.playbooks.api import install_shipped

        install_shipped()
        self.voice = Voice(address(home.root))
        self.voice.step(0)
        self.played = self.board_ms = self.board_queries = 0
        self.verify_s = 0.0

    def broadcast(self, load: _Load) -> tuple[float, float]:
        """Seconds until the last receipt of one broadcast is committed, and until the last one heard it."""
        from zhijin.broadcast.models import Broadcast, Target
        from zhijin.broadcast.services import drafting, sending
        from zhijin.core.scope import scoped

        wanted = drafting.Draft(
            text="夏季防溺水通知。请看管好自家孩子。", areas=[VILLAGE], simulated=True
        )
        row = drafting.draft(actor=SYSTEM, wanted=wanted)
        load.ask({"do": "listen"}).answer()
        sending.submit(actor=SYSTEM, pk=row.id)
        with scoped(SYSTEM):
            total = Target.objects.filter(broadcast_id=row.id).count()
        began, before = time.time(), self.voice.receipts
        while self.voice.receipts - before < total and time.time() - began < 300:
            self.voice.step(0.05)
        seconds = time.time() - began
        told = load.answer()
        self.verify_s = float(told["verify_s"])
        with scoped(SYSTEM):
            played = Target.State.PLAYED
            self.played = Target.objects.filter(broadcast_id=row.id, state=played).count()
            self._look(Broadcast.objects.get(pk=row.pk))
        return seconds, float(told["last_heard"] - began)

    def _look(self, row: Any) -> None:
        """The board of it, as the page reads it."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from zhijin.broadcast import selectors

        with CaptureQueriesContext(connection) as queries:
            began = time.monotonic()
            selectors.board(row)
            list(selectors.targets(row)[: selectors.PAGE])
            self.board_ms = round((time.monotonic() - began) * 1000)
        self.board_queries = len(queries)
