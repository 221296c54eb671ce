"""What a warning comes and goes in: CAP by itself, or the package of a national system around it. Plain Python."""

from __future__ import annotations

from typing import Final

from zhijin.broadcast import cap
from zhijin.broadcast.envelopes.base import Envelope
from zhijin.broadcast.envelopes.ebm import Ebm

#: Those that are no bare CAP, by name.
KNOWN: Final[dict[str, Envelope]] = {one.name: one for one in (Ebm(),)}
#: The largest file that is taken in.
MOST_BYTES: Final = max(cap.MOST_BYTES, *(one.most_bytes for one in KNOWN.values()))


def opened(data: bytes) -> cap.Message:
    """The message in a file; ``source`` names an envelope that nobody has verified. Raises cap.Bad."""
    for envelope in KNOWN.values():
        if envelope.holds(data):
            return envelope.opened(data)
    return cap.read(data)


def unverified(source: str) -> str:
    """The envelope that a stored message came in, when it is one that was not verified; else empty."""
    return next(
        (one.title for one in KNOWN.values() if not one.verified and source == one.mark), ""
    )


__all__ = ["KNOWN", "MOST_BYTES", "Envelope", "opened", "unverified"]
