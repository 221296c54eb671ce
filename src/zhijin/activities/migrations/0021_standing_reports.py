"""The reports that stand are read place by place, a page at a time, also in a province with all of them."""

from django.db import migrations

INDEX = """
CREATE INDEX activities_report_standing ON activities_report (place_key, id) WHERE ended_on IS NULL;
CREATE INDEX activities_report_units ON activities_report (unit_key, org_key, member_id);
DROP INDEX activities_report_unit_key;
"""
DOWN = """
DROP INDEX IF EXISTS activities_report_standing;
DROP INDEX IF EXISTS activities_report_units;
CREATE INDEX activities_report_unit_key ON activities_report (unit_key);
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0020_report_ended")]

    operations = [
        migrations.RunSQL(INDEX, DOWN),
    ]
