"""Links that show a place on a screen without anybody signing in."""

from __future__ import annotations

from django.db import models

from zhijin.core.ids import uuid7


class Wall(models.Model):
    """One link, for one place and one screen. What opens it is computed from ``id`` (see ``links``); a link
    that was revoked opens nothing. ``seen_at``: when a screen last showed it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    label = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    maker = models.CharField(max_length=60)
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=60, default="", blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "home_wall"

    def __str__(self) -> str:
        return f"{self.place_code} {self.label}"

    @property
    def record(self) -> str:
        """How the journal names this link."""
        return f"wall:{self.id}"
