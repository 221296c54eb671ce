"""Finds TCP ports on this machine. Knows nothing of what will listen on them."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable

LOOPBACK = "127.0.0.1"
#: Ports from here on are handed out to outgoing connections by the system and may vanish under us.
EPHEMERAL = 32768


class NoPort(RuntimeError):
    """No port in the wanted range is free."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """True when nothing listens on ``port`` and we may bind it."""
    if _answers(port, host):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
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


def random_port() -> int:
    """A free port below the ephemeral range, chosen at random so that parallel runs rarely meet."""
    return free_port(None, (random.randrange(20000, EPHEMERAL) for _ in range(500)))


def _answers(port: int, host: str) -> bool:
    target = LOOPBACK if host in {"", "0.0.0.0"} else host  # noqa: S104
    try:
        with socket.create_connection((target, port), timeout=0.5):
            return True
    except OSError:
        return False
