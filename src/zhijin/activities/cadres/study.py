"""The study of village cadres (学历素质提升): surveyed, applied for, recommended, reviewed, paid in shares; results.

Results leave facts of the organisation with courses taken and passed; there are no marks, so nobody is ranked by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.cadres import programme
from zhijin.activities.cadres.teams import LINES, _in
from zhijin.activities.models import Study, StudyResult, StudySurvey
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    same_keys,
    tell,
    text,
)
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.core.texts import clean
from zhijin.orgs import api as orgs
from zhijin.people import api as people

State = Study.State
OPEN = (State.APPLIED, State.RECOMMENDED, State.ENROLLED)
#: One hundred thousand yuan: more than any course of this kind costs.
MOST_FEN = 10_000_000
#: Levels of schooling that can be studied for: numbers of `people.EDUCATION`.
LEVELS = (3, 4)
_TERM = re.compile(r"^(20\d{2})-(0[12])$")


@transaction.atomic(savepoint=False)
def survey(
    *, actor: Actor, org_key: int, year: int, counts: tuple[int, int, int], wishes: str = "",
    simulated: bool = False,
) -> StudySurvey:  # fmt: skip
    """What a village answered: cadres, those below college, those who wish to study. A later answer replaces it.

    Raises OR001, CO400, CO403.
    """
    org = organisation(actor, org_key)
    cadres, below, willing = counts
    if not 0 <= below <= cadres <= 500 or not 0 <= willing <= cadres or not 2000 <= year <= 2100:
        raise BAD_REQUEST(fields={"cadres": _("大专以下和愿意参加的人数都不能多于干部人数。")})
    wishes = str(clean(wishes)).strip()[:300]
    # Two answers at once: the later one waits here, and replaces the earlier.
    orgs.Organisation.objects.select_for_update(no_key=True).filter(key=org.key).first()
    StudySurvey.objects.filter(org_key=org.key, year=year).delete()
    row = StudySurvey.objects.create(
        **keys_of(org), year=year, cadres=cadres, below=below, willing=willing, wishes=wishes,
        made_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    note(actor, "study.surveyed", f"org:{org.key}", org.place_key, year=year)
    tell(actor, "activity.study.surveyed", row, f"org:{org.key}", subject=f"org:{org.key}", value=willing,
         attrs={"year": year, "cadres": cadres, "below": below})  # fmt: skip
    return row


@dataclass(frozen=True, slots=True)
class Wish:
    """What a cadre applies to study; ``fee_fen`` is the whole fee."""

    school: str
    course: str
    level: int
    fee_fen: int


@transaction.atomic(savepoint=False)
def apply(*, actor: Actor, appointment_id: UUID, wish: Wish, simulated: bool = False) -> Study:
    """A cadre of a village applies; its organisation hands it in. Raises CO400, CO403, CO404, AV159."""
    rows = orgs.visible_appointments(actor).select_related("org")
    held = rows.filter(id=appointment_id, valid_to=None, org__isnull=False).first()
    if held is None or held.org is None:
        raise NOT_FOUND()
    org = organisation(actor, held.org.key)
    # Two who apply for the same person at once: the second waits here.
    still = orgs.Appointment.objects.select_for_update(no_key=True)
    if still.filter(id=held.id, valid_to=None).first() is None:
        raise NOT_FOUND()
    if Study.objects.filter(appointment_id=held.id, state__in=OPEN).exists():
        raise errors.STUDYING(holder=held.holder)
    if wish.level not in LEVELS or not 0 < wish.fee_fen <= MOST_FEN:
        raise BAD_REQUEST(fields={"fee": _("请选择层次；学费在 0 到 10 万元之间。")})
    row = Study.objects.create(
        **keys_of(org), appointment_id=held.id, holder=held.holder, year=clock.today().year,
        school=text(wish.school, 80, "school"), course=text(wish.course, 80, "course"), level=wish.level,
        fee_fen=wish.fee_fen, applied_at=clock.now(), simulated=simulated,
    )  # fmt: skip
    _tell(actor, "applied", row)
    return row


@transaction.atomic(savepoint=False)
def recommend(*, actor: Actor, study_id: UUID, why: str) -> Study:
    """The township recommends. Raises CO400, CO403, CO404, AV001."""
    row = _above(actor, study_id)
    in_state(row, State.APPLIED)
    row.state, row.recommended_by = State.RECOMMENDED, actor.label
    row.recommended_at = max(clock.now(), row.applied_at)
    row.why = text(why, 200, "why")
    row.save(update_fields=["state", "recommended_by", "recommended_at", "why"])
    _tell(actor, "recommended", row)
    return row


@transaction.atomic(savepoint=False)
def review(*, actor: Actor, study_id: UUID, agreed: bool, why: str = "") -> Study:
    """The county reviews: enrolled with its shares, or declined with a reason.

    The county's own right (``assess.run``) is asked for, and another person than who recommended.
    Raises CO400, CO403, CO404, AV001, AV161.
    """
    row = _above(actor, study_id, "assess.run")
    in_state(row, State.RECOMMENDED)
    if row.recommended_by == actor.label:
        raise errors.TWO_PAIRS_OF_EYES()
    # A clock set back reviews nothing before it was recommended.
    row.reviewed_by = actor.label
    row.reviewed_at = max(clock.now(), row.recommended_at or clock.now())
    row.state = State.ENROLLED if agreed else State.DECLINED
    if agreed:
        shares = programme.current(row.place_code).study
        row.public_fen, row.own_fen = shares.split(row.fee_fen)
    else:
        row.why = text(why, 200, "why")
    row.save(update_fields=["reviewed_by", "reviewed_at", "state", "public_fen", "own_fen", "why"])
    _tell(actor, "enrolled" if agreed else "declined", row)
    return row


def _above(actor: Actor, study_id: UUID, permission: str = "activity.organise") -> Study:
    row = locked(Study.objects.all(), study_id)
    actor.require(permission, row.place_key, line_keys=row.line_keys)
    return row


@transaction.atomic(savepoint=False)
def record_result(
    *, actor: Actor, study_id: UUID, term: str, taken: int, passed: int
) -> StudyResult:
    """A term's courses taken and passed; ``term`` is like 2026-01. Raises CO400, CO403, CO404, AV001, AV160."""
    row = _above(actor, study_id)
    in_state(row, State.ENROLLED)
    if not _TERM.match(term) or not 0 <= passed <= taken <= 30 or not taken:
        raise BAD_REQUEST(
            fields={"term": _("学期写成 2026-01 或 2026-02；通过的门数不能多于修读的。")}
        )
    if StudyResult.objects.filter(study_id=row.id, term=term).exists():
        raise errors.TERM_TOLD(term=term)
    made = StudyResult.objects.create(
        **same_keys(row), study_id=row.id, term=term, taken=taken, passed=passed, at=clock.now(),
        made_by=actor.label,
    )  # fmt: skip
    note(actor, "study.result", row.record, row.place_key, term=term)
    tell(actor, "activity.study.result", row, row.record, subject=row.record, value=passed,
         attrs={"term": term, "taken": taken, "level": row.level})  # fmt: skip
    return made


