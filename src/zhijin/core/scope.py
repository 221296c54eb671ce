"""Opens a transaction that sees only what its actor may see; row-level security reads what is set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Q

from zhijin.core.actor import Actor, Scope
from zhijin.core.statements import send

_SET = (
    "SELECT set_config('app.scope', %s, true), set_config('app.lines', %s, true),"
    " set_config('app.orgs', %s, true), set_config('app.actor', %s, true)"
)


#: What a transaction without an actor sees.
NOTHING = ("{}", "{}", "{}", "")


@contextmanager
def scoped(actor: Actor) -> Iterator[None]:
    """One transaction (or a nested part of one) under ``actor``'s scope.

    The settings are transaction-local (``SET LOCAL``): a session-level setting would leak
    through a connection pool. A nested call puts the outer scope back at its end; inside a plain
    ``atomic()`` nothing is seen any more afterwards. When the body raises, the whole transaction
    (or the savepoint around it) is rolled back, and the settings with it.
    """
    inside = connection.in_atomic_block
    outer: tuple[str, ...] = (
        (getattr(connection, "zhijin_scope", None) or NOTHING) if inside else NOTHING
    )
    # A nested part is a savepoint, so that a refusal inside it can be caught and told.
    with transaction.atomic():
        _apply(_values(actor))
        try:
            yield
        finally:
            connection.zhijin_scope = outer  # type: ignore[attr-defined]
        # After a refusal that was caught the transaction is lost, and its settings with it.
        if inside and not connection.needs_rollback:
            _apply(outer)


def _values(actor: Actor) -> tuple[str, ...]:
    scope = actor.scope
    return (multirange(scope.places), multirange(scope.lines), multirange(scope.orgs), actor.label)


def _apply(values: tuple[str, ...]) -> None:
    send(_SET, values)
    connection.zhijin_scope = values  # type: ignore[attr-defined]


def multirange(ranges: Iterable[tuple[int, int]]) -> str:
    """PostgreSQL's text for a set of half-open integer ranges."""
    return "{" + ",".join(f"[{lo},{hi})" for lo, hi in ranges) + "}"


def scope_q(actor: Actor, column: str, *, orgs: str | None = None, lines: Iterable[str] = ()) -> Q:
    """The explicit filter to put beside row-level security: the planner cannot see the setting.

    ``column`` holds place keys; ``orgs`` names a column of organisation keys and ``lines`` columns
    of line keys that open a record too.
    """
    scope: Scope = actor.scope
    q = _ranges(column, scope.places)
    if orgs is not None:
        q |= _ranges(orgs, scope.orgs)
    for line in lines:
        q |= _ranges(line, scope.lines)
    return q


def _ranges(column: str, ranges: Iterable[tuple[int, int]]) -> Q:
    q = Q(pk__in=())
    for lo, hi in ranges:
        q |= Q(**{f"{column}__gte": lo, f"{column}__lt": hi})
    return q
