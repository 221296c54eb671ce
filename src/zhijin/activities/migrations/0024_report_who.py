"""Whose report it is, where a member was on another branch's list before: a year counts people and not lists."""

from django.db import migrations, models

FILL = """
ALTER TABLE activities_report DISABLE TRIGGER activities_report_ended;
UPDATE activities_report report SET who_id = member.first_id
  FROM people_branch_member member
 WHERE member.id = report.member_id AND member.first_id IS NOT NULL AND report.who_id IS NULL;
ALTER TABLE activities_report ENABLE TRIGGER activities_report_ended;
CREATE INDEX activities_report_who ON activities_report (who_id) WHERE who_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0023_proxy_person"),
        ("people", "0010_member_first"),
    ]

    operations = [
        migrations.AddField("communityreport", "who_id", models.UUIDField(null=True)),
        migrations.RunSQL(FILL, "DROP INDEX IF EXISTS activities_report_who;"),
    ]
