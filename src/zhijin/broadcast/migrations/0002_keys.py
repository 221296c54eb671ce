"""Keys that hold the county, indexes for boards and sweeps, row-level security."""

from django.db import migrations

from zhijin.core.rls import enable

KEYS = """
ALTER TABLE broadcast_broadcast DROP CONSTRAINT broadcast_broadcast_pkey;
ALTER TABLE broadcast_broadcast ADD PRIMARY KEY (id, county);
ALTER TABLE broadcast_target SET (fillfactor = 60);
CREATE INDEX broadcast_place ON broadcast_broadcast (place_key, made_at DESC);
CREATE INDEX broadcast_due ON broadcast_broadcast (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX broadcast_digest ON broadcast_broadcast (digest) WHERE sent_at IS NOT NULL;
CREATE INDEX broadcast_target_listed ON broadcast_target (code) WHERE state NOT IN (6, 7, 8, 9, 10);
"""


class Migration(migrations.Migration):
    dependencies = [("broadcast", "0001_initial"), ("core", "0003_rate_unlogged")]

    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        *enable("broadcast_broadcast"),
        *enable("broadcast_target"),
    ]
