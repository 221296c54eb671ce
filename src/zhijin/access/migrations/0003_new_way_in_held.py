"""A new way into an account with grants waits for the security officer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_administrators_apart")]

    operations = [
        migrations.AddField("account", "held_at", models.DateTimeField(null=True)),
    ]
