"""Keys and row-level security of this room's tables, for its migrations: a table of a known shape needs no policy of
its own. Knows tables by name only, never models, so that a migration reads the same years later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.migrations import RunSQL

from zhijin.core.rls import append_only, enable, keep, readable


def keyed(names: Iterable[str]) -> RunSQL:
    """``county`` into the primary key of each ``activities_<name>``."""
    return RunSQL(
        "".join(
            f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
            f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
            for name in names
        ),
        RunSQL.noop,
    )


def owned(
    *names: str, lines: Sequence[str] = ("sector_key",), public: str = "", fixed: bool = False,
    lasting: bool = False,
) -> list[RunSQL]:  # fmt: skip
    """Tables made of ``OfOrganisation`` or ``PartOfOrganisation``: seen and changed within a place, an organisation
    or a line.

    ``public`` is an SQL condition under which everybody reads a row; ``fixed`` rows never change; ``lasting``
    rows change but nobody deletes them.
    """
    steps = [keyed(names)]
    for name in names:
        table = f"activities_{name}"
        if fixed:
            steps += append_only(table)
        steps += enable(table, org="org_key", lines=tuple(lines))
        if lasting:
            steps += keep(table, "false")
        if public:
            steps += readable(table, public)
    return steps
