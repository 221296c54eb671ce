"""Residents and households. Identifying values are sealed; beside them stand a mask and a keyed index.

Every row repeats its place's key, so that row-level security needs no join.
"""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Now
from django.utils.translation import gettext_lazy as _

from zhijin.core.ids import uuid7


class Household(models.Model):
    """One household. ``place_code`` is its grid, or its village while it has none.

    ``twin``: another one of its village had its number when numbers were first held apart; such a pair stays as it is,
    and no third one joins it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    group_code = models.CharField(max_length=14, default="", blank=True)
    number = models.CharField(max_length=32)
    head_masked = models.CharField(max_length=32, default="", blank=True)
    address = models.BinaryField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    neighbour_leader = models.ForeignKey(
        "orgs.Appointment", models.SET_NULL, null=True, related_name="households"
    )
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)
    twin = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "people_household"
        indexes = [models.Index(fields=["place_key", "number"], name="people_household_place")]
        constraints = [
            models.UniqueConstraint(
                Left("place_code", 12),
                "number",
                name="people_household_once",
                condition=Q(valid_to=None, twin=False),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def has_grid(self) -> bool:
        return len(self.place_code) == 15


class Person(models.Model):
    """One resident. ``name_masked`` and ``phone_masked`` are what pages show."""

    class Party(models.TextChoices):
        NONE = ""
        MEMBER = "member"
        PROBATIONARY = "probationary"
        ACTIVIST = "activist"

    id = models.UUIDField(primary_key=True, default=uuid7)
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    name = models.BinaryField()
    name_masked = models.CharField(max_length=32)
    name_blind = models.BinaryField(max_length=32)
    phone = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=16, default="", blank=True)
    phone_blind = models.BinaryField(null=True, max_length=32)
    id_number = models.BinaryField(null=True)
    id_blind = models.BinaryField(null=True, max_length=32)
    gender = models.CharField(max_length=1, default="", blank=True)
    birth_year = models.SmallIntegerField(null=True)
    party = models.CharField(max_length=12, choices=Party, default=Party.NONE, blank=True)
    branch_key = models.BigIntegerField(null=True)
    floating = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "people_person"
        indexes = [
            models.Index(fields=["place_key", "id"], name="people_person_place"),
            models.Index(fields=["name_blind"], name="people_person_name"),
            models.Index(fields=["phone_blind"], name="people_person_phone"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_blind"], condition=Q(valid_to=None), name="people_person_once"
            )
        ]

    def __str__(self) -> str:
        return self.name_masked

    @property
    def record(self) -> str:
        return f"person:{self.id}"


class Membership(models.Model):
    """A person's place in a household, from when to when."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    place_key = models.BigIntegerField()
    relation = models.CharField(max_length=16, default="", blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "people_membership"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_to=None), name="people_membership_once"
            )
        ]

    def __str__(self) -> str:
        return self.relation


