"""Makes every broadcast equally loud: −14 LUFS (ITU-R BS.1770-4, mono), peaks below −1 dBFS."""

from __future__ import annotations

from typing import Any

import numpy as np

TARGET = -14.0
PEAK = 10 ** (-1 / 20)
_BLOCK, _STEP = 0.4, 0.1
_ABSOLUTE, _RELATIVE = -70.0, -10.0


def measured(pcm: bytes, rate: int) -> float:
    """Integrated loudness in LUFS; −70 for silence. ``pcm``: 16-bit mono."""
    return _loudness(np.frombuffer(pcm, dtype="<i2") / 32768.0, rate)


def levelled(pcm: bytes, rate: int, target: float = TARGET) -> bytes:
    """The same sound at the target loudness. Peaks are bent, not cut; silence stays silence."""
    samples = np.frombuffer(pcm, dtype="<i2") / 32768.0
    if not samples.size:
        return pcm
    loud = samples
    # Bending the peaks takes a little loudness away; twice is enough to come back to it.
    for _ in range(3):
        now = _loudness(loud, rate)
        if now <= _ABSOLUTE or abs(now - target) < 0.2:
            break
        loud = _bent(loud * 10 ** ((target - now) / 20))
    return bytes((loud * 32767).round().astype("<i2").tobytes())


def _bent(samples: Any) -> Any:
    """Straight up to half the way, then bending towards the peak."""
    knee = 0.6 * PEAK
    size = np.abs(samples)
    over = knee + (PEAK - knee) * np.tanh((size - knee) / (PEAK - knee))
    return np.where(size <= knee, samples, np.sign(samples) * over)


def _loudness(samples: Any, rate: int) -> float:
    if samples.size < int(rate * _BLOCK):
        return _ABSOLUTE
    weighted = np.fft.irfft(np.fft.rfft(samples) * _weighting(samples.size, rate), samples.size)
    block, step = int(rate * _BLOCK), int(rate * _STEP)
    total = np.concatenate(([0.0], np.cumsum(weighted**2)))
    starts = np.arange(0, samples.size - block + 1, step)
    power = (total[starts + block] - total[starts]) / block
    loud = -0.691 + 10 * np.log10(np.maximum(power, 1e-12))
    kept = power[loud > _ABSOLUTE]
    if not kept.size:
        return _ABSOLUTE
    gate = -0.691 + 10 * np.log10(kept.mean()) + _RELATIVE
    kept = power[(loud > _ABSOLUTE) & (loud > gate)]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def _weighting(size: int, rate: int) -> Any:
    """The K-weighting's response over the frequencies of a real transform (analogue prototypes of BS.1770)."""
    s = 2j * np.pi * np.fft.rfftfreq(size, 1 / rate)
    w1, q1, gain = 2 * np.pi * 1681.974450955533, 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = gain**0.4996667741545416
    shelf = (gain * s**2 + band * w1 / q1 * s + w1**2) / (s**2 + w1 / q1 * s + w1**2)
    w2, q2 = 2 * np.pi * 38.13547087602444, 0.5003270373238773
    high = s**2 / (s**2 + w2 / q2 * s + w2**2)
    return shelf * high
