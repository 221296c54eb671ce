"""Keys and row-level security of cycles; a step stands once, and what a year signed never changes."""

from django.db import migrations

from zhijin.core.rls import SCOPE, append_only, enable

TABLES = ("cycle", "cycle_step", "reminder")
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
CREATE INDEX activities_cycle_place ON activities_cycle (place_key);
CREATE UNIQUE INDEX activities_cycle_step_once ON activities_cycle_step (cycle_id, county, kind, period);
CREATE UNIQUE INDEX activities_reminder_once ON activities_reminder (cycle_id, county, period, org_key);
CREATE INDEX activities_reminder_org ON activities_reminder (org_key, sent_at DESC);
CREATE INDEX activities_reminder_place ON activities_reminder (place_key, sent_at DESC);
CREATE TRIGGER activities_cycle_step_signed BEFORE UPDATE OR DELETE ON activities_cycle_step
  FOR EACH ROW WHEN (OLD.document IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_cycle")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *append_only("activities_reminder"),
        *enable("activities_cycle"),
        *enable("activities_cycle_step", using="host_key"),
        *enable(
            "activities_reminder", org="org_key", lines=("sector_key", "industry_key"),
            also=f"host_key <@ {SCOPE}",
        ),  # fmt: skip
    ]
