"""Who reviews whom: nobody itself, nobody its own reviewer, no pair of the last round. Seeded. Plain Python.

Units are put in a circle in the order of SHA-256 of ``seed:attempt:key``; each reviews the ones some steps ahead of it.
Pairs of the last round are mended by exchanging what two units review. The first attempt that holds every rule counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

Pair = tuple[int, int]
#: Attempts before saying that it cannot be done.
ATTEMPTS = 400


class Impossible(ValueError):
    """No assignment holds every rule; ``least`` units would be needed without a last round."""

    def __init__(self, units: int, each: int) -> None:
        super().__init__(f"{units} units cannot review {each} others each without reviewing back")
        self.least = 2 * each + 1


def assign(seed: str, keys: Collection[int], each: int, last: Collection[Pair] = ()) -> list[Pair]:
    """(reviewer, reviewed), every unit ``each`` times on both sides, sorted.

    ``last`` holds the pairs of the last round. Raises Impossible; ValueError for ``each`` below 1.
    """
    units = sorted(set(keys))
    if each < 1:
        raise ValueError("every unit reviews at least one other")
    if len(units) < 2 * each + 1:
        raise Impossible(len(units), each)
    former = frozenset(last)
    for attempt in range(ATTEMPTS):
        found = _attempt(f"{seed}:{attempt}", units, each, former)
        if found is not None:
            return sorted(found)
    # A small group may have but one way left: everybody now reviews whoever reviewed it.
    turned = sorted({(b, a) for a, b in former})
    if not faults(turned, units, each, former):
        return turned
    raise Impossible(len(units), each)


def faults(
    pairs: Sequence[Pair], keys: Collection[int], each: int, last: Collection[Pair] = ()
) -> list[str]:
    """What is wrong with an assignment; for checks and for whoever repeats it."""
    seen, found = set(pairs), []
    if len(seen) != len(pairs):
        found.append("twice")
    found += [f"{a} itself" for a, b in seen if a == b]
    found += [f"{a} and {b} each other" for a, b in seen if a < b and (b, a) in seen]
    found += [f"{a} {b} again" for a, b in seen & set(last)]
    for key in keys:
        gives, gets = sum(a == key for a, _ in pairs), sum(b == key for _, b in pairs)
        if (gives, gets) != (each, each):
            found.append(f"{key} gives {gives} gets {gets}")
    return found


def _attempt(seed: str, units: Sequence[int], each: int, last: frozenset[Pair]) -> set[Pair] | None:
    circle = sorted(units, key=lambda key: (_ticket(seed, key), key))
    pairs: set[Pair] = set()
    for step in range(1, each + 1):
        layer = {key: circle[(at + step) % len(circle)] for at, key in enumerate(circle)}
        pairs |= set(layer.items())
    return _mended(pairs, circle, last)


def _mended(pairs: set[Pair], circle: Sequence[int], last: frozenset[Pair]) -> set[Pair] | None:
    """Exchange targets until no pair of the last round is left; None when one cannot be exchanged."""
    for pair in sorted(pairs & last):
        if pair in pairs and not _exchange(pairs, pair, circle, last):
            return None
    return pairs


def _exchange(pairs: set[Pair], pair: Pair, circle: Sequence[int], last: frozenset[Pair]) -> bool:
    reviewer, reviewed = pair
    by_reviewer: dict[int, list[int]] = {}
    for a, b in sorted(pairs):
        by_reviewer.setdefault(a, []).append(b)
    for other in circle:
        for target in by_reviewer[other]:
            fresh = {(reviewer, target), (other, reviewed)}
            rest = pairs - {pair, (other, target)}
            if len(fresh) == 2 and all(_fits(one, rest | fresh, rest, last) for one in fresh):
                pairs.clear()
                pairs.update(rest | fresh)
                return True
    return False


def _fits(pair: Pair, everything: set[Pair], rest: set[Pair], last: frozenset[Pair]) -> bool:
    a, b = pair
    return a != b and pair not in rest and pair not in last and (b, a) not in everything


def _ticket(seed: str, key: int) -> str:
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()
