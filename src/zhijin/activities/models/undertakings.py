"""Undertakings, their tasks, and how those stand."""

from __future__ import annotations

from datetime import date

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation


class Undertaking(OfOrganisation):
    """What a secretary takes upon themselves in public: a term's or a year's pledge, or a led topic."""

    RECORD = "undertaking"

    class Kind(models.TextChoices):
        TERM = "term", words.TERM
        ANNUAL = "annual", words.ANNUAL
        TOPIC = "topic", words.TOPIC

    class State(models.TextChoices):
        DRAFT = "draft", words.DRAFT
        PUBLIC = "public", words.PUBLIC
        CLOSED = "closed", words.CLOSED

    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=120)
    target = models.TextField(default="")
    leader = models.CharField(max_length=64)
    begins = models.DateField()
    ends = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    result = models.TextField(default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_undertaking"

    def __str__(self) -> str:
        return self.title

    @property
    def fact(self) -> str:
        """The family of facts: pledges and topics are counted apart."""
        return "activity.topic" if self.kind == self.Kind.TOPIC else "activity.pledge"


class Task(OfOrganisation):
    """One item of an undertaking: what, how much, by when; done once with evidence."""

    undertaking_id = models.UUIDField()
    seq = models.SmallIntegerField()
    text = models.CharField(max_length=200)
    target = models.CharField(max_length=120, default="")
    due = models.DateField()
    percent = models.SmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_task"

    def __str__(self) -> str:
        return self.text

    def late(self, day: date) -> bool:
        return self.done_at is None and self.due < day


class Progress(OfOrganisation):
    """A line on how a task stands; added to, never changed."""

    undertaking_id = models.UUIDField()
    task_id = models.UUIDField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=64)
    percent = models.SmallIntegerField()
    text = models.TextField()
    file = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "activities_progress"

    def __str__(self) -> str:
        return f"{self.percent}%"
