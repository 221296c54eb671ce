"""Audio for a text, made once: kept by a hash of what is said and by whom, named by the digest of its bytes."""

from __future__ import annotations

import hashlib
import io
import json
import wave
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zhijin.broadcast.orders import OPUS_MEDIA
from zhijin.broadcast.speech import engines, loudness
from zhijin.broadcast.speech.normalise import normalise
from zhijin.broadcast.speech.pinyin import Syllable, spelled, syllables
from zhijin.core.files import kept, path_of, store_bytes

LEAD_MS = 300
FORM = 4
#: Opus knows few sample rates; this one holds all of a voice.
OPUS_RATE = 24_000
#: libsndfile spans 6–256 kb/s with its compression level; this is 24 kb/s.
_OPUS_LEVEL = (256 - 24) / (256 - 6)


@dataclass(frozen=True)
class Audio:
    """What a loudspeaker fetches. ``millis`` is its length, ``voice`` who speaks (or ``file``). ``opus`` is the digest
    of the same sound as Ogg Opus, half as large; empty where it cannot be made."""

    digest: str
    media: str
    size: int
    millis: int
    voice: str
    opus: str = ""
    opus_size: int = 0


def spoken(text: str, corrections: Mapping[int, str] | None = None) -> list[Syllable]:
    """The syllables of a notice as it will be read."""
    return syllables(normalise(text), corrections)


def say(
    text: str, corrections: Mapping[int, str] | None = None, voice: engines.Engine | None = None
) -> Audio:
    """Audio of a notice, from the cache when it was made before; by the best voice that is quick unless another is
    given. Raises engines.Unavailable."""
    found, voice = spoken(text, corrections), voice or engines.best()
    known = _remembered(found, voice)
    if (audio := _had(known)) is not None:
        return audio
    sound = voice.speak(found)
    lead = bytes(2 * (sound.rate * LEAD_MS // 1000))
    pcm = lead + loudness.levelled(sound.pcm, sound.rate) + lead
    audio = keep(sound.rate, pcm, voice.name)
    known.parent.mkdir(parents=True, exist_ok=True)
    partial = known.with_suffix(".part")
    partial.write_text(json.dumps(asdict(audio)))
    partial.replace(known)
    return audio


def had(text: str, corrections: Mapping[int, str], voice: engines.Engine) -> Audio | None:
    """Audio of a notice by this voice when it was made before."""
    return _had(_remembered(spoken(text, corrections), voice))


def _remembered(found: list[Syllable], voice: engines.Engine) -> Path:
    """Where it is written which audio was made of this."""
    told = [
        spelled(found),
        voice.name,
        voice.version(),
        FORM,
        "mp3" if _lame() else "wav",
        bool(_sndfile()),
    ]
    key = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
    return path_of(key, "voice.json")


def _had(known: Path) -> Audio | None:
    if known.exists():
        audio = Audio(**json.loads(known.read_text()))
        wanted = [one for one in (audio.digest, audio.opus) if one]
        # Held as well: what was made long ago may be about to be deleted.
        if len(kept(wanted)) == len(wanted) and all(path_of(one).exists() for one in wanted):
            return audio
    return None


def keep(rate: int, pcm: bytes, voice: str) -> Audio:
    """Store 16-bit mono samples as MP3 (48 kb/s) where LAME is installed, else as WAV; and as Opus (24 kb/s) where
    libsndfile is."""
    lame = _lame()
    media, data = ("audio/mpeg", _mp3(lame, rate, pcm)) if lame else ("audio/wav", _wav(rate, pcm))
    stored = store_bytes(data, media)
    library = _sndfile()
    small = store_bytes(_opus(library, rate, pcm), OPUS_MEDIA) if library and pcm else None
    return Audio(
        stored.digest, media, stored.size, len(pcm) * 500 // rate, voice,
        small.digest if small else "", small.size if small else 0,
    )  # fmt: skip


def _wav(rate: int, pcm: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return out.getvalue()


def _lame() -> Any:
    try:
        import lameenc
    except ImportError:
        return None
    return lameenc


def _mp3(lame: Any, rate: int, pcm: bytes) -> bytes:
    encoder = lame.Encoder()
    encoder.set_bit_rate(48)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(5)
    encoder.silence()
    return bytes(encoder.encode(pcm)) + bytes(encoder.flush())


def _sndfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError):
        # OSError: the package is there without its library (no wheel for this processor).
        return None
    return soundfile


def _opus(library: Any, rate: int, pcm: bytes) -> bytes:
    import numpy as np

    out = io.BytesIO()
    library.write(
        out, np.frombuffer(resampled(pcm, rate, OPUS_RATE), dtype="<i2"), OPUS_RATE, format="OGG",
        subtype="OPUS", compression_level=_OPUS_LEVEL,
    )  # fmt: skip
    return out.getvalue()


def resampled(pcm: bytes, rate: int, wanted: int) -> bytes:
    """The same 16-bit mono sound at another sample rate."""
    if rate == wanted:
        return pcm
    import miniaudio

    form = miniaudio.SampleFormat.SIGNED16
    return bytes(miniaudio.convert_frames(form, 1, rate, pcm, form, 1, wanted))
