"""Which revision holds where. Published revisions never change, so they are kept in memory."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from functools import lru_cache

from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_key
from zhijin.playbooks import errors
from zhijin.playbooks.engine import Machine, Playbook, load
from zhijin.playbooks.forms import PLAYBOOK
from zhijin.playbooks.models import PlaybookRevision

#: How long a process may go on with a list of revisions that another has changed.
FRESH_SECONDS = 2.0


@dataclass(frozen=True)
class Revision:
    """One published revision, ready to run."""

    id: uuid.UUID
    playbook_id: str
    place_code: str
    number: int
    digest: str
    machine: Machine

    @property
    def playbook(self) -> Playbook:
        return self.machine.playbook


@lru_cache(maxsize=512)
def revision(pk: uuid.UUID) -> Revision:
    """The published revision ``pk``, from memory after the first time. Raises PR001."""
    row = published_row(pk, PLAYBOOK)
    loaded = load(row.source, f"{row.playbook}@{row.revision}")
    if loaded.playbook is None:
        raise errors.UNKNOWN_PLAYBOOK(playbook=row.playbook)
    return Revision(
        row.id, row.playbook, row.place_code, row.revision, row.digest, Machine(loaded.playbook)
    )


def published_row(pk: uuid.UUID, form: str) -> PlaybookRevision:
    """The published revision ``pk`` of a kind of programme file, as it is stored. Raises PR001."""
    row = PlaybookRevision.objects.filter(pk=pk, form=form).exclude(state="draft").first()
    if row is None:
        raise errors.UNKNOWN_PLAYBOOK(playbook=str(pk))
    return row


_lock = threading.Lock()
Listed = tuple[str, str, uuid.UUID]
_listing: tuple[float, tuple[tuple[str, Listed], ...]] = (-1e9, ())


def in_force(form: str = PLAYBOOK) -> tuple[Listed, ...]:
    """(playbook, place code, revision id) of everything of one form in force; at most 2 s old."""
    return tuple(listed for kind, listed in _all_in_force() if kind == form)


def _all_in_force() -> tuple[tuple[str, Listed], ...]:
    global _listing
    read_at, rows = _listing
    if time.monotonic() - read_at < FRESH_SECONDS:
        return rows
    fresh = PlaybookRevision.objects.filter(state="in_force")
    found = fresh.order_by("playbook", "place_code").values_list(
        "form", "playbook", "place_code", "id"
    )
    rows = tuple((form, (playbook, code, pk)) for form, playbook, code, pk in found)
    with _lock:
        _listing = (time.monotonic(), rows)
    return rows


def forget() -> None:
    """Read the list anew at the next use (after a publication in this process, and in tests)."""
    global _listing
    _listing = (-1e9, ())


def current(playbook_id: str, place_code: str) -> Revision:
    """The revision of ``playbook_id`` in force at a place: the nearest place's own, else the shipped.

    Raises PR001.
    """
    return revision(nearest(playbook_id, place_code))


def nearest(playbook_id: str, place_code: str, form: str = PLAYBOOK) -> uuid.UUID:
    """The id of the revision in force at a place, of any form. Raises PR001."""
    best: tuple[int, uuid.UUID] | None = None
    for name, code, pk in in_force(form):
        near = name == playbook_id and place_code.startswith(code)
        if near and (best is None or len(code) > best[0]):
            best = (len(code), pk)
    if best is None:
        raise errors.UNKNOWN_PLAYBOOK(playbook=playbook_id)
    return best[1]


def last_held(playbook_id: str, place_code: str, form: str) -> uuid.UUID:
    """The id of the revision in force at a place or, where none is any more, of the one that held there last: the
    nearest place's newest. Raises PR001."""
    try:
        return nearest(playbook_id, place_code, form)
    except Refusal:
        rows = PlaybookRevision.objects.filter(playbook=playbook_id, form=form, state="retired")
        held = [
            row
            for row in rows.values_list("place_code", "revision", "id")
            if place_code.startswith(row[0])
        ]
        if not held:
            raise
    return max(held, key=lambda row: (len(row[0]), row[1]))[2]


def catalogue(place_code: str, opened_by: str | None = None) -> list[Revision]:
    """What may be reported at a place, by ``opened_by`` (a role key; None: by anybody)."""
    names = sorted({name for name, code, _ in in_force() if place_code.startswith(code)})
    found = [current(name, place_code) for name in names]
    return [r for r in found if opened_by is None or opened_by in r.playbook.opens.by]


def may(actor: Actor, permission: str, place_code: str) -> bool:
    """Whether ``actor`` holds ``permission`` over the place of a revision ("": only the system)."""
    if not place_code:
        return actor.is_system
    return actor.can(permission, place_key(place_code))


def visible(actor: Actor, pk: uuid.UUID) -> PlaybookRevision:
    """A revision that ``actor`` may read: anything that was put into force, and own drafts.

    Raises PR001, also for somebody else's draft.
    """
    row = PlaybookRevision.objects.filter(pk=pk).first()
    hidden = row is not None and row.state == "draft"
    if row is None or (hidden and not may(actor, "playbook.upload", row.place_code)):
        raise errors.UNKNOWN_PLAYBOOK(playbook=str(pk))
    return row


def listed(actor: Actor) -> list[PlaybookRevision]:
    """What the list shows: everything in force that holds where the actor works, and own drafts."""
    codes = [grant.place_code for grant in actor.grants if grant.place_code]
    rows = PlaybookRevision.objects.defer("source", "scenarios").exclude(state="retired")
    return [
        row
        for row in rows.order_by("playbook", "place_code", "revision")
        if (row.state == "draft" and may(actor, "playbook.upload", row.place_code))
        or (row.state == "in_force" and _concerns(row.place_code, codes))
    ]


def _concerns(place_code: str, codes: list[str]) -> bool:
    """Whether a revision of ``place_code`` holds at, or below, one of ``codes``."""
    return not place_code or any(
        code.startswith(place_code) or place_code.startswith(code) for code in codes
    )


def revisions(row: PlaybookRevision, actor: Actor) -> list[PlaybookRevision]:
    """Every revision of the same playbook at the same place, the newest first."""
    found = PlaybookRevision.objects.defer("source", "scenarios").filter(
        playbook=row.playbook, place_code=row.place_code
    )
    mine = may(actor, "playbook.upload", row.place_code)
    return [one for one in found.order_by("-revision") if mine or one.state != "draft"]


def replaced_by(row: PlaybookRevision) -> PlaybookRevision | None:
    """The revision that holds now where ``row`` is meant to hold; None when nothing does."""
    try:
        found = nearest(row.playbook, row.place_code, row.form)
    except Refusal:
        return None
    return PlaybookRevision.objects.filter(pk=found).exclude(pk=row.pk).first()


def own_places(actor: Actor, permission: str = "playbook.upload") -> list[str]:
    """The counties, prefectures and provinces for which ``actor`` may put a playbook into force."""
    codes = {grant.place_code for grant in actor.grants if grant.over_place}
    return sorted(code for code in codes if len(code) in {2, 4, 6} and may(actor, permission, code))
