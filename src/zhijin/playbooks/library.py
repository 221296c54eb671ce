"""The published revisions of one other kind of programme file, read into its room's own model and kept."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar, cast

from zhijin.core import clock
from zhijin.playbooks.engine import FileKind, Part, Programme, digest
from zhijin.playbooks.forms import Checked, Form
from zhijin.playbooks.selectors import in_force, last_held, nearest, published_row

log = logging.getLogger("zhijin.playbooks")
#: Published revisions never change, so a process keeps the last so many that it has read.
KEPT = 128


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
    """Every published revision of one kind of file, and the form by which such files are taken."""

    def __init__(self, kind: FileKind[M]) -> None:
        self.kind, self.key = kind, kind.key
        self.form = Form(kind.key, kind.file, self.check, kind.explain)
        self._kept = lru_cache(maxsize=KEPT)(self._read)

    def check(self, source: str | bytes, name: str) -> Checked:
        """A file checked as it is to hold from today."""
        found, findings = self.kind.load(source, name, clock.today())
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

    def last(self, programme: str, place_code: str) -> Published[M]:
        """The one in force at a place, or the one that held there last: for what was begun under it. Raises PR001."""
        return self.revision(last_held(programme, place_code, self.key))

    def at(self, place_code: str) -> list[Published[M]]:
        """Every programme that holds at a place, by its id."""
        names = {name for name, code, _ in in_force(self.key) if place_code.startswith(code)}
        return [self.current(name, place_code) for name in sorted(names)]

    def all_in_force(self) -> list[Published[M]]:
        """Every revision in force, whatever the place. One that cannot be read is told in the log, and holds up no
        other."""
        found = []
        for name, code, pk in in_force(self.key):
            try:
                found.append(self.revision(pk))
            except ValueError:
                log.exception(
                    "programme %s of %s (%s) cannot be read", name, code or "everywhere", pk
                )
        return found

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
        # No day is asked for: what has ended since it was published does not unpublish it.
        found = self.kind.load(row.source, f"{row.playbook}@{row.revision}").programme
        if found is None:
            # It was sound when it was published; only a newer release can read it otherwise.
            raise ValueError(f"{row} cannot be read any more")
        return Published(row.id, row.place_code, row.revision, row.digest, found)
