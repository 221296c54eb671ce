"""Names on the rolls of sittings and ballots are encrypted, like every other name of a resident."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from zhijin.core import crypto
from zhijin.core.sealed import SealedField

TABLES = {"activities_seat": "seat.name", "activities_voter": "voter.name"}
CHUNK = 2000


def _begin(table: str) -> str:
    # The owner is held by the policies too (FORCE); here it reads and writes every place's rows.
    return f"""
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} ADD COLUMN sealed bytea;
"""


def _end(table: str) -> str:
    return f"""
ALTER TABLE {table} DROP COLUMN name;
ALTER TABLE {table} RENAME COLUMN sealed TO name;
ALTER TABLE {table} ALTER COLUMN name SET NOT NULL;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
"""


def _seal(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        for table, purpose in TABLES.items():
            while True:
                cursor.execute(f"SELECT id, county, name FROM {table} WHERE sealed IS NULL LIMIT {CHUNK}")
                rows = cursor.fetchall()
                if not rows:
                    break
                cursor.executemany(
                    f"UPDATE {table} SET sealed = %s WHERE id = %s AND county = %s",
                    [(crypto.seal(purpose, name), pk, county) for pk, county, name in rows],
                )


class Migration(migrations.Migration):
    dependencies = [("activities", "0027_proxy_erased")]

    operations = [
        migrations.RunSQL([_begin(table) for table in TABLES]),
        migrations.RunPython(_seal),
        migrations.RunSQL(
            [_end(table) for table in TABLES],
            state_operations=[
                migrations.AlterField("seat", "name", SealedField(purpose="seat.name")),
                migrations.AlterField("voter", "name", SealedField(purpose="voter.name")),
            ],
        ),
    ]
