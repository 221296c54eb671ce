"""What the register keeps no longer than its time: a year after somebody moved away or left their branch, and what was
declared with a public post a term after the post ended. How and when is the work of ``keeping``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.people import catalogue, keeping, services
from zhijin.people.keeping import KEEPER, Kept
from zhijin.people.models import BranchMember, Household, Particulars, Person

KEPT: Final = timedelta(days=365)
#: A term of village and Party offices is five years.
TERM: Final = timedelta(days=5 * 365)
_DECLARED: Final = ("birth_year", "education", "certificate", *catalogue.TRAITS)


def sweep() -> int:
    """Erase what is due now, of every room; returns how many records."""
    done = keeping.sweep()
    with scoped(KEEPER):
        # A household that ended keeps no address.
        ended = Household.objects.filter(valid_to__lt=clock.today() - KEPT, address__isnull=False)
        ended.update(address=None, head_masked="")
    return done


def _forget_people(rows: Sequence[Person]) -> None:
    for person in rows:
        services.forget_person(person)


def _forget_members(rows: Sequence[BranchMember]) -> None:
    BranchMember.objects.filter(id__in=[row.id for row in rows]).update(
        name=b"", name_blind=b"", phone=None, phone_masked="", phone_blind=None, id_blind=None,
        whereabouts="",
    )  # fmt: skip


def _forget_particulars(rows: Sequence[Particulars]) -> None:
    Particulars.objects.filter(id__in=[row.id for row in rows]).update(
        gender="", **dict.fromkeys(_DECLARED)
    )


def _declared() -> Q:
    said = Q(gender__in=("m", "f"))
    for name in _DECLARED:
        said |= Q(**{f"{name}__isnull": False})
    return said


PEOPLE = Kept(
    key="person", title=_("迁出的居民"), gone=_("姓名、电话、身份证号、出生年份、性别、党员身份"),
    days=lambda: KEPT.days, ended="valid_to", forget=_forget_people, known=True, link="desk:person",
    rows=lambda: Person.objects.filter(valid_to__isnull=False).exclude(name_masked=services.ERASED),
    label=lambda row: row.name_masked, record=lambda row: row.record,
)  # fmt: skip
MEMBERS = Kept(
    key="member", title=_("转出的党员"), gone=_("姓名、电话、身份证号的指纹、去向"),
    days=lambda: KEPT.days, ended="valid_to", forget=_forget_members, known=True,
    rows=lambda: BranchMember.objects.filter(valid_to__isnull=False).exclude(name=b""),
    label=lambda row: row.name_masked, record=lambda row: row.record,
)  # fmt: skip
PARTICULARS = Kept(
    key="particulars", title=_("卸任人的学历和类别"), gone=_("性别、出生年份、学历、资格和类别"),
    days=lambda: TERM.days, ended="appointment__valid_to", forget=_forget_particulars, known=True,
    rows=lambda: Particulars.objects.filter(_declared(), appointment__valid_to__isnull=False)
    .select_related("appointment__post"),
    label=lambda row: str(row.appointment.post), record=lambda row: f"appointment:{row.appointment_id}",
)  # fmt: skip


def register() -> None:
    """Called when the application is ready."""
    for kept in (PEOPLE, MEMBERS, PARTICULARS):
        keeping.register(kept)
