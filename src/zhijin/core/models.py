"""The spine's tables: facts, the journal and its seals, stored files, idempotency keys."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models.functions import Now


class Fact(models.Model):
    """One thing that happened, written in the same transaction as the change it tells of.

    Append-only and partitioned by month of ``at``; a correction is a new fact whose ``attrs``
    name the old one under ``corrects``. ``tx`` is the writing transaction, so that readers can
    follow the order of commits rather than that of event times.
    """

    pk = models.CompositePrimaryKey("county", "at", "id")
    id = models.UUIDField()
    at = models.DateTimeField()
    county = models.IntegerField()
    org_key = models.BigIntegerField(null=True)
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    value = models.BigIntegerField(default=1)
    attrs = models.JSONField(default=dict)
    playbook = models.CharField(max_length=64, default="")
    revision = models.IntegerField(default=0)
    record = models.CharField(max_length=64)

    class Meta:
        db_table = "core_fact"

    def __str__(self) -> str:
        return f"{self.kind} {self.record}"


class JournalEntry(models.Model):
    """Who did or saw what; append-only, sealed into an SM3 chain by :mod:`zhijin.core.journal`."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=64, default="")
    action = models.CharField(max_length=64)
    object = models.CharField(max_length=96)
    place_key = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "core_journal"
        indexes = [
            models.Index(fields=["object", "id"], name="core_journal_object"),
            models.Index(fields=["actor", "id"], name="core_journal_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object}"


class JournalSeal(models.Model):
    """The chain over the journal: ``digest = SM3(previous digest ‖ canonical entry)``."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT)
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "core_journal_seal"

    def __str__(self) -> str:
        return f"{self.seq} {bytes(self.digest).hex()}"


class StoredFile(models.Model):
    """A file in the content-addressed store, by SHA-256 of its bytes.

    ``idle_since``: when no row was found any more that names it; empty while one does. ``looked``: what looking
    through its text told (:mod:`zhijin.core.file_texts`); empty until somebody wants to publish it.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    stored_at = models.DateTimeField(db_default=Now())
    idle_since = models.DateTimeField(null=True)
    looked = models.JSONField(null=True)

    class Meta:
        db_table = "core_file"

    def __str__(self) -> str:
        return self.digest


class FileStore(models.Model):
    """The id of the one folder of files that belongs to this database; it stands in the folder too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        db_table = "core_file_store"

    def __str__(self) -> str:
        return str(self.id)


class SigningKey(models.Model):
    """The public half of a key that signed here; kept for good (see :mod:`zhijin.core.signing`)."""

    kid = models.CharField(max_length=16, primary_key=True)
    public = models.BinaryField(max_length=32)
    since = models.DateTimeField()

    class Meta:
        db_table = "core_signing_key"

    def __str__(self) -> str:
        return self.kid


class IdempotencyKey(models.Model):
    """A submission already answered: the same key with the same body gives the same answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    scope = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    body = models.BinaryField(max_length=32)
    answer = models.CharField(max_length=128, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "core_idempotency"
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="core_idempotency_unique")
        ]

    def __str__(self) -> str:
        return f"{self.scope}:{self.key}"


class DemoClock(models.Model):
    """How far a demonstration's clock has been moved ahead. Unused on a real installation."""

    ahead = models.DurationField()

    class Meta:
        db_table = "core_demo_clock"

    def __str__(self) -> str:
        return f"+{self.ahead}"


class RateWindow(models.Model):
    """How often one client did one thing in one window; shared by every web process."""

    key = models.CharField(max_length=96, primary_key=True)
    window = models.BigIntegerField()
    count = models.IntegerField(default=0)
    ends = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "core_rate_window"

    def __str__(self) -> str:
        return f"{self.key} {self.count}"


class CalendarNotice(models.Model):
    """One day of the State Council's notice that differs from the packaged calendar."""

    day = models.DateField(primary_key=True)
    workday = models.BooleanField()
    source = models.CharField(max_length=200)

    class Meta:
        db_table = "core_calendar_notice"

    def __str__(self) -> str:
        return f"{self.day} {self.workday}"


Json = dict[str, Any]
