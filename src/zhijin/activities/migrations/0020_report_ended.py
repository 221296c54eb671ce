"""Reports that ended in a year are few among many that stand: found by themselves, so that whoever moved counts once."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("activities", "0019_proxy_rules")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX activities_report_ended ON activities_report (ended_on) WHERE ended_on IS NOT NULL;",
            "DROP INDEX activities_report_ended;",
        ),
    ]
