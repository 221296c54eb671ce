"""Which part finished a course for a member: a part that is added later lets nobody finish a second time."""

from django.db import migrations, models

#: What was written before: the last of a member's parts, where they have worked through all there are.
FILL = """
ALTER TABLE activities_course_progress DISABLE TRIGGER activities_course_progress_append_only;
UPDATE activities_course_progress told SET finished = true
  FROM (
    SELECT DISTINCT ON (p.course_id, p.member_id) p.id
      FROM activities_course_progress p
      JOIN (SELECT course_id, count(*) AS n FROM activities_course_part GROUP BY course_id) parts
        ON parts.course_id = p.course_id
     WHERE parts.n = (SELECT count(*) FROM activities_course_progress q
                       WHERE q.course_id = p.course_id AND q.member_id = p.member_id)
     ORDER BY p.course_id, p.member_id, p.at DESC, p.id DESC
  ) last
 WHERE last.id = told.id;
ALTER TABLE activities_course_progress ENABLE TRIGGER activities_course_progress_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0025_confirmed_named")]

    operations = [
        migrations.AddField("courseprogress", "finished", models.BooleanField(default=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
