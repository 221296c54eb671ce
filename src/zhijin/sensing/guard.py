"""The flood guard of one device: what it may send, and when it is shut out for a while.

A bucket of tokens by the broker's clock. What is over the measure is counted and not looked at; a device that
goes on is shut out at the broker, so that its flood reaches nobody. Pure arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Events a second in the long run, and how many may come at once (a device that was offline catches up).
RATE, BURST = 5.0, 600.0
#: So many surplus events within so many seconds shut the device out.
SURPLUS, SURPLUS_SECONDS = 600, 60.0
SHUT_MINUTES = 10


@dataclass(slots=True)
class Guard:
    """``at`` in seconds; state is kept in memory, since a restart may well give a device new credit."""

    tokens: float = BURST
    at: float = 0.0
    #: The last place in the stream that was judged.
    place: int = 0
    surplus: int = 0
    surplus_since: float = 0.0

    def admits(self, at: float, place: int = 0) -> bool:
        """Whether an event that the broker received at ``at`` is within measure.

        ``place``: where it stands in the broker's stream, from 1 on. What is given out a second time,
        because a node died before it knew that we had it, was judged the first time: it costs nothing.
        """
        if place:
            if place <= self.place and at <= self.at:
                return True
            self.place = place
        if at > self.at:
            self.tokens = min(BURST, self.tokens + (at - self.at) * RATE)
            self.at = at
        if self.tokens >= 1:
            self.tokens -= 1
            return True
        if at - self.surplus_since > SURPLUS_SECONDS:
            self.surplus, self.surplus_since = 0, at
        self.surplus += 1
        return False

    @property
    def mad(self) -> bool:
        """Whether the device should be shut out."""
        return self.surplus >= SURPLUS
