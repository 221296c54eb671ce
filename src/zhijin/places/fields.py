"""A place in a Django form, chosen by its name: :class:`PlaceField`, and the forms that hold one."""

from __future__ import annotations

from typing import Any

from zhijin.places.picking import ALL, Question
from zhijin.ui.picking import PickField, PickForm


class PlaceField(PickField):
    """Gives the code of one place; empty when nothing was typed. Its form is a :class:`PlacedForm`."""

    def __init__(
        self,
        *,
        levels: tuple[str, ...] = ALL,
        permission: str = "",
        grids: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(Question(levels, permission, grids), **more)


#: A form in which places (and what else is chosen by name) are looked for within what ``actor`` may see.
PlacedForm = PickForm
