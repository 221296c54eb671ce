"""What residents propose and support, what bodies decide step by step, the papers of every vote, the neighbours'
meetings in the yard, and the four service lists of a property alliance with what was asked of them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation, PartOfOrganisation
from zhijin.core.ids import receipt_code, uuid7
from zhijin.core.sealed import SealedField


class Gathering(OfOrganisation):
    """A meeting of neighbours (坝坝会、群众会): when, where, how many came, what was said. Nobody's attendance."""

    RECORD = "gathering"

    class State(models.TextChoices):
        CALLED = "called", words.CALLED
        HELD = "held", words.MEETING_HELD

    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=80, default="", blank=True)
    link = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.CALLED)
    came = models.IntegerField(default=0)
    notes = models.TextField(default="", blank=True)
    made_by = models.CharField(max_length=64)
    held_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_gathering"

    def __str__(self) -> str:
        return self.title


class Proposal(OfOrganisation):
    """Something somebody proposes to be settled together. ``by`` says who in words (a group, a firm), never a name."""

    RECORD = "proposal"

    class State(models.TextChoices):
        OPEN = "open", words.PROPOSAL_OPEN
        TAKEN = "taken", words.PROPOSAL_TAKEN
        ANSWERED = "answered", words.PROPOSAL_ANSWERED

    title = models.CharField(max_length=60)
    text = models.TextField()
    by = models.CharField(max_length=40, default="", blank=True)
    channel = models.CharField(max_length=8)
    grams = ArrayField(models.CharField(max_length=2), default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    supporters = models.IntegerField(default=0)
    gathering_id = models.UUIDField(null=True)
    answer = models.CharField(max_length=600, default="", blank=True)
    hidden = models.BooleanField(default=False)
    hidden_why = models.CharField(max_length=120, default="", blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_proposal"

    def __str__(self) -> str:
        return self.title


class Support(models.Model):
    """One supporter of a proposal: a keyed digest of what their browser or account is known by, nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    proposal_id = models.UUIDField()
    who = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        db_table = "activities_support"

    def __str__(self) -> str:
        return str(self.proposal_id)


class Remark(models.Model):
    """One thing said under a proposal. A hidden one stays, with why it was hidden."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    proposal_id = models.UUIDField()
    text = models.CharField(max_length=500)
    official = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    hidden_why = models.CharField(max_length=120, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "activities_remark"

    def __str__(self) -> str:
        return self.text[:40]


class Matter(OfOrganisation):
    """One thing on its way through a line of steps. ``revision`` is the programme that holds for it to its end;
    ``step`` the number of the step it stands at."""

    RECORD = "matter"

    class State(models.TextChoices):
        RUNNING = "running", words.MATTER_RUNNING
        DONE = "done", words.MATTER_DONE
        REFUSED = "refused", words.MATTER_REFUSED

    revision = models.UUIDField()
    line = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    text = models.TextField()
    agenda = models.JSONField(default=list)
    proposal_id = models.UUIDField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    step = models.SmallIntegerField(default=0)
    step_since = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_matter"

    def __str__(self) -> str:
        return self.title


class Passage(PartOfOrganisation):
    """One step behind a matter: when it was passed and by what (a sitting, a public document, a case)."""

    matter_id = models.UUIDField()
    number = models.SmallIntegerField()
    step = models.CharField(max_length=24)
    reference = models.UUIDField(null=True)
    code = models.CharField(max_length=40, default="", blank=True)
    begun_at = models.DateTimeField()
    at = models.DateTimeField(null=True)

    class Meta:
        db_table = "activities_passage"

    def __str__(self) -> str:
        return self.step


class Sitting(OfOrganisation):
    """One meeting of a body for one step, and its vote. A secret one keeps its papers in ``sealed``;
    ``seen_at`` is the latest moment at which somebody came to vote, whatever the clock says later."""

    RECORD = "sitting"

    class State(models.TextChoices):
        CALLED = "called", words.CALLED
        VOTING = "voting", words.VOTING
        PASSED = "passed", words.PASSED
        FAILED = "failed", words.FAILED
        ADJOURNED = "adjourned", words.ADJOURNED

    matter_id = models.UUIDField()
    step = models.CharField(max_length=24)
    body = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=80, default="", blank=True)
    link = models.CharField(max_length=300, default="", blank=True)
    secret = models.BooleanField(default=False)
    rule = models.JSONField(default=dict)
    parties = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.CALLED)
    due = models.IntegerField(default=0)
    present = models.IntegerField(default=0)
    yes = models.IntegerField(default=0)
    no = models.IntegerField(default=0)
    abstained = models.IntegerField(default=0)
    opinion = models.TextField(default="", blank=True)
    sealed = models.BinaryField(null=True)
    papers = models.JSONField(default=list)
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    document = models.BinaryField(null=True)
    document_sig = models.CharField(max_length=400, default="", blank=True)
    made_by = models.CharField(max_length=64)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_sitting"

    def __str__(self) -> str:
        return self.body

    def is_over(self, now: datetime) -> bool:
        """Whether the time to vote is over: at the closing second it is."""
        return self.closes_at is not None and now >= self.closes_at


class Seat(PartOfOrganisation):
    """One name on a sitting's roll with its code. ``choice`` and ``receipt`` stay empty in a secret vote."""

    sitting_id = models.UUIDField()
    name = SealedField(purpose="seat.name")
    party = models.CharField(max_length=24, default="", blank=True)
    code = models.BinaryField(max_length=32)
    present = models.BooleanField(default=False)
    voted = models.BooleanField(default=False)
    choice = models.CharField(max_length=8, default="", blank=True)
    receipt = models.CharField(max_length=16, default="", blank=True)

    class Meta:
        db_table = "activities_seat"

    def __str__(self) -> str:
        return self.name


class ServiceItem(OfOrganisation):
    """One line of a place's four service lists: what, by which organisation, within how many working days."""

    class Kind(models.TextChoices):
        PROPERTY = "property", words.LIST_PROPERTY
        POLICY = "policy", words.LIST_POLICY
        PUBLIC = "public", words.LIST_PUBLIC
        SPECIAL = "special", words.LIST_SPECIAL

    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=60)
    about = models.CharField(max_length=200, default="", blank=True)
    workdays = models.SmallIntegerField()
    offered = models.BooleanField(default=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_service_item"

    def __str__(self) -> str:
        return self.title


class ServiceRequest(OfOrganisation):
    """What a resident asked of one service. Where to go and the telephone are sealed: for the one who does it."""

    RECORD = "service-request"

    class State(models.TextChoices):
        OPEN = "open", words.REQUEST_OPEN
        DONE = "done", words.REQUEST_DONE
        DECLINED = "declined", words.REQUEST_DECLINED

    item_id = models.UUIDField()
    title = models.CharField(max_length=60)
    code = models.CharField(max_length=10, default=receipt_code)
    text = models.CharField(max_length=500)
    contact = models.BinaryField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, default="", blank=True)
    satisfied = models.BooleanField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_service_request"

    def __str__(self) -> str:
        return self.title
