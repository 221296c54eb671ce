"""A meeting's vote keeps the latest moment at which somebody came: a clock set back opens nothing again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0028_rolls_sealed")]

    operations = [migrations.AddField("resolution", "seen_at", models.DateTimeField(null=True))]
