"""A simulation is a job with a page of its own. Its row is written by the platform and read by whoever asked."""

from django.db import migrations, models

import zhijin.core.ids
from zhijin.core.rls import enable, readable

STATES = [(name, name.capitalize()) for name in ("waiting", "reading", "computing", "done", "failed")]
OWN = "asked_by = (SELECT nullif(current_setting('app.actor', true), ''))"


class Migration(migrations.Migration):
    dependencies = [("assessment", "0007_facilities")]

    operations = [
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ("programme", models.CharField(max_length=64)),
                ("current", models.UUIDField()),
                ("draft", models.UUIDField()),
                ("period_start", models.DateField()),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=16)),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("began_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("tries", models.SmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=200)),
                ("result", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "assessment_simulation",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "reading", "computing"])),
                        fields=["asked_at"], name="assessment_simulation_open",
                    ),
                ],
            },
        ),
        *enable("assessment_simulation", using="0::bigint"),
        *readable("assessment_simulation", OWN),
    ]  # fmt: skip
