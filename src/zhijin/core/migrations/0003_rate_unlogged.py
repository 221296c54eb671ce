"""Rate windows are worth nothing after a crash: unlogged, so that counting a caller waits for no disk."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0002_partitions_ahead")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE core_rate_window SET UNLOGGED", "ALTER TABLE core_rate_window SET LOGGED"
        )
    ]
