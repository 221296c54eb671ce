"""Branches that keep a calendar of organisational life, their meetings with roll, resolutions and votes, and what
became of each obligation."""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation
from zhijin.core.ids import uuid7


class Branch(OfOrganisation):
    """An organisation whose organisational life is kept here, from ``begins`` on."""

    programme = models.CharField(max_length=64)
    begins = models.DateField()
    place = models.CharField(max_length=80, default="", blank=True)
    link = models.CharField(max_length=300, default="", blank=True)
    feed_version = models.SmallIntegerField(default=1)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_branch"

    def __str__(self) -> str:
        return self.org_name


class Meeting(OfOrganisation):
    """One meeting. ``code_floor`` is the highest minute whose code it has shown; ``due``, ``present`` and ``remote``
    come at the close. ``law`` and ``first_topic`` say what was studied before it began (会前学法、第一议题)."""

    RECORD = "meeting"

    class State(models.TextChoices):
        CALLED = "called", words.CALLED
        OPEN = "open", words.MEETING_OPEN
        HELD = "held", words.MEETING_HELD
        CANCELLED = "cancelled", words.CANCELLED

    kind = models.CharField(max_length=24)
    study = models.BooleanField(default=False)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.CALLED)
    starts_at = models.DateTimeField()
    held_on = models.DateField()
    place = models.CharField(max_length=80, default="", blank=True)
    link = models.CharField(max_length=300, default="", blank=True)
    agenda = models.JSONField(default=list)
    minutes = models.JSONField(default=dict)
    law = models.CharField(max_length=120, default="", blank=True)
    first_topic = models.CharField(max_length=120, default="", blank=True)
    chair = models.CharField(max_length=64, default="", blank=True)
    code_floor = models.BigIntegerField(default=0)
    due = models.IntegerField(default=0)
    present = models.IntegerField(default=0)
    remote = models.IntegerField(default=0)
    late = models.BooleanField(default=False)
    recorded = models.BooleanField(default=False)
    why = models.CharField(max_length=120, default="", blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_meeting"

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class Attendee(models.Model):
    """One name on a meeting's roll: the member, whether they came, how that is known. Never where they were."""

    class State(models.TextChoices):
        EXPECTED = "expected", words.EXPECTED
        PRESENT = "present", words.PRESENT
        LEAVE = "leave", words.LEAVE
        ABSENT = "absent", words.ABSENT

    class Proof(models.TextChoices):
        NONE = "", "—"
        CODE = "code", words.BY_CODE
        CHAIR = "chair", words.BY_CHAIR

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    meeting_id = models.UUIDField()
    member_id = models.UUIDField()
    name_masked = models.CharField(max_length=32)
    votes = models.BooleanField(default=True)
    floating = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.EXPECTED)
    remote = models.BooleanField(default=False)
    proof = models.CharField(max_length=5, choices=Proof, default=Proof.NONE, blank=True)
    why = models.CharField(max_length=120, default="", blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_attendee"

    def __str__(self) -> str:
        return self.name_masked

    def has_voted(self) -> bool:
        """Whether this name was struck off on any resolution."""
        return MeetingVote.objects.filter(attendee_id=self.id, voted=True).exists()


class Resolution(models.Model):
    """Something put to the vote in a meeting. A secret one keeps its papers in ``sealed``, as a ballot box does,
    and has them destroyed at the count. ``seen_at`` is the latest moment at which somebody came to vote."""

    class State(models.TextChoices):
        OPEN = "open", words.VOTING
        PASSED = "passed", words.PASSED
        FAILED = "failed", words.FAILED
        NO_QUORUM = "no_quorum", words.NO_QUORUM

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    meeting_id = models.UUIDField()
    text = models.CharField(max_length=300)
    secret = models.BooleanField(default=False)
    rule = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    due = models.IntegerField()
    present = models.IntegerField(default=0)
    yes = models.IntegerField(default=0)
    no = models.IntegerField(default=0)
    abstained = models.IntegerField(default=0)
    sealed = models.BinaryField(null=True)
    papers = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_resolution"

    def __str__(self) -> str:
        return self.text


class MeetingVote(models.Model):
    """Whether somebody voted on a resolution; ``choice`` stays empty for a secret one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    resolution_id = models.UUIDField()
    attendee_id = models.UUIDField()
    voted = models.BooleanField(default=False)
    choice = models.CharField(max_length=8, default="", blank=True)

    class Meta:
        db_table = "activities_meeting_vote"

    def __str__(self) -> str:
        return self.choice or "·"


class Obligation(OfOrganisation):
    """What became of one obligation when its period was over; the fact beside it is what assessments count."""

    kind = models.CharField(max_length=24)
    period = models.CharField(max_length=8)
    last_day = models.DateField()
    needed = models.SmallIntegerField()
    held = models.SmallIntegerField()
    met = models.BooleanField()
    settled_at = models.DateTimeField()

    class Meta:
        db_table = "activities_obligation"

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"
