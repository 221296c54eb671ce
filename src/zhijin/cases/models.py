"""A case, its timeline, photos, parties and requests.

Big tables: every key holds ``county``, so that they can be distributed by it one day.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhijin.core.ids import uuid7
from zhijin.core.models import StoredFile


class Case(models.Model):
    """One thing to be handled. Its present stage is stored; its history is in :class:`CaseEvent`.

    The clock of a stage is data: ``due_at`` (when the stage is late), ``next_fire_at`` (when the
    next reminder or step of the ladder is due) and ``fired`` (how many have been).
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    number = models.CharField(max_length=24)
    receipt = models.BinaryField(max_length=32)

    playbook = models.CharField(max_length=64)
    revision = models.ForeignKey(
        "playbooks.PlaybookRevision", on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    title = models.CharField(max_length=120)
    text = models.TextField(default="", blank=True)
    data = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    grams = ArrayField(models.CharField(max_length=2), default=list)

    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    org_key = models.BigIntegerField(null=True)

    channel = models.CharField(max_length=16)
    network = models.CharField(max_length=16, default="")
    priority = models.CharField(max_length=32, default="")
    reporter = models.CharField(max_length=64, default="")
    reporter_phone = models.BinaryField(null=True)
    reporter_blind = models.BinaryField(null=True, max_length=32)
    reporter_name = models.BinaryField(null=True)

    state = models.CharField(max_length=64)
    is_open = models.BooleanField(default=True)
    outcome = models.CharField(max_length=32, default="")
    owner_role = models.CharField(max_length=32, default="")
    assignee = models.UUIDField(null=True)
    assignee_name = models.CharField(max_length=64, default="")
    raised_to = models.CharField(max_length=32, default="")
    visit = models.IntegerField(default=0)
    state_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    next_fire_at = models.DateTimeField(null=True)
    fired = models.IntegerField(default=0)
    pauses = models.JSONField(default=list)
    extensions = models.JSONField(default=list)
    suspended_at = models.DateTimeField(null=True)
    suspended_until = models.DateTimeField(null=True)

    opened_at = models.DateTimeField()
    responded_at = models.DateTimeField(null=True)
    response_late = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    late_stages = models.IntegerField(default=0)
    bounced = models.IntegerField(default=0)
    reopened = models.IntegerField(default=0)
    rating = models.SmallIntegerField(null=True)
    resolved = models.BooleanField(null=True)
    excluded = models.BooleanField(default=False)
    merged_into = models.UUIDField(null=True)
    photos = models.IntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "cases_case"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def record(self) -> str:
        """How facts and the journal name this case."""
        return f"case:{self.id}"


class CaseEvent(models.Model):
    """One line of a case's timeline; append-only. ``seq`` counts from 1 within the case.

    ``visit`` and ``fire`` name the step of a stage's clock that this line stands for; they are
    unique together, so that no clock can fire twice whatever is killed when.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    case_id = models.UUIDField()
    place_key = models.BigIntegerField()
    seq = models.IntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=64, default="")
    role = models.CharField(max_length=32, default="")
    before = models.CharField(max_length=64, default="")
    after = models.CharField(max_length=64, default="")
    move = models.CharField(max_length=64, default="")
    why = models.TextField(default="")
    data = models.JSONField(default=dict)
    public = models.BooleanField(default=True)
    visit = models.IntegerField(null=True)
    fire = models.IntegerField(null=True)

    class Meta:
        db_table = "cases_event"

    def __str__(self) -> str:
        return f"{self.case_id} {self.seq} {self.kind}"


class CasePhoto(models.Model):
    """A photo of a case: which question it answers and at which event it came."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    case_id = models.UUIDField()
    place_key = models.BigIntegerField()
    event_id = models.UUIDField(null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, db_index=False)
    field = models.CharField(max_length=64)
    public = models.BooleanField(default=False)

    class Meta:
        db_table = "cases_photo"

    def __str__(self) -> str:
        return f"{self.case_id} {self.field}"


class CaseParty(models.Model):
    """An organisation called to a case (whistle) or part of it (applicant, respondent)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    case_id = models.UUIDField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    org_name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    asked_by = models.CharField(max_length=64, default="")
    asked_at = models.DateTimeField()
    what = models.TextField(default="")
    due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")

    class Meta:
        db_table = "cases_party"

    def __str__(self) -> str:
        return f"{self.org_name} {self.kind}"


class CaseRequest(models.Model):
    """A request that needs another's consent: extension, suspension, exclusion from the rates."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    case_id = models.UUIDField()
    place_key = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    amount = models.CharField(max_length=32, default="")
    until = models.DateTimeField(null=True)
    why = models.TextField()
    asked_by = models.CharField(max_length=64)
    asked_name = models.CharField(max_length=64, default="")
    asked_at = models.DateTimeField()
    approver_role = models.CharField(max_length=32)
    decision = models.CharField(max_length=16, default="")
    decided_by = models.CharField(max_length=64, default="")
    decided_name = models.CharField(max_length=64, default="")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")

    class Meta:
        db_table = "cases_request"

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.decision}"
