"""Undertakings and their tasks; events with their parties, sheets and ballots; model units, problems, visits.

Every row repeats the keys that open it (its organisation's place and lines, and the host of the event it belongs
to), so that row-level security needs no join. ``county`` is part of every primary key in the database.
"""

from __future__ import annotations

from datetime import date

from django.db import models

from zhijin.activities import words
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


class Undertaking(OfOrganisation):
    """What a secretary takes upon themselves in public: a term's or a year's pledge, or a led topic."""

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
    def record(self) -> str:
        return f"undertaking:{self.id}"

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
    name = models.CharField(max_length=64)
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


class ModelUnit(OfOrganisation):
    """A unit's application to be named a model unit, with statements by aspect, and what became of it."""

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

    @property
    def record(self) -> str:
        return f"model-unit:{self.id}"


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

    @property
    def record(self) -> str:
        return f"problem:{self.id}"


class Visit(OfOrganisation):
    """A visit of one organisation (the guest) to another (the host): asked, agreed, held, reported on."""

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

    @property
    def record(self) -> str:
        return f"visit:{self.id}"
