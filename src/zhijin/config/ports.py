"""Finds TCP ports on this machine. Knows nothing of what will listen on them."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

LOOPBACK = "127.0.0.1"
#: Ports from here on are handed out to outgoing connections by the system and may vanish under us.
EPHEMERAL = 32768


class NoPort(RuntimeError):
    """No port in the wanted range is free."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """True when nothing listens on ``port`` and we may bind it."""
    if _answers(port, host):
        return False
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None, among: Iterable[int], host: str = LOOPBACK) -> int:
    """``preferred`` if it is free, else the first free port of ``among``."""
    candidates = among if preferred is None else [preferred, *among]
    for port in candidates:
        if is_free(port, host):
            return port
    raise NoPort("no free port")


@contextmanager
def kept_port(preferred: int | None, among: Iterable[int], host: str = LOOPBACK) -> Iterator[int]:
    """A free port that nobody else can take until the end, not even while no server of ours listens.

    A web server that listens with SO_REUSEPORT shares its port with any other of the same account:
    the system would deal the callers out between two installations. So the port is bound here, by a
    socket that never listens; only servers that know SO_REUSEPORT can join it, and whoever looks for
    a free port passes it by.
    """
    for port in among if preferred is None else [preferred, *among]:
        if not is_free(port, host):
            continue
        with socket.socket(_family(host), socket.SOCK_STREAM) as keeper:
            if _bound(keeper, port, host):
                yield port
                return
    raise NoPort("no free port")


def _bound(keeper: socket.socket, port: int, host: str) -> bool:
    if sys.platform != "linux":
        # Elsewhere the server's own processes share one socket; a second one is refused.
        return True
    # Connections of the last run may still be waiting out their time: SO_REUSEADDR passes over them.
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        keeper.bind((host, port))
    except OSError:
        return False
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def random_port() -> int:
    """A free port below the ephemeral range, chosen at random so that parallel runs rarely meet.

    By the system's dice: those of two processes may have been given the same seed.
    """
    dice = random.SystemRandom()
    return free_port(None, (dice.randrange(20000, EPHEMERAL) for _ in range(500)))


def _answers(port: int, host: str) -> bool:
    target = {"": LOOPBACK, "0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104
    try:
        with socket.create_connection((target, port), timeout=0.5):
            return True
    except OSError:
        return False
