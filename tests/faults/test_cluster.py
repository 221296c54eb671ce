"""Three nodes by ``deploy/nats/node.conf``, run by others, and the platform's own gate and worker on them: the leader
of every stream is killed under load, and everything that was acknowledged is in the database, once."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.faults.nodes import CONF, NODES, Cluster, Load
from tests.sensing.bus import wait_until
from tests.sensing.conftest import SYSTEM, device, everything, files, ground
from zhijin.core.bus import Device
from zhijin.sensing import gate, guard, worker
from zhijin.sensing.models import Reading
from zhijin.sensing.services.devices import rotate
from zhijin.sensing.topics import STREAM

__all__ = ["device", "files", "ground"]
LOADS = 4
#: So many more events are acknowledged after each kill, before the node is started again.
AFTER = 150


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        for node in made.ports:
            made.start(node)
        wait_until(made.make_streams)
        wait_until(made.whole)
        yield made
    finally:
        made.stop()


@pytest.fixture
def platform(cluster: Cluster) -> Iterator[threading.Event]:
    """Gate and worker, which find the nodes in ``keys/broker.json`` as with ZHIJIN_BROKER=external."""
    stopped = threading.Event()
    threads = [
        threading.Thread(target=_run, args=(target,), daemon=True)
        for target in (
            lambda: gate.run(gate.Gate(cluster.address), stopped),
            lambda: worker.run(cluster.address, stopped),
        )
    ]
    for thread in threads:
        thread.start()
    yield stopped
    stopped.set()
    for thread in threads:
        thread.join(120)


def _run(target: Callable[[], None]) -> None:
    try:
        target()
    finally:
        connections.close_all()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_leader_of_every_stream_may_die_and_nothing_acknowledged_is_lost(
    ground: Any,
    device: Callable[..., Any],
    cluster: Cluster,
    platform: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "RATE", 1e6)
    stopped = threading.Event()
    made = [device(label=f"{number} 号烤房") for number in range(LOADS)]
    loads = [
        Load(cluster, number, (row.code, secret), stopped)
        for number, (row, secret) in enumerate(made)
    ]
    kills = _kill_every_leader(cluster, lambda: sum(len(load.acknowledged) for load in loads))
    stopped.set()
    for load in loads:
        load.thread.join(120)
    ids = {row.id: load.number for load, (row, _secret) in zip(loads, made, strict=True)}
    acknowledged = {(load.number, n) for load in loads for n in load.acknowledged}

    def stored() -> set[tuple[int, int]]:
        return {(ids[row.device_id], row.seq) for row in everything(Reading)}

    wait_until(lambda: acknowledged <= stored(), 240)
    lost, rows = acknowledged - stored(), everything(Reading)
    sys.stderr.write(f"kills {kills}, acknowledged {len(acknowledged)}, lost {len(lost)}\n")
    assert lost == set()
    assert len(rows) == len(stored())
    assert kills >= 1
    assert len(acknowledged) > AFTER * (kills + 1)
    _parted(loads, [row.id for row, _secret in made])


def _kill_every_leader(cluster: Cluster, count: Callable[[], int]) -> int:
    wait_until(lambda: count() > AFTER)
    pending = set(cluster.streams())
    assert STREAM in pending
    kills = 0
    while pending:
        found = cluster.streams()
        led = defaultdict(set)
        for name, one in found.items():
            led[one["leader"]].add(name)
        leader = found[min(pending)]["leader"]
        before = count()
        cluster.kill(leader)
        kills += 1
        pending -= led[leader]
        wait_until(lambda: count() > before + AFTER, 240)  # noqa: B023 - called at once
        cluster.start(leader)
        wait_until(cluster.whole, 240)
    return kills


def _parted(loads: list[Load], ids: list[int]) -> None:
    """A new secret ends the connection, whichever node it is on."""
    for load, node, pk in zip(loads, NODES, ids, strict=False):
        one = load.device(node)
        wait_until(lambda: _signed_in(one))  # noqa: B023 - called at once
        rotate(actor=SYSTEM, device_id=pk)
        wait_until(lambda: _ended(one))  # noqa: B023 - called at once
        one.close()


def _signed_in(one: Device) -> bool:
    try:
        one.connect()
    except OSError:
        return False
    return True


def _ended(one: Device) -> bool:
    try:
        one.hear(0.05)
    except OSError:
        return True
    return False


def test_the_file_holds_no_secret_and_no_address() -> None:
    text = CONF.read_text(encoding="utf-8")
    for line in text.splitlines():
        if "password" in line.lower() and not line.lstrip().startswith("#"):
            assert "$ZHIJIN_" in line
    assert "127.0.0.1" not in text
