"""What a changed definition would do, as one person asked: how far it is, and what came of it, for a day."""

from __future__ import annotations

from django.db import models

from zhijin.core.ids import uuid7


class Simulation(models.Model):
    """Two revisions of a programme computed over one period's facts, for whoever asked and nobody else.

    ``result`` holds what the page shows; it is of no effect on any standing and is cleared after a day.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        READING = "reading"
        COMPUTING = "computing"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.CharField(max_length=64)
    #: The revisions: in force, and looked at.
    current = models.UUIDField()
    draft = models.UUIDField()
    period_start = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=200, default="", blank=True)
    #: Marks that would be given or taken, and the organisations that move, as many as are shown.
    result = models.JSONField(default=dict)

    class Meta:
        db_table = "assessment_simulation"
        indexes = [
            models.Index(
                fields=["asked_at"], name="assessment_simulation_open",
                condition=models.Q(state__in=["waiting", "reading", "computing"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.programme} {self.period_start} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state not in {self.State.DONE, self.State.FAILED}
