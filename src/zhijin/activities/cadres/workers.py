"""Community workers: posts and vacancies by place, who holds which grade, and promotion by stated conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Left
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.cadres import programme
from zhijin.activities.cadres.elections import noon
from zhijin.activities.cadres.format import Grade, Workers
from zhijin.activities.cadres.teams import _BELOW, LINES, _in
from zhijin.activities.models import WorkerGrade
from zhijin.activities.services.common import note, tell, text
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.scope import scope_q
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Appointment, Post
from zhijin.people import api as people
from zhijin.places import api as places
from zhijin.places.api import Place


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a grade: what it asks, how it stands, whether it is met."""

    key: str
    needed: int
    found: int | None

    @property
    def met(self) -> bool:
        return self.found is not None and self.found >= self.needed


@transaction.atomic(savepoint=False)
def give_grade(
    *, actor: Actor, appointment_id: UUID, grade: str, decision: str, since: date | None = None,
    simulated: bool = False,
) -> WorkerGrade:  # fmt: skip
    """Give a worker their first grade (定级), or the next one up when every condition is met (晋级).

    ``decision`` names the paper that decided it. Raises CO400, CO403, CO404, AV154, AV155.
    """
    held = _holder(actor, appointment_id)
    rules = programme.current(held.place_code).workers
    if held.post.kind not in rules.posts:
        raise errors.NO_GRADES(title=held.post.label)
    day, at = since or clock.today(), rules.at(grade)
    if at < 0 or day > clock.today() or day < held.valid_from:
        raise BAD_REQUEST(fields={"since": _("请选择等级；日期要在任职以后、今天以前。")})
    present = WorkerGrade.objects.select_for_update(no_key=True)
    now = present.filter(appointment_id=held.id, until=None).first()
    met = _conditions(held, rules, now, rules.grades[at], day)
    _require(rules, now, at, met)
    if now is not None:
        now.until = day
        now.save(update_fields=["until"])
    row = WorkerGrade.objects.create(
        **_keys(held), appointment_id=held.id, grade=grade, since=day,
        decision=text(decision, 200, "decision"), met={one.key: [one.needed, one.found] for one in met},
        revision_id=programme.current_id(held.place_code), made_by=actor.label, simulated=simulated,
    )  # fmt: skip
    record = f"appointment:{held.id}"
    note(actor, "worker.graded", record, held.place_key, grade=grade)
    tell(actor, "activity.worker.graded", row, record, subject=f"post:{held.post_id}",
         attrs={"grade": grade, "promoted": now is not None}, at=noon(day))  # fmt: skip
    return row


def _holder(actor: Actor, appointment_id: UUID) -> Appointment:
    """Raises CO404, CO403. Grades are given a level above the community: by whoever organises there."""
    rows = orgs.visible_appointments(actor).select_related("post", "org")
    held = rows.filter(id=appointment_id, valid_to=None).first()
    if held is None:
        raise NOT_FOUND()
    org_keys = (held.org_id,) if held.org_id is not None else ()
    actor.require("activity.organise", held.place_key, org_keys=org_keys)
    # The post's row is what two clerks wait on.
    Post.objects.select_for_update(no_key=True).filter(id=held.post_id).first()
    held.refresh_from_db(fields=["valid_to"])
    if held.valid_to is not None:
        raise NOT_FOUND()
    return held


def _keys(held: Appointment) -> dict[str, Any]:
    return {
        "county": facts.county_of(held.place_code), "place_code": held.place_code[:12],
        "place_key": held.place_key, "org_key": held.org_id,
        "org_name": held.org.name if held.org is not None else "", "sector_key": held.sector_key,
        "industry_key": held.industry_key,
    }  # fmt: skip


def _conditions(
    held: Appointment, rules: Workers, now: WorkerGrade | None, wanted: Grade, day: date
) -> list[Condition]:
    """How each condition of ``wanted`` stands; a first grade has none but schooling and certificate."""
    known = people.Particulars.objects.filter(appointment=held).first()
    out = []
    if wanted.months and now is not None:
        out.append(Condition("months", wanted.months, whole_months(now.since, day)))
    if wanted.education:
        out.append(Condition("education", wanted.education, known.education if known else None))
    if wanted.certificate:
        out.append(
            Condition("certificate", wanted.certificate, known.certificate if known else None)
        )
    return out


