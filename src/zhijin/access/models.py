"""Accounts, their grants, sign-ins and API keys."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from zhijin.core.ids import uuid7


class Account(models.Model):
    """One person's (or one program's) way in. Business data about the person is in ``people``."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    password = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    is_program = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    failures = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    #: A new way in was given by an administrator and the security officer has not yet said that it
    #: reached the person; nobody signs in meanwhile.
    held_at = models.DateTimeField(null=True)
    totp = models.BinaryField(null=True)
    totp_step = models.BigIntegerField(default=0)
    oidc_subject = models.CharField(max_length=200, null=True, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_account"

    def __str__(self) -> str:
        return self.username


class RoleGrant(models.Model):
    """A role over a place, or over a line or organisation at a place, for a time."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=32)
    place_code = models.CharField(max_length=15)
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    line_lo = models.BigIntegerField(null=True)
    line_hi = models.BigIntegerField(null=True)
    org_key = models.BigIntegerField(null=True)
    source = models.CharField(max_length=64, default="")
    granted_by = models.CharField(max_length=64)
    valid_from = models.DateTimeField(db_default=Now())
    valid_to = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_grant"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(role__in=["auditor", "security_officer", "system_admin"])
                | models.Q(place_code="", lo=0, hi=0, line_lo=None, org_key=None),
                name="access_grant_nowhere",
            )
        ]
        indexes = [
            models.Index(fields=["role", "lo"], name="access_grant_role"),
            models.Index(fields=["source"], name="access_grant_source"),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.place_code}"


class SignIn(models.Model):
    """One signed-in browser; the cookie holds a random token, the table only its digest."""

    token = models.BinaryField(max_length=32, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    agent = models.CharField(max_length=120, default="")

    class Meta:
        db_table = "access_sign_in"

    def __str__(self) -> str:
        return f"{self.account_id} {self.created_at}"


class ApiKey(models.Model):
    """A key for another system, acting as its program account."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="keys")
    label = models.CharField(max_length=64)
    hint = models.CharField(max_length=8)
    created_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    #: Issued by an administrator, who knows it; opens nothing until the security officer confirms.
    held_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_api_key"

    def __str__(self) -> str:
        return f"{self.label} …{self.hint}"
