"""Published revisions of playbooks. A revision that has been put into force never changes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from zhijin.core.ids import uuid7


class PlaybookRevision(models.Model):
    """One revision of one playbook, for the place that put it into force and all below.

    ``form`` says which kind of programme file it is (:mod:`zhijin.playbooks.forms`).
    ``place_code`` is empty for the shipped programmes, which hold everywhere until a place puts
    its own revision of the same playbook into force.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_FORCE = "in_force"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=uuid7)
    playbook = models.CharField(max_length=64)
    form = models.CharField(max_length=16, default="playbook", db_default="playbook")
    place_code = models.CharField(max_length=15, default="", blank=True)
    revision = models.IntegerField()
    digest = models.CharField(max_length=64)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    source = models.TextField()
    scenarios = models.TextField(default="")
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    uploaded_at = models.DateTimeField(db_default=Now())
    uploaded_by = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=64, default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "playbooks_revision"
        constraints = [
            models.UniqueConstraint(
                fields=["playbook", "place_code", "revision"], name="playbooks_revision_unique"
            ),
            models.UniqueConstraint(
                fields=["playbook", "place_code"],
                condition=models.Q(state="in_force"),
                name="playbooks_one_in_force",
            ),
        ]
        indexes = [models.Index(fields=["state", "playbook"], name="playbooks_state")]

    def __str__(self) -> str:
        return f"{self.playbook}@{self.revision}"
