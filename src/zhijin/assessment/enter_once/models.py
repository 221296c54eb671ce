"""A sheet on its way through: what came, how it was read, what each cell was answered. And what is remembered.

A sheet belongs to the account that sent it; nobody else sees it. What is remembered of headers belongs to
the county, and what was saved is counted by office.
"""

from __future__ import annotations

from django.db import models

from zhijin.core.ids import uuid7


class Filling(models.Model):
    """One sheet. ``original`` is the file as it came, sealed, and is removed after thirty days.

    ``layout``, ``mapping`` and ``answers`` are documents of :mod:`reading` and :mod:`filling`; they
    hold headers, choices and counts. ``version`` counts the confirmations.
    """

    class State(models.TextChoices):
        MAPPING = "mapping"
        FILLED = "filled"
        RETURNED = "returned"

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    account_id = models.UUIDField()
    file_name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, default="")
    state = models.CharField(max_length=12, choices=State, default=State.MAPPING)
    original = models.BinaryField(null=True)
    fingerprint = models.CharField(max_length=64)
    period_start = models.DateField()
    period_end = models.DateField()
    layout = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    asked = models.IntegerField(default=0)
    filled = models.IntegerField(default=0)
    agreed = models.IntegerField(default=0)
    differing = models.IntegerField(default=0)
    saved = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    filled_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "assessment"
        db_table = "assessment_filling"

    def __str__(self) -> str:
        return self.file_name

    @property
    def record(self) -> str:
        return f"filling:{self.id}"

    @property
    def percent(self) -> int:
        """Filled of asked, whole percent, rounded down."""
        return (self.filled + self.agreed) * 100 // self.asked if self.asked else 0


class Remembered(models.Model):
    """What a county's clerks chose for a header (or a row's name) before. ``sheet`` is a fingerprint, or
    empty for any sheet; ``choice`` a measure with its period's rule, or a subject."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    kind = models.CharField(max_length=8)
    sheet = models.CharField(max_length=64, default="")
    header = models.CharField(max_length=64)
    choice = models.CharField(max_length=96)
    rule = models.CharField(max_length=12, default="")
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "assessment"
        db_table = "assessment_remembered"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "kind", "sheet", "header"], name="assessment_remembered_once"
            )
        ]

    def __str__(self) -> str:
        return self.choice


class Saved(models.Model):
    """Entries that an office did not have to type in a year, and in how many sheets."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    year = models.SmallIntegerField()
    entries = models.IntegerField(default=0)
    sheets = models.IntegerField(default=0)

    class Meta:
        app_label = "assessment"
        db_table = "assessment_saved"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "place_code", "year"], name="assessment_saved_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place_code} {self.year}"
