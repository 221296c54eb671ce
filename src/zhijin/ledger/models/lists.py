"""The honour list, by consent, and the reminder list, off unless a county's programme turns it on."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijin.core.ids import uuid7


class Listing(models.Model):
    """One household on a list, for a deed and a time. No points stand here: a list is no ranking."""

    class Kind(models.TextChoices):
        HONOUR = "honour", _("光荣榜")
        REMINDER = "reminder", _("提醒榜")

    class State(models.TextChoices):
        DRAFT = "draft", _("拟列入")
        TOLD = "told", _("已告知")
        HEARD = "heard", _("已听取申辩")
        SHOWN = "shown", _("公布中")
        ENDED = "ended", _("已撤下")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    book_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind)
    holder = models.CharField(max_length=64)
    shown_as = models.CharField(max_length=80)
    title = models.CharField(max_length=80, default="")
    deed = models.CharField(max_length=300)
    consent = models.CharField(max_length=120, default="")
    state = models.CharField(max_length=8, choices=State)
    drafted_by = models.CharField(max_length=64)
    drafted_name = models.CharField(max_length=64, default="")
    drafted_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    told_how = models.CharField(max_length=60, default="")
    heard_at = models.DateTimeField(null=True)
    hearing = models.CharField(max_length=300, default="")
    approved_by = models.CharField(max_length=64, default="")
    approved_name = models.CharField(max_length=64, default="")
    shown_from = models.DateTimeField(null=True)
    shown_until = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=120, default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "ledger_listing"

    def __str__(self) -> str:
        return self.shown_as

    def public_at(self, now: datetime) -> bool:
        """Whether everybody may read it now; past its end never, though no chore has run."""
        ends = self.shown_until
        return self.state == self.State.SHOWN and ends is not None and now < ends
