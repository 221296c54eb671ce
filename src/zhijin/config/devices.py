"""``zhijin gate``, ``zhijin ingest`` and ``zhijin voice``: the processes that devices depend on."""

from __future__ import annotations

import argparse
import signal
import threading

from zhijin.core.bus import BusError, address


def gate(args: argparse.Namespace) -> int:
    """Answer the broker's questions until SIGTERM."""
    from zhijin.sensing.api import Gate, run_gate

    stopped = _until_signal()
    try:
        run_gate(Gate(address()), stopped)
    except BusError as error:
        print(error)
        return 1
    return 0


def ingest(args: argparse.Namespace) -> int:
    """Take events in until SIGTERM; what was read is committed first."""
    from zhijin.sensing.api import run_ingest

    stopped = _until_signal()
    try:
        run_ingest(address(), stopped)
    except BusError as error:
        print(error)
        return 1
    return 0


def voice(args: argparse.Namespace) -> int:
    """Say broadcasts and take receipts in until SIGTERM."""
    from zhijin.broadcast.api import run_voice

    stopped = _until_signal()
    try:
        run_voice(address(), stopped)
    except BusError as error:
        print(error)
        return 1
    return 0


def _until_signal() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped
