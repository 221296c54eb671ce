"""What every table of this room that belongs to an organisation repeats."""

from __future__ import annotations

from django.db import models

from zhijin.core.ids import uuid7


class OfOrganisation(models.Model):
    """What belongs to one organisation, with the keys that territory and line scopes are held against."""

    id = models.UUIDField(primary_key=True, default=uuid7)
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
