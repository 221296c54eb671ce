"""What the page of an event shows to one viewer."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from zhijin.activities import scoring, words
from zhijin.activities.models import Event, Party, Sheet, Voter
from zhijin.activities.selectors import checks as checking
from zhijin.activities.selectors import events as reading
from zhijin.activities.services.events import key_of
from zhijin.activities.views.common import place_name, state_tone
from zhijin.core.actor import Actor
from zhijin.orgs import api as orgs


def shown(actor: Actor, event: Event) -> dict[str, Any]:
    """Everything the page of an event shows; what only the host sees under ``host``."""
    lines = (event.sector_key,) if event.sector_key is not None else ()
    hosts = actor.can("activity.organise", event.place_key, line_keys=lines)
    entrants = reading.entrants(actor, event)
    mine = [row for row in entrants if may_act(actor, row)]
    context = {
        "event": event, "tone": state_tone(event), "place": place_name(event.place_code),
        "host": hosts, "entrants": entrants, "mine": [] if hosts else mine,
        "steps": steps(event), "signed_by": key_of(event.document_sig),
    }  # fmt: skip
    return context | _MORE[event.kind](actor, event, hosts)


def may_act(actor: Actor, row: Party) -> bool:
    return actor.can(
        "activity.act", row.place_key, org_keys=(row.org_key or 0,), line_keys=row.line_keys
    )


def steps(event: Event) -> list[dict[str, Any]]:
    """Where an event stands."""
    states = [
        state
        for state in Event.State
        if state != Event.State.VOTING or event.kind == Event.Kind.REVIEW
    ]
    at = states.index(Event.State(event.state))
    return [
        {
            "label": state.label,
            "state": "done" if n < at or event.is_closed else "",
            "current": n == at,
        }
        for n, state in enumerate(states)
    ]


def _judged(actor: Actor, event: Event, hosts: bool) -> dict[str, Any]:
    sheets = reading.sheets(actor, event) if hosts else reading.own_sheets(actor, event)
    by_state = dict.fromkeys(Sheet.State.values, 0)
    for sheet in sheets:
        by_state[sheet.state] += 1
    names = {row.id: row.org_name for row in reading.reports(event)}
    names |= {row.id: row.org_name for row in reading.entrants(actor, event)}
    judges = reading.judges(event)
    recused = orgs.by_keys(actor, [one.org_key for one in judges if one.org_key])
    # Whoever marks an entrant is told whom, also where it does not see the entrant's own row.
    names |= reading.marked_names(sheets)
    return {
        "criteria": scoring.criteria_of(event.rules),
        "judges": [(one, recused.get(one.org_key or 0)) for one in judges],
        "sheets": [(sheet, names.get(sheet.entrant_id, "")) for sheet in sheets],
        "sheet_counts": by_state,
        "result": event.outcome.get("entries") or event.outcome.get("units") or [],
    }  # fmt: skip


def _review(actor: Actor, event: Event, hosts: bool) -> dict[str, Any]:
    questions: dict[Any, list[Any]] = {}
    for one in reading.questions(event):
        questions.setdefault(one.entrant_id, []).append(one)
    reports = [
        (row, questions.get(row.id, []), may_act(actor, row)) for row in reading.reports(event)
    ]
    roll = Voter.objects.filter(event_id=event.id)
    counts = roll.aggregate(
        due=Count("id"), present=Count("id", filter=Q(present=True)),
        voted=Count("id", filter=Q(voted=True)),
    )  # fmt: skip
    options = list(words.OPTIONS.values())
    results = [
        {**row, "shown": list(zip(options, row["votes"], strict=True))}
        for row in event.outcome.get("results", [])
    ]
    return {
        "reports": reports, "roll": sorted(roll, key=lambda row: (row.name, row.id)) if hosts else [],
        "roll_counts": counts, "results": results, "quorum": event.rules["quorum"],
    }  # fmt: skip


def _check(actor: Actor, event: Event, hosts: bool) -> dict[str, Any]:
    entrants = reading.entrants(actor, event)
    return {
        "drawn": sorted((row for row in entrants if row.drawn), key=lambda row: row.lot or 0),
        "problems": checking.problems(actor, event),
        "problem_counts": checking.counts(event) if hosts else None,
        "aspects": words.ASPECTS.items(),
        "notice_by": key_of(event.notice_sig),
    }


_MORE: dict[str, Any] = {
    Event.Kind.CONTEST: _judged, Event.Kind.MUTUAL: _judged,
    Event.Kind.REVIEW: _review, Event.Kind.CHECK: _check,
}  # fmt: skip
