"""Keys and row-level security of meetings; what was held, voted and settled never changes."""

from django.db import migrations

from zhijin.core.rls import append_only, enable

TABLES = (
    "branch", "meeting", "attendee", "resolution", "meeting_vote", "obligation",
)  # fmt: skip
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
CREATE UNIQUE INDEX activities_branch_once ON activities_branch (org_key, county);
CREATE INDEX activities_branch_place ON activities_branch (place_key);
CREATE INDEX activities_meeting_org ON activities_meeting (org_key, held_on);
CREATE INDEX activities_meeting_place ON activities_meeting (place_key, held_on);
CREATE INDEX activities_attendee_meeting ON activities_attendee (meeting_id);
CREATE UNIQUE INDEX activities_attendee_once ON activities_attendee (meeting_id, county, member_id);
CREATE INDEX activities_attendee_member ON activities_attendee (member_id);
CREATE INDEX activities_resolution_meeting ON activities_resolution (meeting_id);
CREATE UNIQUE INDEX activities_meeting_vote_once
  ON activities_meeting_vote (resolution_id, county, attendee_id);
CREATE UNIQUE INDEX activities_obligation_once ON activities_obligation (org_key, county, kind, period);
CREATE INDEX activities_obligation_place ON activities_obligation (place_key, last_day);

CREATE TRIGGER activities_meeting_held BEFORE UPDATE OR DELETE ON activities_meeting
  FOR EACH ROW WHEN (OLD.state IN ('held', 'cancelled')) EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER activities_resolution_closed BEFORE UPDATE OR DELETE ON activities_resolution
  FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION core_refuse_change();
"""
OWN = {"org": "org_key", "lines": ("sector_key",)}


class Migration(migrations.Migration):
    dependencies = [("activities", "0006_meetings")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *append_only("activities_obligation"),
        *enable("activities_branch", **OWN),
        *enable("activities_meeting", **OWN),
        *enable("activities_attendee", **OWN),
        *enable("activities_resolution", **OWN),
        *enable("activities_meeting_vote", **OWN),
        *enable("activities_obligation", **OWN),
    ]
