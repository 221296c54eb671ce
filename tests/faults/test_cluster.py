"""Three nodes by ``deploy/nats/node.conf``: the leader of every stream is killed under load, and everything that was
acknowledged is there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.nodes import CONF, Cluster, Load, Reader
from tests.sensing.bus import wait_until
from zhijin.sensing.topics import STREAM

LOADS = 4
#: So many more events are acknowledged after each kill, before the node is started again.
AFTER = 150


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        for node in made.ports:
            made.start(node)
        wait_until(made.make_streams, 60)
        wait_until(made.whole, 60)
        yield made
    finally:
        made.stop()


@pytest.mark.slow
def test_the_leader_of_every_stream_may_die_and_nothing_acknowledged_is_lost(
    cluster: Cluster,
) -> None:
    stopped, done = threading.Event(), threading.Event()
    reader = Reader(cluster, done)
    loads = [Load(cluster, number, stopped) for number in range(LOADS)]

    def count() -> int:
        return sum(len(load.acknowledged) for load in loads)

    wait_until(lambda: count() > AFTER, 60)
    pending = set(cluster.streams())
    assert STREAM in pending
    kills = 0
    while pending:
        found = cluster.streams()
        leader = found[min(pending)]["leader"]
        led = {name for name, one in found.items() if one["leader"] == leader}
        before = count()
        cluster.kill(leader)
        kills += 1
        pending -= led
        wait_until(lambda: count() > before + AFTER, 90)  # noqa: B023 - called at once
        cluster.start(leader)
        wait_until(cluster.whole, 90)
    stopped.set()
    for load in loads:
        load.thread.join(30)
    acknowledged = {(load.number, n) for load in loads for n in load.acknowledged}
    wait_until(lambda: acknowledged <= reader.seen, 60)
    done.set()
    reader.thread.join(30)
    lost = acknowledged - reader.seen
    sys.stderr.write(f"kills {kills}, acknowledged {len(acknowledged)}, lost {len(lost)}\n")
    assert lost == set()
    assert kills >= 1
    assert len(acknowledged) > AFTER * (kills + 1)


def test_the_file_holds_no_secret_and_no_address() -> None:
    text = CONF.read_text(encoding="utf-8")
    for line in text.splitlines():
        if "password" in line.lower() and not line.lstrip().startswith("#"):
            assert "$ZHIJIN_" in line
    assert "127.0.0.1" not in text
