"""Refuses files that a test writes into the checkout: a test writes to ``tmp_path`` and nowhere else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
#: What tools keep for themselves; none of it is ever committed.
ALLOWED = {".git", ".venv", ".cache", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
           ".import_linter_cache", "node_modules", "__pycache__", ".data"}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_inside = str(CHECKOUT) + os.sep
strays: list[str] = []


def watch() -> None:
    """From now on remember every file of the checkout that this process opens for writing."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open":
        return
    path, mode, flags = arguments
    if not isinstance(path, str | bytes) or not _writes(mode, flags):
        return
    # Not Path.resolve(): that would open directories while we are told of an opening.
    full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
    inside = full.removeprefix(_inside)
    if inside != full and not set(Path(inside).parts) & ALLOWED:
        strays.append(inside)


def _writes(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & WRITING)
