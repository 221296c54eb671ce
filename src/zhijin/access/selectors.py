"""Reads of access: who stands behind a token, who holds a role where."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Count, Expression, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Left, RowNumber

from zhijin.access.models import Account, ApiKey, RoleGrant
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_key
from zhijin.core.roles import ADMINISTRATIVE, ROLES

_GRANTS = """
  (SELECT coalesce(json_agg(json_build_array(g.role, g.place_code, g.lo, g.hi, g.line_lo,
     g.line_hi, g.org_key)), '[]') FROM access_grant g
   WHERE g.account_id = a.id AND g.valid_from <= %(now)s
     AND (g.valid_to IS NULL OR g.valid_to > %(now)s))
"""
_BY_SESSION = f"""
SELECT a.id, a.username, a.name, a.must_change_password, a.totp IS NOT NULL, s.seen_at, {_GRANTS}
FROM access_sign_in s JOIN access_account a ON a.id = s.account_id
WHERE s.token = %(token)s AND a.is_active AND s.ends_at > %(now)s AND s.seen_at > %(idle)s
"""
_BY_KEY = f"""
SELECT a.id, a.username, a.name, false, false, NULL, {_GRANTS}
FROM access_api_key k JOIN access_account a ON a.id = k.account_id
WHERE k.digest = %(token)s AND a.is_active AND k.held_at IS NULL
  AND (k.ends_at IS NULL OR k.ends_at > %(now)s)
"""
_BY_ACCOUNT = f"""
SELECT a.id, a.username, a.name, false, false, NULL, {_GRANTS}
FROM access_account a WHERE a.id = %(token)s AND a.is_active
"""


@dataclass(frozen=True)
class Visitor:
    """The account behind a request, and the actor it makes."""

    account_id: str
    username: str
    name: str
    must_change_password: bool
    has_second_factor: bool
    seen_at: datetime | None
    actor: Actor


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def visitor_by_session(token: str, idle: timedelta) -> Visitor | None:
    """The visitor of a sign-in cookie, in one statement; None when ended, idle or unknown."""
    present = clock_wall()
    params = {"token": token_digest(token), "now": present, "idle": present - idle}
    return _one(_BY_SESSION, params, "account")


def visitor_by_key(key: str) -> Visitor | None:
    """The visitor of an API key, in one statement."""
    return _one(_BY_KEY, {"token": token_digest(key), "now": clock_wall()}, "api")


def actor_of(account_id: str) -> Actor | None:
    """The actor an account makes now (for jobs that act on somebody's behalf)."""
    found = _one(_BY_ACCOUNT, {"token": account_id, "now": clock_wall()}, "account")
    return found.actor if found else None


def clock_wall() -> datetime:
    """Sign-ins follow the real clock even when a demonstration's clock is moved ahead."""
    return clock.now() - clock.demo_offset()


def _one(sql: str, params: dict[str, Any], kind: str) -> Visitor | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    if row is None:
        return None
    id_, username, name, must_change, totp, seen, grants = row
    held = tuple(_grant(*values) for values in grants)
    actor = Actor(kind, str(id_), name, held)
    return Visitor(str(id_), username, name, must_change, totp, seen, actor)


def _grant(
    role: str, code: str, lo: int, hi: int, line_lo: int | None, line_hi: int | None,
    org_key: int | None,
) -> Grant:  # fmt: skip
    line = (line_lo, line_hi) if line_lo is not None and line_hi is not None else None
    return Grant(role, code, lo, hi, line, org_key)


def current_grants() -> QuerySet[RoleGrant]:
    """Grants in force now."""
    present = clock_wall()
    return RoleGrant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=present), valid_from__lte=present
    )


def holders(role: str, place_code: str) -> list[Account]:
    """Active accounts that hold ``role`` over the place (or over one above it), nearest first."""
    key = place_key(place_code)
    grants = (
        current_grants()
        .filter(role=role, lo__lte=key, hi__gt=key, account__is_active=True, org_key=None)
        .select_related("account")
        .order_by("-lo", "hi", "account__username")
    )
    return list({g.account_id: g.account for g in grants}.values())


def held_keys() -> QuerySet[ApiKey]:
    """Keys in force but for the security officer's word, oldest first."""
    ends = Q(ends_at__isnull=True) | Q(ends_at__gt=clock_wall())
    rows = ApiKey.objects.filter(ends, held_at__isnull=False, account__is_active=True)
    return rows.select_related("account").order_by("held_at", "digest")


def is_administrator(account: Account) -> bool:
    """Whether the account is one of the three administrators now."""
    return current_grants().filter(account=account, role__in=ADMINISTRATIVE).exists()


#: How many accounts of one role the sign-in page of a demonstration offers.
DEMO_PER_ROLE = 2


def demo_grants() -> list[RoleGrant]:
    """For a demonstration's sign-in page: a few simulated accounts of every role, with their places.

    Those of the county in which most of them work come first: there they work with each other.
    """
    every = current_grants().filter(
        account__simulated=True, account__is_active=True, account__is_program=False
    )
    counties = every.annotate(county=Left("place_code", 6)).exclude(place_code="").values("county")
    most = counties.annotate(n=Count("id")).order_by("-n", "county").first()
    home: Expression = (
        Case(When(place_code__startswith=most["county"], then=0), default=1) if most else Value(1)
    )
    nth = Window(
        RowNumber(), partition_by=F("role"), order_by=[home.asc(), F("account__username").asc()]
    )
    found = every.annotate(nth=nth).filter(nth__lte=DEMO_PER_ROLE).select_related("account")
    order = {role: index for index, role in enumerate(ROLES)}
    return sorted(found.order_by("nth"), key=lambda g: order.get(g.role, 99))


def account_labels(ids: Sequence[str]) -> dict[str, str]:
    """Names of accounts, for the journal. Ids that are no account's are left out."""
    known = [one for one in ids if _is_uuid(one)]
    rows = Account.objects.filter(pk__in=known).values_list("id", "name", "username")
    return {str(pk): f"{name}（{username}）" for pk, name, username in rows}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
