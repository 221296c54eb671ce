"""Runs and requests are written by the platform alone; whoever works in the county may read them. A unit may
ask that something missing be counted."""

from django.db import migrations, models

from zhijin.core.rls import LINES, ORGS, SCOPE, narrow, readable

SYSTEM = f"0::bigint <@ {SCOPE}"
CONCERNED = (
    f"int8range(place_key, place_end) && {SCOPE}"
    f" OR coalesce({LINES}, '{{}}') <> '{{}}' OR coalesce({ORGS}, '{{}}') <> '{{}}'"
)


class Migration(migrations.Migration):
    dependencies = [("assessment", "0004_tails")]

    operations = [
        operation
        for table in ("assessment_run", "assessment_batch")
        for operation in (*narrow(table, SYSTEM), *readable(table, CONCERNED))
    ] + [
        migrations.AlterField(
            "appeal", "claim",
            models.CharField(max_length=16, choices=[
                ("exclude", "Exclude"), ("amend", "Amend"), ("include", "Include"),
            ]),
        ),
    ]  # fmt: skip
