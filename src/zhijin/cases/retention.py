"""What an ended case forgets after its period: who reported it, in which words, with which pictures, and where exactly.

Left are its kind, the grid, the times, the stages and how it ended: what facts, rates and assessments are made of. The
database lets words of a timeline go only where the case is marked as erased, and lets no case be marked that still
holds some (migration 0007).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from zhijin.cases.machine import machine_of
from zhijin.cases.models import Case, CaseParty, CasePhoto, CaseRequest
from zhijin.cases.services.reporter import REOPEN_DAYS
from zhijin.cases.services.writing import write
from zhijin.core import clock
from zhijin.core.grams import grams
from zhijin.people.api import KEEPER, Kept
from zhijin.playbooks.engine import Playbook

#: Answers that are chosen or counted, not written: they tell of the matter, never of a person.
CLOSED_TYPES: Final = frozenset({"number", "money", "choice", "choices", "boolean", "rating"})
#: What the platform itself notes beside answers.
_OWN: Final = frozenset({"kind", "amount", "until", "reached", "into", "from"})
_WORDS: Final = "SELECT cases_forget_words(%s, %s, %s)"
_FORGOTTEN: Final = (
    "title", "text", "data", "sealed", "grams", "lon", "lat", "reporter_phone", "reporter_blind", "reporter_name",
    "published_at", "erased_at",
)  # fmt: skip


def days() -> int:
    """The configured period, and never less than a case may be opened again in."""
    return max(REOPEN_DAYS + 1, int(settings.ZHIJIN_CASE_KEEP_DAYS))


def rows() -> QuerySet[Case]:
    """Ended cases that still hold something. One that was merged stays as long as the one it was merged into; one about
    which a request waits stays until that is decided."""
    waiting = CaseRequest.objects.filter(case_id=OuterRef("id"), decision="")
    target = Case.objects.filter(id=OuterRef("merged_into"), erased_at=None)
    ended = Case.objects.filter(is_open=False, closed_at__isnull=False, erased_at=None)
    return ended.exclude(Exists(waiting)).exclude(Exists(target))


def forget(found: Sequence[Case]) -> None:
    """Erase these, which are locked, each with a line of its timeline, its fact and word to systems that were told."""
    for case in found:
        playbook = machine_of(case).playbook
        kept = _kept(playbook)
        _blank(case, {name: value for name, value in case.data.items() if name in kept}, playbook)
        write(case, KEEPER, "erased", clock.now(), changed=_FORGOTTEN)
        with connection.cursor() as cursor:
            left = sorted(kept | (_OWN - set(playbook.fields)))
            cursor.execute(_WORDS, [case.id, case.county, left])
        CasePhoto.objects.filter(case_id=case.id).delete()
        CaseParty.objects.filter(case_id=case.id).update(what="", answer="")
        CaseRequest.objects.filter(case_id=case.id).update(why="", answer="")


def _kept(playbook: Playbook) -> set[str]:
    """Questions whose answers stay."""
    return {
        name
        for name, spec in playbook.fields.items()
        if spec.type in CLOSED_TYPES and not spec.private
    }


def _blank(case: Case, data: dict[str, object], playbook: Playbook) -> None:
    case.title, case.text, case.data = playbook.title.zh[:120], "", data
    case.grams = grams(case.title)
    case.sealed = case.reporter_phone = case.reporter_blind = case.reporter_name = None
    case.lon = case.lat = case.published_at = None
    case.erased_at = clock.now()


CASES = Kept(
    key="case", title=_("办结的事项"),
    gone=_("上报人姓名和电话、写的话、证件号等个人信息、照片和附件、准确位置"),
    days=days, rows=rows, ended="closed_at", forget=forget, link="desk:case", tells=True,
    label=lambda case: case.number, record=lambda case: case.record,
)  # fmt: skip
