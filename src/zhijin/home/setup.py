"""What ``zhijin up`` asks of this room: a demonstration at the first start."""

from __future__ import annotations

import os
from typing import Any


def ensure_demo() -> dict[str, Any]:
    """Make the demonstration of the scale that the environment names; safe to call again."""
    from zhijin.home.demo.accounts import tables
    from zhijin.home.demo.making import make
    from zhijin.home.demo.registry import Scale

    made = make(Scale(os.environ.get("ZHIJIN_DEMO_SCALE") or Scale.VILLAGE))
    note = ", ".join(f"{name} {count:,}" for name, count in made.counts.items() if count)
    return {"note": note, "demo_accounts": tables()}
