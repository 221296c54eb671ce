"""Keys that hold the county, indexes for lists and sweeps, row-level security."""

from django.db import migrations

from zhijin.core.rls import enable

KEYED = {
    "sensing_device": "id", "sensing_state": "device_id", "sensing_alarm": "id",
    "sensing_refused": "id", "sensing_asset": "id",
}
KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY ({key}, county);"
    for table, key in KEYED.items()
)
INDEXES = """
ALTER TABLE sensing_state SET (fillfactor = 50);
CREATE UNIQUE INDEX sensing_device_code ON sensing_device (code, county);
CREATE INDEX sensing_device_place ON sensing_device (place_key, id);
CREATE INDEX sensing_device_changed ON sensing_device (changed_at);
CREATE INDEX sensing_device_org ON sensing_device (org_key) WHERE org_key IS NOT NULL;
CREATE UNIQUE INDEX sensing_alarm_once ON sensing_alarm (device_id, county, playbook, kind, about, bucket);
CREATE INDEX sensing_alarm_device ON sensing_alarm (device_id, at DESC);
CREATE INDEX sensing_alarm_place ON sensing_alarm (place_key, made_at DESC);
CREATE INDEX sensing_alarm_held ON sensing_alarm (open_at) WHERE state = 'held';
CREATE UNIQUE INDEX sensing_refused_once ON sensing_refused (device_id, county, reason, hour);
CREATE INDEX sensing_refused_last ON sensing_refused (last_at DESC);
CREATE UNIQUE INDEX sensing_asset_once
  ON sensing_asset (place_code, county, kind, coalesce(org_key, 0));
CREATE INDEX sensing_asset_place ON sensing_asset (place_key, kind);
"""


class Migration(migrations.Migration):
    dependencies = [("sensing", "0001_initial"), ("core", "0003_rate_unlogged")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *enable("sensing_device", org="org_key"),
        *enable("sensing_state"),
        *enable("sensing_reading"),
        *enable("sensing_alarm"),
        *enable("sensing_refused"),
        *enable("sensing_asset", org="org_key"),
    ]
