"""Which kind of programme file a revision is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0002_immutable")]

    operations = [
        migrations.AddField(
            "playbookrevision",
            "form",
            models.CharField(db_default="playbook", default="playbook", max_length=16),
        ),
    ]
