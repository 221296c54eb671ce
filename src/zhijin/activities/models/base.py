"""What tables of this room repeat: the keys of an organisation, those of a part of its records, and how a record is
named. Their keys and policies in the database come from ``activities.tables.owned``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhijin.core.ids import uuid7


class Named(models.Model):
    """A row that facts and the journal name by ``record``: the model's ``RECORD``, a colon, its id."""

    RECORD: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid7)

    class Meta:
        abstract = True

    @property
    def record(self) -> str:
        assert self.RECORD, type(self)  # a part of a record is named by its whole
        return f"{self.RECORD}:{self.id}"


class OfOrganisation(Named):
    """What belongs to one organisation, with the keys that territory and line scopes are held against."""

    county = models.IntegerField()
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField(null=True)
    org_name = models.CharField(max_length=120, default="")
    sector_key = models.BigIntegerField(null=True)
    industry_key = models.BigIntegerField(null=True)

    class Meta:
        abstract = True

    @property
    def line_keys(self) -> tuple[int, ...]:
        return tuple(key for key in (self.sector_key, self.industry_key) if key is not None)


class PartOfOrganisation(models.Model):
    """A part of such a row (a step, a seat): the keys that open it, so that row-level security needs no join."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField(null=True)
    sector_key = models.BigIntegerField(null=True)

    class Meta:
        abstract = True
