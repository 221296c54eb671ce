"""The loop of a loudspeaker: hears orders, fetches audio, keeps the schedule, plays, and reports what it did.

One thread turns the loop; a second one makes the sound, a third fetches. Everything that matters is in the store
before it happens, so the process may be killed at any moment.
"""

from __future__ import annotations

import errno
import json
import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from zhijin.broadcast import orders
from zhijin.broadcast.orders import RED, Bad
from zhijin.broadcast.speaker import fetching, sound
from zhijin.broadcast.speaker.setup import Setup
from zhijin.broadcast.speaker.store import ENDED, Store, Task
from zhijin.core.bus.mqtt import Device

log = logging.getLogger("zhijin.speaker")
BEAT, PING, PROGRESS = 300.0, 20.0, 1.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
FETCH_PAUSE_MS, FETCH_LONGEST_MS = 2_000, 60_000
#: Nothing heard for so long, though asked for a sign of life: the line is cut, whatever TCP believes.
SILENCE = 2.5 * PING
#: A connection that lasted so long was a good one; so many shorter ones in a row look like a second agent of our name.
STEADY, THROWN_OUT = 60.0, 5
#: A clock that was this far ahead of what it says now is believed to have been wrong; also one that was less ahead,
#: when no order was signed in between.
LEAP_MS, HOP_MS = 24 * 3600 * 1000, 2 * orders.SKEW_MS
TIDY, FULL_PAUSE = 3600.0, 1.0
#: The device's own clock, in seconds.
wall = time.time


