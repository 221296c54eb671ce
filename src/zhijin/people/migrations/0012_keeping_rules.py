"""Keys that hold the county, row-level security by place; holds and what was erased are never deleted."""

from django.db import migrations

from zhijin.core.rls import append_only, enable, keep, readable

#: Periods have no place: only the platform itself writes them.
EVERYWHERE = (
    "(SELECT nullif(current_setting('app.scope', true), '')::int8multirange)"
    " @> int8range(0, 1000000000000000000)"
)
KEYS = "".join(
    f"ALTER TABLE people_{name} DROP CONSTRAINT people_{name}_pkey;"
    f"ALTER TABLE people_{name} ADD PRIMARY KEY (id, county);"
    for name in ("hold", "erasure")
)
RULES = """
CREATE INDEX people_hold_standing ON people_hold (kind, subject) WHERE lifted_at IS NULL;
CREATE INDEX people_hold_place ON people_hold (place_key, until);
CREATE INDEX people_erasure_place ON people_erasure (place_key, at DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0011_keeping")]

    operations = [
        migrations.RunSQL(KEYS + RULES, migrations.RunSQL.noop),
        *enable("people_hold"),
        *keep("people_hold", "false"),
        *enable("people_erasure"),
        *append_only("people_erasure"),
        migrations.RunSQL(
            "ALTER TABLE people_keep_period ENABLE ROW LEVEL SECURITY;"
            "ALTER TABLE people_keep_period FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY people_keep_period_system ON people_keep_period USING ({EVERYWHERE});"
            "CREATE POLICY people_keep_period_owner ON people_keep_period TO CURRENT_USER"
            " USING (true) WITH CHECK (true);",
            migrations.RunSQL.noop,
        ),
        *readable("people_keep_period"),
    ]
