"""Writes of access: accounts, grants, sign-ins, second factors, keys."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import pyotp
from django.conf import settings
from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from zhijin.access import errors
from zhijin.access.models import Account, ApiKey, RoleGrant, SignIn
from zhijin.access.selectors import clock_wall, current_grants, token_digest
from zhijin.core import crypto, journal
from zhijin.core.actor import Actor
from zhijin.core.ids import place_span
from zhijin.core.roles import ROLES

APART = frozenset({"system_admin", "security_officer", "auditor"})
FAILURES_BEFORE_LOCK = 5
LOCK_MINUTES = 15
_DUMMY = "scrypt$16384$x$8$1$" + "A" * 86 + "=="


def create_account(
    *, actor: Actor, username: str, name: str, password: str | None, is_program: bool = False,
    simulated: bool = False, must_change_password: bool = True,
) -> Account:  # fmt: skip
    """Make an account without any grant. Raises AC004, AC005, CO403."""
    actor.require("account.manage")
    if password is not None and not actor.is_system:
        check_password_strength(password)
    with transaction.atomic():
        if Account.objects.filter(username=username).exists():
            raise errors.USERNAME_TAKEN(username=username)
        account = Account.objects.create(
            username=username, name=name, password=hashers.make_password(password),
            is_program=is_program, simulated=simulated, must_change_password=must_change_password,
        )  # fmt: skip
        journal.write(actor, "account.create", f"account:{account.id}", detail={"name": username})
    return account


def check_password_strength(password: str) -> None:
    """Raises AC004 with the reasons under ``fields``."""
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        raise errors.WEAK_PASSWORD(fields={"password": " ".join(error.messages)}) from error


def grant_role(
    *, actor: Actor, account: Account, role: str, place_code: str,
    line: tuple[int, int] | None = None, org_key: int | None = None, source: str = "",
    valid_to: datetime | None = None,
) -> RoleGrant:  # fmt: skip
    """Give ``account`` a role over a place. Raises AC006–AC008, CO403."""
    actor.require("grant.manage")
    if role not in ROLES:
        raise errors.UNKNOWN_ROLE(role=role)
    if actor.kind == "account" and actor.id == str(account.id):
        raise errors.NOT_BY_ONESELF()
    lo, hi = place_span(place_code) if place_code else (0, 0)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        _keep_administrators_apart(account, role)
        given = RoleGrant.objects.create(
            account=account, role=role, place_code=place_code, lo=lo, hi=hi,
            line_lo=line[0] if line else None, line_hi=line[1] if line else None,
            org_key=org_key, source=source, granted_by=actor.label, valid_to=valid_to,
        )  # fmt: skip
        detail = {"role": role, "place": place_code, "org": org_key}
        journal.write(actor, "grant.give", f"account:{account.id}", detail=detail)
    return given


def _keep_administrators_apart(account: Account, role: str) -> None:
    held = set(current_grants().filter(account=account).values_list("role", flat=True)) | {role}
    if held & APART and len(held) > 1:
        raise errors.ADMINISTRATORS_APART()


def revoke(*, actor: Actor, grant: RoleGrant) -> None:
    """End a grant now; it stays on record."""
    actor.require("grant.manage")
    if actor.kind == "account" and actor.id == str(grant.account_id):
        raise errors.NOT_BY_ONESELF()
    with transaction.atomic():
        RoleGrant.objects.filter(pk=grant.pk, valid_to=None).update(valid_to=clock_wall())
        detail = {"role": grant.role, "place": grant.place_code}
        journal.write(actor, "grant.revoke", f"account:{grant.account_id}", detail=detail)


def revoke_source(*, actor: Actor, source: str) -> int:
    """End every grant that came from ``source`` (an appointment that ended); returns how many."""
    actor.require("grant.manage")
    grants = list(current_grants().filter(source=source))
    for given in grants:
        revoke(actor=actor, grant=given)
    return len(grants)


def set_active(*, actor: Actor, account: Account, active: bool) -> None:
    """Stop or restore an account; stopping ends its sign-ins at once."""
    actor.require("account.manage")
    if actor.id == str(account.id):
        raise errors.NOT_BY_ONESELF()
    with transaction.atomic():
        account.is_active = active
        account.failures, account.locked_until = 0, None
        account.save(update_fields=["is_active", "failures", "locked_until"])
        if not active:
            SignIn.objects.filter(account=account).delete()
        action = "account.restore" if active else "account.stop"
        journal.write(actor, action, f"account:{account.id}")


def reset_password(*, actor: Actor, account: Account) -> str:
    """Give a new random password (to be changed at the next sign-in) and lift a lock; returns it."""
    actor.require("account.manage")
    password = secrets.token_urlsafe(9)
    with transaction.atomic():
        account.password = hashers.make_password(password)
        account.must_change_password, account.failures, account.locked_until = True, 0, None
        account.totp = None
        account.save(
            update_fields=["password", "must_change_password", "failures", "locked_until", "totp"]
        )
        SignIn.objects.filter(account=account).delete()
        journal.write(actor, "account.reset", f"account:{account.id}")
    return password


def sign_in(*, username: str, password: str, code: str, agent: str) -> tuple[Account, str]:
    """Check a password (and the second factor where set); returns the account and a cookie token.

    Raises AC001–AC003. An unknown name costs the same time as a known one.
    """
    account = Account.objects.filter(username=username, is_active=True, is_program=False).first()
    if account is None:
        hashers.check_password(password, hashers.make_password(None) and _DUMMY)
        raise errors.WRONG_PASSWORD()
    present = clock_wall()
    if account.locked_until and account.locked_until > present:
        minutes = int((account.locked_until - present).total_seconds() // 60) + 1
        raise errors.LOCKED(minutes=minutes)
    if not hashers.check_password(password, account.password):
        _failed(account)
        raise errors.WRONG_PASSWORD()
    if account.totp is not None:
        if not code:
            raise errors.SECOND_FACTOR_NEEDED()
        if not _second_factor(account, code):
            _failed(account)
            raise errors.WRONG_PASSWORD()
    return account, open_session(account, agent)


def _failed(account: Account) -> None:
    """Count a failure; the fifth locks the account for a quarter of an hour."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(failures=F("failures") + 1)
        account.refresh_from_db(fields=["failures"])
        if account.failures >= FAILURES_BEFORE_LOCK:
            until = clock_wall() + timedelta(minutes=LOCK_MINUTES)
            Account.objects.filter(pk=account.pk).update(failures=0, locked_until=until)
        person = Actor("account", str(account.id), account.name)
        journal.write(person, "sign_in.refused", f"account:{account.id}")


