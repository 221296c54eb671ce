"""Reads a stored file's text through a child process (child.py), within limits."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zhijin.core.file_texts.limits import DEFAULT, Limits

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What the child is told to read, by media type. Anything else holds no text that could be searched.
KINDS: Final[Mapping[str, str]] = {
    "application/pdf": "pdf", DOCX: "docx", XLSX: "xlsx", "text/csv": "csv", "text/plain": "text",
}  # fmt: skip
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text and where it stands: ``page``, ``sheet`` and ``row``, ``paragraph``, or ``in`` what."""

    where: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read: ``why`` and which (pages, or how many)."""

    why: str
    at: tuple[Any, ...] = ()


def pieces(path: Path, media_type: str, limits: Limits = DEFAULT) -> Iterator[Text | Unread]:
    """What a file says. Never raises for what is in it: what cannot be read is told as such."""
    kind = KINDS.get(media_type)
    if kind is None:
        yield Unread("picture")
        return
    command = [sys.executable, "-I", str(_CHILD), kind, *limits.words]
    with tempfile.TemporaryFile(prefix="zhijin-text-") as out:
        why = _run(command, path, out, limits)
        out.seek(0)
        ended = False
        for line in out:
            message = _message(line)
            if isinstance(message, list):
                yield Text(*message)
            elif message and "blind" in message:
                yield Unread(message["blind"], tuple(message["at"]))
            elif message:
                ended = True
    if not ended:
        yield Unread(why)


def _run(command: list[str], path: Path, out: Any, limits: Limits) -> str:
    """Why it would not have ended."""
    try:
        with path.open("rb") as source:
            subprocess.run(
                command, stdin=source, stdout=out, stderr=subprocess.DEVNULL,
                timeout=limits.seconds * 2, check=False,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "slow"
    return "large"


def _message(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
