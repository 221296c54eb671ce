"""Courses of a branch (or of all branches below a place), their parts, and what each member has worked through."""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation
from zhijin.core.ids import uuid7


class Course(OfOrganisation):
    """Something to learn. ``below``: also for the branches in the places below; ``until`` asks, and punishes nobody."""

    RECORD = "course"

    class State(models.TextChoices):
        DRAFT = "draft", words.COURSE_DRAFT
        OPEN = "open", words.COURSE_OPEN
        CLOSED = "closed", words.COURSE_CLOSED

    title = models.CharField(max_length=120)
    about = models.CharField(max_length=500, default="", blank=True)
    below = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    until = models.DateField(null=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_course"

    def __str__(self) -> str:
        return self.title


class CoursePart(models.Model):
    """One part: a text, a link, or a file (a PDF or a picture)."""

    class Kind(models.TextChoices):
        TEXT = "text", words.PART_TEXT
        LINK = "link", words.PART_LINK
        FILE = "file", words.PART_FILE

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    course_id = models.UUIDField()
    seq = models.SmallIntegerField()
    kind = models.CharField(max_length=4, choices=Kind)
    title = models.CharField(max_length=120)
    text = models.TextField(default="", blank=True)
    link = models.CharField(max_length=300, default="", blank=True)
    digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "activities_course_part"

    def __str__(self) -> str:
        return self.title


class CourseProgress(models.Model):
    """That a member has worked through a part, and on which screen: never for how long or how often.

    ``finished``: with this part they had worked through all that the course then had, for the first time.
    """

    class Screen(models.TextChoices):
        PHONE = "phone", words.ON_PHONE
        DESK = "desk", words.ON_DESK
        WALL = "wall", words.ON_WALL

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    course_id = models.UUIDField()
    part_id = models.UUIDField()
    member_id = models.UUIDField()
    screen = models.CharField(max_length=5, choices=Screen)
    finished = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "activities_course_progress"

    def __str__(self) -> str:
        return self.screen
