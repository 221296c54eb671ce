"""Signing in and out, one's own password and second factor."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import pyotp
from django.conf import settings
from django.contrib.auth import hashers
from django.db import connection, transaction
from django.db.models import F

from zhijin.access import errors
from zhijin.access.models import Account, SignIn
from zhijin.access.selectors import clock_wall, token_digest
from zhijin.access.services import check_password_strength
from zhijin.core import crypto, journal, ratelimit
from zhijin.core.actor import Actor

FAILURES_BEFORE_LOCK = 5
LOCK_MINUTES = 15
STEP = 30


def sign_in(*, username: str, password: str, code: str, agent: str) -> tuple[Account, str]:
    """Check a password (and the second factor where set); returns the account and a cookie token.

    Raises AC001-AC003, AC020. An unknown name costs the same time as a known one, and is locked after as
    many tries, so that neither tells which names exist.
    """
    account = Account.objects.filter(username=username, is_active=True, is_program=False).first()
    if account is None:
        _unknown(username, password)
        raise errors.WRONG_PASSWORD()
    present = clock_wall()
    if account.locked_until and account.locked_until > present:
        minutes = int((account.locked_until - present).total_seconds() // 60) + 1
        raise errors.LOCKED(minutes=minutes)
    if not hashers.check_password(password, account.password):
        _failed(account)
        raise errors.WRONG_PASSWORD()
    if account.totp is not None:
        if not code.strip():
            raise errors.SECOND_FACTOR_NEEDED()
        if not _second_factor(account, code):
            _failed(account)
            raise errors.WRONG_PASSWORD()
    return account, open_session(account, agent)


def _unknown(username: str, password: str) -> None:
    """What a wrong password does, for a name that nobody has: the same lock, as long, told alike."""
    name = hashlib.sha256(username.encode()).hexdigest()
    if left := ratelimit.held(f"sign-in-lock:{name}"):
        raise errors.LOCKED(minutes=-(-left // 60))
    hashers.make_password(password)
    if ratelimit.count(f"sign-in-name:{name}", 86_400) % FAILURES_BEFORE_LOCK == 0:
        ratelimit.hold(f"sign-in-lock:{name}", LOCK_MINUTES * 60)


def _failed(account: Account) -> None:
    """Count a failure; the fifth locks the account for a quarter of an hour."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(failures=F("failures") + 1)
        account.refresh_from_db(fields=["failures"])
        locked = account.failures >= FAILURES_BEFORE_LOCK
        if locked:
            until = clock_wall() + timedelta(minutes=LOCK_MINUTES)
            Account.objects.filter(pk=account.pk).update(failures=0, locked_until=until)
        action = "sign_in.locked" if locked else "sign_in.refused"
        journal.write(_person(account), action, f"account:{account.id}")


def _second_factor(account: Account, code: str) -> bool:
    """Check a TOTP code (RFC 6238); each 30-second step is accepted once only."""
    step = _step_of(crypto.unseal("account.totp", account.totp or b""), code)
    if step is None:
        return False
    return bool(Account.objects.filter(pk=account.pk, totp_step__lt=step).update(totp_step=step))


def _step_of(secret: str, code: str) -> int | None:
    """The time step that ``code`` is right for: the present one, or one beside it."""
    totp, present = pyotp.TOTP(secret), int(clock_wall().timestamp()) // STEP
    for step in (present, present - 1, present + 1):
        if secrets.compare_digest(totp.at(step * STEP).encode(), code.strip().encode()):
            return step
    return None


def _person(account: Account) -> Actor:
    return Actor("account", str(account.id), account.name)


def open_session(account: Account, agent: str) -> str:
    """Begin a sign-in; returns the token for the cookie. Raises AC020 while a new way in is held."""
    if account.held_at is not None:
        raise errors.HELD()
    token = secrets.token_urlsafe(32)
    present = clock_wall()
    ends = present + timedelta(hours=settings.ZHIJIN_SIGN_IN_HOURS)
    with transaction.atomic():
        SignIn.objects.create(
            token=token_digest(token), account=account, created_at=present, seen_at=present,
            ends_at=ends, agent=agent[:120],
        )  # fmt: skip
        Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None)
        journal.write(_person(account), "sign_in", f"account:{account.id}")
    return token


def end_session(token: str) -> None:
    """End the sign-in that a browser had, when it begins another."""
    if token:
        SignIn.objects.filter(token=token_digest(token)).delete()


def sign_out(*, actor: Actor, token: str) -> None:
    """End this browser's sign-in."""
    with transaction.atomic():
        SignIn.objects.filter(token=token_digest(token)).delete()
        journal.write(actor, "sign_out", f"account:{actor.id}")


def change_password(*, actor: Actor, old: str, new: str) -> None:
    """Change one's own password; every sign-in of the account ends. Raises AC001, AC004."""
    account = Account.objects.get(pk=actor.id)
    if not hashers.check_password(old, account.password):
        raise errors.WRONG_PASSWORD()
    if secrets.compare_digest(old.encode(), new.encode()):
        raise errors.WEAK_PASSWORD()
    check_password_strength(new)
    with transaction.atomic():
        account.password = hashers.make_password(new)
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        SignIn.objects.filter(account=account).delete()
        journal.write(actor, "account.password", f"account:{account.id}")


def enrol_second_factor(*, actor: Actor, secret: str, code: str, password: str) -> None:
    """Turn the second factor on once a first code proves the phone has the secret.

    The password is asked again: whoever finds a browser signed in could otherwise put their own
    phone in place of the owner's. That first code is used up: it cannot sign anybody in.
    Raises AC001, AC010.
    """
    step = _step_of(secret, code)
    if step is None:
        raise errors.WRONG_CODE()
    account = Account.objects.get(pk=actor.id)
    given = hashers.check_password(password, account.password)
    if hashers.is_password_usable(account.password) and not given:
        raise errors.WRONG_PASSWORD()
    with transaction.atomic():
        Account.objects.filter(pk=actor.id).update(
            totp=crypto.seal("account.totp", secret), totp_step=step
        )
        journal.write(actor, "account.second_factor", f"account:{actor.id}")


def has_password(actor: Actor) -> bool:
    """Whether the account signs in with a password (others come through the identity provider)."""
    stored = Account.objects.filter(pk=actor.id).values_list("password", flat=True).first()
    return stored is not None and hashers.is_password_usable(stored)


def purge_sign_ins() -> int:
    """Remove sign-ins that have ended or were left idle; returns how many."""
    idle = clock_wall() - timedelta(minutes=settings.ZHIJIN_IDLE_MINUTES)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM access_sign_in WHERE ends_at < %s OR seen_at < %s", [clock_wall(), idle]
        )
        return int(cursor.rowcount)
