"""The file that makes a computer a certain loudspeaker. The platform writes it once; it holds the device's secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KIND = "speaker/1"


@dataclass(frozen=True)
class Setup:
    """Who this is, where the platform is, and whose signature counts (raw public keys in hexadecimal, by name)."""

    code: str
    secret: str
    place: str
    host: str
    port: int
    site: str
    ca: str
    keys: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The file's content."""
        return json.dumps({"zhijin": KIND, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    @property
    def raw_keys(self) -> dict[str, bytes]:
        return {name: bytes.fromhex(value) for name, value in self.keys.items()}


def load(path: Path) -> Setup:
    """Read the file. Raises ValueError when it is no setup of a loudspeaker, OSError when it is not there."""
    told: Any = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(told, dict) or told.pop("zhijin", "") != KIND:
        raise ValueError(f"{path} is no setup of a loudspeaker")
    try:
        setup = Setup(**told)
        found = bool(setup.raw_keys)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from error
    if not found or not setup.site.startswith(("http://", "https://")):
        raise ValueError(f"{path} names no key or no site")
    return setup
