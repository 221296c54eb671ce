"""A draw that anybody can repeat: sort by SHA-256 of list digest, seed and key, and take the first. Plain Python.

The list is fixed and its digest published before the seed is known; the seed comes from a source named beforehand.
A line of the list is ``key<TAB>name``; lines are in ascending order of the key, each ended by a line feed. The draw in
a shell (docs/explanation/activities.md)::

    digest=$(sha256sum < list.txt | cut -d' ' -f1)
    while IFS='	' read -r key name; do
      printf '%s %s\\n' "$(printf '%s:%s:%s' "$digest" "$seed" "$key" | sha256sum | cut -d' ' -f1)" "$key"
    done < list.txt | sort | head -n 45
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence


def list_text(names: Mapping[int, str]) -> bytes:
    """The published list of ``{key: name}``. Raises ValueError when a name would break a line."""
    for name in names.values():
        if any(mark in name for mark in "\t\r\n"):
            raise ValueError(f"a name with a tab or line break: {name!r}")
    return "".join(f"{key}\t{names[key]}\n" for key in sorted(names)).encode()


def digest_of(text: bytes) -> str:
    """SHA-256 of the list as lower-case hexadecimal."""
    return hashlib.sha256(text).hexdigest()


def order(digest: str, seed: str, keys: Sequence[int]) -> list[int]:
    """All ``keys`` in the order in which they are drawn."""
    return sorted(keys, key=lambda key: (ticket(digest, seed, key), key))


def draw(digest: str, seed: str, keys: Sequence[int], size: int) -> list[int]:
    """The first ``size`` of :func:`order`. Raises ValueError for more than there are, or a repeated key."""
    if len(set(keys)) != len(keys):
        raise ValueError("a key stands twice on the list")
    if not 1 <= size <= len(keys):
        raise ValueError(f"cannot draw {size} of {len(keys)}")
    return order(digest, seed, keys)[:size]


def ticket(digest: str, seed: str, key: int) -> str:
    """What a unit is sorted by: SHA-256 of ``digest:seed:key`` in hexadecimal."""
    return hashlib.sha256(f"{digest}:{seed}:{key}".encode()).hexdigest()