@dataclass
class Agent:
    """One loudspeaker. ``open_sink`` opens a place for sound at a rate; ``folder`` holds store and audio."""

    setup: Setup
    folder: Path
    open_sink: Callable[[Task, int], sound.Sink]
    device: Device | None = None
    _playing: sound.Playing | None = None
    _task: Task | None = None
    _fetching: threading.Thread | None = None
    _fetched: list[tuple[Task, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sent: int = 0
    _open: dict[int, int] = field(default_factory=dict)
    _retry_at: float = 0.0
    _pause: float = FIRST_PAUSE
    _since: float = 0.0
    _thrown_out: int = 0
    _beat_at: float = 0.0
    _ping_at: float = 0.0
    _progress_at: float = 0.0
    _tidy_at: float = 0.0

    def __post_init__(self) -> None:
        self.audio = self.folder / "audio"
        if fetching.crowded(self.folder):
            # Not even the memory can be opened on a full card: audio can be fetched again.
            fetching.tidy(self.audio, set(), 0)
        self.store = Store(self.folder)
        now = self.now()
        for task in self.store.in_state("playing"):
            # It sounded when the power went: how much is known to a second, and it is not begun again.
            self.store.mark(task, "failed", now, why="cut")
        self.store.forget(now)
        self._tidy()

    def now(self) -> int:
        """Milliseconds since 1970; never before the newest order that was signed, nor before itself."""
        return self.store.latest("clock", int(wall() * 1000))

    def run(self, stopped: threading.Event) -> None:
        """Until ``stopped`` is set. A disk that is full is waited for: nothing is played that could not be noted."""
        while not stopped.is_set():
            try:
                self.step(0.1)
            except sqlite3.OperationalError as error:
                log.warning("the disk takes nothing: %s", error)
                self._tidy(most=0)
                stopped.wait(FULL_PAUSE)
        self.close()

    def _tidy(self, most: int = 200) -> None:
        """Throw away audio that nobody will ask for; not while one is being fetched."""
        if self._fetching is None or not self._fetching.is_alive():
            open_ = self.store.in_state("received", "verified", "queued", "playing", "interrupted")
            fetching.tidy(self.audio, {task.digest for task in open_}, most)
            self._tidy_at = time.monotonic() + TIDY

    def close(self) -> None:
        if self._playing is not None and self._task is not None:
            played = self._playing.stop()
            self.store.mark(self._task, "failed", self.now(), why="cut", played=played)
            self._playing = self._task = None
        if self.device is not None:
            self.device.close()
        self.store.close()

    def step(self, wait: float) -> None:
        """One turn of the loop; without a network everything but the network goes on."""
        try:
            self._network(wait)
        except OSError as error:
            log.info("no connection: %s", error)
            self._disconnected()
        self._take_fetched()
        self._fetch_next()
        self._tend()
        if time.monotonic() >= self._tidy_at:
            self._tidy()

    # -- the network ------------------------------------------------------------------------

    def _network(self, wait: float) -> None:
        if self.device is None:
            if time.monotonic() < self._retry_at:
                time.sleep(min(wait, max(0.0, self._retry_at - time.monotonic())))
                return
            self._connect()
        assert self.device is not None
        self._send_receipts()
        self.device.hear(wait)
        for _topic, payload in self.device.received:
            self._hear(payload)
        self.device.received.clear()
        self._acknowledged()
        present = time.monotonic()
        if present - self.device.heard_at > SILENCE:
            raise ConnectionError("the line is cut")
        if present >= self._ping_at:
            self.device.ping()
            self._ping_at = present + PING
        if present >= self._beat_at:
            self._beat_at = present + BEAT
            now = self.now()
            # Counted, not taken from the clock: one that was wrong once would make all later ones look old.
            beat = {
                "seq": self.store.count("beat", now),
                "at": int(wall() * 1000),
                "kind": "status",
            }
            self.device.send(f"zj/d/{self.setup.code}/ev", [json.dumps(beat).encode()])

    def _connect(self) -> None:
        ca = self.folder / "ca.pem"
        if not ca.exists() or ca.read_text() != self.setup.ca:
            ca.write_text(self.setup.ca)
        setup = self.setup
        device = Device(setup.host, setup.port, setup.code, setup.secret, ca, keep_alive=60)
        try:
            device.connect()
            own, *areas = self._topics()
            if not device.subscribe(own):
                raise ConnectionError("not let hear its own orders")
            for topic in areas:
                if not device.subscribe(topic):
                    log.warning(
                        "not let hear %s: was this loudspeaker moved? It needs a new setup", topic
                    )
        except OSError:
            device.close()
            raise
        self.device, self._sent, self._since = device, 0, time.monotonic()
        self._open.clear()
        # Whatever was said while we were away is asked for.
        self.store.say({"state": "hello", "at": self.now()})
        self._ping_at = time.monotonic() + PING

    def _topics(self) -> list[str]:
        place = self.setup.place
        lengths = [size for size in (2, 4, 6, 9, 12) if size < len(place)]
        areas = [place[:size] for size in lengths] + [place]
        return [f"zj/d/{self.setup.code}/in/#", *(f"zj/a/{area}/loudspeaker/#" for area in areas)]

    def _disconnected(self) -> None:
        if self.device is not None:
            self.device.close()
            steady = time.monotonic() - self._since >= STEADY
            self._pause = FIRST_PAUSE if steady else self._pause
            self._thrown_out = 0 if steady else self._thrown_out + 1
            if self._thrown_out == THROWN_OUT:
                log.warning(
                    "let in and thrown out again and again: is another computer using this setup?"
                )
        self.device = None
        self._retry_at = time.monotonic() + self._pause * random.uniform(0.5, 1.0)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _send_receipts(self) -> None:
        assert self.device is not None
        waiting = self.store.receipts(self._sent)
        if not waiting or len(self.device.open) > 100:
            return
        payloads = [json.dumps({"seq": seq, **body}).encode() for seq, body in waiting]
        numbers = self.device.send(f"zj/d/{self.setup.code}/receipt", payloads)
        self._open.update(zip(numbers, (seq for seq, _ in waiting), strict=True))
        self._sent = waiting[-1][0]

    def _acknowledged(self) -> None:
        assert self.device is not None
        done = [number for number in self._open if number not in self.device.open]
        if done:
            self.store.told(self._open.pop(number) for number in done)

    # -- orders -----------------------------------------------------------------------------

    def _hear(self, payload: bytes) -> None:
        now, known = self.now(), ""
        try:
            document = orders.opened(payload, self.setup.raw_keys)
            known = str(document.get("id", ""))
            if document.get("zhijin") == orders.STOP:
                self._stop(document, now)
            elif document.get("zhijin") == orders.PLAY:
                self._order(orders.fitted(orders.read(document), sound.playable), now)
            else:
                raise Bad("format")
        except Bad as error:
            log.warning("an order was refused: %s", error.why)
            said = {"order": known, "state": "refused", "why": error.why, "at": now}
            self.store.say({key: value for key, value in said.items() if value != ""})

    def _order(self, order: orders.Order, now: int) -> None:
        device = int(wall() * 1000)
        leapt = now - device > LEAP_MS or (
            # What was signed before something else that was heard is a replay; a clock put back does not help it.
            now - device > HOP_MS and order.signed_at >= self.store.latest("signed", 0)
        )
        if leapt and abs(order.signed_at - device) <= orders.SKEW_MS:
            # It had leapt ahead and is right again: the platform's signature says so too.
            log.warning("the clock had been %s minutes ahead", (now - device) // 60_000)
            self.store.believe("clock", order.signed_at)
            now = self.now()
            self.store.reopen(now)
        orders.judge(order, self.setup.code, self.setup.place, now)
        now = self.store.latest("clock", order.signed_at)
        self.store.latest("signed", order.signed_at)
        orders.judge(order, self.setup.code, self.setup.place, now)
        delay = random.randint(0, order.spread) if order.spread else 0
        fresh = {task.key for task in self.store.take(order, now, delay)}
        for turn in order.turns:
            task = self.store.find(order.id, turn.number)
            if task is not None and task.key not in fresh:
                self.store.repeat(task, now)

    def _stop(self, document: dict[str, object], now: int) -> None:
        areas = document.get("areas")
        to = document.get("to")
        if not isinstance(areas, list) or not isinstance(to, list):
            raise Bad("format")
        if not orders.meant_for(tuple(areas), tuple(to), self.setup.code, self.setup.place):
            raise Bad("area")
        for task in self.store.of_order(str(document.get("id", ""))):
            if task.state in ENDED:
                continue
            played = task.played
            if self._task is not None and self._task.key == task.key and self._playing is not None:
                played = self._playing.stop()
                self._playing = self._task = None
            self.store.mark(task, "stopped", now, played=played)

    # -- audio ------------------------------------------------------------------------------

    def _fetch_next(self) -> None:
        if self._fetching is not None and self._fetching.is_alive():
            return
        now = self.now()
        task = next((t for t in self.store.in_state("received") if t.fetch_at <= now), None)
        if task is None:
            return
        self._fetching = threading.Thread(
            target=self._fetch, args=(task,), name="fetch", daemon=True
        )
        self._fetching.start()

    def _fetch(self, task: Task) -> None:
        why = ""
        try:
            if fetching.have(self.audio, task.digest) is None:
                fetching.fetch(self.setup.site, task.path, task.digest, task.size, self.audio)
        except fetching.Unfit:
            why = "digest"
        except (OSError, ValueError) as error:
            log.info("the audio could not be fetched: %s", error)
            why = "full" if getattr(error, "errno", None) == errno.ENOSPC else "fetch"
        with self._lock:
            self._fetched.append((task, why))

    def _take_fetched(self) -> None:
        with self._lock:
            found, self._fetched = self._fetched, []
        now = self.now()
        if any(why == "full" for _task, why in found):
            self._tidy(most=0)
        for task, why in found:
            current = self.store.find(*task.key)
            if current is None or current.state != "received":
                continue
            if why == "":
                self.store.mark(current, "verified", now)
            elif why == "digest" or now > current.until:
                self.store.mark(current, "failed", now, why="fetch" if why == "full" else why)
            else:
                wait = min(FETCH_LONGEST_MS, FETCH_PAUSE_MS + (now - min(current.fetch_at, now)))
                self.store.fetch_later(current, now + wait)

    # -- the schedule -----------------------------------------------------------------------

    def _tend(self) -> None:
        now = self.now()
        if self._playing is not None:
            self._look_after(now)
        if self._playing is None or (self._task is not None and self._task.rank < RED):
            self._next(now)

    def _look_after(self, now: int) -> None:
        playing, task = self._playing, self._task
        assert playing is not None
        assert task is not None
        if playing.stuck:
            playing.stop()
            log.warning("the sound card takes nothing")
            self.store.mark(task, "failed", now, why="sound", played=playing.position)
            self._playing = self._task = None
            return
        if not playing.ended:
            if time.monotonic() >= self._progress_at:
                self.store.progress(task, playing.position)
                self._progress_at = time.monotonic() + PROGRESS
            return
        if playing.done:
            self.store.mark(task, "played", now, played=playing.position)
        else:
            log.warning("the sound failed: %s", playing.error)
            self.store.mark(task, "failed", now, why="sound", played=playing.position)
        self._playing = self._task = None

    def _next(self, now: int) -> None:
        """Begin what is due: the highest level first. Only red interrupts; the rest waits and is told so."""
        for task in self.store.in_state("verified", "queued", "interrupted", "received"):
            if task.until < now:
                self.store.mark(task, "expired", now)
                continue
            if task.at > now or task.state == "received":
                continue
            quiet = task.rank < orders.LEVELS.index("orange") and orders.in_quiet(task.quiet, now)
            busy = self._playing is not None and task.rank < RED
            if quiet or busy:
                if task.state == "verified":
                    self.store.mark(task, "queued", now, why="quiet" if quiet else "busy")
                continue
            if self._playing is not None:
                self._interrupt(now)
            self._begin(task, now)

    def _interrupt(self, now: int) -> None:
        assert self._playing is not None
        assert self._task is not None
        played = self._playing.stop()
        if self._playing.done:
            self.store.mark(self._task, "played", now, played=played)
        else:
            self.store.mark(self._task, "interrupted", now, played=played)
        self._playing = self._task = None

    def _begin(self, task: Task, now: int) -> None:
        path = fetching.have(self.audio, task.digest)
        if path is None:
            self.store.mark(task, "received", now, why="spoilt")
            return
        try:
            rate, pcm = sound.decode(path, task.media)
        except sound.Unplayable as error:
            log.warning("%s: %s", task.title, error)
            self.store.mark(task, "failed", now, why="media")
            return
        # On the disk before the first sound.
        task = self.store.mark(task, "playing", now)
        self._task = task
        self._playing = sound.Playing(
            lambda rate: self.open_sink(task, rate), rate, pcm,
            times=task.times, gap=task.gap, begin=task.played, volume=task.volume,
        )  # fmt: skip
        self._progress_at = time.monotonic() + PROGRESS
