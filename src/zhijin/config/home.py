"""The state directory of an installation (``.data`` in the checkout, or ZHIJIN_HOME) and the two languages of
the command line. Knows nothing of Django, so that the command starts at once."""

from __future__ import annotations

import json
import locale
import os
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent


def say(zh: str, en: str) -> str:
    """``zh`` when the terminal's language is Chinese, else ``en``."""
    return zh if _chinese() else en


def _chinese() -> bool:
    for name in ("ZHIJIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value not in {"C", "C.UTF-8", "POSIX"}:
            return value.lower().startswith("zh")
    return (locale.getlocale()[0] or "").lower().startswith("zh")


def state_directory() -> Path:
    """Where everything of this installation lies that is not in the source."""
    named = os.environ.get("ZHIJIN_HOME")
    if named:
        return Path(named).expanduser().resolve()
    if (CHECKOUT / "pyproject.toml").exists():
        return CHECKOUT / ".data"
    return Path("~/.local/share/zhijin").expanduser()


class Home:
    """Paths below the state directory and the small file of what is remembered between starts."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or state_directory()).resolve()

    def make(self) -> None:
        """Create the directories, closed to others (root opens the way through for the database's account)."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(exist_ok=True, mode=0o700)
        for directory in (self.logs, self.run):
            directory.mkdir(exist_ok=True, mode=0o700)

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def lock(self) -> Path:
        return self.run / "up.lock"

    @property
    def running(self) -> Path:
        """Who supervises and at which address; written at start, removed at a clean stop."""
        return self.run / "up.json"

    def remember(self, **values: Any) -> None:
        """Keep ``values`` for the next start (ports, fingerprints)."""
        merged = {**self.remembered(), **values}
        temporary = self.root / "state.new"
        temporary.write_text(json.dumps(merged, indent=1, sort_keys=True))
        temporary.replace(self.root / "state.json")

    def remembered(self) -> dict[str, Any]:
        """What :meth:`remember` kept; an unreadable file counts as nothing."""
        try:
            kept = json.loads((self.root / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def read_running(self) -> dict[str, Any]:
        try:
            told = json.loads(self.running.read_text())
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}
