"""Events with their parties, sheets, questions, rolls and ballot boxes."""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation
from zhijin.core.ids import uuid7
from zhijin.core.sealed import SealedField


class Event(models.Model):
    """Something that a place holds for several organisations: a contest, a reporting review, mutual reviews, a check.

    ``rules`` are fixed when it opens; ``document`` is the signed outcome (for a check also the signed list before the
    draw, in ``notice``). ``public`` ones are read by anybody once there is something signed.
    """

    class Kind(models.TextChoices):
        CONTEST = "contest", words.CONTEST
        REVIEW = "review", words.REVIEW
        MUTUAL = "mutual", words.MUTUAL
        CHECK = "check", words.CHECK

    class State(models.TextChoices):
        PREPARING = "preparing", words.PREPARING
        OPEN = "open", words.OPEN
        VOTING = "voting", words.VOTING
        CLOSED = "closed", words.CLOSED

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=120)
    year = models.SmallIntegerField()
    period = models.CharField(max_length=8, default="", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    due_at = models.DateTimeField(null=True)
    rules = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    notice = models.BinaryField(null=True)
    notice_sig = models.TextField(default="")
    notice_at = models.DateTimeField(null=True)
    document = models.BinaryField(null=True)
    document_sig = models.TextField(default="")
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_event"

    def __str__(self) -> str:
        return self.title

    @property
    def record(self) -> str:
        return f"event:{self.id}"

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


class Party(OfOrganisation):
    """Who takes part in an event: an organisation (entrant), or a person who judges.

    A judge's ``org_key`` is where they belong: they are recused from it. ``lot`` orders entrants; ``score`` (basis
    points), ``rank`` and ``tied`` come at the close. ``drawn`` marks units of a spot check.
    """

    class Role(models.TextChoices):
        ENTRANT = "entrant", words.ENTRANT
        JUDGE = "judge", words.JUDGE

    event_id = models.UUIDField()
    host_key = models.BigIntegerField()
    role = models.CharField(max_length=8, choices=Role, default=Role.ENTRANT)
    account = models.CharField(max_length=64, default="")
    name = models.CharField(max_length=64, default="")
    title = models.CharField(max_length=120, default="")
    text = models.TextField(default="")
    handed_at = models.DateTimeField(null=True)
    lot = models.SmallIntegerField(null=True)
    drawn = models.BooleanField(default=False)
    score = models.IntegerField(null=True)
    rank = models.SmallIntegerField(null=True)
    tied = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_party"

    def __str__(self) -> str:
        return self.org_name or self.name


class Sheet(models.Model):
    """One judge's or reviewing organisation's marks for one entrant; shut for good when handed in."""

    class State(models.TextChoices):
        OPEN = "open", words.SHEET_OPEN
        HANDED_IN = "handed_in", words.HANDED_IN
        LAPSED = "lapsed", words.LAPSED

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    event_id = models.UUIDField()
    host_key = models.BigIntegerField()
    entrant_id = models.UUIDField()
    org_key = models.BigIntegerField()
    from_org = models.BigIntegerField(null=True)
    from_key = models.BigIntegerField(null=True)
    from_line = models.BigIntegerField(null=True)
    account = models.CharField(max_length=64, default="")
    from_name = models.CharField(max_length=120)
    marks = models.JSONField(default=dict)
    reasons = models.TextField(default="")
    total = models.IntegerField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    handed_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_sheet"

    def __str__(self) -> str:
        return f"{self.from_name} {self.state}"


class Question(models.Model):
    """What was asked about a report in a reporting review, and what was answered."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    event_id = models.UUIDField()
    host_key = models.BigIntegerField()
    entrant_id = models.UUIDField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    text = models.CharField(max_length=500)
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_question"

    def __str__(self) -> str:
        return self.text


class Voter(models.Model):
    """One name on the roll of a secret ballot. Says whether somebody came and voted, and never how or when."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    event_id = models.UUIDField()
    host_key = models.BigIntegerField()
    name = SealedField(purpose="voter.name")
    code = models.BinaryField(max_length=32)
    present = models.BooleanField(default=False)
    voted = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_voter"

    def __str__(self) -> str:
        return self.name


class BallotBox(models.Model):
    """All papers of one ballot, sealed together and padded; written anew with every paper that comes in."""

    event_id = models.UUIDField(primary_key=True)
    county = models.IntegerField()
    host_key = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "activities_ballot_box"

    def __str__(self) -> str:
        return str(self.event_id)
