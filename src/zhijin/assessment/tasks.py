"""The jobs and chores of assessment. Each is safe to run twice, and to be cut off at any moment."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections

from zhijin.assessment import services
from zhijin.assessment.services import draining, following, simulating, watching
from zhijin.core import jobs
from zhijin.core.tasks import register_tick


@jobs.task("assessment.compute", queue="assessment")
def compute(batch: str) -> None:
    """What was asked for and what waits beside it; a request that is done already is left alone."""
    close_old_connections()
    draining.drain(UUID(batch))


@jobs.task("assessment.follow", queue="assessment")
def follow(run: str, county: int) -> None:
    """What a published run's marks lead to."""
    close_old_connections()
    following.follow_run(UUID(run), county)


@jobs.task(simulating.TASK, queue=simulating.QUEUE)
def simulate(simulation: str) -> None:
    """What somebody wants to see before a revision is put into force."""
    close_old_connections()
    simulating.drain(UUID(simulation))


def register() -> None:
    """Called when the application is ready."""
    register_tick("assessment.due", 600.0, services.request_due)
    register_tick("assessment.open", 600.0, watching.request_open)
    register_tick("assessment.late_facts", 300.0, watching.request_late)
    register_tick("assessment.take_up_lost", 60.0, services.take_up_lost)
    register_tick("assessment.simulations", 60.0, simulating.tidy)
    register_tick("assessment.follow_ups", 60.0, following.open_due)
