"""Requests to compute, the runs they make, and whose row a row is."""

from __future__ import annotations

from django.db import models

from zhijin.core.ids import uuid7


class Batch(models.Model):
    """One request to compute a period of a programme, and how it went.

    ``place_code`` is that of a county (six digits) or empty for everywhere that the revision holds.
    ``fingerprint`` is the digest of everything that went in: two requests with the same one have one
    result, and the later names the earlier in ``same_as``.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        COMPUTING = "computing"
        DONE = "done"
        FAILED = "failed"

    class Reason(models.TextChoices):
        DUE = "due"
        ASKED = "asked"
        LATE_FACT = "late_fact"
        APPEAL = "appeal"
        ADJUSTMENT = "adjustment"
        REVISION = "revision"
        OPEN = "open"
        JOINED = "joined"

    id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.CharField(max_length=64)
    revision = models.ForeignKey(
        "playbooks.PlaybookRevision", on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    place_code = models.CharField(max_length=6, default="", blank=True)
    place_key = models.BigIntegerField(default=0)
    place_end = models.BigIntegerField()
    period_kind = models.CharField(max_length=8)
    period_start = models.DateField()
    period_end = models.DateField()
    reason = models.CharField(max_length=16, choices=Reason)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=200, default="", blank=True)
    fingerprint = models.CharField(max_length=64, default="", blank=True)
    same_as = models.UUIDField(null=True)
    facts_upto = models.BigIntegerField(default=0)
    facts = models.BigIntegerField(default=0)
    orgs = models.IntegerField(default=0)
    runs = models.IntegerField(default=0)
    millis = models.IntegerField(default=0)

    class Meta:
        db_table = "assessment_batch"

    def __str__(self) -> str:
        return f"{self.programme} {self.period_start} {self.state}"


class Run(models.Model):
    """What one computation says about the organisations of one county in one period.

    ``ready`` may still be replaced by a newer computation; ``published`` and ``frozen`` never change:
    a late fact or an accepted appeal makes a new ready run that ``names`` it and is shown beside.
    ``superseded`` stays readable. ``indicators`` and ``dimensions`` say what the arrays of
    :class:`Value` and :class:`Score` hold, in their order (joined results stand after the dimensions).
    ``seen`` says for each month (``2026-07``) which facts were there when it was counted
    (:class:`Month`). ``tails`` says who was at the end that a mark's rule over several periods looks at: mark →
    [organisation, place from that end, size of the group]. ``digest`` is over the canonical bytes of
    the result; ``canonical``, ``signature`` and ``signed_with`` come with freezing.
    """

    class State(models.TextChoices):
        READY = "ready"
        PUBLISHED = "published"
        FROZEN = "frozen"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=6)
    place_key = models.BigIntegerField()
    place_end = models.BigIntegerField()
    batch = models.UUIDField()
    programme = models.CharField(max_length=64)
    revision = models.ForeignKey(
        "playbooks.PlaybookRevision", on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    period_kind = models.CharField(max_length=8)
    period_start = models.DateField()
    period_end = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.READY)
    reason = models.CharField(max_length=16, choices=Batch.Reason)
    names = models.UUIDField(null=True)
    facts_upto = models.BigIntegerField()
    seen = models.JSONField(default=dict)
    indicators = models.JSONField(default=list)
    dimensions = models.JSONField(default=list)
    tails = models.JSONField(default=dict)
    orgs = models.IntegerField(default=0)
    digest = models.CharField(max_length=64)
    ready_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=64, default="", blank=True)
    published_name = models.CharField(max_length=64, default="", blank=True)
    superseded_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.CharField(max_length=64, default="", blank=True)
    frozen_name = models.CharField(max_length=64, default="", blank=True)
    canonical = models.BinaryField(null=True)
    signature = models.BinaryField(null=True)
    signed_with = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "assessment_run"

    def __str__(self) -> str:
        return f"{self.programme} {self.period_start} {self.county} {self.state}"

    @property
    def record(self) -> str:
        """How facts and the journal name this run."""
        return f"run:{self.id}"


class OfOrganisation(models.Model):
    """What every row about an organisation holds: who, and the keys that open the row."""

    county = models.IntegerField()
    org_key = models.BigIntegerField()
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    sector_key = models.BigIntegerField()
    industry_key = models.BigIntegerField(null=True)

    class Meta:
        abstract = True
