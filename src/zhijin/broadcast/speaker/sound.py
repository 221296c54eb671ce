"""From a file of audio to sound: the device's sound card (ALSA's ``aplay``), or a WAV file for trials and tests."""

from __future__ import annotations

import array
import contextlib
import subprocess
import threading
import time
import wave
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

STEP = 0.1
#: Seconds without any sound going out before the card counts as stuck, and how long a silence is waited for.
STUCK, PATIENCE = 15.0, 3.0
OPUS = "audio/ogg"


class Unplayable(ValueError):
    """The file is no audio that this device can play, or there is nothing to play it with."""


def decode(path: Path, media: str) -> tuple[int, bytes]:
    """Samples a second, and 16-bit mono PCM. WAV always; MP3 where the package ``miniaudio`` is, Opus where
    ``soundfile`` is. Raises Unplayable."""
    if media == "audio/wav":
        try:
            with wave.open(str(path), "rb") as source:
                if source.getsampwidth() != 2 or source.getnchannels() != 1:
                    raise Unplayable("only 16-bit mono")
                return source.getframerate(), source.readframes(source.getnframes())
        except (wave.Error, EOFError) as error:
            raise Unplayable(str(error)) from error
    if media.startswith(OPUS):
        return _opus(path)
    try:
        import miniaudio
    except ImportError as error:
        raise Unplayable(f"no decoder for {media}") from error
    try:
        found = miniaudio.decode_file(str(path), nchannels=1, sample_rate=22050)
    except miniaudio.MiniaudioError as error:
        raise Unplayable(str(error)) from error
    return found.sample_rate, found.samples.tobytes()


def _opus(path: Path) -> tuple[int, bytes]:
    library = _sndfile()
    if library is None:
        raise Unplayable("no decoder for Opus")
    try:
        samples, rate = library.read(str(path), dtype="int16", always_2d=True)
    except (library.SoundFileError, RuntimeError) as error:
        raise Unplayable(str(error)) from error
    if samples.shape[1] != 1 or not samples.shape[0]:
        raise Unplayable("only mono")
    return int(rate), samples.tobytes()


def _sndfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError):
        # OSError: the package is there, its library is not (an old Raspberry Pi without libsndfile1).
        return None
    return soundfile if "OPUS" in soundfile.available_subtypes("OGG") else None


def playable(media: str) -> bool:
    """Whether this device can decode such audio; asked before it is fetched."""
    if media.startswith(OPUS):
        return _sndfile() is not None
    if media == "audio/mpeg":
        return find_spec("miniaudio") is not None
    return media == "audio/wav"


def louder(pcm: bytes, volume: int) -> bytes:
    """Samples at ``volume`` per cent."""
    if volume >= 100:
        return pcm
    samples = array.array("h", pcm)
    return array.array("h", (sample * volume // 100 for sample in samples)).tobytes()


class Sink(Protocol):
    """Where sound goes. ``write`` returns when the sound has been heard, or nearly so."""

    def write(self, pcm: bytes) -> None: ...
    def close(self, *, cut: bool) -> None: ...
    def kill(self) -> None:
        """Have a ``write`` that hangs come back; called from another thread."""


class Aplay:
    """ALSA: one process for each playing; its pipe is short, so that an interruption is heard at once."""

    def __init__(self, rate: int, program: str = "aplay") -> None:
        line = [
            program,
            "-q",
            "-t",
            "raw",
            "-f",
            "S16_LE",
            "-c",
            "1",
            "-r",
            str(rate),
            "--buffer-time=300000",
        ]
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def write(self, pcm: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(pcm)
        self._process.stdin.flush()

    def close(self, *, cut: bool) -> None:
        if cut:
            self._process.kill()
        try:
            assert self._process.stdin is not None
            self._process.stdin.close()
        except OSError:
            cut = True
        code = self._process.wait()
        if code and not cut:
            raise OSError(f"aplay ended with {code}")

    def kill(self) -> None:
        self._process.kill()


class WaveFile:
    """A file instead of a loudspeaker, written as fast as it would sound (``speed`` times as fast)."""

    def __init__(self, path: Path, rate: int, speed: float = 1.0) -> None:
        self._out = wave.open(str(path), "wb")  # noqa: SIM115 - closed with the playing
        self._out.setnchannels(1)
        self._out.setsampwidth(2)
        self._out.setframerate(rate)
        self._second = 2 * rate * speed

    def write(self, pcm: bytes) -> None:
        time.sleep(len(pcm) / self._second)
        self._out.writeframes(pcm)

    def close(self, *, cut: bool) -> None:
        self._out.close()

    def kill(self) -> None:
        """A file never hangs."""


class Playing:
    """One sound being played in a thread. ``position`` is how much has sounded, in milliseconds."""

    def __init__(
        self, open_sink: Callable[[int], Sink], rate: int, pcm: bytes, *, times: int = 1, gap: int = 0,
        begin: int = 0, volume: int = 100,
    ) -> None:  # fmt: skip
        self._open, self._rate, self._stop = open_sink, rate, threading.Event()
        self._volume, self._moved = volume, time.monotonic()
        self._sink: Sink | None = None
        self._pcm, self._times, self._gap, self._begin = pcm, times, gap, begin
        self.position, self.error, self.done = begin, "", False
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def stop(self) -> int:
        """Fall silent; returns the position in milliseconds."""
        self._stop.set()
        self._thread.join(PATIENCE)
        if not self.ended and (sink := self._sink) is not None:
            sink.kill()
            self._thread.join(PATIENCE)
        return self.position

    @property
    def stuck(self) -> bool:
        """Whether the sound card takes nothing any more (it was pulled out, or its driver hangs)."""
        return not self.ended and time.monotonic() - self._moved > STUCK

    def _run(self) -> None:
        try:
            sink = self._sink = self._open(self._rate)
            for chunk in self._chunks():
                if self._stop.is_set():
                    break
                sink.write(louder(chunk, self._volume))
                self.position += len(chunk) * 500 // self._rate
                self._moved = time.monotonic()
            else:
                self.done = True
            sink.close(cut=not self.done)
        except OSError as error:
            self.done, self.error = False, str(error) or type(error).__name__
            if self._sink is not None:
                with contextlib.suppress(OSError):
                    self._sink.close(cut=True)

    def _chunks(self) -> Iterator[bytes]:
        """The whole programme from ``begin`` on, in steps of a tenth of a second."""
        step = 2 * int(self._rate * STEP)
        silence = bytes(2 * self._rate * self._gap)
        skip = self._begin * self._rate // 1000 * 2
        for number in range(self._times):
            for part in (silence if number else b"", self._pcm):
                if skip >= len(part):
                    skip -= len(part)
                    continue
                for at in range(skip, len(part), step):
                    yield part[at : at + step]
                skip = 0
