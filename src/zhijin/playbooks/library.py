"""The published revisions of one other kind of programme file, read into its room's own model and kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Protocol, TypeVar, cast

from zhijin.playbooks.engine import Finding, Part, Title, digest
from zhijin.playbooks.forms import Checked
from zhijin.playbooks.selectors import in_force, nearest, published_row

#: Published revisions never change, so a process keeps the last so many that it has read.
KEPT = 128


class Programme(Protocol):
    """What a file of any kind says of itself; every one is a ``Part``."""

    id: str
    title: Title


M = TypeVar("M", bound=Programme)


@dataclass(frozen=True)
class Published(Generic[M]):
    """One published revision. ``place_code`` is empty for what comes with the platform."""

    id: uuid.UUID
    place_code: str
    number: int
    digest: str
    model: M

    @property
    def name(self) -> str:
        return self.model.id


class Library(Generic[M]):
    """Every published revision whose file begins with ``key``.

    ``load`` reads a text, called by a name in its findings; the model is None when there is any error.
    """

    def __init__(
        self, key: str, load: Callable[[str | bytes, str], tuple[M | None, list[Finding]]]
    ) -> None:
        self.key = key
        self._load = load
        self._kept = lru_cache(maxsize=KEPT)(self._read)

    def check(self, source: str | bytes, name: str) -> Checked:
        """A file checked as its form asks."""
        found, findings = self._load(source, name)
        if found is None:
            return Checked(findings=findings)
        title = found.title
        same = digest(cast("Part", found))
        return Checked(found.id, title.zh, title.en or title.zh, same, findings)

    def revision(self, pk: uuid.UUID) -> Published[M]:
        """The published revision ``pk``, from memory after the first time. Raises PR001."""
        return self._kept(pk)

    def current(self, programme: str, place_code: str) -> Published[M]:
        """The one in force at a place: the nearest place's own, else the shipped. Raises PR001."""
        return self.revision(nearest(programme, place_code, self.key))

    def at(self, place_code: str) -> list[Published[M]]:
        """Every programme that holds at a place, by its id."""
        names = {name for name, code, _ in in_force(self.key) if place_code.startswith(code)}
        return [self.current(name, place_code) for name in sorted(names)]

    def all_in_force(self) -> list[Published[M]]:
        """Every revision in force, whatever the place."""
        return [self.revision(pk) for _name, _code, pk in in_force(self.key)]

    def narrower(self, programme: Published[M]) -> list[str]:
        """Places below that have put their own revision into force, where this one does not hold."""
        return [
            code
            for name, code, pk in in_force(self.key)
            if name == programme.name
            and pk != programme.id
            # A later revision of the same place is no narrower one.
            and len(code) > len(programme.place_code)
            and code.startswith(programme.place_code)
        ]

    def _read(self, pk: uuid.UUID) -> Published[M]:
        row = published_row(pk, self.key)
        found, _findings = self._load(row.source, f"{row.playbook}@{row.revision}")
        if found is None:
            # It was sound when it was published; only a newer release can read it otherwise.
            raise ValueError(f"{row} cannot be read any more")
        return Published(row.id, row.place_code, row.revision, row.digest, found)
