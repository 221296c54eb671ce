"""Public halves of the keys that sign: added to, never changed."""

from django.db import migrations, models

from zhijin.core.rls import append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0003_rate_unlogged")]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("kid", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("public", models.BinaryField(max_length=32)),
                ("since", models.DateTimeField()),
            ],
            options={"db_table": "core_signing_key"},
        ),
        *append_only("core_signing_key"),
    ]
