"""Applications on another's behalf (帮办代办): the consent they rest on, the papers, and where each paper went.

Who it is for, their telephone and what they want stand sealed in ``who`` and are erased when everything is delivered;
the mask stays. Consents and steps are only ever added.
"""

from __future__ import annotations

from django.db import models

from zhijin.activities import words
from zhijin.activities.models.base import OfOrganisation


class Proxy(OfOrganisation):
    """One application. ``due_at``: by when the present state ends; ``outcome`` stands once it is decided.

    ``person_id`` names the resident where one is registered: it outlives ``who``, which is erased with the end, so that
    they can ask what is held of them.
    """

    class State(models.TextChoices):
        OPEN = "open", words.PROXY_OPEN
        SUBMITTED = "submitted", words.PROXY_SUBMITTED
        DECIDED = "decided", words.PROXY_DECIDED
        CLOSED = "closed", words.PROXY_CLOSED

    class Outcome(models.TextChoices):
        NONE = "", ""
        DONE = "done", words.PROXY_DONE
        REFUSED = "refused", words.PROXY_REFUSED
        WITHDRAWN = "withdrawn", words.PROXY_WITHDRAWN

    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=60)
    revision_id = models.UUIDField()
    who = models.BinaryField(null=True)
    person_id = models.UUIDField(null=True)
    name_masked = models.CharField(max_length=32)
    helper = models.CharField(max_length=64)
    helper_name = models.CharField(max_length=64)
    code_blind = models.BinaryField(max_length=32)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.NONE, blank=True)
    office = models.CharField(max_length=80, default="", blank=True)
    said = models.CharField(max_length=200, default="", blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    satisfied = models.BooleanField(null=True)
    erased_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "activities_proxy"

    def __str__(self) -> str:
        return f"{self.title} {self.name_masked}"

    @property
    def record(self) -> str:
        return f"proxy:{self.id}"


class ProxyConsent(OfOrganisation):
    """That somebody agreed: how, shown by what, until when; withdrawing keeps the line."""

    class How(models.TextChoices):
        PAPER = "paper", words.CONSENT_PAPER
        SPOKEN = "spoken", words.CONSENT_SPOKEN
        CALL = "call", words.CONSENT_CALL

    proxy_id = models.UUIDField()
    how = models.CharField(max_length=6, choices=How)
    told = models.CharField(max_length=120)
    photo = models.CharField(max_length=64, default="", blank=True)
    given_at = models.DateTimeField()
    until = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_how = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        db_table = "activities_proxy_consent"

    def __str__(self) -> str:
        return f"{self.how} {self.until}"


class ProxyPaper(OfOrganisation):
    """One paper, and with whom it is now."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", words.PAPER_ORIGINAL
        COPY = "copy", words.PAPER_COPY
        RESULT = "result", words.PAPER_RESULT

    class At(models.TextChoices):
        HELPER = "helper", words.AT_HELPER
        OFFICE = "office", words.AT_OFFICE
        POST = "post", words.AT_POST
        PERSON = "person", words.AT_PERSON
        KEPT = "kept", words.AT_KEPT

    proxy_id = models.UUIDField()
    title = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.CharField(max_length=6, choices=At, default=At.HELPER)

    class Meta:
        db_table = "activities_proxy_paper"

    def __str__(self) -> str:
        return self.title


class ProxyStep(OfOrganisation):
    """One step of a paper, never changed. ``signed``: ``code`` by the person's own code, ``receipt`` by a photo."""

    class Step(models.TextChoices):
        TAKEN = "taken", words.STEP_TAKEN
        SUBMITTED = "submitted", words.STEP_SUBMITTED
        RETURNED = "returned", words.STEP_RETURNED
        KEPT = "kept", words.STEP_KEPT
        ISSUED = "issued", words.STEP_ISSUED
        POSTED = "posted", words.STEP_POSTED
        HANDED = "handed", words.STEP_HANDED
        DELIVERED = "delivered", words.STEP_DELIVERED

    proxy_id = models.UUIDField()
    paper_id = models.UUIDField()
    paper_title = models.CharField(max_length=60)
    step = models.CharField(max_length=9, choices=Step)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    note = models.CharField(max_length=120, default="", blank=True)
    carrier = models.CharField(max_length=32, default="", blank=True)
    number = models.CharField(max_length=40, default="", blank=True)
    signed = models.CharField(max_length=7, default="", blank=True)
    photo = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "activities_proxy_step"

    def __str__(self) -> str:
        return f"{self.paper_title} {self.step}"
