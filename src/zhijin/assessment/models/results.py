"""What a run computed for each organisation, and what follows: scores, values, marks, cases, evidence."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhijin.assessment.models.runs import OfOrganisation
from zhijin.core.ids import uuid7


class Score(OfOrganisation):
    """An organisation's total, its rank among its peers, and the score of each dimension.

    ``dims`` follows ``Run.dimensions``; None where every indicator of the dimension is exempt.
    ``total`` is None when nothing could be assessed; then there is no rank. ``of`` counts the ranked
    peers, ``tied`` those of the same rank (1: alone). ``group_by`` says which group was used:
    ``wider`` is true when the first was too small.
    """

    pk = models.CompositePrimaryKey("county", "run_id", "org_key")
    run_id = models.UUIDField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    sector = models.SmallIntegerField()
    industry = models.SmallIntegerField(null=True)
    parent_key = models.BigIntegerField(null=True)
    total = models.IntegerField(null=True)
    adjusted = models.IntegerField(default=0)
    dims = ArrayField(models.IntegerField(null=True), default=list)
    rank = models.IntegerField(null=True)
    of = models.IntegerField(default=0)
    tied = models.IntegerField(default=0)
    group_key = models.CharField(max_length=64)
    group_by = models.CharField(max_length=64)
    wider = models.BooleanField(default=False)

    class Meta:
        db_table = "assessment_score"

    def __str__(self) -> str:
        return f"{self.name} {self.total} {self.rank}/{self.of}"


class Value(OfOrganisation):
    """An organisation's indicators in the order of ``Run.indicators``.

    ``states``: 0 a value, 1 missing and exempt, 2 missing and counted full, 3 missing and counted
    zero. ``values`` are basis points for ratios and plain units otherwise; ``scores`` basis points.
    """

    class State(models.IntegerChoices):
        VALUE = 0
        EXEMPT = 1
        FULL = 2
        ZERO = 3

    pk = models.CompositePrimaryKey("county", "run_id", "org_key")
    run_id = models.UUIDField()
    numerators = ArrayField(models.BigIntegerField(null=True), default=list)
    denominators = ArrayField(models.BigIntegerField(null=True), default=list)
    values = ArrayField(models.BigIntegerField(null=True), default=list)
    scores = ArrayField(models.IntegerField(null=True), default=list)
    states = ArrayField(models.SmallIntegerField(), default=list)

    class Meta:
        db_table = "assessment_value"

    def __str__(self) -> str:
        return f"{self.run_id} {self.org_key}"


class Mark(OfOrganisation):
    """An organisation that the programme names: ``kind`` is the mark's id in the file (laggard, advanced),
    ``rules`` those that held (proportion, running) and ``reason`` the figures."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    run_id = models.UUIDField()
    programme = models.CharField(max_length=64)
    period_start = models.DateField()
    kind = models.CharField(max_length=64)
    rules = ArrayField(models.CharField(max_length=32), default=list)
    reason = models.JSONField(default=dict)

    class Meta:
        db_table = "assessment_mark"

    def __str__(self) -> str:
        return f"{self.org_key} {self.kind}"


class Follow(OfOrganisation):
    """The case that a mark opened, once for a programme, period, organisation and kind of mark.

    ``partner_key`` is the advanced organisation that a laggard visits (None for the advanced).
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    run_id = models.UUIDField()
    mark_id = models.UUIDField()
    programme = models.CharField(max_length=64)
    period_start = models.DateField()
    kind = models.CharField(max_length=64)
    opens = models.CharField(max_length=64)
    case_id = models.UUIDField(null=True)
    partner_key = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=16, default="", blank=True)

    class Meta:
        db_table = "assessment_follow"

    def __str__(self) -> str:
        return f"{self.org_key} {self.kind} {self.case_id}"


class Evidence(OfOrganisation):
    """The facts behind one value (or one joined fact) of a frozen run.

    ``ids``: 17 bytes a fact, in the order of ids: one of flags (1 counted in the numerator, 2 in the
    denominator, 4 joined the total), then the id. ``digest``: SHA-256 over each flag, id and the fact's own
    SHA-256 (``assessment.cycle.evidence``). ``count`` is how many facts these are.
    """

    pk = models.CompositePrimaryKey("county", "run_id", "org_key", "indicator")
    run_id = models.UUIDField()
    indicator = models.CharField(max_length=64)
    count = models.IntegerField()
    ids = models.BinaryField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "assessment_evidence"

    def __str__(self) -> str:
        return f"{self.run_id} {self.org_key} {self.indicator}"
