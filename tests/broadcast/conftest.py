"""A village with loudspeakers, the shipped rules in force, and agents: in this process, or as real programs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.cases.conftest import GRID_2, files, ground, publish
from tests.cast import COUNTY, GRID, VILLAGE
from tests.sensing.bus import Bus
from zhijin.broadcast import orders
from zhijin.broadcast.models import Broadcast, Sender, Target
from zhijin.broadcast.programme import load
from zhijin.broadcast.services import drafting, sending
from zhijin.broadcast.services.drafting import Draft
from zhijin.broadcast.speaker import Agent, Setup
from zhijin.broadcast.speaker.store import Task
from zhijin.broadcast.speech import making
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors
from zhijin.playbooks.models import PlaybookRevision
from zhijin.sensing.models import Device
from zhijin.sensing.services.devices import Entry, register

__all__ = ["GRID_2", "files", "ground"]
SYSTEM = Actor.system("test")
ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "playbooks" / "village-voice" / "broadcast.yaml").read_text()
DOORS = (ROOT / "playbooks" / "knock-doors" / "playbook.yaml").read_text()
NOTICE = "夏季防溺水通知。请看管好自家孩子，不要到河边、水库游泳。发现有人落水，请拨打119。"


def put_into_force(text: str, place_code: str = "") -> PlaybookRevision:
    """Rules of broadcasts, without ceremony."""
    found, findings = load(text, "test")
    assert found is not None, findings
    row = PlaybookRevision.objects.create(
        playbook=found.id, form="broadcast", place_code=place_code, revision=1, digest="0" * 64,
        title_zh=found.title.zh, title_en=found.title.en, source=text, state="in_force", uploaded_by="test",
    )  # fmt: skip
    selectors.forget()
    return row


def trust(sender: str = "zhaoyang@weather.example", place_code: str = COUNTY) -> Sender:
    """Put a sender on the list of a place, without ceremony."""
    with scoped(SYSTEM):
        return Sender.objects.create(
            county=int(place_code[:6].ljust(6, "0")), place_code=place_code, place_key=place_key(place_code),
            identifier=sender, ground="测试", made_at=clock.now(), made_by="a", maker="甲", confirmed_at=clock.now(),
            confirmed_by="b", confirmer="乙",
        )  # fmt: skip


@pytest.fixture
def village(ground: Any, files: Any) -> Iterator[list[tuple[Device, str]]]:
    """Two loudspeakers in the first grid, one in the second; rules and the programme of doors in force."""
    put_into_force(RULES)
    publish(DOORS)
    for sender in ("zhaoyang@weather.example", "530602", "5306020000000001"):
        trust(sender)
    yield [
        register(actor=SYSTEM, entry=Entry("loudspeaker", label, code))
        for label, code in (("村委会云喇叭", GRID), ("一组云喇叭", GRID), ("二组云喇叭", GRID_2))
    ]
    selectors.forget()


def made(actor: Actor, **more: Any) -> Broadcast:
    """A draft of the notice for the whole village."""
    return drafting.draft(actor=actor, wanted=Draft(**{"text": NOTICE, "areas": [VILLAGE], **more}))


def tomorrow(hour: int = 9, days: int = 1) -> datetime:
    """A planned moment outside the quiet hours, whatever the hour is now."""
    day = clock.today() + timedelta(days=days)
    return datetime.combine(day, time_of_day(hour), tzinfo=clock.TZ)


def sent(actor: Actor, **more: Any) -> Broadcast:
    """The notice, on its way."""
    return sending.submit(actor=actor, pk=made(actor, **more).id)


def heard(row: Broadcast) -> dict[str, Target]:
    """What became of it, by label."""
    with scoped(SYSTEM):
        return {
            one.label: one for one in Target.objects.filter(broadcast_id=row.id).order_by("turn")
        }


class Clock:
    """The agent's clock, in milliseconds, moved by hand."""

    def __init__(self, at: int = 1_780_000_000_000) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at / 1000


class Sounds:
    """Sinks that remember what was written and take no time, unless they are held."""

    def __init__(self) -> None:
        self.heard: dict[str, int] = {}
        self.order: list[str] = []
        self.fail = False
        self.hold: Callable[[], bool] = lambda: False

    def __call__(self, task: Task, rate: int) -> Any:
        sounds = self
        name = f"{task.id}/{task.turn}"
        self.order.append(name)

        class One:
            def write(self, pcm: bytes) -> None:
                if sounds.fail:
                    raise OSError("no card")
                sounds.heard[name] = sounds.heard.get(name, 0) + len(pcm) * 500 // rate
                while sounds.hold():
                    time.sleep(0.002)

            def close(self, *, cut: bool) -> None:
                pass

            def kill(self) -> None:
                sounds.hold = lambda: False

        return One()


