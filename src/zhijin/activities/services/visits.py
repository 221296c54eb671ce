"""Visits between organisations (观摩): asked by the one that wants to learn, agreed by the one that shows, held and
told. What came of it is read from later assessments, never entered."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Visit
from zhijin.activities.selectors.visits import visible
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    require_own,
    tell,
    text,
)
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs

State = Visit.State


@transaction.atomic(savepoint=False)
def ask(
    *, actor: Actor, guest: int, host: int, on: date, purpose: str, simulated: bool = False
) -> Visit:
    """Ask another organisation to show how it works. Raises OR001, CO403, CO400, AV003, AV060.

    The host may lie outside the guest's scope: its name and place are public.
    """
    org = organisation(actor, guest)
    if guest == host:
        raise errors.SAME_ORG()
    if on < clock.today():
        raise errors.BAD_DATES(why=_("观摩日期应在今天以后。"))
    with scoped(Actor.system("visit-host")):
        shown = orgs.get(Actor.system("visit-host"), host)
    visit = Visit.objects.create(
        **keys_of(org), host_org=shown.key, host_name=shown.name, host_code=shown.place_code,
        host_key=shown.place_key, host_sector=shown.sector_key, on=on,
        purpose=text(purpose, 200, "purpose"), asked_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    note(actor, "visit.asked", visit.record, visit.place_key, host=host)
    return visit


@transaction.atomic(savepoint=False)
def answer(
    *, actor: Actor, visit_id: UUID, agreed: bool, words: str, on: date | None = None
) -> Visit:
    """The host agrees (perhaps to another day) or refuses with a word why. Raises CO404, CO403, CO400, AV001."""
    visit = locked(visible(actor), visit_id)
    in_state(visit, State.ASKED)
    lines = (visit.host_sector,) if visit.host_sector is not None else ()
    actor.require("activity.act", visit.host_key, org_keys=(visit.host_org,), line_keys=lines)
    visit.state = State.AGREED if agreed else State.REFUSED
    visit.answer = words.strip()[:200] if agreed else text(words, 200, "words")
    if agreed and on is not None:
        visit.on = on
    visit.save(update_fields=["state", "answer", "on"])
    note(actor, "visit.answered", visit.record, visit.place_key, agreed=agreed)
    return visit


@transaction.atomic(savepoint=False)
def hold(*, actor: Actor, visit_id: UUID, people: int, learned: str) -> Visit:
    """The guest tells that it was there and what it learned. Raises CO404, CO403, CO400, AV001, AV003."""
    visit = locked(visible(actor), visit_id)
    require_own(actor, visit)
    in_state(visit, State.AGREED)
    if clock.today() < visit.on:
        raise errors.BAD_DATES(why=_("约定的日子还没有到。"))
    visit.people, visit.learned = max(1, min(people, 500)), text(learned, 2000, "learned")
    visit.state, visit.held_at = State.HELD, clock.now()
    visit.save(update_fields=["people", "learned", "state", "held_at"])
    note(actor, "visit.held", visit.record, visit.place_key)
    tell(actor, "activity.visit.held", visit, visit.record, subject=visit.record,
         value=1, attrs={"host": str(visit.host_org), "people": visit.people})  # fmt: skip
    facts.record(
        "activity.visit.hosted", at=clock.now(), place_code=visit.host_code, subject=visit.record,
        actor=actor, record=visit.record, org_key=visit.host_org,
        attrs={"guest": str(visit.org_key), "people": visit.people},
    )  # fmt: skip
    return visit
