"""Points: what was given or taken by which rule, what the household said to it, and its card.

A holder is ``household:<id>`` or, for members' own points, ``person:<id>``; pages show a masked label.
Keys hold ``county`` (the migrations set them), and every row repeats its place's key.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijin.core.ids import uuid7


class Award(models.Model):
    """One giving (or taking, ``amount`` below zero) of points by a rule of a programme's revision.

    ``asked`` is what the rule says, ``amount`` what is left of it under the cap. ``fact_id`` is the fact it
    came from; None: somebody entered the deed. A deduction waits in ``checked`` until it was told and
    the days for an appeal are over. ``transfer_id`` is the booking, ``reversal_id`` what took it back.
    """

    class State(models.TextChoices):
        UNCLAIMED = "unclaimed", _("待认领")
        PROPOSED = "proposed", _("待核对")
        CHECKED = "checked", _("已核对，待申辩期满")
        POSTED = "posted", _("已入账")
        REFUSED = "refused", _("不予记分")
        CAPPED = "capped", _("已到上限")
        REVERSED = "reversed", _("已撤销")
        LAPSED = "lapsed", _("逾期未认领")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    book_id = models.UUIDField()
    programme = models.CharField(max_length=40)
    revision_id = models.UUIDField()
    rule = models.CharField(max_length=40)
    asked = models.IntegerField()
    amount = models.IntegerField(default=0)
    account_id = models.UUIDField(null=True)
    holder = models.CharField(max_length=64, default="")
    label = models.CharField(max_length=80, default="")
    fact_id = models.UUIDField(null=True)
    day = models.DateField()
    record = models.CharField(max_length=64, default="")
    note = models.CharField(max_length=400, default="")
    evidence = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State)
    why = models.CharField(max_length=200, default="")
    proposed_by = models.CharField(max_length=64)
    proposed_name = models.CharField(max_length=64, default="")
    proposed_at = models.DateTimeField()
    checked_by = models.CharField(max_length=64, default="")
    checked_name = models.CharField(max_length=64, default="")
    checked_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    told_how = models.CharField(max_length=60, default="")
    appeal_until = models.DateTimeField(null=True)
    transfer_id = models.UUIDField(null=True)
    reversal_id = models.UUIDField(null=True)
    posted_at = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "ledger_award"

    def __str__(self) -> str:
        return f"{self.rule} {self.amount:+d}"

    @property
    def record_name(self) -> str:
        return f"award:{self.id}"

    @property
    def is_deduction(self) -> bool:
        return self.asked < 0


class Appeal(models.Model):
    """What the holder says to an award: a reply beforehand, or an appeal that must be answered by ``due_at``."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("申辩")
        APPEAL = "appeal", _("申诉")

    class State(models.TextChoices):
        OPEN = "open", _("待答复")
        KEPT = "kept", _("维持")
        UPHELD = "upheld", _("申诉成立")
        NOTED = "noted", _("已记录")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    award_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State)
    answer = models.CharField(max_length=500, default="")
    answered_by = models.CharField(max_length=64, default="")
    answered_name = models.CharField(max_length=64, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_appeal"

    def __str__(self) -> str:
        return self.text


class Card(models.Model):
    """The code by which a household or member sees its own points. A new card ends the old one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    holder = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    code = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    issued_name = models.CharField(max_length=64, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_card"

    def __str__(self) -> str:
        return self.label


class Sweep(models.Model):
    """Up to which transaction facts were turned into awards; one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    upto = models.BigIntegerField(default=0)

    class Meta:
        db_table = "ledger_sweep"

    def __str__(self) -> str:
        return str(self.upto)
