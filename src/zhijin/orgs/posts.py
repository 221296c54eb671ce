"""Writes of posts and appointments. An appointment to a grid post gives its account the role there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from zhijin.access import api as access
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import level_of, place_key
from zhijin.orgs import errors, services, words
from zhijin.orgs.models import Appointment, Organisation, Post
from zhijin.places import api as places

#: Who appointed stands in the journal; the grant names the appointment it follows from.
_GRANTOR = Actor.system("orgs.appointment")


@transaction.atomic(savepoint=False)
def create_post(
    *,
    actor: Actor,
    kind: str,
    title: str = "",
    org_key: int | None = None,
    place_code: str = "",
    seats: int = 1,
    grade: str = "",
    simulated: bool = False,
) -> Post:
    """Set up a post at an organisation, or at a place. Raises CO403, OR001, OR102, OR104, PL001."""
    known = words.POST_KINDS.get(kind)
    if known is None:
        raise errors.BAD_POST_KIND(kind=kind)
    post = Post(kind=kind, title=" ".join(title.split())[:64] or known.title, seats=max(1, seats),
                grade=grade, simulated=simulated)  # fmt: skip
    if org_key is not None:
        org = services.lock_organisation(actor=actor, key=org_key)
        post.org, post.place_code, post.place_key = org, org.place_code, org.place_key
        post.sector_key, post.industry_key = org.sector_key, org.industry_key
    else:
        place = places.get(place_code)
        actor.require("org.edit", place.key)
        post.place_code, post.place_key = place.code, place.key
    if known.at_grid and level_of(post.place_code) != "grid":
        raise errors.GRID_ONLY(title=post.label)
    post.save(force_insert=True)
    _tell(actor, "post.created", post, f"post:{post.id}")
    return post


def ensure_post(
    *, actor: Actor, kind: str, place_code: str, seats: int = 1, simulated: bool = False
) -> Post:
    """The place's post of this kind; set up when there is none yet."""
    found = Post.objects.filter(place_key=place_key(place_code), kind=kind, org=None, valid_to=None)
    post = found.first()
    if post is not None:
        return post
    return create_post(
        actor=actor, kind=kind, place_code=place_code, seats=seats, simulated=simulated
    )


@transaction.atomic(savepoint=False)
def close_post(*, actor: Actor, post_id: UUID, on: date | None = None) -> Post:
    """Do away with a post that nobody holds. Raises CO403, OR010, OR101."""
    post = _lock(actor, post_id)
    holders = post.appointments.filter(valid_to=None).count()
    if holders:
        raise errors.STILL_IN_USE(name=post.title, children=0, holders=holders)
    post.valid_to = on or clock.today()
    post.save(update_fields=["valid_to"])
    _tell(actor, "post.closed", post, f"post:{post.id}")
    return post


def _lock(actor: Actor, post_id: UUID) -> Post:
    post = Post.objects.select_for_update(no_key=True).filter(id=post_id, valid_to=None).first()
    if post is None:
        raise errors.NO_SUCH_POST()
    org_keys = (post.org_id,) if post.org_id is not None else ()
    actor.require("org.edit", post.place_key, org_keys=org_keys, line_keys=post.line_keys)
    return post


@dataclass(frozen=True, slots=True)
class Term:
    """How long and how somebody holds a post. ``ends`` is when the next election is due."""

    start: date
    ends: date | None = None
    number: int | None = None
    how: str = Appointment.How.APPOINTED
    concurrent: bool = False


