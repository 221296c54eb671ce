"""What is kept longer than its time is erased by itself: a year after somebody moved away or left their branch.

The row stays for the counts and the journal; nobody can be told from it any more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from zhijin.core import clock, journal
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.people import services
from zhijin.people.models import BranchMember, Household, Person

KEPT: Final = timedelta(days=365)
CHUNK: Final = 500
_KEEPER = Actor.system("people.retention")


def sweep() -> int:
    """Erase what is due now; returns how many people and members."""
    return _people() + _members()


def _people() -> int:
    with scoped(_KEEPER), transaction.atomic():
        due = Person.objects.select_for_update(no_key=True, skip_locked=True).filter(
            valid_to__lt=clock.today() - KEPT
        )
        rows = list(due.exclude(name_masked=services.ERASED).order_by("id")[:CHUNK])
        for person in rows:
            services.forget_person(person)
        told = [(person.record, person.place_key) for person in rows]
        journal.write_many(_KEEPER, "person.erased", told)
        # A household that ended keeps no address.
        ended = Household.objects.filter(valid_to__lt=clock.today() - KEPT, address__isnull=False)
        ended.update(address=None, head_masked="")
        return len(rows)


def _members() -> int:
    with scoped(_KEEPER), transaction.atomic():
        due = BranchMember.objects.select_for_update(no_key=True, skip_locked=True).filter(
            valid_to__lt=clock.today() - KEPT
        )
        rows = list(due.exclude(name=b"").order_by("id")[:CHUNK])
        BranchMember.objects.filter(id__in=[row.id for row in rows]).update(
            name=b"", name_blind=b"", phone=None, phone_masked="", phone_blind=None, id_blind=None,
            whereabouts="",
        )  # fmt: skip
        told = [(row.record, row.place_key) for row in rows]
        journal.write_many(_KEEPER, "member.erased", told)
        return len(rows)
