"""What time it was when a device measured: its own word, put right where its clock is wrong.

A device that was offline sends old events late, with the time at which they were: they are late. A device whose clock
is slow sends new events with an old time: they are not, and must not be taken for late, since a fire may hang on it.
The two are told apart by the pace: what is caught up comes faster than it was measured, a slow clock goes as fast as
ours. Pure arithmetic; all times in milliseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

#: A clock that is no more than this ahead or behind is right.
NEAR = 2 * 60 * 1000
DAY = 24 * 3600 * 1000
#: So far back is believed of any device; so far of one that was registered by then.
WEEK, SEASON = 7 * DAY, 90 * DAY
#: Two messages this far apart tell the pace, to within this much.
APART, JITTER = 60_000, 5_000


@dataclass(slots=True)
class Ticking:
    """One device's clock. ``off``: how far it is ahead (behind: below 0) as far as we know; ``since``: when the device
    was registered. ``said`` and ``heard`` are those of an earlier message."""

    since: int = 0
    off: int = 0
    said: int = 0
    heard: int = 0

    def read(self, said: int, heard: int) -> int:
        """The time at which something was measured that came at ``heard`` with the device's time ``said``."""
        raw = said - heard
        if -NEAR <= raw <= NEAR:
            self.off, found = 0, said
        else:
            found = self._wrong(said, heard, raw)
        if heard - self.heard >= APART or heard < self.heard:
            self.said, self.heard = said, heard
        return found

    def _wrong(self, said: int, heard: int, raw: int) -> int:
        rest = raw - self.off
        if self.off and -NEAR <= rest <= NEAR:
            # As wrong as ever: it is new. A clock that drifts is followed.
            self.off = raw
            return heard
        if self._in_pace(said, heard):
            self.off = raw
            return heard
        if self.off and -WEEK <= rest <= 0:
            # Kept while offline, by a clock that is known to be wrong.
            return said - self.off
        if raw < 0 and (raw >= -WEEK or (raw >= -SEASON and said >= self.since > 0)):
            self.off = 0
            return said
        # Ahead of us, or before the device was there: such a time cannot be, and the event counts as new.
        self.off = raw
        return heard

    def _in_pace(self, said: int, heard: int) -> bool:
        """Whether the device's clock went as far as ours since the earlier message."""
        apart = heard - self.heard
        if not self.heard or apart < APART:
            return False
        return abs(said - self.said - apart) <= max(JITTER, apart // 50)
