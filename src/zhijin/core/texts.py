"""Keeps control characters out of what other systems send. Plain Python over values of JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from zhijin.core.errors import BAD_REQUEST

#: Control characters and halves of characters: PostgreSQL refuses some, XML all of them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(value: Any) -> Any:
    """``value`` itself; raises CO400 when a text anywhere in it holds control characters."""
    if isinstance(value, str) and _CONTROLS.search(value):
        raise BAD_REQUEST(fields={"_": "control characters"})
    if isinstance(value, Mapping):
        return {clean(name): clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean(one) for one in value]
    return value