class Box:
    """An agent without a network: orders are put into it, receipts read from its store."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.folder, self.clock, self.sounds = folder, clock, Sounds()
        raw = self.key.public_key().public_bytes_raw().hex()
        self.setup = Setup(
            "ABCDEFGH", "s", VILLAGE + "001", "127.0.0.1", 1, "http://127.0.0.1:1", "", {"k": raw}
        )
        self.agent = self.opened()

    def opened(self) -> Agent:
        agent = Agent(self.setup, self.folder, self.sounds)
        agent._connect = lambda: (_ for _ in ()).throw(OSError("no network"))  # type: ignore[method-assign]
        return agent

    def restart(self) -> None:
        """As after kill -9: nothing is said or tidied by the old one."""
        self.agent.store.close()
        self.agent = self.opened()

    def order(
        self, id_: str = "00000000-0000-4000-8000-000000000001", seconds: float = 1.0, **more: Any
    ) -> orders.Order:
        """An order for now whose audio (a tone) is already here."""
        pcm = b"\x10\x27" * int(8000 * seconds)
        data = making._wav(8000, pcm)
        import hashlib

        digest = hashlib.sha256(data).hexdigest()
        folder = self.folder / "audio"
        folder.mkdir(parents=True, exist_ok=True)
        if more.pop("here", True):
            (folder / digest).write_bytes(data)
        at = more.pop("at", self.clock.at)
        values: dict[str, Any] = {
            "id": id_, "attempt": 1, "level": "plain", "title": "t", "areas": (VILLAGE,), "to": (),
            "turns": (orders.Turn(0, at, at + 3_600_000),), "digest": digest, "media": "audio/wav",
            "path": "/a", "size": len(data), "millis": int(seconds * 1000), "times": 1, "gap": 0, "volume": 100,
            "quiet": None, "spread": 0, "signed_at": self.clock.at,
        }  # fmt: skip
        return orders.Order(**{**values, **more})

    def envelope(self, document: dict[str, Any], key: Ed25519PrivateKey | None = None) -> bytes:
        data = json.dumps(document).encode()
        return orders.envelope(data, "k", (key or self.key).sign(data))

    def document(self, order: orders.Order) -> dict[str, Any]:
        from datetime import UTC, datetime

        signed = datetime.fromtimestamp(order.signed_at / 1000, UTC).isoformat()
        return {"zhijin": orders.PLAY, "signed_at": signed, **orders.body(order)}

    def hear(self, order: orders.Order) -> None:
        self.agent._hear(self.envelope(self.document(order)))

    def turn(self, condition: Callable[[], bool] = lambda: True, patience: float = 120.0) -> None:
        """Turn the loop until ``condition``."""
        deadline = time.monotonic() + patience
        self.agent.step(0)
        while not condition():
            assert time.monotonic() < deadline, self.told()
            self.agent.step(0)
            time.sleep(0.001)

    def told(self) -> list[dict[str, Any]]:
        """Receipts, without the greeting of a new memory."""
        told = [body for _seq, body in self.agent.store.receipts(most=1000)]
        return [body for body in told if body.get("why") != "new"]

    def states(self) -> list[str]:
        return [body["state"] for body in self.told()]


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    clock = Clock()
    monkeypatch.setattr("zhijin.broadcast.speaker.agent.wall", clock)
    one = Box(tmp_path / "speaker", clock)
    yield one
    one.sounds.hold = lambda: False
    one.agent.close()


class Program:
    """A real ``zhijin speaker`` that writes files."""

    def __init__(self, setup: Setup, folder: Path, speed: float = 40.0) -> None:
        self.folder, self.speed = folder, speed
        folder.mkdir(parents=True)
        self.file = folder / "speaker.json"
        self.file.write_text(setup.text())
        self.sink = folder / "heard"
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "log"

    def start(self) -> None:
        line = [
            sys.executable, "-m", "zhijin.config.cli", "speaker", str(self.file),
            "--state", str(self.folder / "state"), "--sink", str(self.sink), "--speed", str(self.speed),
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(line, stdout=log, stderr=log)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def files(self) -> list[Path]:
        return sorted(self.sink.glob("*.wav")) if self.sink.exists() else []


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def make(setup: Setup, **more: Any) -> Program:
        programs.append(Program(setup, tmp_path / f"speaker-{len(programs)}", **more))
        return programs[-1]

    yield make
    for one in programs:
        one.kill()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    one = Bus(tmp_path / "bus")
    one.start()
    try:
        yield one
    finally:
        one.stop()


def speaks(bus: Bus) -> Any:
    """The voice process, in a thread of its own."""
    from zhijin.broadcast import wire

    return bus._run(lambda stopped: wire.run(bus.address, stopped))
