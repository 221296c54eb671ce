"""Of whom an application is, where they are registered: so that it stands in the copy of what is held of them."""

from django.db import migrations, models

FIND = """
CREATE INDEX activities_proxy_person ON activities_proxy (person_id) WHERE person_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0022_household_home"),
    ]

    operations = [
        migrations.AddField("proxy", "person_id", models.UUIDField(null=True)),
        migrations.RunSQL(FIND, "DROP INDEX IF EXISTS activities_proxy_person;"),
    ]