@transaction.atomic(savepoint=False)
def end(*, actor: Actor, study_id: UUID, finished: bool, why: str) -> Study:
    """The study is finished (a diploma was seen) or stopped. Raises CO400, CO403, CO404, AV001."""
    row = _above(actor, study_id)
    in_state(row, State.ENROLLED)
    row.state = State.FINISHED if finished else State.STOPPED
    row.why, row.ended_at = text(why, 200, "why"), clock.now()
    row.save(update_fields=["state", "why", "ended_at"])
    _tell(actor, "finished" if finished else "stopped", row)
    if finished:
        _learned(actor, row)
    return row


def _learned(actor: Actor, row: Study) -> None:
    """The diploma that was seen raises what is known of the cadre's schooling: nobody types it a second time.

    Left to whoever keeps the organisation's posts where the actor may not.
    """
    held = orgs.visible_appointments(actor).filter(id=row.appointment_id).first()
    where = {"org_keys": (row.org_key or 0,), "line_keys": row.line_keys}
    if held is None or not actor.can("org.edit", held.place_key, **where):
        return
    known = people.Particulars.objects.filter(appointment=held).first()
    if ((known.education if known else None) or 0) < row.level:
        people.record_particulars(actor=actor, appointment_id=held.id, education=row.level)


def _tell(actor: Actor, what: str, row: Study) -> None:
    note(actor, f"study.{what}", row.record, row.place_key)
    attrs: dict[str, Any] = {"level": row.level, "year": row.year}
    if row.public_fen is not None:
        attrs |= {"public_fen": row.public_fen, "own_fen": row.own_fen}
    tell(actor, f"activity.study.{what}", row, row.record, subject=row.record, attrs=attrs)


# -- reads -----------------------------------------------------------------------------------


def studies(actor: Actor, place: str = "", state: str = "") -> QuerySet[Study]:
    """Applications in sight, the waiting ones of longest first."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    rows = Study.objects.filter(own, _in(place))
    return (rows.filter(state=state) if state else rows).order_by("applied_at", "id")


def get(actor: Actor, pk: UUID) -> Study:
    """One application in sight. Raises CO404."""
    found = studies(actor).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def results(study: Study) -> list[StudyResult]:
    return list(StudyResult.objects.filter(study_id=study.id).order_by("term"))


@dataclass(frozen=True, slots=True)
class Figures:
    """The programme below a place. Amounts are fen, of those who were enrolled."""

    surveyed: int
    willing: int
    by_state: dict[str, int]
    enrolled: int
    public_fen: int
    own_fen: int


def figures(actor: Actor, place: str = "") -> Figures:
    """Three statements, whatever the number of applications."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    # Of a village that was asked in several years its last answer counts: nobody wishes twice.
    later = StudySurvey.objects.filter(org_key=OuterRef("org_key"), year__gt=OuterRef("year"))
    asked = StudySurvey.objects.filter(~Exists(later), own, _in(place)).aggregate(
        n=Count("org_key", distinct=True), w=Sum("willing")
    )
    rows = studies(actor, place).order_by()
    money = rows.filter(reviewed_at__isnull=False, public_fen__isnull=False).aggregate(
        n=Count("id"), public=Sum("public_fen"), own=Sum("own_fen", filter=Q(own_fen__gt=0))
    )
    by_state = dict(rows.values_list("state").annotate(Count("id")))
    return Figures(
        asked["n"], asked["w"] or 0, by_state, money["n"], money["public"] or 0, money["own"] or 0
    )
