"""When an import ended: one that began and did not is under way, or was cut off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0005_named")]

    operations = [
        migrations.AddField("sheetrun", "ended_at", models.DateTimeField(null=True)),
        migrations.RunSQL("UPDATE orgs_sheet_run SET ended_at = at", migrations.RunSQL.noop),
    ]
