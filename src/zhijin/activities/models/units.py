"""Model units with their evidence and objections, problems found at spot checks, visits."""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation


class ModelUnit(OfOrganisation):
    """A unit's application to be named a model unit, with statements by aspect, and what became of it."""

    RECORD = "model-unit"

    class State(models.TextChoices):
        DRAFT = "draft", words.DRAFT
        APPLIED = "applied", words.APPLIED
        RECOMMENDED = "recommended", words.RECOMMENDED
        PUBLISHED = "published", words.IN_PUBLICATION
        NAMED = "named", words.NAMED
        DECLINED = "declined", words.DECLINED

    host_key = models.BigIntegerField()
    host_code = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    level = models.CharField(max_length=10)
    statements = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    applied_at = models.DateTimeField(null=True)
    opinion = models.TextField(default="")
    recommended_at = models.DateTimeField(null=True)
    publish_from = models.DateField(null=True)
    publish_until = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_model_unit"

    def __str__(self) -> str:
        return f"{self.org_name} {self.year}"


class Evidence(OfOrganisation):
    """One fact that an application rests on, as it stood when it was taken in; never changed."""

    unit_id = models.UUIDField()
    host_key = models.BigIntegerField()
    aspect = models.CharField(max_length=12)
    fact_id = models.UUIDField()
    fact_at = models.DateTimeField()
    kind = models.CharField(max_length=64)
    fact_record = models.CharField(max_length=64)
    value = models.BigIntegerField()

    class Meta:
        db_table = "activities_evidence"

    def __str__(self) -> str:
        return f"{self.kind} {self.fact_record}"


class Objection(OfOrganisation):
    """What somebody objected to during a publication, and how it was found; no name of who objected."""

    unit_id = models.UUIDField()
    host_key = models.BigIntegerField()
    at = models.DateTimeField()
    text = models.TextField()
    finding = models.TextField(default="")
    upheld = models.BooleanField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_objection"

    def __str__(self) -> str:
        return self.text[:40]


class Problem(OfOrganisation):
    """Something found at a drawn unit: found → rectified by the unit → verified by the checkers, or sent back."""

    RECORD = "problem"

    class State(models.TextChoices):
        FOUND = "found", words.FOUND
        RECTIFIED = "rectified", words.RECTIFIED
        VERIFIED = "verified", words.VERIFIED

    event_id = models.UUIDField()
    host_key = models.BigIntegerField()
    aspect = models.CharField(max_length=12)
    text = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.FOUND)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done = models.TextField(default="")
    done_by = models.CharField(max_length=64, default="")
    done_at = models.DateTimeField(null=True)
    returned = models.SmallIntegerField(default=0)
    remark = models.TextField(default="")
    verified_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_problem"

    def __str__(self) -> str:
        return self.text


class Visit(OfOrganisation):
    """A visit of one organisation (the guest) to another (the host): asked, agreed, held, reported on."""

    RECORD = "visit"

    class State(models.TextChoices):
        ASKED = "asked", words.ASKED
        AGREED = "agreed", words.AGREED
        REFUSED = "refused", words.REFUSED
        HELD = "held", words.HELD

    host_org = models.BigIntegerField()
    host_name = models.CharField(max_length=120)
    host_code = models.CharField(max_length=12)
    host_key = models.BigIntegerField()
    host_sector = models.BigIntegerField(null=True)
    on = models.DateField()
    purpose = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    answer = models.CharField(max_length=200, default="")
    people = models.SmallIntegerField(null=True)
    learned = models.TextField(default="")
    asked_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_visit"

    def __str__(self) -> str:
        return f"{self.org_name} → {self.host_name}"
