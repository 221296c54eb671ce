"""What the sender of a table is asked about single rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0003_held")]

    operations = [
        migrations.AddField("sheetrun", "questions", models.BinaryField(null=True)),
    ]
