"""Writes of access: accounts, grants, API keys. Signing in and out is in ``sign_ins``."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from zhijin.access import errors
from zhijin.access.models import Account, ApiKey, RoleGrant, SignIn
from zhijin.access.selectors import clock_wall, current_grants, is_administrator, token_digest
from zhijin.core import journal
from zhijin.core.actor import Actor
from zhijin.core.ids import is_code, place_span
from zhijin.core.roles import ADMINISTRATIVE, ROLES

_USERNAME = re.compile(r"[\w.@-]{2,64}")


def create_account(
    *, actor: Actor, username: str, name: str, password: str | None, is_program: bool = False,
    simulated: bool = False, must_change_password: bool = True,
) -> Account:  # fmt: skip
    """Make an account without any grant. Raises AC004, AC005, AC015, CO403."""
    actor.require("account.manage")
    if not _USERNAME.fullmatch(username) or not name.strip():
        raise errors.BAD_USERNAME()
    if password is not None and not actor.is_system:
        check_password_strength(password)
    try:
        with transaction.atomic():
            account = Account.objects.create(
                username=username, name=name.strip()[:64], is_program=is_program,
                password=hashers.make_password(password), simulated=simulated,
                must_change_password=must_change_password and not is_program,
            )  # fmt: skip
            about = {"username": username, "program": is_program}
            journal.write(actor, "account.create", f"account:{account.id}", detail=about)
    except IntegrityError as error:
        raise errors.USERNAME_TAKEN(username=username) from error
    return account


def check_password_strength(password: str) -> None:
    """Raises AC004 with the reasons under ``fields``."""
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        raise errors.WEAK_PASSWORD(fields={"new": " ".join(error.messages)}) from error


def grant_role(
    *, actor: Actor, account: Account, role: str, place_code: str,
    line: tuple[int, int] | None = None, org_key: int | None = None, source: str = "",
    valid_to: datetime | None = None,
) -> RoleGrant:  # fmt: skip
    """Give ``account`` a role over a place, or over a line or organisation there.

    The three administrators hold theirs nowhere: whatever place is named, they see no business
    data. Raises AC006-AC008, AC017, CO403.
    """
    actor.require("grant.manage")
    if role not in ROLES:
        raise errors.UNKNOWN_ROLE(role=role)
    if actor.kind == "account" and actor.id == str(account.id):
        raise errors.NOT_BY_ONESELF()
    if role in ADMINISTRATIVE:
        place_code, line, org_key = "", None, None
    elif not is_code(place_code) and (place_code or org_key is None):
        raise errors.PLACE_NEEDED()
    lo, hi = place_span(place_code) if place_code else (0, 0)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        _keep_administrators_apart(account, role)
        given = RoleGrant.objects.create(
            account=account, role=role, place_code=place_code, lo=lo, hi=hi,
            line_lo=line[0] if line else None, line_hi=line[1] if line else None,
            org_key=org_key, source=source, granted_by=actor.label, valid_to=valid_to,
        )  # fmt: skip
        detail = {"role": role, "place": place_code, "org": org_key, "line": line}
        journal.write(actor, "grant.give", f"account:{account.id}", detail=detail)
    return given


def _keep_administrators_apart(account: Account, role: str) -> None:
    """Also kept by a trigger on the table, for whatever does not come this way."""
    held = set(current_grants().filter(account=account).values_list("role", flat=True)) | {role}
    if held & ADMINISTRATIVE and len(held) > 1:
        raise errors.ADMINISTRATORS_APART()


def revoke(*, actor: Actor, grant: RoleGrant) -> None:
    """End a grant now; it stays on record."""
    actor.require("grant.manage")
    if actor.kind == "account" and actor.id == str(grant.account_id):
        raise errors.NOT_BY_ONESELF()
    with transaction.atomic():
        ended = current_grants().filter(pk=grant.pk).update(valid_to=clock_wall())
        if not ended:
            return
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
    """Stop or restore an account (a lock is lifted too); stopping ends its sign-ins at once."""
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
    """Give a random password (to be changed at the next sign-in), lift a lock, drop the second factor.

    Returns the password, shown once. Whoever could do this to another administrator could become
    them, so those are reset on the server by the platform itself; other accounts that hold grants
    are held until the security officer confirms. Raises AC016, CO403.
    """
    actor.require("account.manage")
    _keep_off_administrators(actor, account)
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        account.password = hashers.make_password(password)
        account.must_change_password, account.failures, account.locked_until = True, 0, None
        account.totp = None
        _hold(actor, account)
        account.save(
            update_fields=["password", "must_change_password", "failures", "locked_until", "totp", "held_at"]
        )  # fmt: skip
        SignIn.objects.filter(account=account).delete()
        journal.write(actor, "account.reset", f"account:{account.id}")
    return password


def _keep_off_administrators(actor: Actor, account: Account) -> None:
    if not actor.is_system and is_administrator(account):
        raise errors.GUARDED_ACCOUNT(username=account.username)


def _hold(actor: Actor, account: Account) -> None:
    """Who gives a new way in knows it, and must not by that alone get what others granted."""
    if not actor.is_system and current_grants().filter(account=account).exists():
        account.held_at = clock_wall()


def confirm_way_in(*, actor: Actor, account: Account) -> None:
    """The security officer has asked the person: the new password or identity is theirs.

    Ends the hold. Nothing happens where none is. Raises AC008, CO403.
    """
    actor.require("grant.manage")
    if actor.id == str(account.id):
        raise errors.NOT_BY_ONESELF()
    with transaction.atomic():
        held = Account.objects.filter(pk=account.pk, held_at__isnull=False)
        if held.update(held_at=None):
            journal.write(actor, "account.confirmed", f"account:{account.id}")


def link_identity(*, actor: Actor, account: Account, subject: str) -> None:
    """Connect the account with a subject of the OpenID Connect provider; empty ends the connection.

    An account that holds grants is then held until the security officer confirms.

    Raises AC016, AC018, CO403.
    """
    actor.require("account.manage")
    _keep_off_administrators(actor, account)
    account.oidc_subject = subject.strip()[:200] or None
    if account.oidc_subject:
        _hold(actor, account)
    try:
        with transaction.atomic():
            account.save(update_fields=["oidc_subject", "held_at"])
            about = {"subject": account.oidc_subject}
            journal.write(actor, "account.identity", f"account:{account.id}", detail=about)
    except IntegrityError as error:
        raise errors.OIDC_TAKEN() from error


def issue_key(*, actor: Actor, account: Account, label: str, ends_at: datetime | None) -> str:
    """A new API key for a program account, shown once; only its digest is kept.

    Whoever issues it knows it, so it opens nothing until the security officer confirms that it
    reached the other system; keys that were in use before work on. Raises AC019, CO403.
    """
    actor.require("account.manage")
    if not account.is_program:
        raise errors.NOT_A_PROGRAM()
    key = "zk_" + secrets.token_urlsafe(32)
    with transaction.atomic():
        ApiKey.objects.create(
            digest=token_digest(key), account=account, label=label[:64], hint=key[-4:],
            ends_at=ends_at, held_at=None if actor.is_system else clock_wall(),
        )  # fmt: skip
        detail = {"label": label[:64], "ends": ends_at}
        journal.write(actor, "key.issue", f"account:{account.id}", detail=detail)
    return key


def confirm_key(*, actor: Actor, account: Account, hint: str) -> None:
    """The security officer has asked whoever runs the other system: the key is theirs.

    Ends the hold of the account's keys that end in ``hint``; nothing happens where none is held.
    Raises AC008, CO403.
    """
    actor.require("grant.manage")
    if actor.id == str(account.id):
        raise errors.NOT_BY_ONESELF()
    with transaction.atomic():
        held = ApiKey.objects.filter(account=account, hint=hint, held_at__isnull=False)
        if held.update(held_at=None):
            journal.write(actor, "key.confirmed", f"account:{account.id}", detail={"hint": hint})


def end_key(*, actor: Actor, account: Account, hint: str) -> None:
    """End the keys of ``account`` that end in ``hint``."""
    actor.require("account.manage")
    with transaction.atomic():
        ApiKey.objects.filter(account=account, hint=hint).update(ends_at=clock_wall())
        journal.write(actor, "key.end", f"account:{account.id}", detail={"hint": hint})
