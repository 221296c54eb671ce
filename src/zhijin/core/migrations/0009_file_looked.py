"""What looking through a file's text told, once for its bytes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0008_file_store")]

    operations = [
        # Those of Word files and workbooks are long.
        migrations.AlterField("storedfile", "media_type", models.CharField(max_length=100)),
        migrations.AddField("storedfile", "looked", models.JSONField(null=True)),
    ]