def _second_factor(account: Account, code: str) -> bool:
    """Check a TOTP code (RFC 6238); each 30-second step is accepted once only."""
    secret = crypto.unseal("account.totp", account.totp or b"")
    totp = pyotp.TOTP(secret)
    present = int(clock_wall().timestamp())
    for step in (present // 30 - 1, present // 30, present // 30 + 1):
        fresh = step > account.totp_step
        if fresh and pyotp.utils.strings_equal(totp.at(step * 30), code.strip()):
            used = Account.objects.filter(pk=account.pk, totp_step__lt=step)
            return used.update(totp_step=step) == 1
    return False


def open_session(account: Account, agent: str) -> str:
    """A new sign-in; returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    present = clock_wall()
    ends = present + timedelta(hours=settings.ZHIJIN_SIGN_IN_HOURS)
    with transaction.atomic():
        SignIn.objects.create(
            token=token_digest(token), account=account, created_at=present, seen_at=present,
            ends_at=ends, agent=agent[:120],
        )  # fmt: skip
        Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None)
        person = Actor("account", str(account.id), account.name)
        journal.write(person, "sign_in", f"account:{account.id}")
    return token


def sign_out(*, actor: Actor, token: str) -> None:
    """End this browser's sign-in."""
    with transaction.atomic():
        SignIn.objects.filter(token=token_digest(token)).delete()
        journal.write(actor, "sign_out", f"account:{actor.id}")


def change_password(*, actor: Actor, old: str, new: str) -> None:
    """Change one's own password; every other sign-in ends. Raises AC001, AC004."""
    account = Account.objects.get(pk=actor.id)
    if not hashers.check_password(old, account.password):
        raise errors.WRONG_PASSWORD()
    check_password_strength(new)
    with transaction.atomic():
        account.password = hashers.make_password(new)
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        SignIn.objects.filter(account=account).delete()
        journal.write(actor, "account.password", f"account:{account.id}")


def enrol_second_factor(*, actor: Actor, secret: str, code: str) -> None:
    """Turn the second factor on once a first code proves the phone has the secret. Raises AC010."""
    if not pyotp.TOTP(secret).verify(code.strip(), for_time=clock_wall(), valid_window=1):
        raise errors.WRONG_CODE()
    with transaction.atomic():
        Account.objects.filter(pk=actor.id).update(totp=crypto.seal("account.totp", secret))
        journal.write(actor, "account.second_factor", f"account:{actor.id}")


def issue_key(*, actor: Actor, account: Account, label: str, ends_at: datetime | None) -> str:
    """A new API key for a program account, shown once; only its digest is kept."""
    actor.require("account.manage")
    key = "zk_" + secrets.token_urlsafe(32)
    with transaction.atomic():
        ApiKey.objects.create(
            digest=token_digest(key), account=account, label=label, hint=key[-4:], ends_at=ends_at
        )
        journal.write(actor, "key.issue", f"account:{account.id}", detail={"label": label})
    return key