def whole_months(since: date, until: date) -> int:
    """Whole months from ``since`` to ``until``."""
    return (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)


def _require(rules: Workers, now: WorkerGrade | None, at: int, met: list[Condition]) -> None:
    title = rules.grades[at].title.in_(get_language() or "zh")
    if now is not None and at != rules.at(now.grade) + 1:
        raise errors.NOT_YET(grade=title, why=_("只能升到现在等级的上一级"))
    lacking = [one for one in met if not one.met]
    if lacking:
        raise errors.NOT_YET(grade=title, why="、".join(said(one) for one in lacking))


def said(one: Condition) -> str:
    """A condition in words."""
    if one.key == "months":
        words = _("在现在等级满 {n} 个月").format(n=one.needed)
        return words + (_("（现 {n} 个月）").format(n=one.found) if one.found is not None else "")
    names: dict[int, Any] = people.EDUCATION if one.key == "education" else people.CERTIFICATES
    label = _("学历") if one.key == "education" else _("职业资格")
    return _("{what}达到{least}").format(what=label, least=names[one.needed])


def outlook(actor: Actor, held: Appointment) -> tuple[Grade | None, list[Condition]]:
    """The next grade of a worker and how its conditions stand today; None at the top."""
    rules = programme.current(held.place_code).workers
    now = WorkerGrade.objects.filter(appointment_id=held.id, until=None).first()
    at = rules.at(now.grade) + 1 if now is not None else 0
    if at >= len(rules.grades):
        return None, []
    return rules.grades[at], _conditions(held, rules, now, rules.grades[at], clock.today())


# -- counts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Staffing:
    """Posts of community workers of a place: seats, held, vacant."""

    place: str
    seats: int
    held: int

    @property
    def vacant(self) -> int:
        return max(0, self.seats - self.held)


def posts(actor: Actor, place: str = "") -> QuerySet[Post]:
    """Posts with grades in sight below a place."""
    kinds = programme.current(place).workers.posts
    return orgs.visible_posts(actor).filter(_in(place), kind__in=kinds)


def staffing(actor: Actor, place: str = "") -> list[Staffing]:
    """One line for each place one level down, in the order of codes; one query."""
    width = _BELOW.get(len(place), 12)
    rows = posts(actor, place).annotate(area=Left("place_code", width)).order_by("area")
    return [Staffing(*row) for row in rows.values_list("area").annotate(Sum("seats"), Sum("held"))]


def grades(actor: Actor, place: str = "") -> dict[str, int]:
    """How many hold each grade now, also those that nobody holds, from the lowest up; one query."""
    own = scope_q(actor, "place_key", orgs="org_key", lines=LINES)
    rows = WorkerGrade.objects.filter(own, _in(place), until=None)
    found = dict(rows.order_by().values_list("grade").annotate(Count("id")))
    return {one.id: found.get(one.id, 0) for one in programme.current(place).workers.grades}


def workers(actor: Actor, place: str, grade: str = "") -> QuerySet[Appointment]:
    """Who holds posts of community workers now, in the order of places; of one ``grade`` ("none": without)."""
    kinds = programme.current(place).workers.posts
    rows = orgs.visible_appointments(actor).filter(_in(place), post__kind__in=kinds, valid_to=None)
    graded = WorkerGrade.objects.filter(until=None)
    if grade == "none":
        rows = rows.exclude(id__in=graded.values("appointment_id"))
    elif grade:
        rows = rows.filter(id__in=graded.filter(grade=grade).values("appointment_id"))
    return rows.select_related("post", "org").order_by("place_key", "id")


def vacancies(actor: Actor, place: str) -> QuerySet[Post]:
    """Posts with an empty seat, in the order of places."""
    rows = posts(actor, place).filter(held__lt=F("seats")).select_related("org")
    return rows.order_by("place_key", "id")


def divisions(place: str = "") -> tuple[int, int]:
    """Sub-districts, and the communities in them, below a place: counted over the register of places."""
    rows = places.subtree(place) if place else Place.objects.filter(places.current_q())
    city = Q(level="township", kind="subdistrict")
    # The seventh digit of a code tells a sub-district (GB/T 10114).
    urban = Q(level="village", kind="community", code__regex=r"^[0-9]{6}0")
    told = rows.aggregate(
        streets=Count("code", filter=city), communities=Count("code", filter=urban)
    )
    return told["streets"], told["communities"]
