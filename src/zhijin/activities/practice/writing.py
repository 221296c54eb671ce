"""Writing down works and shows of civilisation practice. Each is one transaction with journal and fact.

Nobody's presence is kept: of a show only how many took part, on the spot and online, and how that was counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Show, Work
from zhijin.activities.service.common import line, open_text
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
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.ui import spans

#: The most that one event can have reached: a live broadcast to a whole province.
MOST = 10_000_000
AHEAD = timedelta(days=366)
#: Nothing is older than the people's republic: an earlier year is a slip of the keyboard.
FIRST_YEAR = 1949


@dataclass(frozen=True, slots=True)
class Draft:
    """A work to write down. ``by``: a group, or what its maker wants to be called; ``digest``: a stored picture."""

    kind: str
    topic: str
    title: str
    finished_on: date
    consent: str
    about: str = ""
    by: str = ""
    digest: str = ""


@transaction.atomic(savepoint=False)
def add(*, actor: Actor, org_key: int, draft: Draft, simulated: bool = False) -> Work:
    """Put a work on the public list. Raises OR001, CO400, CO403, AV003, AV112, AV165."""
    org = organisation(actor, org_key)
    if draft.kind not in Work.Kind.values or draft.topic not in Work.Topic.values:
        raise BAD_REQUEST(fields={"kind": _("请从列表里选择。")})
    if draft.finished_on.year < FIRST_YEAR:
        raise errors.BAD_DATES(why=_("太早或太晚"))
    if draft.finished_on > clock.today():
        raise BAD_REQUEST(fields={"finished_on": _("完成日期不能在今天以后。")})
    row = Work(
        **keys_of(org), kind=draft.kind, topic=draft.topic, title=open_text(draft.title, 60, "title"),
        about=open_text(draft.about, 300, "about") if draft.about.strip() else "",
        by=open_text(draft.by, 40, "by") if draft.by.strip() else "", digest=draft.digest,
        consent=text(draft.consent, 120, "consent"), finished_on=draft.finished_on,
        made_by=actor.label, made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        there = Work.objects.filter(digest=draft.digest, withdrawn_at=None).first()
        raise errors.WORK_THERE(title=there.title if there else row.title) from error
    note(actor, "work.added", row.record, row.place_key)
    tell(actor, "activity.practice.work", row, row.record, subject=row.record,
         attrs={"kind": row.kind, "topic": row.topic})  # fmt: skip
    return row


@transaction.atomic(savepoint=False)
def withdraw(*, actor: Actor, work_id: UUID, why: str) -> Work:
    """Take a work off the list (its maker wishes it, or it was a mistake); it counts no more.

    Raises CO400, CO403, CO404, AV001.
    """
    row = locked(Work.objects.all(), work_id)
    require_own(actor, row)
    if row.withdrawn_at is not None:
        raise errors.WRONG_STATE(state=_("已撤下"))
    row.withdrawn_at, row.why = clock.now(), text(why, 120, "why")
    row.save(update_fields=["withdrawn_at", "why"])
    note(actor, "work.withdrawn", row.record, row.place_key, why=row.why)
    tell(actor, "activity.practice.withdrawn", row, row.record, subject=row.record,
         attrs={"kind": row.kind, "topic": row.topic})  # fmt: skip
    return row


@dataclass(frozen=True, slots=True)
class Plan:
    """A show that is to be held."""

    kind: str
    title: str
    starts_at: datetime
    where: str = ""
    link: str = ""


@transaction.atomic(savepoint=False)
def call(*, actor: Actor, org_key: int, plan: Plan, simulated: bool = False) -> Show:
    """Announce a show; one of the past may be announced to write it down after. Raises OR001, CO400, CO403, AV003,
    AV112."""
    org = organisation(actor, org_key)
    if plan.kind not in Show.Kind.values:
        raise BAD_REQUEST(fields={"kind": _("请从列表里选择。")})
    if plan.starts_at > clock.now() + AHEAD or plan.starts_at.year < FIRST_YEAR:
        raise errors.BAD_DATES(why=_("太早或太晚"))
    if plan.link and not plan.link.startswith("https://"):
        raise BAD_REQUEST(fields={"link": "https://…"})
    if not plan.where.strip() and not plan.link:
        raise BAD_REQUEST(fields={"where": _("地点和线上链接至少填一样。")})
    row = Show(
        **keys_of(org), kind=plan.kind, title=open_text(plan.title, 80, "title"), starts_at=plan.starts_at,
        where=open_text(plan.where, 80, "where") if plan.where.strip() else "", link=plan.link.strip()[:300],
        made_by=actor.label, made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    row.save(force_insert=True)
    note(actor, "show.called", row.record, row.place_key, kind=row.kind)
    return row


@dataclass(frozen=True, slots=True)
class Count:
    """How many took part: on the spot, online, and how that was counted."""

    came: int
    online: int
    how: str
    notes: str = ""


@transaction.atomic(savepoint=False)
def held(*, actor: Actor, show_id: UUID, count: Count) -> Show:
    """Write down that it was held. Raises CO400, CO403, CO404, AV001, AV112, AV166."""
    row = _own(actor, show_id)
    if row.starts_at > clock.now():
        raise errors.NOT_YET_HELD(day=spans.moment(row.starts_at))
    if (
        not 0 <= count.came <= MOST
        or not 0 <= count.online <= MOST
        or not count.came + count.online
    ):
        raise BAD_REQUEST(fields={"came": _("线上线下一共要有人参加。")})
    row.state, row.came, row.online = Show.State.HELD, count.came, count.online
    row.how, row.notes = text(count.how, 120, "how"), line(count.notes, 600)
    if row.notes:
        row.notes = open_text(row.notes, 600, "notes")
    row.held_at = clock.now()
    row.save(update_fields=["state", "came", "online", "how", "notes", "held_at"])
    note(actor, "show.held", row.record, row.place_key, came=row.came, online=row.online)
    tell(actor, "activity.practice.show", row, row.record, subject=row.record, value=row.took_part,
         at=row.starts_at, attrs={"kind": row.kind, "came": row.came, "online": row.online})  # fmt: skip
    return row


@transaction.atomic(savepoint=False)
def cancel(*, actor: Actor, show_id: UUID, why: str) -> Show:
    """It is not held. Raises CO400, CO403, CO404, AV001."""
    row = _own(actor, show_id)
    row.state, row.why = Show.State.CANCELLED, text(why, 120, "why")
    row.save(update_fields=["state", "why"])
    note(actor, "show.cancelled", row.record, row.place_key, why=row.why)
    return row


def _own(actor: Actor, show_id: UUID) -> Show:
    row = locked(Show.objects.all(), show_id)
    require_own(actor, row)
    in_state(row, Show.State.CALLED)
    return row


def public_work(pk: UUID) -> Work:
    """A work that everybody may see. Raises CO404."""
    found = Work.objects.filter(id=pk, withdrawn_at=None).first()
    if found is None:
        raise NOT_FOUND()
    return found
