"""Whose folder of files it is: an id that also stands in the folder, so that nobody sweeps another installation's."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0007_file_idle")]

    operations = [
        migrations.CreateModel(
            name="FileStore",
            fields=[
                ("id", models.UUIDField(primary_key=True, default=uuid.uuid4, serialize=False)),
            ],
            options={"db_table": "core_file_store"},
        ),
    ]
