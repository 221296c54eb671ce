"""``zhijin playbook`` with every kind of programme file: the place that knows all the rooms adds them."""

from __future__ import annotations

import argparse
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from zhijin.activities.cadres.format import FORMAT as CADRES
from zhijin.activities.deliberation.format import FORMAT as DELIBERATION
from zhijin.activities.meetings.format import FORMAT as LIFE
from zhijin.activities.service.proxy_format import FORMAT as PROXIES
from zhijin.assessment.engine import FORMAT as ASSESSMENT
from zhijin.ledger.rules import FORMAT as POINTS
from zhijin.playbooks.commands import add_parser as add_playbook
from zhijin.playbooks.engine import FileKind, Told, register_kind


def _told(kind: FileKind[Any], path: Path) -> Told:
    return kind.told(path, date.today())  # noqa: DTZ011 - the operator's own day


def _broadcast(path: Path) -> Told:
    # Its levels are the roles and area kinds of rooms, so their applications have to be there.
    from zhijin.config.cli import load_django

    load_django()
    from zhijin.broadcast.programme import FORMAT

    return _told(FORMAT, path)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``playbook``; its ``check`` also takes the other kinds of programme file."""
    for kind in (ASSESSMENT, POINTS, DELIBERATION, LIFE, PROXIES, CADRES):
        register_kind(kind.key, kind.file, partial(_told, kind))
    register_kind("broadcast", "broadcast.yaml", _broadcast)
    add_playbook(subparsers)
