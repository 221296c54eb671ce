"""What of the facts has been written to Parquet; none of it is place-bound."""

from __future__ import annotations

from django.db import models


class Month(models.Model):
    """A month of facts as it was last written to Parquet; no row of it is place-bound.

    ``upto``: facts of transactions below this number are in the file (commit order, not event time).
    ``seen`` is the snapshot (PostgreSQL's ``pg_snapshot``) in which the month was read: exactly the facts
    whose transaction it shows are in the file, so that what was counted can be found again.
    """

    month = models.DateField(primary_key=True)
    upto = models.BigIntegerField()
    rows = models.BigIntegerField()
    dropped = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)
    file = models.CharField(max_length=64)
    seen = models.TextField(default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "assessment_month"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.rows}"


class Watermark(models.Model):
    """Up to which transaction facts have been looked at; one row."""

    upto = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "assessment_watermark"

    def __str__(self) -> str:
        return str(self.upto)
