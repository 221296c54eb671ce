"""Civilisation practice (文明实践): works by villagers, shows and other events with how many took part.

A work's page names a group or what its maker chose to be called, never more; of a show only numbers are kept.
"""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation


class Work(OfOrganisation):
    """One work that everybody may see. ``consent`` says how its maker agreed to that; ``digest`` is its picture."""

    RECORD = "work"

    class Kind(models.TextChoices):
        PAINTING = "painting", words.PAINTING
        PAPERCUT = "papercut", words.PAPERCUT
        WRITING = "writing", words.WRITING
        STAGE = "stage", words.STAGE
        OTHER = "other", words.OTHER_WORK

    class Topic(models.TextChoices):
        CUSTOMS = "customs", words.CUSTOMS
        MANNERS = "manners", words.MANNERS
        FAMILY = "family", words.FAMILY
        LAW = "law", words.LAW
        HOME = "home", words.HOME

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PAINTING)
    topic = models.CharField(max_length=8, choices=Topic, default=Topic.CUSTOMS)
    title = models.CharField(max_length=60)
    about = models.CharField(max_length=300, default="", blank=True)
    by = models.CharField(max_length=40, default="", blank=True)
    consent = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, default="", blank=True)
    finished_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=120, default="", blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_work"

    def __str__(self) -> str:
        return self.title


class Show(OfOrganisation):
    """A show or another event of practice. ``how`` says how those who took part were counted."""

    RECORD = "show"

    class Kind(models.TextChoices):
        EXHIBITION = "exhibit", words.EXHIBITION
        PERFORMANCE = "perform", words.PERFORMANCE
        TALK = "talk", words.TALK
        WORKSHOP = "workshop", words.WORKSHOP
        ONLINE = "online", words.ONLINE_SHOW

    class State(models.TextChoices):
        CALLED = "called", words.CALLED
        HELD = "held", words.HELD
        CANCELLED = "cancelled", words.CANCELLED

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.EXHIBITION)
    title = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    where = models.CharField(max_length=80, default="", blank=True)
    link = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.CALLED)
    came = models.IntegerField(default=0)
    online = models.IntegerField(default=0)
    how = models.CharField(max_length=120, default="", blank=True)
    notes = models.CharField(max_length=600, default="", blank=True)
    why = models.CharField(max_length=120, default="", blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_show"

    def __str__(self) -> str:
        return self.title

    @property
    def took_part(self) -> int:
        return self.came + self.online
