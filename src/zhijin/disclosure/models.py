"""Documents and their attachments; releases in a signed chain; questions and answers; what is due when.

Keys hold ``county`` (the migrations set them). Releases are append-only and hold no text: the text lies in
``Content``, which the law may demand to be erased, while the chain stays whole without it.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhijin.core.ids import receipt_code, uuid7


class Document(models.Model):
    """One thing made public, from draft to published or withdrawn.

    ``code`` is in its public address and on its paper notice. ``duty`` names what it fulfils, for
    ``period`` (``2026-09``, ``2026Q3``, ``2026``; empty: none). ``sources`` says in words and
    numbers what a counted one was counted from.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        SUPERVISED = "supervised"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    code = models.CharField(max_length=10, default=receipt_code)
    board = models.CharField(max_length=12)
    duty = models.CharField(max_length=32, default="")
    period = models.CharField(max_length=8, default="")
    title = models.CharField(max_length=120)
    body = models.TextField(default="")
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    origin = models.CharField(max_length=12, default="typed")
    sources = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    found = ArrayField(models.CharField(max_length=16), default=list)
    checked = models.BooleanField(default=False)
    author = models.CharField(max_length=64)
    author_name = models.CharField(max_length=64, default="")
    submitted_at = models.DateTimeField(null=True)
    supervised_by = models.CharField(max_length=64, default="")
    supervised_name = models.CharField(max_length=64, default="")
    decided_by = models.CharField(max_length=64, default="")
    decided_name = models.CharField(max_length=64, default="")
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, default="")
    corrects = models.UUIDField(null=True)
    due_on = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    erased = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "disclosure_document"

    def __str__(self) -> str:
        return self.title

    @property
    def record(self) -> str:
        return f"disclosure:{self.id}"

    @property
    def is_public(self) -> bool:
        return self.state in {self.State.PUBLISHED, self.State.WITHDRAWN}


class Attachment(models.Model):
    """A file of a document, by its digest. A PDF is only ever served as a download."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    document_id = models.UUIDField()
    name = models.CharField(max_length=120)
    public = models.BooleanField(default=False)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, db_index=False)

    class Meta:
        db_table = "disclosure_attachment"

    def __str__(self) -> str:
        return self.name


class Release(models.Model):
    """One link of a county's chain: ``digest`` is SHA-256 of the signed bytes, which hold ``previous``.

    ``kind`` is ``document`` or ``withdrawal``. Append-only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    seq = models.IntegerField()
    kind = models.CharField(max_length=12)
    document_id = models.UUIDField()
    place_key = models.BigIntegerField()
    code = models.CharField(max_length=10)
    at = models.DateTimeField()
    digest = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    kid = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta:
        db_table = "disclosure_release"

    def __str__(self) -> str:
        return f"{self.county} {self.seq}"


class Content(models.Model):
    """The signed bytes of a release. May be erased by law; the chain does not need them."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    release_id = models.UUIDField()
    document_id = models.UUIDField()
    place_key = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "disclosure_content"

    def __str__(self) -> str:
        return str(self.release_id)


class Question(models.Model):
    """A question on what is public, asked without an account; ``code`` finds it again.

    Shown to everybody once it is answered. ``found`` are kinds of personal data it may hold: such a
    question is answered only after its text was cleaned.
    """

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        SET_ASIDE = "set_aside"

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    document_id = models.UUIDField()
    code = models.CharField(max_length=10, default=receipt_code)
    text = models.CharField(max_length=500)
    found = ArrayField(models.CharField(max_length=16), default=list)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    answer = models.TextField(default="")
    answered_by = models.CharField(max_length=64, default="")
    answered_name = models.CharField(max_length=64, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "disclosure_question"

    def __str__(self) -> str:
        return self.text[:40]


class Duty(models.Model):
    """What must be published how often: a row for every county (0: all without a row of their own).

    ``every`` month, quarter or year; due ``within`` days after the period's end. Versioned by
    ``valid_from`` and ``valid_to`` (the first day it no longer held).
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField(default=0)
    key = models.CharField(max_length=32)
    board = models.CharField(max_length=12)
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120)
    every = models.CharField(max_length=8)
    within = models.SmallIntegerField()
    basis = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "disclosure_duty"

    def __str__(self) -> str:
        return self.title
