"""Migration operations for row-level security and append-only tables. Knows tables by name only."""

from __future__ import annotations

from django.db.migrations import RunSQL

SCOPE = "(SELECT nullif(current_setting('app.scope', true), '')::int8multirange)"
LINES = "(SELECT nullif(current_setting('app.lines', true), '')::int8multirange)"
ORGS = "(SELECT nullif(current_setting('app.orgs', true), '')::int8multirange)"


def enable(
    table: str,
    *,
    using: str = "place_key",
    org: str | None = None,
    lines: tuple[str, ...] = (),
    also: str = "",
    check: str | None = None,
) -> list[RunSQL]:
    """Row-level security for ``table``: rows whose key lies in the transaction's scope.

    ``using`` is the column of place keys; ``org`` and ``lines`` are columns of organisation and
    line keys that open a row too; ``also`` is a further SQL condition joined by OR; ``check``
    replaces the condition for written rows. ``nullif`` matters: after SET LOCAL ends the setting
    is an empty string. The sub-select makes PostgreSQL read the setting once, not per row.
    """
    parts = [f"{using} <@ {SCOPE}"]
    if org:
        parts.append(f"{org} <@ {ORGS}")
    parts += [f"{line} <@ {LINES}" for line in lines]
    if also:
        parts.append(f"({also})")
    condition = " OR ".join(parts)
    forward = (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_scope ON {table} USING ({condition})"
        f" WITH CHECK ({check or condition});"
        f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);"
    )
    backward = (
        f"DROP POLICY IF EXISTS {table}_owner ON {table};"
        f"DROP POLICY IF EXISTS {table}_scope ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    )
    return [RunSQL(forward, backward)]


def readable(table: str, condition: str = "true") -> list[RunSQL]:
    """Lets everybody read the rows of ``table`` that meet ``condition``, beside :func:`enable`.

    A policy of its own for SELECT: a condition in ``enable`` would also let everybody delete.
    """
    return [
        RunSQL(
            f"CREATE POLICY {table}_public ON {table} FOR SELECT USING ({condition})",
            f"DROP POLICY {table}_public ON {table}",
        )
    ]


def narrow(table: str, condition: str, *, check: str | None = None) -> list[RunSQL]:
    """Puts ``condition`` in the place of what :func:`enable` let through, for all verbs.

    For a table that was enabled with ``also``: what others may read belongs into :func:`readable`.
    """
    return [
        RunSQL(
            f"DROP POLICY {table}_scope ON {table};"
            f"CREATE POLICY {table}_scope ON {table} USING ({condition})"
            f" WITH CHECK ({check or condition});",
            RunSQL.noop,
        )
    ]


def keep(table: str, condition: str) -> list[RunSQL]:
    """Only rows that meet ``condition`` can be deleted, whatever else lets them be seen and changed.

    For tables whose rows outsiders work on (a department called to a case, a contest's entrants). The
    owner of the tables, who restores and migrates, may still delete.
    """
    return [
        RunSQL(
            "DO $$ BEGIN EXECUTE format("
            f"'CREATE POLICY {table}_keep ON {table} AS RESTRICTIVE FOR DELETE"
            f" USING (current_user = %L OR {_quoted(condition)})', current_user); END $$",
            f"DROP POLICY {table}_keep ON {table}",
        )
    ]


def _quoted(condition: str) -> str:
    return condition.replace("%", "%%").replace("'", "''")


def append_only(table: str) -> list[RunSQL]:
    """A trigger that refuses UPDATE, DELETE and TRUNCATE on ``table``."""
    return [
        RunSQL(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION core_refuse_change();"
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();",
            f"DROP TRIGGER {table}_append_only ON {table};"
            f"DROP TRIGGER {table}_no_truncate ON {table};",
        )
    ]
