"""Organisations with their periods, posts, appointments, and runs of spreadsheet imports.

An organisation's key is given once and holds where it was founded; ``place_code`` says where it is
now. Every row repeats the keys that open it, so that row-level security needs no join.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from zhijin.core.ids import uuid7
from zhijin.orgs import words


class Organisation(models.Model):
    """One organisation on the territory line (place) and on a sector's or industry's line.

    ``members`` counts Party members and ``employees`` people at work, where known. ``covered_by`` is
    the Party organisation that reaches a firm or social organisation. ``led`` and ``term_ends``
    repeat what the appointments say, so that counts by level need one table.
    """

    key = models.BigIntegerField(primary_key=True)
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    sector = models.SmallIntegerField()
    sector_key = models.BigIntegerField()
    industry = models.SmallIntegerField(null=True)
    industry_key = models.BigIntegerField(null=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, related_name="children"
    )
    covered_by = models.ForeignKey(
        "self", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    credit_code = models.CharField(max_length=18, default="", blank=True)
    employees = models.IntegerField(null=True)
    members = models.IntegerField(null=True)
    led = models.BooleanField(default=False)
    term_ends = models.DateField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "orgs_organisation"

    def __str__(self) -> str:
        return self.name

    @property
    def is_party(self) -> bool:
        return self.kind in words.PARTY_KINDS

    @property
    def line_keys(self) -> tuple[int, ...]:
        """The keys that line scopes are held against."""
        return (
            (self.sector_key,)
            if self.industry_key is None
            else (self.sector_key, self.industry_key)
        )

    @property
    def kind_name(self) -> str:
        return str(words.KINDS.get(self.kind, self.kind))

    @property
    def sector_name(self) -> str:
        return str(words.SECTORS.get(self.sector, ""))

    @property
    def industry_name(self) -> str:
        return str(words.INDUSTRIES.get(self.industry or 0, ""))

    @property
    def record(self) -> str:
        return f"org:{self.key}"

    def existed(self, day: date) -> bool:
        """Whether the organisation existed on ``day`` (``valid_to`` is the first day it did not)."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)


class Spell(models.Model):
    """A time during which an organisation's name, place, lines and parent stayed the same.

    An assessment of a past month reads the organisation as it then was. The present spell has no end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="spells")
    name = models.CharField(max_length=120)
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    sector = models.SmallIntegerField()
    industry = models.SmallIntegerField(null=True)
    parent_key = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "orgs_spell"
        constraints = [
            models.UniqueConstraint(
                fields=["org"], condition=Q(valid_to=None), name="orgs_spell_current"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A duty at an organisation or at a place (a grid, a group), with a number of seats.

    ``held`` repeats how many hold it now, so that vacancies are found without counting.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    org = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="posts")
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    industry_key = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=64)
    seats = models.SmallIntegerField(default=1)
    held = models.SmallIntegerField(default=0, db_default=0)
    grade = models.CharField(max_length=32, default="", blank=True)
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "orgs_post"
        indexes = [models.Index(fields=["place_key", "kind"], name="orgs_post_place")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The title; one that only repeats the kind is said in the reader's language."""
        kind = words.POST_KINDS.get(self.kind)
        return str(kind.zh) if kind is not None and self.title == kind.title else self.title

    @property
    def line_keys(self) -> tuple[int, ...]:
        return tuple(key for key in (self.sector_key, self.industry_key) if key is not None)


class Appointment(models.Model):
    """Who holds a post, from when to when. ``person_id`` names a person of the room above, if known.

    The holder's name stands open: those who hold public posts are published. ``term_ends`` is when
    the next election is due; ``concurrent`` marks 双向进入、交叉任职.
    """

    class How(models.TextChoices):
        ELECTED = "elected"
        APPOINTED = "appointed"
        HIRED = "hired"
        POSTED = "posted"

    id = models.UUIDField(primary_key=True, default=uuid7)
    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    org = models.ForeignKey(
        Organisation, models.PROTECT, null=True, db_constraint=False, related_name="+"
    )
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    industry_key = models.BigIntegerField(null=True)
    person_id = models.UUIDField(null=True)
    holder = models.CharField(max_length=64)
    account = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=12, choices=How, default=How.APPOINTED)
    term_no = models.SmallIntegerField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    term_ends = models.DateField(null=True)
    concurrent = models.BooleanField(default=False)
    ended_why = models.CharField(max_length=120, default="", blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "orgs_appointment"
        indexes = [
            models.Index(
                fields=["place_key", "id"],
                condition=Q(valid_to=None),
                name="orgs_appointment_place",
            ),
            models.Index(fields=["person_id"], name="orgs_appointment_person"),
        ]

    def __str__(self) -> str:
        return self.holder

    @property
    def source(self) -> str:
        """How the grant that follows from this appointment names it."""
        return f"appointment:{self.id}"


class SheetRun(models.Model):
    """One spreadsheet import of any room: what came in, what was found, and its answer file, sealed.

    Only the account that uploaded sees it; the answer file is removed after seven days. Written down before the
    import begins; without ``ended_at`` it is under way, or was cut off and left nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    account_id = models.UUIDField()
    what = models.CharField(max_length=32)
    file_name = models.CharField(max_length=120)
    partial = models.BooleanField(default=False)
    rows = models.IntegerField(default=0)
    saved = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    findings = models.IntegerField(default=0)
    summary = models.JSONField(default=dict)
    answer = models.BinaryField(null=True)
    #: What the sender is asked about single rows, sealed like the answer and removed with it.
    questions = models.BinaryField(null=True)

    class Meta:
        db_table = "orgs_sheet_run"

    def __str__(self) -> str:
        return self.file_name
