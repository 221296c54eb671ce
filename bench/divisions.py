"""Loads the whole country's divisions, beside a bare COPY of the same rows.

Everything happens in a scratch schema of the running installation's database and is dropped at the
end: the places in use are not touched.
"""

from __future__ import annotations

import argparse
import secrets
import time
from typing import Any

from django.db import connections, transaction

from zhijin.places.importing import checking, loading
from zhijin.places.importing.run import find_source, no_garbage_collection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--source` as for `zhijin import divisions`."""
    parser.add_argument("--source", help="directory or file; by default the npm package")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Rows, seconds of the whole import, of its parts, and of a bare COPY, with their ratio."""
    source = find_source(args.source)
    connection = connections["owner"]
    schema = f"bench_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {schema}, public")
            for table in ("places_place", "places_former_name", "places_import_run"):
                cursor.execute(f"CREATE TABLE {table} (LIKE public.{table} INCLUDING ALL)")
            _name_like_the_real(cursor, schema)
        return _measure(connection, source)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET search_path")
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")


def _name_like_the_real(cursor: Any, schema: str) -> None:
    """LIKE names indexes anew; the importer knows two of them by name."""
    for sign, name in (("gin", "places_place_bigrams"), ("(level, key)", "places_place_level_key")):
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = %s AND tablename = 'places_place'"
            " AND strpos(indexdef, %s) > 0",
            [schema, sign],
        )
        (found,) = cursor.fetchone()
        cursor.execute(f"ALTER INDEX {schema}.{found} RENAME TO {name}")


def _measure(connection: Any, source: Any) -> dict[str, Any]:
    started = time.perf_counter()
    with no_garbage_collection():
        checked = checking.check(source.rows())
        read = time.perf_counter() - started
        covers = [code for code in checked.rows if len(code) == 2]
        first = loading.load(connection, checked, covers=covers, as_of=source.as_of)
        seconds = time.perf_counter() - started
        again = loading.load(connection, checked, covers=covers, as_of=source.as_of)
    lines = list(loading.copy_lines(checked.rows.values()))
    bare, keyed = _bare_copy(connection, lines, ""), _bare_copy(connection, lines, "code, key")
    return {
        "rows": first.rows,
        "findings": len(checked.findings),
        "seconds": round(seconds, 2),
        "read_and_check_seconds": round(read, 2),
        "load_seconds": round(first.seconds, 2),
        "reimport_seconds": round(again.seconds, 2),
        "reimport_changes": again.added + again.renamed + again.vanished,
        "copy_seconds": round(bare, 2),
        "copy_keyed_seconds": round(keyed, 2),
        "ratio": round(seconds / bare, 2),
        "ratio_keyed": round(seconds / keyed, 2),
    }


def _bare_copy(connection: Any, lines: list[bytes], unique: str) -> float:
    """Seconds of COPY into a table of the same columns, with unique indexes on `unique`."""
    started = time.perf_counter()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare (code varchar(15), key bigint, name varchar(64), level varchar(10),"
            " parent_id varchar(15), kind varchar(12))"
        )
        for column in filter(None, unique.split(", ")):
            cursor.execute(f"CREATE UNIQUE INDEX ON bare ({column})")
        with cursor.copy("COPY bare FROM STDIN") as copy:
            for block in lines:
                copy.write(block)
    seconds = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare")
    return seconds


if __name__ == "__main__":
    import django

    django.setup()
    parser = argparse.ArgumentParser()
    add_arguments(parser)