@transaction.atomic(savepoint=False)
def appoint(
    *,
    actor: Actor,
    post_id: UUID,
    holder: str,
    term: Term,
    person_id: UUID | None = None,
    username: str = "",
    simulated: bool = False,
) -> Appointment:
    """Let somebody hold a post. A grid post gives the account named ``username`` its role there.

    Raises CO403, OR101, OR103, OR105, OR106, OR108, OR109, AC006.
    """
    post = _lock(actor, post_id)
    holder = " ".join(holder.split())
    _check(post, holder, term, person_id)
    account = _account(username)
    given = Appointment.objects.create(
        post=post, org_id=post.org_id, place_code=post.place_code, place_key=post.place_key,
        sector_key=post.sector_key, industry_key=post.industry_key, person_id=person_id,
        holder=holder, account=account, how=term.how, term_no=term.number, valid_from=term.start,
        term_ends=term.ends or services.default_term_end(post.kind, term.start),
        concurrent=term.concurrent, simulated=simulated,
    )  # fmt: skip
    _grant(actor, post, given)
    _follow(post)
    _tell(actor, "appointment.began", post, f"appointment:{given.id}", given)
    return given


def _check(post: Post, holder: str, term: Term, person_id: UUID | None) -> None:
    if not holder or len(holder) > 64:
        raise errors.HOLDER_NEEDED(fields={"holder": errors.HOLDER_NEEDED.message})
    if term.ends is not None and term.ends <= term.start:
        raise errors.BAD_TERM()
    current = list(post.appointments.filter(valid_to=None))
    if len(current) >= post.seats:
        raise errors.SEATS_FULL(title=post.label, seats=post.seats)
    if person_id is not None and any(a.person_id == person_id for a in current):
        raise errors.ALREADY_HOLDS(holder=holder, title=post.label)


def _account(username: str) -> access.Account | None:
    if not username:
        return None
    account = access.Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise errors.NO_SUCH_ACCOUNT(username=username)
    return account


def _grant(actor: Actor, post: Post, given: Appointment) -> None:
    """Only grid posts grant by themselves; every higher role is the security officer's to give."""
    role = words.POST_KINDS[post.kind].role
    if given.account is None or not role:
        return
    access.grant_role(
        actor=_GRANTOR,
        account=given.account,
        role=role,
        place_code=post.place_code,
        source=given.source,
    )


@transaction.atomic(savepoint=False)
def end_appointment(
    *, actor: Actor, appointment_id: UUID, on: date | None = None, why: str = ""
) -> Appointment:
    """End an appointment; the role that came with it ends too. Raises CO403, OR101, OR105, OR107."""
    held = Appointment.objects.select_related("post").filter(id=appointment_id).first()
    if held is None:
        raise errors.NO_SUCH_POST()
    post = _lock(actor, held.post_id)
    held.refresh_from_db()
    if held.valid_to is not None:
        raise errors.APPOINTMENT_ENDED(day=held.valid_to)
    day = on or clock.today()
    if day < held.valid_from:
        raise errors.BAD_TERM()
    held.valid_to, held.ended_why = day, why[:120]
    held.save(update_fields=["valid_to", "ended_why"])
    access.revoke_source(actor=_GRANTOR, source=held.source)
    _follow(post)
    _tell(actor, "appointment.ended", post, f"appointment:{held.id}", held)
    return held


def _follow(post: Post) -> None:
    """What repeats the appointments: the post's count, the organisation's leader."""
    post.held = post.appointments.filter(valid_to=None).count()
    post.save(update_fields=["held"])
    if post.org_id is not None and post.kind in words.LEADING:
        services.refresh_lead(Organisation.objects.get(key=post.org_id))


def _tell(
    actor: Actor, kind: str, post: Post, record: str, given: Appointment | None = None
) -> None:
    detail = {"post": post.title, "kind": post.kind}
    if given is not None:
        detail["holder"] = given.holder
    journal.write(actor, kind, record, place_key=post.place_key, detail=detail)
    attrs = {"kind": post.kind}
    if given is not None:
        attrs |= {"how": given.how, "concurrent": str(given.concurrent).lower()}
    facts.record(
        kind, at=clock.now(), place_code=post.place_code, subject=f"post:{post.id}", actor=actor,
        record=record, org_key=post.org_id, attrs=attrs,
    )  # fmt: skip
