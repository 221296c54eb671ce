"""The jobs of programmes. Each is safe to run twice; a killed worker loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from django.db import close_old_connections

from zhijin.cases.api import event_of
from zhijin.core import jobs
from zhijin.core.scope import scoped
from zhijin.programmes.effects import following, notices, points, publishing, resolutions
from zhijin.programmes.effects.common import ACTOR, Happening
from zhijin.programmes.webhooks import queueing, sending

log = logging.getLogger("zhijin.programmes")
#: In this order; one that fails does not keep the others from being done.
EFFECTS: tuple[Callable[[Happening], None], ...] = (
    points.carry_out,
    notices.carry_out,
    publishing.carry_out,
    following.carry_out,
    resolutions.carry_out,
    queueing.carry_out,
)


def follow(case_id: UUID, event_id: UUID) -> None:
    """Do everything that follows from one line of a case's timeline, exactly once.

    Every effect has its own transaction. When one fails the others are done and the failure is
    raised at the end, so that the job is tried again; what was done is not done twice.
    """
    failures: list[Exception] = []
    for effect in EFFECTS:
        try:
            with scoped(ACTOR):
                effect(Happening(*event_of(case_id, event_id)))
        except Exception as error:
            log.exception("case %s: %s failed", case_id, effect.__module__)
            failures.append(error)
    if failures:
        raise failures[0]


@jobs.task("programmes.case_event", queue="cases")
def case_event(case: str, county: int, event: str) -> None:
    """The job that every line of a timeline queues."""
    close_old_connections()
    follow(UUID(case), UUID(event))


@jobs.task("programmes.deliver", queue="webhooks")
def deliver(delivery: str) -> None:
    """The first attempt; further ones are made by the sweep."""
    close_old_connections()
    sending.deliver(UUID(delivery))
