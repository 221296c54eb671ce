"""What the page of a case shows to one viewer, on the desk and in the field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zhijin.access.api import holders
from zhijin.cases import selectors
from zhijin.cases.machine import machine_of
from zhijin.cases.models import Case
from zhijin.cases.presenting import (
    CaseView,
    actions_for,
    lang,
    lines_of,
    path_of,
    role_title,
    views_of,
)
from zhijin.cases.services import private
from zhijin.cases.services.moves import roles_for, works_on
from zhijin.cases.services.parties import callable_in, firms_near
from zhijin.cases.showing import shown
from zhijin.cases.sides import Side, side_of
from zhijin.core.actor import Actor
from zhijin.places import api as places
from zhijin.playbooks.engine import FieldSpec


@dataclass(frozen=True)
class Looking:
    """One viewer of one case: the roles held over it, and the side on which one stands."""

    actor: Actor
    case: Case
    roles: frozenset[str]
    side: Side

    @property
    def owns(self) -> bool:
        """Whether the stage is the viewer's own work, with all that may be done about it."""
        return self.side.internal and works_on(self.actor, self.case)

    @property
    def waits(self) -> bool:
        """Whether the case waits for its reporter."""
        return self.case.owner_role == "reporter"

    def can(self, permission: str) -> bool:
        return self.actor.can(permission, self.case.place_key)


def case_context(actor: Actor, case: Case) -> dict[str, Any]:
    """Everything the page of a case shows."""
    roles = roles_for(actor, case)
    looking = Looking(actor, case, roles, side_of(case, roles))
    may = _may(looking)
    return {
        "case": CaseView(case),
        "path": path_of(case),
        "answers": _answers(looking),
        "internal": looking.side.internal,
        "actions": actions_for(case, roles),
        "has_private": bool(case.sealed or case.reporter_phone or case.reporter_name),
        "may": may,
        **_life(looking),
        **_others(looking),
        **_choices(looking, may),
    }


def _may(looking: Looking) -> dict[str, bool]:
    """Which of the further ways of going on are open."""
    case, owns = looking.case, looking.owns
    state = machine_of(case).state(case.state)
    return {
        "dispatch": case.is_open and looking.can("case.dispatch"),
        "whistle": case.is_open and looking.can("case.whistle"),
        "merge": looking.can("case.merge"),
        "transfer": case.is_open and (owns or looking.can("case.transfer")),
        "callback": looking.waits and looking.can("case.callback"),
        "extend": case.is_open and owns and state.extend is not None,
        "suspend": case.is_open and owns and state.suspend is not None,
        "receipt": case.channel == "desk" and case.reporter == looking.actor.label,
        "resume": case.suspended_at is not None and owns,
        "exclude": not case.excluded and looking.can("case.approve"),
    }


def _life(looking: Looking) -> dict[str, Any]:
    """The timeline with its photos, and the requests on the way."""
    case = looking.case
    side = looking.side
    photos = side.photos(selectors.photos(case))
    if side.internal and not private.may_open(looking.actor, case):
        photos = [photo for photo in photos if not private.is_private(case, photo.field)]
    requests = selectors.requests(case) if side.internal else []
    events = side.lines(case, selectors.timeline(case))
    return {
        "lines": lines_of(
            case, events, photos, for_reporter=not side.internal, may_see=side.may_see_field
        ),
        "text": side.text(case),
        "pending": [request for request in requests if not request.decision],
    }


def _others(looking: Looking) -> dict[str, Any]:
    """Other organisations and other cases that have to do with this one."""
    case = looking.case
    parties = selectors.parties(case)
    mine = {grant.org_key for grant in looking.actor.grants if grant.org_key}
    alike = []
    if case.is_open and looking.can("case.merge"):
        alike = selectors.alike(
            case.playbook, case.text, case.place_code, case.lon, case.lat, but=case.id
        )
    return {
        "parties": looking.side.parties(parties),
        "two_sided": any(p.kind != "called" for p in parties),
        "my_parties": [
            p for p in parties if p.kind == "called" and p.org_key in mine and p.answered_at is None
        ],
        "merged_cases": views_of(selectors.merged_cases(case)) if looking.side.internal else [],
        "alike": [(CaseView(one.case), one) for one in alike],
    }


def _choices(looking: Looking, may: dict[str, bool]) -> dict[str, Any]:
    """The lists to choose from: people, departments, firms, places, the reporter's answers."""
    case = looking.case
    playbook = machine_of(case).playbook
    rule = playbook.states[case.state].extend
    called = actions_for(case, frozenset({"reporter"})) if looking.waits else []
    two_sided = any(party.id == "respondent" for party in playbook.parties)
    return {
        "respondents": firms_near(case) if looking.owns and two_sided else [],
        "reporter_actions": called,
        "call_questions": _once(spec for action in called for spec in action.move.ask),
        "people": holders(case.owner_role, case.place_code)[:50] if may["dispatch"] else [],
        "departments": callable_in(case.county) if may["whistle"] else [],
        "neighbours": _neighbours(case.place_code) if may["transfer"] else [],
        "extension": rule,
        "extension_title": rule.max.title(lang()) if rule else "",
        "approver": role_title(rule.approver) if rule else "",
    }


def _once(specs: Iterable[FieldSpec]) -> list[FieldSpec]:
    """Questions by name, each once; photos are not asked on the telephone."""
    return list({spec.field: spec for spec in specs if spec.type not in {"photo", "file"}}.values())


def _neighbours(code: str) -> list[Any]:
    """Where a case may go: the grids of its village, and the other villages of its township."""
    village, township = code[:12], code[:9]
    grids = [p for p in places.children(village) if len(p.code) == 15] if len(code) >= 12 else []
    return [p for p in [*grids, *places.children(township)] if p.code != code]


def _answers(looking: Looking) -> list[tuple[str, str]]:
    """What was answered at opening, in words; only what this side may see."""
    fields = machine_of(looking.case).playbook.fields
    return [
        (fields[name].title(lang()), shown(fields[name], value))
        for name, value in looking.case.data.items()
        if name in fields
        and fields[name].type not in {"photo", "longtext", "file"}
        and looking.side.may_see_field(name)
    ]
