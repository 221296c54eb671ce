"""What ``zhijin up`` asks of this room."""

from __future__ import annotations

from typing import Any

from zhijin.playbooks.shipping import install_shipped as _install


def install_shipped() -> dict[str, Any]:
    """Put the shipped programmes into force."""
    count = _install()
    return {"note": str(count)} if count else {}
