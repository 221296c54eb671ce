"""What other systems share when they open a case: who they open it as, where they may, and their keys."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from zhijin.cases import errors
from zhijin.cases.services.intake import Opened, Report, locate, open_case
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.files import kept
from zhijin.core.ids import place_key
from zhijin.core.models import StoredFile
from zhijin.core.roles import resolve
from zhijin.core.scope import scoped
from zhijin.playbooks.api import Revision, current
from zhijin.playbooks.engine import FieldSpec

FILES = frozenset({"photo", "file"})


def key_of(actor: Actor, *parts: str) -> str:
    """An idempotency key of one client's own: two clients may use the same words."""
    text = "\x1f".join((actor.id, *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def report_here(actor: Actor, report: Report) -> tuple[Report, Revision, str]:
    """The report placed, its revision, and the role in which ``actor`` opens it.

    Raises CA001, CA003, PR001, and CO403 where the client has nothing to report.
    """
    with scoped(Actor.system("intake")):
        code = locate(report)
        revision = current(report.playbook, code)
    key = place_key(code)
    actor.require("case.report", key)
    held = actor.roles_at(key)
    for name in revision.playbook.opens.by:
        role = resolve(name)
        if role is not None and role.key in held:
            return replace(report, place_code=code, place_known=True), revision, role.key
    raise errors.NOT_OPEN_TO(title=revision.playbook.title.zh)


def open_for(actor: Actor, report: Report) -> Opened:
    """Open a case for another system, in the role and at the places it was granted."""
    placed, _revision, opener = report_here(actor, report)
    return open_case(actor=actor, report=placed, opener=opener)


def with_position(
    ask: Sequence[FieldSpec], answers: Mapping[str, Any], lon: float | None, lat: float | None
) -> dict[str, Any]:
    """The answers with the report's position in the first unanswered question that asks for one."""
    filled = dict(answers)
    if lon is None or lat is None:
        return filled
    for question in ask:
        if question.type == "point":
            filled.setdefault(question.field, {"lon": lon, "lat": lat})
            break
    return filled


def photos_by_digest(digests: Mapping[str, Sequence[str]]) -> dict[str, list[StoredFile]]:
    """Photos that were uploaded before, by question. Raises CO400 naming the unknown ones."""
    wanted = {digest for some in digests.values() for digest in some}
    known = kept(wanted)
    if missing := wanted - set(known):
        raise BAD_REQUEST(fields={"photos": ", ".join(sorted(missing))})
    return {name: [known[d] for d in some] for name, some in digests.items() if some}