class Consent(models.Model):
    """A person's consent to one purpose, with how it was given; withdrawing keeps the line."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    place_key = models.BigIntegerField()
    purpose = models.CharField(max_length=24)
    how = models.CharField(max_length=120)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(withdrawn_at=None),
                name="people_consent_once",
            )
        ]

    def __str__(self) -> str:
        return self.purpose


class BranchMember(models.Model):
    """A Party member's place in a branch, from when to when. A move ends one row and begins another, so that what
    happened stays where it was. ``person_id`` names the resident where one is registered; ``valid_to`` is the first
    day on which they no longer belonged. ``whereabouts`` is a county or city, never an address. ``joined_on``: the day
    of joining the Party. Of an identity number only ``id_blind`` is kept, by which nobody is registered twice.
    ``first_id`` is the first row of the same person, where they were on another list before: see :attr:`who`.
    """

    class Standing(models.TextChoices):
        FULL = "full"
        PROBATIONARY = "probationary"

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    org_key = models.BigIntegerField()
    place_code = models.CharField(max_length=12)
    place_key = models.BigIntegerField()
    sector_key = models.BigIntegerField(null=True)
    industry_key = models.BigIntegerField(null=True)
    person_id = models.UUIDField(null=True)
    first_id = models.UUIDField(null=True)
    name = models.BinaryField()
    name_masked = models.CharField(max_length=32)
    name_blind = models.BinaryField(max_length=32)
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.FULL)
    committee = models.BooleanField(default=False)
    group = models.CharField(max_length=32, default="", blank=True)
    floating = models.BooleanField(default=False)
    whereabouts = models.CharField(max_length=32, default="", blank=True)
    joined_on = models.DateField(null=True)
    phone = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=16, default="", blank=True)
    phone_blind = models.BinaryField(null=True, max_length=32)
    id_blind = models.BinaryField(null=True, max_length=32)
    consent_how = models.CharField(max_length=120)
    link_version = models.SmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    ended_why = models.CharField(max_length=120, default="", blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "people_branch_member"

    def __str__(self) -> str:
        return self.name_masked

    @property
    def record(self) -> str:
        return f"member:{self.id}"

    @property
    def who(self) -> UUID:
        """One id for the person, however often they moved to another branch."""
        return self.first_id or self.id

    @property
    def line_keys(self) -> tuple[int, ...]:
        return tuple(key for key in (self.sector_key, self.industry_key) if key is not None)

    @property
    def may_vote(self) -> bool:
        """Probationary members have no vote (Party constitution, article 7)."""
        return self.standing == self.Standing.FULL


class DataRequest(models.Model):
    """What a person asked about their own data: to see, correct or erase it; closed with evidence.

    ``version_then`` is the person's version when they asked. ``evidence``: digest of the copy handed over, fields that
    were erased or kept, versions; never a value.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("查阅和复制")
        CORRECT = "correct", _("更正")
        ERASE = "erase", _("删除")

    class State(models.TextChoices):
        OPEN = "open", _("待答复")
        DONE = "done", _("已照办")
        REFUSED = "refused", _("未照办，已说明")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="data_requests", db_index=False)
    kind = models.CharField(max_length=7, choices=Kind)
    how = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    version_then = models.IntegerField()
    made_by = models.CharField(max_length=64)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    answer = models.CharField(max_length=200, default="", blank=True)
    evidence = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, default="", blank=True)
    closed_name = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "people_data_request"

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def record(self) -> str:
        return f"data-request:{self.id}"


class Particulars(models.Model):
    """What a team's make-up is counted from, for one holder of a public post: as declared when they took it.

    ``education`` and ``certificate`` are numbers of :data:`catalogue.EDUCATION` and :data:`catalogue.CERTIFICATES`.
    Pages show counts only, never one holder's values; only the year of birth is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    org_key = models.BigIntegerField(null=True)
    sector_key = models.BigIntegerField(null=True)
    industry_key = models.BigIntegerField(null=True)
    appointment = models.ForeignKey(
        "orgs.Appointment", models.PROTECT, related_name="particulars", db_index=False
    )
    gender = models.CharField(max_length=1, default="", blank=True)
    birth_year = models.SmallIntegerField(null=True)
    education = models.SmallIntegerField(null=True)
    certificate = models.SmallIntegerField(null=True)
    party_member = models.BooleanField(null=True)
    able_earner = models.BooleanField(null=True)
    returnee = models.BooleanField(null=True)
    graduate = models.BooleanField(null=True)
    leads_project = models.BooleanField(null=True)
    backbone = models.BooleanField(null=True)
    talent = models.BooleanField(null=True)
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "people_particulars"

    def __str__(self) -> str:
        return f"particulars:{self.appointment_id}"


class Hold(models.Model):
    """That a record must stay past its period: an appeal, a check, the archive; until a day, by who says why."""

    class Why(models.TextChoices):
        APPEAL = "appeal", _("申诉、复议或诉讼")
        CHECK = "check", _("监督检查")
        ARCHIVE = "archive", _("归档")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    subject = models.UUIDField()
    label = models.CharField(max_length=64)
    why = models.CharField(max_length=8, choices=Why)
    words = models.CharField(max_length=200)
    until = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=64, default="")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "people_hold"

    def __str__(self) -> str:
        return self.label

    @property
    def record(self) -> str:
        return f"hold:{self.id}"


class Erasure(models.Model):
    """How many records of a kind were erased at a place at once; never of whom."""

    class Why(models.TextChoices):
        PERIOD = "period", _("保存期满")
        REQUEST = "request", _("本人要求")
        AGAIN = "again", _("恢复备份后再次删除")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    n = models.IntegerField()
    why = models.CharField(max_length=8, choices=Why)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_erasure"

    def __str__(self) -> str:
        return f"{self.kind} {self.n}"


class KeepPeriod(models.Model):
    """Since when a kind is kept for so many days, and for how many before: a shorter period holds only when the list
    has told of it."""

    key = models.CharField(max_length=16, primary_key=True)
    days = models.IntegerField()
    before = models.IntegerField()
    since = models.DateField()

    class Meta:
        db_table = "people_keep_period"

    def __str__(self) -> str:
        return f"{self.key} {self.days}"
