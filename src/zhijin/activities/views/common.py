"""What the pages of this room share: doing what a form asks, the tabs, organisations and places to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.activities.models import Event
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.core.ids import ancestor_codes
from zhijin.core.roles import ROLES
from zhijin.orgs import api as orgs
from zhijin.places import api as places

#: What an act says when it is done.
Act = Callable[[], str]
OFFERED = 300


def act(request: Request, acts: Mapping[str, Act], back: str) -> HttpResponse | Refusal:
    """Do what the form's ``do`` names and go ``back``; a refusal is returned, and nothing of it stays."""
    chosen = acts.get(request.POST.get("do", ""))
    if chosen is None:
        raise BAD_REQUEST()
    try:
        with transaction.atomic():
            said = chosen()
    except Refusal as refusal:
        return refusal
    messages.success(request, said)
    return redirect(back)


def number(request: Request, name: str) -> int:
    """A whole number of the form. Raises CO400."""
    found = request.POST.get(name, "").strip()
    if not (found.isascii() and found.isdigit() and len(found) <= 18):
        raise BAD_REQUEST(fields={name: _("请填写整数。")})
    return int(found)


def uuid(request: Request, name: str) -> UUID:
    """An id of the form. Raises CO400."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise BAD_REQUEST() from error


def tabs(current: str) -> list[dict[str, Any]]:
    """The room's pages."""
    rows = (
        ("activities", _("活动"), "desk:activities"),
        ("pledges", _("承诺与领题"), "desk:pledges"),
        ("model-units", _("模范机关"), "desk:model-units"),
        ("visits", _("观摩"), "desk:visits"),
    )
    return [{"label": t, "url": reverse(name), "current": key == current} for key, t, name in rows]


def page_asked(request: Request) -> int:
    """The page of a list that ``?page=`` names, from 1."""
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def own_orgs(actor: Actor) -> list[orgs.Organisation]:
    """Party organisations that the viewer may act for, in the order of places."""
    rows = orgs.visible(actor).filter(kind__in=orgs.PARTY_KINDS, valid_to=None)
    found = rows.order_by("place_key", "key")[:OFFERED]
    return [
        org
        for org in found
        if actor.can(
            "activity.act", org.place_key, org_keys=(org.key,), line_keys=org.line_keys
        )
    ]  # fmt: skip


#: Whom one may act for: a list while they are few, found by name where there are many.
ACTING = orgs.Question(("party",), "activity.act", orgs.FEW)


def org_asked(request: Request, question: orgs.Question = ACTING) -> orgs.Picked:
    """The organisation that a form's ``org`` names."""
    return orgs.pick(request.actor, request.POST, "org", question)


def hosting_places(actor: Actor) -> list[tuple[str, str]]:
    """Places where the viewer may hold something: those of their posts."""
    codes = {
        grant.place_code
        for grant in actor.grants
        if grant.over_place and "activity.organise" in ROLES[grant.role].permissions
    }
    return _named(code for code in codes if 2 <= len(code) <= 12)


def hosts_above(actor: Actor, found: list[orgs.Organisation]) -> list[tuple[str, str]]:
    """Places that the organisations may apply to: their own and those above."""
    codes = {code for org in found for code in (*ancestor_codes(org.place_code), org.place_code)}
    return _named(codes)


def _named(codes: Any) -> list[tuple[str, str]]:
    known = places.get_many(codes)
    return [(code, known[code].name) for code in sorted(known, key=lambda c: (-len(c), c))]


def candidates(actor: Actor, place_code: str, sector: int | None, direct: bool) -> list[int]:
    """Keys of the Party organisations that an event at a place invites."""
    rows = orgs.listing(actor, orgs.Filter(place=place_code, sector=sector, kind="party"))
    if direct:
        rows = rows.filter(place_code=place_code)
    return list(rows.values_list("key", flat=True)[:2000])


def place_name(code: str) -> str:
    found = places.find(code)
    return found.name if found else code


def state_tone(event: Event) -> str:
    """The tone of an event's state."""
    return {"open": "info", "voting": "accent", "closed": "ok"}.get(event.state, "")
