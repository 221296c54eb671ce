"""Books, accounts, transfers and their entries; closings. Transfers, entries and closings are append-only.

Keys hold ``county`` (the migrations set them), so that the tables can be distributed by it one day. Every
row repeats a place's key, so that row-level security needs no join.
"""

from __future__ import annotations

from django.db import models

from zhijin.core.ids import uuid7


class Book(models.Model):
    """One set of books of one place: entries of a book sum to zero, whole numbers of one unit.

    ``unit``: ``point``, ``fen`` or ``micro_yuan``. ``closed_through`` is the last day nothing can be
    booked on any more. ``programme`` names the points programme that books here.
    """

    class Kind(models.TextChoices):
        POINTS = "points"
        FUND = "fund"
        VOUCHER = "voucher"

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    unit = models.CharField(max_length=12)
    title = models.CharField(max_length=80)
    opened_on = models.DateField()
    closed_through = models.DateField(null=True)
    simulated = models.BooleanField(default=False)
    programme = models.CharField(max_length=40, default="", db_default="", blank=True)

    class Meta:
        db_table = "ledger_book"

    def __str__(self) -> str:
        return self.title

    @property
    def record(self) -> str:
        return f"book:{self.id}"


class Account(models.Model):
    """One account of a book. ``holder`` names whose it is: ``household:…``, ``org:…``, ``book:issue``.

    ``kept`` accounts carry a running ``balance`` that never falls below ``least`` (None: no bound); the
    book's own accounts (issue, spent) are not kept, since every writer would wait for their row: their
    balance is the sum of their entries. ``label`` is what pages show; for a household it is masked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    book_id = models.UUIDField()
    place_key = models.BigIntegerField()
    holder = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    kept = models.BooleanField(default=True)
    balance = models.BigIntegerField(default=0)
    least = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_account"

    def __str__(self) -> str:
        return self.label


class Transfer(models.Model):
    """One booking: why its entries exist. ``key`` makes it happen once; ``digest`` is of its content.

    ``reverses`` names the transfer that this one takes back. ``record`` is what it rests on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    book_id = models.UUIDField()
    place_key = models.BigIntegerField()
    at = models.DateTimeField()
    day = models.DateField()
    kind = models.CharField(max_length=32)
    memo = models.CharField(max_length=200, default="")
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=64, default="")
    record = models.CharField(max_length=64, default="")
    key = models.CharField(max_length=64)
    digest = models.BinaryField(max_length=32)
    reverses = models.UUIDField(null=True)

    class Meta:
        db_table = "ledger_transfer"

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class Entry(models.Model):
    """One line of a transfer: ``amount`` into (positive) or out of an account; ``balance`` after it, if kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    book_id = models.UUIDField()
    transfer_id = models.UUIDField()
    account_id = models.UUIDField()
    place_key = models.BigIntegerField()
    at = models.DateTimeField()
    day = models.DateField()
    amount = models.BigIntegerField()
    balance = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return f"{self.amount:+d}"


class Closing(models.Model):
    """The close of a book through a day: chained digests over every account's balance on that day."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    book_id = models.UUIDField()
    place_key = models.BigIntegerField()
    through = models.DateField()
    transfers = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=64, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_closing"

    def __str__(self) -> str:
        return str(self.through)


class ClosingLine(models.Model):
    """One account on the day of a close: its balance, and what went in and out since the close before."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    closing_id = models.UUIDField()
    book_id = models.UUIDField()
    account_id = models.UUIDField()
    place_key = models.BigIntegerField()
    through = models.DateField()
    credits = models.BigIntegerField()
    debits = models.BigIntegerField()
    balance = models.BigIntegerField()

    class Meta:
        db_table = "ledger_closing_line"

    def __str__(self) -> str:
        return str(self.balance)
