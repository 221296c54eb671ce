"""Effects done, publications, notices, follow-ups, webhook endpoints and their deliveries.

Keys of the big tables hold ``county``, so that they can be distributed by it one day.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhijin.core.ids import uuid7


class Effect(models.Model):
    """One effect that was carried out. Unique by (county, subject, kind, rule): done once.

    ``subject`` is the event, or the case for effects that a case may have only once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    case_id = models.UUIDField()
    subject = models.UUIDField()
    kind = models.CharField(max_length=16)
    rule = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "programmes_effect"

    def __str__(self) -> str:
        return f"{self.kind} {self.rule} of {self.subject}"


class Publication(models.Model):
    """What a playbook lets the public see of one case on a board.

    ``fields`` maps the playbook's fields to their values, ``photos`` are digests. Held ones wait
    for a person because something personal was found (``found``); the public sees ``shown`` ones
    only.
    """

    class State(models.TextChoices):
        HELD = "held"
        SHOWN = "shown"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    place_code = models.CharField(max_length=15)
    case_id = models.UUIDField()
    number = models.CharField(max_length=24)
    playbook = models.CharField(max_length=64)
    revision_id = models.UUIDField()
    rule = models.IntegerField()
    board = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    photos = ArrayField(models.CharField(max_length=64), default=list)
    state = models.CharField(max_length=16, choices=State)
    found = ArrayField(models.CharField(max_length=16), default=list)
    prepared_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, default="")
    decided_name = models.CharField(max_length=64, default="")
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(default="")

    class Meta:
        db_table = "programmes_publication"

    def __str__(self) -> str:
        return f"{self.number} {self.board} {self.state}"


class Notice(models.Model):
    """Something that a role at a place, one account, or the reporter should know.

    ``role`` is ``reporter`` for what stands on the status page. Texts are stored as they were.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField(null=True)
    case_id = models.UUIDField(null=True)
    role = models.CharField(max_length=32, default="")
    account = models.UUIDField(null=True)
    kind = models.CharField(max_length=16)
    text_zh = models.TextField()
    text_en = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "programmes_notice"

    def __str__(self) -> str:
        return self.text_zh


class NoticeRead(models.Model):
    """That an account has read a notice."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.UUIDField()
    notice = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "programmes_notice_read"
        constraints = [
            models.UniqueConstraint(fields=["account", "notice"], name="programmes_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.notice}"


class FollowUp(models.Model):
    """A further case that a playbook opens, now or later; ``opened`` names it once it is there."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    case_id = models.UUIDField()
    event_id = models.UUIDField()
    rule = models.IntegerField()
    due_at = models.DateTimeField()
    opened = models.UUIDField(null=True)
    tries = models.IntegerField(default=0)
    error = models.CharField(max_length=16, default="")

    class Meta:
        db_table = "programmes_follow_up"

    def __str__(self) -> str:
        return f"{self.case_id} {self.rule}"


class Endpoint(models.Model):
    """An address of another system that is told of cases in ``place_code`` (empty: everywhere).

    Empty ``events`` and ``playbooks`` mean all. The former secret stays valid until
    ``former_until`` while a secret is rotated.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    label = models.CharField(max_length=64)
    url = models.CharField(max_length=500)
    place_code = models.CharField(max_length=15, default="", blank=True)
    events = ArrayField(models.CharField(max_length=32), default=list)
    playbooks = ArrayField(models.CharField(max_length=64), default=list)
    secret = models.BinaryField()
    former = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    stopped_why = models.CharField(max_length=32, default="")
    failures = models.IntegerField(default=0)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "programmes_endpoint"

    def __str__(self) -> str:
        return self.label


class Delivery(models.Model):
    """One message to one endpoint. The payload is sealed, and dropped once delivered.

    What an administrator may see is everything but the payload and the event.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    event_id = models.UUIDField()
    type = models.CharField(max_length=32)
    payload = models.BinaryField(null=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    status = models.IntegerField(default=0)
    millis = models.IntegerField(default=0)
    error = models.CharField(max_length=32, default="")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programmes_delivery"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="programmes_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="programmes_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["endpoint", "-made_at"], name="programmes_delivery_made"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.type} {self.state}"
