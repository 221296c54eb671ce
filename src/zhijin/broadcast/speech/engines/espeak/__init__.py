"""eSpeak NG with syllables that we spell: its own reading of Chinese characters is not used, since distributions
ship it without the dictionary and it then reads letters in English.

eSpeak NG is under GPL-3.0-or-later. It is no part of the platform: it comes as Debian's package ``espeak-ng`` or with
the optional extra ``voice`` (the package ``espeakng-loader``), and runs as a process of its own, spoken to through
pipes.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import wave
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from zhijin.broadcast.speech.engines import Sound, Unavailable, engine
from zhijin.broadcast.speech.pinyin import Syllable, lifted, spelled

VOICE = "cmn-latn-pinyin"
#: Words a minute: village loudspeakers echo, so slower than talk.
SPEED = 140
PATIENCE = 120


@engine
class Espeak:
    """The voice that is there when no better one is."""

    name = "espeak"
    title = "eSpeak NG"
    rank = 10
    slow = False

    @cached_property
    def _program(self) -> list[str]:
        """The program that speaks: the package's library in a process of its own, or Debian's."""
        if find_spec("espeakng_loader") is not None:
            return [sys.executable, str(Path(__file__).with_name("process.py"))]
        found = shutil.which("espeak-ng")
        return [found, "--stdin", "--stdout"] if found else []

    def version(self) -> str:
        return _version() if self._program else ""

    def speak(self, syllables: Sequence[Syllable]) -> Sound:
        if not self._program:
            raise Unavailable("espeak-ng is not installed")
        line = [*self._program, "-v", VOICE, "-s", str(SPEED), "-g", "2"]
        text = spelled(lifted(syllables)).encode()
        try:
            done = subprocess.run(
                line, input=text, capture_output=True, timeout=PATIENCE, check=True
            )
            with wave.open(io.BytesIO(done.stdout), "rb") as found:
                return Sound(found.getframerate(), found.readframes(found.getnframes()))
        except (OSError, subprocess.SubprocessError, wave.Error, EOFError) as error:
            raise Unavailable(str(error)) from error


@lru_cache(maxsize=1)
def _version() -> str:
    try:
        return f"loader-{version('espeakng-loader')}"
    except PackageNotFoundError:
        found = subprocess.run(
            ["espeak-ng", "--version"], capture_output=True, text=True, check=False
        )
        return found.stdout.split("Data at")[0].strip() or "?"
