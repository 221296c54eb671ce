"""Two who act at one moment on the posts of one organisation: its leader and its end are those of both together."""

from __future__ import annotations

from datetime import date

import pytest

from tests.orgs.conftest import SYSTEM, places, register
from tests.support.racing import overtaken
from zhijin.core.scope import scoped
from zhijin.orgs import posts, services
from zhijin.orgs.models import Appointment, Organisation
from zhijin.orgs.posts import Term

__all__ = ["places"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]


def appointed(org: Organisation, kind: str, ends: date | None = None) -> Appointment:
    with scoped(SYSTEM):
        post = posts.create_post(actor=SYSTEM, kind=kind, org_key=org.key)
        term = Term(date(2026, 1, 1), ends)
        return posts.appoint(actor=SYSTEM, post_id=post.id, holder=f"示例{kind}", term=term)


def ended(held: Appointment) -> None:
    with scoped(SYSTEM):
        posts.end_appointment(actor=SYSTEM, appointment_id=held.id)


def now(org: Organisation) -> Organisation:
    with scoped(SYSTEM):
        return Organisation.objects.get(key=org.key)


def test_when_both_leaders_leave_at_one_moment_nobody_leads() -> None:
    org = register("大耆老村总支", kind="general_branch")
    one, two = appointed(org, "secretary"), appointed(org, "head")
    assert now(org).led
    overtaken(lambda: ended(one), lambda: ended(two))
    found = now(org)
    assert (found.led, found.term_ends) == (False, None)


def test_an_organisation_does_not_end_under_somebody_who_is_appointed_at_that_moment() -> None:
    org = register("大耆老村居民委员会", kind="residents_committee", sector=2)
    with scoped(SYSTEM):
        post = posts.create_post(actor=SYSTEM, kind="community_worker", org_key=org.key)

    def appoint() -> Appointment:
        with scoped(SYSTEM):
            return posts.appoint(
                actor=SYSTEM, post_id=post.id, holder="示例甲", term=Term(date(2026, 1, 1))
            )

    def end() -> Organisation:
        with scoped(SYSTEM):
            return services.end_organisation(actor=SYSTEM, key=org.key)

    assert overtaken(appoint, end) == "OR010"
    assert now(org).valid_to is None
