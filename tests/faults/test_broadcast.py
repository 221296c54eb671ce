"""Broker, voice process and loudspeakers killed at random while broadcasts are on their way: none is played twice, none
after its time, and of every one it is known what became of it.

``ZHIJIN_KILL_SEED`` chooses other moments, ``ZHIJIN_KILL_ROUNDS`` more of them.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broadcast.conftest import (
    SYSTEM,
    Program,
    bus,
    files,
    ground,
    heard,
    made,
    program,
    village,
)
from tests.sensing.bus import Bus, wait_until
from zhijin.broadcast.models import Broadcast, Target
from zhijin.broadcast.services import sending
from zhijin.broadcast.setting_up import setup_for
from zhijin.core.scope import scoped

__all__ = ["bus", "files", "ground", "program", "village"]
SEED = int(os.environ.get("ZHIJIN_KILL_SEED", "1"))
ROUNDS = int(os.environ.get("ZHIJIN_KILL_ROUNDS", "6"))
SPEED = 12.0
#: Seconds in which the short one may begin; a loudspeaker is away for longer.
SHORT = 2
pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(900 + 20 * ROUNDS),
]  # fmt: skip
State = Target.State
#: What is known for good. A playing that was cut by a power failure is told as such, and not begun again.
KNOWN = (State.PLAYED, State.FAILED, State.EXPIRED)


class Voice:
    """A real ``zhijin voice``."""

    def __init__(self, bus: Bus, environment: dict[str, str]) -> None:
        self.environment = {**os.environ, **environment, "ZHIJIN_HOME": str(bus.home.root)}
        self.log = bus.home.root / "voice.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "zhijin.config.cli", "voice"], env=self.environment, stdout=log, stderr=log
            )  # fmt: skip

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def voice(bus: Bus, database_environment: dict[str, str], settings: Any) -> Iterator[Voice]:
    settings.HOME = bus.home.root
    one = Voice(bus, database_environment)
    bus.open_gate()
    one.start()
    yield one
    one.kill()


def short(text: str) -> Broadcast:
    """One that may begin within two seconds only."""
    row = made(SYSTEM, text=text, level="orange")
    with scoped(SYSTEM):
        Broadcast.objects.filter(pk=row.pk).update(lasts=SHORT)
    return sending.submit(actor=SYSTEM, pk=row.id)


def sounded(one: Program, row: Broadcast) -> list[tuple[Path, float, float]]:
    """The files of a broadcast at a loudspeaker: how many seconds sound, and when it began."""
    found = []
    for path in one.files():
        if not path.name.startswith(str(row.id)):
            continue
        told = path.stat()
        rate = int.from_bytes(path.read_bytes()[24:28], "little") or 1
        seconds = max(0, told.st_size - 44) / (2 * rate)
        found.append((path, seconds, _made(path) or told.st_mtime - seconds / SPEED))
    return found


def _made(path: Path) -> float:
    """When a file was made, where the system tells (0 elsewhere): a busy machine plays slower than it should, so
    that its end does not tell its beginning."""
    told = subprocess.run(["stat", "-c", "%.3W", path], capture_output=True, text=True, check=False)
    return float(told.stdout) if re.fullmatch(r"[0-9]+\.[0-9]+", told.stdout.strip()) else 0.0


def test_nothing_twice_nothing_late_nothing_forgotten(
    village: Any, bus: Bus, voice: Voice, site: str, program: Any
) -> None:
    programs = [
        program(setup_for(actor=SYSTEM, device_id=device.id, site=site), speed=SPEED)
        for device, _secret in village
    ]
    labels = [device.label for device, _secret in village]
    for one in programs:
        one.start()
    rows, kills = _chaos(programs, bus, voice, random.Random(SEED))
    wait_until(lambda: all(one.state in KNOWN for row in rows for one in heard(row).values()), 300)
    away = programs[0]
    away.kill()
    late = short("过期通知。")
    until = heard(late)[labels[0]].until.timestamp()
    wait_until(lambda: time.time() > until + 0.2)
    away.start()
    last = made(SYSTEM, text="最后一次通知。", level="orange")
    sending.submit(actor=SYSTEM, pk=last.id)
    wait_until(lambda: all(one.state == State.PLAYED for one in heard(last).values()), 300)

    played, cut = _counted([*rows, last], dict(zip(labels, programs, strict=True)))
    assert sounded(away, late) == []
    for one in programs:
        assert all(began <= until + 0.5 for _path, _seconds, began in sounded(one, late))
    told = f"kills {kills}, broadcasts {len(rows) + 2}, played {played}, cut {cut}"
    sys.stderr.write(told + ", twice 0, late 0, unknown 0\n")
    assert played + cut == 3 * (ROUNDS + 1)
    assert cut <= kills["loudspeaker"]


def _chaos(
    programs: list[Program], bus: Bus, voice: Voice, chance: random.Random
) -> tuple[list[Broadcast], dict[str, int]]:
    """Send and kill, round after round: each of the three at least every third time, in an order of chance."""
    rows, kills = [], {"broker": 0, "voice": 0, "loudspeaker": 0}
    for number in range(ROUNDS):
        row = made(SYSTEM, text=f"第{number + 1}次通知。请看管好自家孩子。", level="orange")
        rows.append(sending.submit(actor=SYSTEM, pk=row.id))
        time.sleep(chance.uniform(0.0, 2.0))
        victim = min(kills, key=lambda name: (kills[name], chance.random()))
        kills[victim] += 1
        hit: Any = {"broker": bus, "voice": voice}.get(victim) or chance.choice(programs)
        hit.kill()
        hit.start()
    return rows, kills


def _counted(rows: list[Broadcast], programs: dict[str, Program]) -> tuple[int, int]:
    """How many were played and how many cut, by the board; what it calls played must sound whole."""
    played = cut = 0
    for row in rows:
        whole = 3 * row.millis / 1000
        for label, target in heard(row).items():
            there = sounded(programs[label], row)
            full = [path for path, seconds, _began in there if seconds > whole - 0.3]
            assert len(there) <= 1, f"{label} began {row.title} {len(there)} times"
            if target.state == State.PLAYED:
                assert len(full) == 1
                played += 1
            elif target.state != State.FAILED:
                assert not full, f"{label} sounded {row.title} whole and never said so"
            if target.state == State.FAILED:
                # Also when it was killed between its last sound and noting it: it cannot know, and never
                # plays again. There are no more of them than kills.
                assert target.why == "cut"
                cut += 1
    return played, cut
