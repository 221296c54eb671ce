"""Where the files lie: below the state directory, readable by the platform's account only."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def root() -> Path:
    """``ZHIJIN_HOME/assessment``, or what ``ZHIJIN_ASSESSMENT`` names."""
    return made(Path(settings.ZHIJIN_ASSESSMENT))


def facts() -> Path:
    """Months of facts, each under a name that says up to which transaction."""
    return made(root() / "facts")


def made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
