"""Keys and row-level security of courses; progress is told once for each part and member, and never changed."""

from django.db import migrations

from zhijin.core.rls import append_only, enable, readable

TABLES = ("course", "course_part", "course_progress")
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
CREATE INDEX activities_course_org ON activities_course (org_key, made_at DESC);
CREATE INDEX activities_course_place ON activities_course (place_key) WHERE below;
CREATE UNIQUE INDEX activities_course_part_seq ON activities_course_part (course_id, county, seq);
CREATE UNIQUE INDEX activities_course_progress_once
  ON activities_course_progress (part_id, county, member_id);
CREATE INDEX activities_course_progress_member ON activities_course_progress (member_id, course_id);
CREATE INDEX activities_course_progress_course ON activities_course_progress (course_id);
"""
OWN = {"org": "org_key", "lines": ("sector_key",)}
OFFERED = "below AND state <> 'draft'"


class Migration(migrations.Migration):
    dependencies = [("activities", "0008_courses")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *append_only("activities_course_progress"),
        *enable("activities_course", **OWN),
        *enable("activities_course_part", **OWN),
        *enable("activities_course_progress", **OWN),
        # What is offered to all branches below is read by whoever works there.
        *readable("activities_course", OFFERED),
        *readable(
            "activities_course_part",
            f"EXISTS (SELECT FROM activities_course c WHERE c.id = course_id AND {OFFERED})",
        ),
    ]
