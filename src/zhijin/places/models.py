"""Tables of places: divisions with their validity and successors, and drawn outlines.

Places are public reference data, so no row-level security. Codes and keys are made by core.ids;
nothing here knows organisations, people or cases.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from zhijin.core.ids import Level, place_span
from zhijin.places.names import Kind, short_name


class LevelChoices(models.TextChoices):
    PROVINCE = Level.PROVINCE.value, _("省")
    PREFECTURE = Level.PREFECTURE.value, _("市州")
    COUNTY = Level.COUNTY.value, _("县")
    TOWNSHIP = Level.TOWNSHIP.value, _("乡镇街道")
    VILLAGE = Level.VILLAGE.value, _("村社区")
    GROUP = Level.GROUP.value, _("村民组")
    GRID = Level.GRID.value, _("网格")


class Place(models.Model):
    """One division, villagers' group or grid. A code is never reused for another place.

    `valid_from` None means "since before our records"; `valid_to` is the first day on which the
    place no longer exists.
    """

    code = models.CharField(max_length=15, primary_key=True)
    key = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=64)
    level = models.CharField(max_length=10, choices=LevelChoices.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=12, default="", blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    households = models.IntegerField(null=True, blank=True)
    population = models.IntegerField(null=True, blank=True)

    class Meta:
        db_table = "places_place"
        ordering = ["key"]
        indexes = [models.Index(fields=["level", "key"], name="places_place_level_key")]

    def __str__(self) -> str:
        return self.short

    @property
    def short(self) -> str:
        """The name as people say it: 大耆老村 for 大耆老村村民委员会."""
        return short_name(self.name)

    @property
    def span(self) -> tuple[int, int]:
        return place_span(self.code)

    @property
    def county_code(self) -> str | None:
        return self.code[:6] if len(self.code) >= 6 else None

    @property
    def is_urban(self) -> bool:
        """Sub-districts and communities count as urban (the code's own classes)."""
        return self.kind in {Kind.SUBDISTRICT, Kind.COMMUNITY, Kind.QUASI_COMMUNITY}

    def existed(self, day: date) -> bool:
        """Whether the place existed on `day`."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_to is None or day < self.valid_to)


class FormerName(models.Model):
    """A name that a place bore before the present one."""

    id = models.BigAutoField(primary_key=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=64)
    valid_to = models.DateField()

    class Meta:
        db_table = "places_former_name"
        ordering = ["valid_to", "id"]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """What became of a place: `old` was succeeded by `new` on the day `at`."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("合并")
        SPLIT = "split", _("拆分")
        RENAME = "rename", _("更名改码")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    old = models.ForeignKey(Place, models.PROTECT, related_name="successions")
    new = models.ForeignKey(Place, models.PROTECT, related_name="predecessions")
    at = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    note = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        db_table = "places_succession"
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="places_succession_once"),
            models.CheckConstraint(
                condition=~Q(old=models.F("new")), name="places_succession_other"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


_SOURCES = {"drawn": _("在平台上画的"), "simulated": _("演示用，随机画的")}


class Outline(models.Model):
    """The drawn area of a place: WGS-84 GeoJSON Polygon or MultiPolygon, one row per version.

    The current version has `valid_to` None. `source` and `licence` tell where the shape comes
    from; `simulated` marks shapes made for a demonstration.
    """

    id = models.BigAutoField(primary_key=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="outlines")
    version = models.IntegerField(default=1)
    geometry = models.JSONField()
    min_lon = models.FloatField()
    min_lat = models.FloatField()
    max_lon = models.FloatField()
    max_lat = models.FloatField()
    area_m2 = models.BigIntegerField()
    source = models.CharField(max_length=64)
    licence = models.CharField(max_length=64, default="", blank=True)
    simulated = models.BooleanField(default=False)
    drawn_by = models.CharField(max_length=64, default="")
    valid_from = models.DateTimeField(db_default=Now())
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "places_outline"
        constraints = [
            models.UniqueConstraint(fields=["place", "version"], name="places_outline_version"),
            models.UniqueConstraint(
                fields=["place"], condition=Q(valid_to=None), name="places_outline_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} v{self.version}"

    @property
    def source_title(self) -> str:
        """Where the shape comes from, as pages say it; a file or package by its own name."""
        return str(_SOURCES.get(self.source, self.source))


class ImportRun(models.Model):
    """One import of divisions: where from, what changed, and what was found row by row.

    `covers` lists the codes whose subtrees the table held completely: only there does a missing
    row mean a place that is gone, and a further row, at a later import, one that is new.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    at = models.DateTimeField(db_default=Now())
    as_of = models.DateField()
    source = models.CharField(max_length=200)
    covers = models.JSONField(default=list)
    actor = models.CharField(max_length=64)
    rows = models.IntegerField()
    added = models.IntegerField()
    renamed = models.IntegerField()
    vanished = models.IntegerField()
    restored = models.IntegerField()
    finding_count = models.IntegerField()
    findings = models.JSONField(default=list)
    seconds = models.FloatField()

    class Meta:
        db_table = "places_import_run"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.source} {self.as_of}"
