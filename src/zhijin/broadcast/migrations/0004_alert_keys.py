"""Keys that hold the county, the list's index, row-level security."""

from django.db import migrations

from zhijin.core.rls import enable

KEYS = """
ALTER TABLE broadcast_alert DROP CONSTRAINT broadcast_alert_pkey;
ALTER TABLE broadcast_alert ADD PRIMARY KEY (id, county);
CREATE UNIQUE INDEX broadcast_alert_once ON broadcast_alert (sender, identifier, county);
CREATE INDEX broadcast_alert_place ON broadcast_alert (place_key, received_at DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("broadcast", "0003_alert")]

    operations = [migrations.RunSQL(KEYS, migrations.RunSQL.noop), *enable("broadcast_alert")]
