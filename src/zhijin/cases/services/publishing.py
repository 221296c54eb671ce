"""Marks a case as public on a board, or no longer. What is public of it is kept by programmes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhijin.cases.models import Case, CasePhoto
from zhijin.core import facts, journal
from zhijin.core.actor import Actor


def lock_published(case_id: UUID) -> None:
    """Lock the case until the transaction ends: of two that change what is public of it the second sees the first."""
    Case.objects.select_for_update(no_key=True).filter(pk=case_id).values_list("pk").first()


def mark_published(*, actor: Actor, case_id: UUID, at: datetime, photos: Sequence[str]) -> Case:
    """Since ``at`` the public may see the case, and of its photos these digests.

    Runs in the caller's transaction and scope. Neither version nor timeline move: publication is
    no step of the work, and whoever has the case open is not told that it has changed.
    """
    Case.objects.filter(pk=case_id).update(published_at=at)
    case = Case.objects.get(pk=case_id)
    CasePhoto.objects.filter(case_id=case_id).exclude(file_id__in=photos).update(public=False)
    CasePhoto.objects.filter(case_id=case_id, file_id__in=photos).update(public=True)
    _told(actor, case, "published", at)
    return case


def mark_withdrawn(*, actor: Actor, case_id: UUID, at: datetime) -> Case:
    """From ``at`` on nothing of the case is public."""
    Case.objects.filter(pk=case_id).update(published_at=None)
    CasePhoto.objects.filter(case_id=case_id).update(public=False)
    case = Case.objects.get(pk=case_id)
    _told(actor, case, "unpublished", at)
    return case


def _told(actor: Actor, case: Case, what: str, at: datetime) -> None:
    journal.write(actor, f"case.{what}", case.record, place_key=case.place_key)
    facts.record(
        f"case.{what}", at=at, place_code=case.place_code, subject=case.playbook, actor=actor,
        record=case.record, org_key=case.org_key, playbook=case.playbook,
    )  # fmt: skip
