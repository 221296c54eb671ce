"""A new API key waits for the security officer, like any other new way in; keys in use stay in use."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_new_way_in_held")]

    operations = [
        migrations.AddField("apikey", "held_at", models.DateTimeField(null=True)),
    ]
