"""Run as a program, never imported: loads eSpeak NG (GPL-3.0-or-later) from the package ``espeakng-loader`` and speaks
what stands on its standard input as WAV to its standard output, with the options of ``espeak-ng``."""

from __future__ import annotations

import argparse
import ctypes
import io
import sys
import wave

import espeakng_loader

_RETRIEVAL, _UTF8 = 1, 1
_RATE, _WORDGAP = 1, 7


def main() -> int:
    """1 when the voice is not there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-v", default="cmn-latn-pinyin")
    parser.add_argument("-s", type=int, default=140)
    parser.add_argument("-g", type=int, default=0)
    args = parser.parse_args()
    lib = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = lib.espeak_Initialize(_RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0)
    if rate <= 0 or lib.espeak_SetVoiceByName(args.v.encode()) != 0:
        return 1
    heard = bytearray()

    def take(samples: int, count: int, _events: int) -> int:
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, count * 2))
        return 0

    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    kept = kind(take)
    lib.espeak_SetSynthCallback(kept)
    lib.espeak_SetParameter(_RATE, args.s, 0)
    lib.espeak_SetParameter(_WORDGAP, args.g, 0)
    text = sys.stdin.buffer.read()
    if lib.espeak_Synth(text, len(text) + 1, 0, 0, 0, _UTF8, None, None) != 0:
        return 1
    lib.espeak_Synchronize()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(heard))
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
