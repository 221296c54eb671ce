"""The canonical form of a playbook and its digest: the same meaning, the same hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from zhijin.playbooks.engine.model import Playbook


def canonical(playbook: Playbook) -> bytes:
    """UTF-8 JSON with sorted keys and defaults left out.

    Layout, comments and spelt-out defaults do not change it, nor do keys that a later version of
    the format adds. The order of lists and of states does: it is what people see.
    """
    plain: dict[str, Any] = playbook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plain["states"] = [[name, plain["states"][name]] for name in playbook.states]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(playbook: Playbook) -> str:
    """SHA-256 of :func:`canonical`, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(playbook)).hexdigest()
