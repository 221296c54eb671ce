"""What the pages of cadres and teams share: tabs, names of shares and teams, masked names, grades beside holders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from zhijin.activities.models import WorkerGrade
from zhijin.activities.services.common import note
from zhijin.core import crypto
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_key
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Appointment
from zhijin.people import api as people
from zhijin.people.api import Makeup, Share

#: Traits that the register of public posts is asked for; the rest are of a firm's staff.
_FIRM = ("leads_project", "backbone", "talent")
TARGET = 8000


def tabs(current: str, place: str) -> list[dict[str, Any]]:
    """The pages of this part of the room; they keep the place. Plans are a county's: nothing to see from below one."""
    rows = (
        ("elections", _("换届"), "desk:elections"),
        ("teams", _("班子结构"), "desk:cadre-teams"),
        ("workers", _("社区工作者"), "desk:community-workers"),
        ("postings", _("驻村"), "desk:postings"),
        ("plans", _("一县一方案"), "desk:county-plans"),
        ("study", _("学历提升"), "desk:studies"),
    )
    query = f"?place={place}" if place else ""
    return [
        {"label": t, "url": reverse(name) + query, "current": key == current}
        for key, t, name in rows
        if key != "plans" or len(place) <= 6 or key == current
    ]


def teams() -> dict[str, str]:
    """Teams by key, as people say them."""
    return {
        "secretary": _("书记"), "party": _("党组织班子"), "committee": _("村（居）委会班子"),
        "both": _("“两委”班子"), "worker": _("社区工作者"), "staff": _("企业职工"),
    }  # fmt: skip


def traits() -> list[tuple[str, Any]]:
    return list(people.TRAITS.items())


def share_name(key: str) -> str:
    """What a share counts, in words; every key of a make-up has one."""
    kind, _dash, rest = key.partition("-")
    ages = {"0": _("35 岁及以下"), "36": _("36–45 岁"), "46": _("46–55 岁"), "56": _("56 岁及以上")}
    eighties = {
        "lead": _("党员领衔创新项目"),
        "backbone": _("党员成为骨干"),
        "talent": _("中高端人才是党员"),
    }
    if kind == "age":
        return ages.get(rest, "")
    if kind == "sex":
        return _("男") if rest == "m" else _("女")
    if kind == "education" and rest.isascii() and rest.isdigit():
        return str(people.EDUCATION.get(int(rest), ""))
    if kind == "eighty":
        return eighties.get(rest, "")
    if key == "concurrent":
        return _("交叉任职")
    return str(people.TRAITS.get(key, _("全部")))


def _lines(shares: Iterable[Share]) -> list[tuple[str, Share]]:
    return [(share_name(one.key), one) for one in shares]


#: Where names stand beside it, the make-up of fewer than this many would tell what one of them is.
FEW = 3


def makeup(made: Makeup) -> list[tuple[str, list[tuple[str, Share]]]]:
    """A make-up as sections of named shares; those of which nothing is known are left out."""
    plain = [one for one in made.traits if one.key not in _FIRM]
    sections = [
        (_("类别"), [*_lines(plain), (share_name("concurrent"), made.concurrent)]),
        (_("年龄"), _lines(made.ages)), (_("性别"), _lines(made.sexes)),
        (_("学历"), _lines(made.schooling)), (_("三个 80%"), _lines(made.eighties)),
    ]  # fmt: skip
    kept = [(title, [line for line in lines if line[1].of]) for title, lines in sections]
    return [(title, lines) for title, lines in kept if lines]


def masked(name: str) -> str:
    return crypto.mask_name(name)


def note_opened(actor: Actor, place: str, detail: Mapping[str, str]) -> None:
    """Whoever looks at who is counted stands in the journal."""
    key = place_key(place) if place else 0
    note(actor, "team.counted", f"place:{place or '*'}", key, **detail)


def appointment(actor: Actor, pk: UUID) -> Appointment:
    """Who holds a post now, in sight. Raises CO404."""
    rows = orgs.visible_appointments(actor).select_related("post", "org")
    found = rows.filter(id=pk, valid_to=None).first()
    if found is None:
        raise NOT_FOUND()
    return found


def grade_of(rows: Iterable[Appointment], titles: Mapping[str, str]) -> dict[UUID, str]:
    """The grades of a page's holders by appointment; one query."""
    found = WorkerGrade.objects.filter(appointment_id__in=[row.id for row in rows], until=None)
    return {row.appointment_id: titles.get(row.grade, row.grade) for row in found}


def history(held: Appointment, titles: Mapping[str, str]) -> list[tuple[WorkerGrade, str]]:
    rows = WorkerGrade.objects.filter(appointment_id=held.id).order_by("-since", "-id")
    return [(row, titles.get(row.grade, row.grade)) for row in rows]
