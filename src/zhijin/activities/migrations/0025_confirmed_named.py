"""A service may be confirmed by a resident, by the name and telephone that the register has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0024_report_who")]

    operations = [
        migrations.AlterField(
            "claim",
            "confirmed_how",
            models.CharField(
                blank=True,
                choices=[
                    ("", "—"), ("code", "受助人确认"), ("asker", "社区确认"), ("named", "受助居民确认"),
                ],
                default="",
                max_length=5,
            ),
        ),
    ]
