"""Model units (模范机关): evidence drawn from the record, recommendation, spot-check problems struck off, publication,
naming. What never happened on the platform cannot be evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhijin.activities import errors, words
from zhijin.activities.models import Evidence, ModelUnit, Objection, Problem
from zhijin.activities.selectors import model_units as reading
from zhijin.activities.services.common import (
    in_state,
    keys_of,
    locked,
    note,
    organisation,
    require_own,
    same_keys,
    tell,
    text,
)
from zhijin.core import calendar, clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import is_code, is_within, place_key

State = ModelUnit.State
#: Working days of publication before a unit may be named.
PUBLICATION = 5


@transaction.atomic(savepoint=False)
def apply(
    *, actor: Actor, org_key: int, host_code: str, year: int, level: str, simulated: bool = False
) -> ModelUnit:
    """Begin an application to the place ``host_code`` (the unit's own or one above). Raises AV054, CO400, CO403."""
    org = organisation(actor, org_key)
    if level not in words.LEVELS or not is_code(host_code):
        raise BAD_REQUEST()
    if not is_within(org.place_code, host_code):
        raise BAD_REQUEST(fields={"host_code": _("只能向本地或上级申报。")})
    unit = ModelUnit(
        **keys_of(org), host_key=place_key(host_code), host_code=host_code, year=year, level=level,
        simulated=simulated,
    )  # fmt: skip
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError as error:
        raise errors.APPLIED_ALREADY() from error
    note(actor, "model.begun", unit.record, unit.place_key, year=year, level=level)
    return unit


@transaction.atomic(savepoint=False)
def take_in(*, actor: Actor, unit_id: UUID, fact_ids: Iterable[UUID]) -> int:
    """Take facts of the unit's own year in as evidence; returns how many are new.

    Facts of other organisations or years are left out: they are found anew in the record, never taken from
    the form. Raises CO404, CO403, AV001.
    """
    unit = _own(actor, unit_id)
    in_state(unit, State.DRAFT)
    found = reading.facts_of(unit, wanted=set(fact_ids))
    there = set(Evidence.objects.filter(unit_id=unit.id).values_list("fact_id", flat=True))
    rows = [
        Evidence(
            **same_keys(unit), unit_id=unit.id, host_key=unit.host_key,
            aspect=words.aspect_of(fact.kind), fact_id=fact.id, fact_at=fact.at, kind=fact.kind,
            fact_record=fact.record, value=fact.value,
        )
        for fact in found
        if fact.id not in there
    ]  # fmt: skip
    Evidence.objects.bulk_create(rows)
    note(actor, "model.evidence", unit.record, unit.place_key, added=len(rows))
    return len(rows)


@transaction.atomic(savepoint=False)
def hand_in(*, actor: Actor, unit_id: UUID, statements: Mapping[str, str]) -> ModelUnit:
    """Send the application: a statement for each aspect, and evidence of the record for those it claims.

    Raises CO404, CO403, CO400, AV001, AV053.
    """
    unit = _own(actor, unit_id)
    in_state(unit, State.DRAFT)
    held = set(Evidence.objects.filter(unit_id=unit.id).values_list("aspect", flat=True))
    said = {key: statements.get(key, "").strip()[:2000] for key in words.ASPECTS}
    if not any(said.values()):
        raise BAD_REQUEST(fields={"statements": _("请至少写明一个方面。")})
    for aspect, title in words.ASPECTS.items():
        if said[aspect] and aspect not in held:
            raise errors.NO_EVIDENCE(aspect=title)
    unit.statements, unit.state, unit.applied_at = said, State.APPLIED, clock.now()
    unit.save(update_fields=["statements", "state", "applied_at"])
    _tell(actor, unit, "applied")
    return unit


@transaction.atomic(savepoint=False)
def recommend(*, actor: Actor, unit_id: UUID, opinion: str) -> ModelUnit:
    """The level above recommends, with its opinion. Raises CO404, CO403, CO400, AV001."""
    unit = _hosted(actor, unit_id)
    in_state(unit, State.APPLIED)
    unit.opinion, unit.state = text(opinion, 1000, "opinion"), State.RECOMMENDED
    unit.recommended_at = clock.now()
    unit.save(update_fields=["opinion", "state", "recommended_at"])
    _tell(actor, unit, "recommended")
    return unit


@transaction.atomic(savepoint=False)
def publish(*, actor: Actor, unit_id: UUID, days: int = PUBLICATION) -> ModelUnit:
    """Publish that the unit is to be named, for ``days`` working days. Problems must all be struck off.

    Raises CO404, CO403, AV001, AV003, AV050.
    """
    unit = _hosted(actor, unit_id)
    in_state(unit, State.RECOMMENDED)
    if not PUBLICATION <= days <= 60:
        raise errors.BAD_DATES(why=_("公示至少 {n} 个工作日。").format(n=PUBLICATION))
    left = _open_problems(unit)
    if left:
        raise errors.OPEN_PROBLEMS(n=left)
    today = clock.today()
    unit.state, unit.publish_from = State.PUBLISHED, today
    unit.publish_until = calendar.current().nth_workday_after(today, days)
    unit.save(update_fields=["state", "publish_from", "publish_until"])
    note(actor, "model.published", unit.record, unit.place_key, until=str(unit.publish_until))
    return unit


def _open_problems(unit: ModelUnit) -> int:
    year, next_year = (datetime(unit.year + n, 1, 1, tzinfo=clock.TZ) for n in (0, 1))
    rows = Problem.objects.filter(org_key=unit.org_key, found_at__gte=year, found_at__lt=next_year)
    return rows.exclude(state=Problem.State.VERIFIED).count()


@transaction.atomic(savepoint=False)
def object_to(*, actor: Actor, unit_id: UUID, what: str) -> Objection:
    """Note an objection that came in during publication, without who made it. Raises CO404, AV001, CO400."""
    unit = _hosted(actor, unit_id)
    in_state(unit, State.PUBLISHED)
    row = Objection.objects.create(
        **same_keys(unit), unit_id=unit.id, host_key=unit.host_key, at=clock.now(),
        text=text(what, 2000, "what"),
    )  # fmt: skip
    note(actor, "model.objection", unit.record, unit.place_key, objection=str(row.id))
    return row


@transaction.atomic(savepoint=False)
def settle(*, actor: Actor, objection_id: UUID, finding: str, upheld: bool) -> Objection:
    """Say what was found out, once; an objection that is upheld ends the naming. Raises CO404, CO400, AV001."""
    row = locked(Objection.objects.filter(reading.seen_q(actor)), objection_id)
    unit = _hosted(actor, row.unit_id)
    in_state(unit, State.PUBLISHED)
    if row.settled_at is not None:
        raise errors.WRONG_STATE(state=_("已结束"))
    row.finding, row.upheld, row.settled_at = text(finding, 2000, "finding"), upheld, clock.now()
    row.save(update_fields=["finding", "upheld", "settled_at"])
    note(actor, "model.settled", unit.record, unit.place_key, upheld=upheld)
    if upheld:
        _decide(actor, unit, State.DECLINED, finding)
    return row


@transaction.atomic(savepoint=False)
def name(*, actor: Actor, unit_id: UUID) -> ModelUnit:
    """Name the unit after the publication. Raises CO404, CO403, AV001, AV050–AV052."""
    unit = _hosted(actor, unit_id)
    in_state(unit, State.PUBLISHED)
    assert unit.publish_until is not None
    if clock.today() <= unit.publish_until:
        raise errors.IN_PUBLICATION(day=unit.publish_until)
    waiting = Objection.objects.filter(unit_id=unit.id, settled_at=None).count()
    if waiting:
        raise errors.OPEN_OBJECTIONS(n=waiting)
    left = _open_problems(unit)
    if left:
        raise errors.OPEN_PROBLEMS(n=left)
    _decide(actor, unit, State.NAMED, "")
    _tell(actor, unit, "named")
    return unit


@transaction.atomic(savepoint=False)
def decline(*, actor: Actor, unit_id: UUID, why: str) -> ModelUnit:
    """Do not name the unit, with the reason. Raises CO404, CO403, CO400, AV001."""
    unit = _hosted(actor, unit_id)
    in_state(unit, State.APPLIED, State.RECOMMENDED, State.PUBLISHED)
    _decide(actor, unit, State.DECLINED, text(why, 1000, "why"))
    return unit


def _decide(actor: Actor, unit: ModelUnit, state: str, why: str) -> None:
    unit.state, unit.why, unit.decided_at = state, why, clock.now()
    unit.save(update_fields=["state", "why", "decided_at"])
    note(actor, "model.decided", unit.record, unit.place_key, state=state, why=why)


def _own(actor: Actor, unit_id: UUID) -> ModelUnit:
    unit = locked(reading.visible(actor), unit_id)
    require_own(actor, unit)
    return unit


def _hosted(actor: Actor, unit_id: UUID) -> ModelUnit:
    unit = locked(reading.visible(actor), unit_id)
    actor.require("activity.organise", unit.host_key)
    return unit


def _tell(actor: Actor, unit: ModelUnit, what: str) -> None:
    note(actor, f"model.{what}", unit.record, unit.place_key)
    tell(actor, f"activity.model.{what}", unit, unit.record, subject=unit.record,
         attrs={"year": unit.year, "level": unit.level})  # fmt: skip
