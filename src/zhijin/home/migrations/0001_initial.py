from django.db import migrations, models

import zhijin.core.ids
from zhijin.core.rls import enable

KEYS = """
ALTER TABLE home_wall DROP CONSTRAINT home_wall_pkey;
ALTER TABLE home_wall ADD PRIMARY KEY (id, county);
CREATE INDEX home_wall_place ON home_wall (place_key, id);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("core", "0003_rate_unlogged")]

    operations = [
        migrations.CreateModel(
            name="Wall",
            fields=[
                ("id", models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ("county", models.IntegerField()),
                ("place_code", models.CharField(max_length=12)),
                ("place_key", models.BigIntegerField()),
                ("label", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=8)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=80)),
                ("maker", models.CharField(max_length=60)),
                ("seen_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, default="", max_length=60)),
                ("simulated", models.BooleanField(default=False)),
            ],
            options={"db_table": "home_wall"},
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        *enable("home_wall"),
    ]
