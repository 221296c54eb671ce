"""Since when no row names a file: what is idle long enough is deleted, with its bytes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0006_fact_org")]

    operations = [
        migrations.AddField("storedfile", "idle_since", models.DateTimeField(null=True)),
        migrations.RunSQL(
            "CREATE INDEX core_file_idle ON core_file (idle_since) WHERE idle_since IS NOT NULL",
            "DROP INDEX core_file_idle",
        ),
    ]
