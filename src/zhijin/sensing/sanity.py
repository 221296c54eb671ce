"""Signs of a sensor gone mad, as the playbooks name them: out of range, flapping, jumping, stuck.

Kept in memory, one small watcher for each sign and device; a restart may well give a device new credit. What a
sensor measured while it was offline is judged by the time at which it measured.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from zhijin.core.signals import KINDS
from zhijin.playbooks.api import QuarantineRule, catalogue

#: Key of the watchers of what is refused as out of range.
RANGE = -1
Watchers = dict[int, tuple["Watcher", ...]]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign in stored units; ``within`` in milliseconds."""

    key: str
    sign: str
    kind: int
    position: int
    by: int
    times: int
    within: int


@dataclass(slots=True)
class Watcher:
    """One sign at one device. ``seen``: when it was seen last; ``run``: how often the figure stayed the same."""

    sign: Sign
    last: int | None = None
    at: int = 0
    begun: int = 0
    run: int = 1
    seen: deque[int] = field(default_factory=deque)

    def sees(self, value: int | None, second: int | None, at: int) -> bool:
        """Take a reading; whether the sensor is mad by it. Older ones than the last say nothing."""
        found = second if self.sign.position else value
        if found is None or at < self.at:
            return False
        last, before = self.last, self.at
        self.last, self.at = found, at
        if self.sign.sign == "stuck":
            return self._stuck(found, last, at)
        if last is None or found == last:
            return False
        if self.sign.sign == "jump" and (
            abs(found - last) < self.sign.by or at - before > self.sign.within
        ):
            return False
        return self.counts(at)

    def counts(self, at: int) -> bool:
        """Once more; whether that is too often."""
        seen = self.seen
        seen.append(at)
        if len(seen) < self.sign.times:
            return False
        while len(seen) > self.sign.times:
            seen.popleft()
        return 0 <= seen[-1] - seen[0] <= self.sign.within

    def _stuck(self, found: int, last: int | None, at: int) -> bool:
        if found != last:
            self.run, self.begun = 1, at
            return False
        self.run += 1
        return self.run >= self.sign.times and at - self.begun >= self.sign.within


_signs: dict[str, tuple[Sign, ...]] = {}


def forget() -> None:
    """Look the signs up anew (other revisions are in force)."""
    _signs.clear()


def signs_at(place_code: str) -> tuple[Sign, ...]:
    """The signs in force at a place."""
    found = _signs.get(place_code)
    if found is None:
        found = _signs[place_code] = tuple(_compiled(place_code))
    return found


def _compiled(place_code: str) -> Iterable[Sign]:
    for revision in catalogue(place_code, "device"):
        for rule in revision.playbook.quarantine:
            if sign := _sign(rule, revision.playbook_id):
                yield sign


def _sign(rule: QuarantineRule, playbook: str) -> Sign | None:
    found, kind = rule.measured(), KINDS.get(rule.on)
    if found is None or kind is None:
        return None
    by = max(1, round((rule.by or 0) * found[1].scale))
    return Sign(
        f"{playbook}:{rule.id}", rule.sign, kind.number, found[0], by, rule.times,
        rule.within.rough_minutes() * 60_000,
    )  # fmt: skip


def watchers(place_code: str, kinds: frozenset[int]) -> Watchers:
    """Fresh watchers for a device that reports these kinds, by kind of event; those of the range under RANGE."""
    out: dict[int, list[Watcher]] = {}
    for sign in signs_at(place_code):
        if sign.kind in kinds:
            key = RANGE if sign.sign == "range" else sign.kind
            out.setdefault(key, []).append(Watcher(sign))
    return {key: tuple(found) for key, found in out.items()}
