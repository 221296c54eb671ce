"""The points shop: items, every movement of their stock, and what was redeemed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijin.core.ids import uuid7


class Item(models.Model):
    """Something that points buy. ``stock`` is what is there to give, never below zero; ``price`` in points."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    book_id = models.UUIDField()
    title = models.CharField(max_length=60)
    unit = models.CharField(max_length=12, default="")
    price = models.IntegerField()
    stock = models.IntegerField(default=0)
    on_offer = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_item"

    def __str__(self) -> str:
        return self.title


class StockMove(models.Model):
    """One movement of an item's stock; append-only. The stock is the sum of its movements."""

    class Kind(models.TextChoices):
        IN = "in", _("进货")
        REDEEMED = "redeemed", _("兑换")
        RETURNED = "returned", _("退回")
        COUNTED = "counted", _("盘点调整")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    item_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind)
    delta = models.IntegerField()
    why = models.CharField(max_length=120, default="")
    redemption_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=64, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_stock_move"

    def __str__(self) -> str:
        return f"{self.kind} {self.delta:+d}"


class Redemption(models.Model):
    """Points spent on an item: reserved, then handed out by its code, or given back."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("待领取")
        HANDED = "handed", _("已领取")
        RETURNED = "returned", _("已退回")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    book_id = models.UUIDField()
    item_id = models.UUIDField()
    title = models.CharField(max_length=60)
    quantity = models.IntegerField()
    cost = models.IntegerField()
    account_id = models.UUIDField()
    label = models.CharField(max_length=80)
    transfer_id = models.UUIDField()
    key = models.CharField(max_length=64)
    code = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=State)
    made_at = models.DateTimeField()
    keep_until = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=64, default="")
    done_name = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "ledger_redemption"

    def __str__(self) -> str:
        return f"{self.title} × {self.quantity}"
