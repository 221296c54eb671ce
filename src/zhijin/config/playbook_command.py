"""``zhijin playbook`` with every kind of programme file: the place that knows all the rooms adds them."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from zhijin.activities.cadres import format as cadres
from zhijin.activities.deliberation import format as deliberation
from zhijin.activities.meetings import format as life
from zhijin.activities.service import proxy_format as proxies
from zhijin.assessment.engine import load_file
from zhijin.ledger.rules import load_file as load_points
from zhijin.playbooks.commands import add_parser as add_playbook
from zhijin.playbooks.engine import Told, digest, register_kind
from zhijin.playbooks.engine.parts import Text


def _assessment(path: Path) -> Told:
    loaded = load_file(path, date.today())  # noqa: DTZ011 - the operator's own day
    found = loaded.programme
    if found is None:
        return Told(loaded.findings)
    return Told(loaded.findings, found.id, found.title, digest(found))


def _points(path: Path) -> Told:
    loaded = load_points(path, date.today())  # noqa: DTZ011 - the operator's own day
    found = loaded.programme
    if found is None:
        return Told(loaded.findings)
    return Told(loaded.findings, found.id, found.title, digest(found))


def _broadcast(path: Path) -> Told:
    # Its levels are the roles and area kinds of rooms, so their applications have to be there.
    from zhijin.config.cli import load_django

    load_django()
    from zhijin.broadcast.programme import PROGRAMMES

    found = PROGRAMMES.check(path.read_bytes(), path.name)
    return Told(found.findings, found.id, Text(zh=found.title_zh, en=found.title_en), found.digest)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``playbook``; its ``check`` also takes the other kinds of programme file."""
    register_kind("assessment", "assessment.yaml", _assessment)
    register_kind("points", "points.yaml", _points)
    register_kind("broadcast", "broadcast.yaml", _broadcast)
    register_kind(deliberation.KEY, deliberation.FILE, deliberation.told)
    register_kind(life.KEY, life.FILE, life.told)
    register_kind(proxies.KEY, proxies.FILE, proxies.told)
    register_kind(cadres.KEY, cadres.FILE, cadres.told)
    add_playbook(subparsers)
