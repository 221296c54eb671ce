"""The yearly cycle of a place's units (月提醒、季调度、半年互评、年度考核), its steps, and the reminders sent."""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation
from zhijin.core.ids import uuid7


class Cycle(models.Model):
    """Units of a place that are reminded, reviewed and assessed by the calendar; ``programme`` names the assessment."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    sector = models.SmallIntegerField(null=True)
    direct = models.BooleanField(default=True)
    title = models.CharField(max_length=120)
    criteria = models.JSONField(default=list)
    each = models.SmallIntegerField(default=3)
    programme = models.CharField(max_length=64, default="", blank=True)
    begins = models.DateField()
    active = models.BooleanField(default=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_cycle"

    def __str__(self) -> str:
        return self.title

    @property
    def record(self) -> str:
        return f"cycle:{self.id}"


class CycleStep(models.Model):
    """One step that was taken: once for each kind and period. ``document`` is what a year's step signed."""

    class Kind(models.TextChoices):
        REMIND = "remind", words.REMIND
        DISPATCH = "dispatch", words.DISPATCH
        REVIEW = "review", words.MUTUAL
        COLLECT = "collect", words.COLLECT
        ANNUAL = "annual", words.ANNUAL_ASSESSMENT

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    cycle_id = models.UUIDField()
    host_key = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    period = models.CharField(max_length=8)
    due_on = models.DateField()
    done_at = models.DateTimeField()
    outcome = models.JSONField(default=dict)
    event_id = models.UUIDField(null=True)
    document = models.BinaryField(null=True)
    document_sig = models.TextField(default="")

    class Meta:
        db_table = "activities_cycle_step"

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class Reminder(OfOrganisation):
    """What was due and late when an organisation was reminded: (what, text, ISO day, late) each."""

    cycle_id = models.UUIDField()
    host_key = models.BigIntegerField()
    period = models.CharField(max_length=8)
    lines = models.JSONField(default=list)
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "activities_reminder"

    def __str__(self) -> str:
        return f"{self.org_name} {self.period}"
