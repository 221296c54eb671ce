"""Waits until a connection has something to be read, whatever number its file has.

A process with thousands of loudspeakers or devices has files above 1,023, which select() does not know; poll() does,
and needs no file of its own as epoll() would.
"""

from __future__ import annotations

import selectors
import socket

_Waiting = getattr(selectors, "PollSelector", selectors.SelectSelector)


def readable(connection: socket.socket, timeout: float) -> bool:
    """Whether something has come, waiting up to ``timeout`` seconds."""
    with _Waiting() as waiting:
        waiting.register(connection, selectors.EVENT_READ)
        return bool(waiting.select(max(timeout, 0)))
