"""A line chosen by its name in a form: one of the seven sectors, or an industry. For rooms that know of neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from zhijin.core.actor import Actor
from zhijin.orgs import words
from zhijin.orgs.errors import BAD_INDUSTRY

NAMES: dict[int, words.Text] = {**words.SECTORS, **words.INDUSTRIES}


@dataclass(frozen=True)
class Line:
    """What a field says; ``code`` is the line's number as text, empty for every line."""

    field: str
    code: str = ""
    template: ClassVar[str] = "orgs/_line_field.html"

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The lines there are, by kind."""
        kinds = ((_("七个领域"), words.SECTORS), (_("行业"), words.INDUSTRIES))
        return [
            (title, [(str(n), str(name)) for n, name in found.items()]) for title, found in kinds
        ]

    def sure(self) -> str:
        """The number, empty when none was chosen. Raises OR004 for one that does not exist."""
        if self.code and self.code not in {str(number) for number in NAMES}:
            raise BAD_INDUSTRY(industry=self.code, fields={self.field: _("请从列表里选择。")})
        return self.code


def asked(actor: Actor, data: Mapping[str, str], field: str, permission: str = "") -> Line:
    """What ``data`` (a query or a form) says in ``field``; the same lines are there for everybody."""
    return Line(field, str(data.get(field) or "").strip()[:12])


def names(ids: Sequence[str]) -> dict[str, str]:
    """Names of lines by number."""
    return {one: str(NAMES[int(one)]) for one in ids if one.isdecimal() and int(one) in NAMES}
