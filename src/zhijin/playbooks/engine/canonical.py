"""The canonical form of a playbook and its digest: the same meaning, the same hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from zhijin.playbooks.engine.model import Playbook


def canonical(playbook: Playbook) -> bytes:
    """UTF-8 JSON with sorted keys and defaults left out.

    Layout, comments and spelt-out defaults do not change it, nor do keys that a later version of
    the format adds. The order of lists and of states does: it is what people see.
    """
    plain = _plain(playbook)
    plain["states"] = [[name, plain["states"][name]] for name in playbook.states]
    return _bytes(plain)


def _plain(programme: BaseModel) -> dict[str, Any]:
    return programme.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _bytes(plain: dict[str, Any]) -> bytes:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(programme: BaseModel) -> str:
    """SHA-256 of the canonical form of any kind of programme, as 64 hexadecimal digits."""
    text = canonical(programme) if isinstance(programme, Playbook) else _bytes(_plain(programme))
    return hashlib.sha256(text).hexdigest()
