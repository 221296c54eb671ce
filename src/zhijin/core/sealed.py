"""A column that holds a text encrypted (SM4-GCM, :mod:`zhijin.core.crypto`) and gives it back plain to the code."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.lookups import IsNull

from zhijin.core import crypto


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """``purpose`` (``seat.name``) goes into the key and is authenticated, so that a value fits no other column.

    Two seals of the same text differ: the database can neither look a value up nor sort by it. Only ``isnull`` may be
    asked for.
    """

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else crypto.seal(self.purpose, str(value))

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        return None if value is None else crypto.unseal(self.purpose, value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_lookup(self, name: str) -> Any:
        """Nothing but ``isnull``; Django then says which lookup is not supported."""
        return IsNull if name == "isnull" else None
