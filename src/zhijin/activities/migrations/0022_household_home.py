"""A household's own place on its links and visits, so that whoever answers for that place reads them; and visits that
settle what earlier ones left open."""

from django.db import migrations, models

from zhijin.core.rls import SCOPE, readable

#: What was written before: the place where the household stands now.
FILL = """
UPDATE activities_household_link link SET home_key = home.place_key
  FROM people_household home WHERE home.id = link.household_id AND link.home_key IS NULL;
ALTER TABLE activities_help_visit DISABLE TRIGGER activities_help_visit_append_only;
UPDATE activities_help_visit visit SET home_key = link.home_key
  FROM activities_household_link link WHERE link.id = visit.link_id AND visit.home_key IS NULL;
ALTER TABLE activities_help_visit ENABLE TRIGGER activities_help_visit_append_only;
CREATE INDEX activities_household_link_home ON activities_household_link (home_key) WHERE until IS NULL;
CREATE INDEX activities_household_link_of ON activities_household_link (household_id) WHERE until IS NULL;
"""
DOWN = """
DROP INDEX IF EXISTS activities_household_link_home;
DROP INDEX IF EXISTS activities_household_link_of;
"""
AT_HOME = f"home_key <@ {SCOPE}"


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0021_standing_reports"),
        ("people", "0009_data_request_rules"),
    ]

    operations = [
        migrations.AddField("householdlink", "home_key", models.BigIntegerField(null=True)),
        migrations.AddField("helpvisit", "home_key", models.BigIntegerField(null=True)),
        migrations.AddField("helpvisit", "settles", models.BooleanField(default=False)),
        migrations.RunSQL(FILL, DOWN),
        *readable("activities_household_link", AT_HOME),
        *readable("activities_help_visit", AT_HOME),
    ]
