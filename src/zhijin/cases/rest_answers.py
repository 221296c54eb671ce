"""Puts cases into the schemas of the HTTP API. Everything is read here: nothing is read while writing JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from zhijin.cases import hooks
from zhijin.cases import rest_joint_schemas as j
from zhijin.cases import rest_schemas as s
from zhijin.cases.models import Case, CaseEvent, CaseParty, CasePhoto, CaseRequest
from zhijin.cases.presenting import CaseView, actions_for, lang, status_of
from zhijin.cases.selectors import Rate
from zhijin.cases.services.moves import roles_for
from zhijin.cases.sides import STAFF, Side, side_of
from zhijin.core.actor import Actor
from zhijin.playbooks.api import Revision
from zhijin.playbooks.engine import FieldSpec

_BRIEF = (
    "id", "number", "title", "playbook", "place_code", "state", "is_open", "outcome", "owner_role",
    "priority", "due_at", "opened_at", "changed_at", "closed_at", "photos", "version",
)  # fmt: skip
_FULL = (
    "text", "data", "lon", "lat", "channel", "network", "assignee_name", "raised_to",
    "suspended_until", "rating", "reopened", "merged_into",
)  # fmt: skip


def brief(case: Case) -> s.CaseBrief:
    """A row of a list."""
    return s.CaseBrief(**_values(case, _BRIEF), **_words(case))


def full(case: Case, actor: Actor) -> s.CaseFull:
    """A case as far as it is for ``actor``, with the moves that they may take."""
    roles = roles_for(actor, case)
    side = side_of(case, roles)
    values = _values(case, (*_BRIEF, *_FULL))
    values["text"] = side.text(case)
    values["data"] = {k: v for k, v in case.data.items() if side.may_see_field(k)}
    return s.CaseFull(**values, **_words(case), moves=moves_out(case, roles))


def _values(case: Case, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(case, name) for name in names}


def _words(case: Case) -> dict[str, Any]:
    view = CaseView(case, "")
    return {"state_title": view.state_title, "late": view.is_late}


def moves_out(case: Case, roles: frozenset[str]) -> list[s.MoveOut]:
    """The steps open to somebody with these roles."""
    return [
        s.MoveOut(
            id=action.move.id or action.move.to, to=action.move.to, title=action.title,
            why=action.move.why, ask=fields_out(action.move.ask),
        )
        for action in actions_for(case, roles)
    ]  # fmt: skip


def fields_out(ask: Iterable[FieldSpec]) -> list[s.FieldOut]:
    """Questions with their titles in the reader's language."""
    return [
        s.FieldOut(
            field=q.field, type=q.type, title=q.title(lang()), required=q.required,
            private=q.private, max=q.max,
            choices=[{"id": c.id, "title": c.title(lang())} for c in q.choices],
        )
        for q in ask
    ]  # fmt: skip


def events_of(events: Iterable[CaseEvent], side: Side = STAFF) -> list[s.EventOut]:
    """The lines of a timeline as they were written; outside the staff nobody is named in them."""
    return [
        s.EventOut(
            seq=e.seq, at=e.at, kind=e.kind, who=e.actor_name if side.internal else "", role=e.role,
            before=e.before, after=e.after, move=e.move, why=e.why, public=e.public,
            data={k: v for k, v in e.data.items() if side.may_see_field(k)},
        )
        for e in events
    ]  # fmt: skip


def photos_of(case: Case, photos: Sequence[CasePhoto]) -> list[s.PhotoOut]:
    """Photos with the addresses of their bytes."""
    return [
        s.PhotoOut(
            digest=p.file_id, field=p.field, size=p.file.size, width=p.file.width,
            height=p.file.height, url=reverse("api:case_photo", args=[case.id, p.file_id]),
        )
        for p in photos
    ]  # fmt: skip


def request_out(row: CaseRequest) -> s.RequestOut:
    return s.RequestOut.model_validate(row, from_attributes=True)


def party_out(row: CaseParty) -> j.PartyOut:
    return j.PartyOut.model_validate(row, from_attributes=True)


def playbook_out(revision: Revision) -> s.PlaybookOut:
    """A programme as somebody who wants to report needs it."""
    playbook, tongue = revision.playbook, lang()
    return s.PlaybookOut(
        id=playbook.id, revision=revision.number, title=playbook.title.in_(tongue),
        summary=playbook.summary.in_(tongue) if playbook.summary else "",
        opened_by=list(playbook.opens.by), ask=fields_out(playbook.opens.ask),
    )  # fmt: skip


def status_out(case: Case) -> s.StatusOut:
    """What the holder of the code sees; a merged case shows the one that is handled."""
    shown = status_of(case)
    view: CaseView = shown["case"]
    followed = view.case
    roles = frozenset({"reporter"}) if not shown["merged"] else frozenset()
    return s.StatusOut(
        number=followed.number, kind=view.kind, state=followed.state,
        state_title=view.state_title, is_open=followed.is_open, outcome=followed.outcome,
        place=view.place, opened_at=followed.opened_at, due_at=followed.due_at,
        closed_at=followed.closed_at, erased_at=followed.erased_at, version=followed.version,
        lines=[s.StatusLine(at=n.at, title=n.title, who=n.post, body=n.body) for n in shown["lines"]],
        told=[s.StatusLine(at=t.at, title="", who="", body=t.text) for t in hooks.told(case.id)],
        moves=moves_out(case, roles), can_reopen=shown["can_reopen"],
    )  # fmt: skip


def rates_out(found: dict[str, Rate]) -> s.RatesOut:
    """The three rates with their denominators."""
    made = {
        name: s.RateOut(
            numerator=rate.numerator, denominator=rate.denominator, basis_points=rate.basis_points
        )
        for name, rate in found.items()
    }
    return s.RatesOut(**made)
