"""A village that publishes: its staff, its secretary, its supervisor, and documents in every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests.cast import GRID, VILLAGE, Cast, Member, Part, make_member
from tests.orgs.conftest import places
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.disclosure import deciding, documents
from zhijin.disclosure.documents import Draft
from zhijin.disclosure.models import Document

__all__ = ["GRID", "places"]
TABLE = {"columns": ["项目", "金额（元）"], "rows": [["垃圾清运", "3,200"], ["路灯电费", "460"]]}


@dataclass(frozen=True)
class Hand:
    """Somebody with the grants of today, also where a test sets the clock back."""

    actor: Actor


@dataclass
class Office:
    """Who publishes in the village. ``staff`` writes, ``secretary`` approves, ``supervisor`` looks at finance."""

    staff: Hand
    secretary: Hand
    supervisor: Hand

    def draft(self, title: str = "修路占地公示", **more: Any) -> Document:
        values: dict[str, Any] = {"board": "village", "body": "三组至五组机耕路占地情况。", **more}
        with scoped(self.staff.actor):
            return documents.write(
                actor=self.staff.actor, place_code=VILLAGE, draft=Draft(title=title, **values)
            )

    def does(self, member: Hand | Member, act: str, document: Document, **more: Any) -> Document:
        with scoped(member.actor):
            room = documents if hasattr(documents, act) else deciding
            found = getattr(room, act)(actor=member.actor, document_id=document.id, **more)
        return found if isinstance(found, Document) else document

    def published(self, title: str = "修路占地公示", **more: Any) -> Document:
        document = self.does(self.staff, "submit", self.draft(title, **more), checked=True)
        if document.board == "finance":
            document = self.does(self.supervisor, "supervise", document)
        return self.does(self.secretary, "approve", document)


@pytest.fixture
def office(db: None, places: None, cast: Cast) -> Office:
    return Office(
        Hand(make_member("staff", Part("赵谷雨", "village_staff", VILLAGE)).actor),
        Hand(cast.branch_secretary.actor),
        Hand(make_member("supervisor", Part("孙芒种", "village_supervisor", VILLAGE)).actor),
    )


def fresh(document: Document) -> Document:
    with scoped(Actor.system("test")):
        return Document.objects.get(id=document.id)


def last_month(today: date) -> str:
    month = today.replace(day=1)
    before = month.fromordinal(month.toordinal() - 1)
    return f"{before.year}-{before.month:02d}"
