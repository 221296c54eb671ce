"""What people add to a standing: adjustments, appeals, values entered by hand under an exemption."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhijin.assessment.models.runs import OfOrganisation
from zhijin.core.ids import uuid7


class Adjustment(OfOrganisation):
    """Points added or taken by hand within the programme's rule, with evidence, approved by another."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.CharField(max_length=64)
    period_start = models.DateField()
    rule = models.CharField(max_length=64)
    amount = models.IntegerField()
    why = models.TextField()
    records = ArrayField(models.CharField(max_length=64), default=list)
    files = ArrayField(models.CharField(max_length=64), default=list)
    approver_role = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=State, default=State.PROPOSED)
    proposed_by = models.CharField(max_length=64)
    proposed_name = models.CharField(max_length=64, default="", blank=True)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_name = models.CharField(max_length=64, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True)

    class Meta:
        db_table = "assessment_adjustment"

    def __str__(self) -> str:
        return f"{self.org_key} {self.rule} {self.amount} {self.state}"


class Appeal(OfOrganisation):
    """A unit contests one record of one indicator of one run.

    ``claim``: ``exclude`` (this record should not count), ``amend`` (``changes`` say what is wrong
    in it) or ``include`` (something was done and has no record that counts: ``fact_kind``, ``fact_at``,
    ``record`` and ``changes`` say what; ``fact_id`` is only the claim's own name then). Accepting writes
    a correcting or a missing fact and makes a new run, ``new_run``, which names the old.
    """

    class State(models.TextChoices):
        FILED = "filed"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    class Claim(models.TextChoices):
        EXCLUDE = "exclude"
        AMEND = "amend"
        INCLUDE = "include"

    id = models.UUIDField(primary_key=True, default=uuid7)
    run_id = models.UUIDField()
    programme = models.CharField(max_length=64)
    period_start = models.DateField()
    indicator = models.CharField(max_length=64)
    fact_id = models.UUIDField()
    fact_at = models.DateTimeField()
    fact_county = models.IntegerField()
    fact_kind = models.CharField(max_length=64)
    record = models.CharField(max_length=64)
    claim = models.CharField(max_length=16, choices=Claim)
    changes = models.JSONField(default=dict)
    why = models.TextField()
    state = models.CharField(max_length=16, choices=State, default=State.FILED)
    filed_by = models.CharField(max_length=64)
    filed_name = models.CharField(max_length=64, default="", blank=True)
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_name = models.CharField(max_length=64, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True)
    new_run = models.UUIDField(null=True)

    class Meta:
        db_table = "assessment_appeal"

    def __str__(self) -> str:
        return f"{self.org_key} {self.indicator} {self.state}"

    @property
    def name(self) -> str:
        """How facts and the journal name this appeal."""
        return f"appeal:{self.id}"


class Manual(OfOrganisation):
    """A value that a person entered for an indicator with an exemption; the latest row counts."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.CharField(max_length=64)
    period_start = models.DateField()
    indicator = models.CharField(max_length=64)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(null=True)
    why = models.TextField()
    files = ArrayField(models.CharField(max_length=64), default=list)
    entered_by = models.CharField(max_length=64)
    entered_name = models.CharField(max_length=64, default="", blank=True)
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "assessment_manual"

    def __str__(self) -> str:
        return f"{self.org_key} {self.indicator}"
