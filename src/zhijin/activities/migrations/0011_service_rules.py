"""Keys and row-level security of service: both sides see what is between them, nobody deletes, no need is overbooked."""

from django.db import migrations

from zhijin.core.rls import SCOPE, append_only, enable, keep, readable

TABLES = (
    "report", "need", "claim", "team", "volunteer", "thanks", "posted_duty", "household_link", "help_visit",
)  # fmt: skip
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
ALTER TABLE activities_need ADD CONSTRAINT activities_need_seats CHECK (taken BETWEEN 0 AND seats);
CREATE UNIQUE INDEX activities_report_member ON activities_report (member_id, county)
  WHERE member_id IS NOT NULL AND ended_on IS NULL;
CREATE UNIQUE INDEX activities_report_unit ON activities_report (org_key, county, place_key)
  WHERE member_id IS NULL AND ended_on IS NULL;
CREATE INDEX activities_report_place ON activities_report (place_key, reported_on);
CREATE INDEX activities_report_org ON activities_report (org_key, reported_on);
CREATE INDEX activities_report_unit_key ON activities_report (unit_key);
CREATE INDEX activities_need_place ON activities_need (place_key, ends_at);
CREATE INDEX activities_need_team ON activities_need (team_id) WHERE team_id IS NOT NULL;
CREATE UNIQUE INDEX activities_claim_once ON activities_claim (need_id, county, member_id)
  WHERE member_id IS NOT NULL AND state <> 'withdrawn';
CREATE INDEX activities_claim_need ON activities_claim (need_id);
CREATE INDEX activities_claim_member ON activities_claim (member_id) WHERE member_id IS NOT NULL;
CREATE INDEX activities_claim_team ON activities_claim (team_id) WHERE team_id IS NOT NULL;
CREATE INDEX activities_claim_place ON activities_claim (place_key, confirmed_at);
CREATE INDEX activities_claim_org ON activities_claim (org_key, confirmed_at);
CREATE INDEX activities_claim_unit_key ON activities_claim (unit_key);
CREATE UNIQUE INDEX activities_claim_code ON activities_claim (code_blind, county);
CREATE INDEX activities_team_place ON activities_team (place_key);
CREATE INDEX activities_team_org ON activities_team (org_key);
CREATE INDEX activities_volunteer_team ON activities_volunteer (team_id);
CREATE UNIQUE INDEX activities_volunteer_member ON activities_volunteer (team_id, county, member_id)
  WHERE member_id IS NOT NULL AND left_on IS NULL;
CREATE UNIQUE INDEX activities_volunteer_person ON activities_volunteer (team_id, county, person_id)
  WHERE person_id IS NOT NULL AND left_on IS NULL;
CREATE INDEX activities_thanks_org ON activities_thanks (org_key, made_at);
CREATE INDEX activities_thanks_place ON activities_thanks (place_key, made_at);
CREATE INDEX activities_thanks_team ON activities_thanks (team_id) WHERE team_id IS NOT NULL;
CREATE INDEX activities_posted_duty_org ON activities_posted_duty (org_key);
CREATE INDEX activities_posted_duty_member ON activities_posted_duty (member_id);
CREATE INDEX activities_household_link_org ON activities_household_link (org_key);
CREATE INDEX activities_household_link_member ON activities_household_link (member_id);
CREATE UNIQUE INDEX activities_household_link_once
  ON activities_household_link (household_id, county, kind, coalesce(member_id, team_id)) WHERE until IS NULL;
CREATE INDEX activities_help_visit_link ON activities_help_visit (link_id);
CREATE INDEX activities_help_visit_team ON activities_help_visit (team_id) WHERE team_id IS NOT NULL;
CREATE INDEX activities_help_visit_org ON activities_help_visit (org_key, "on");

CREATE TRIGGER activities_claim_confirmed BEFORE UPDATE OR DELETE ON activities_claim
  FOR EACH ROW WHEN (OLD.state IN ('confirmed', 'withdrawn')) EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER activities_report_ended BEFORE UPDATE OR DELETE ON activities_report
  FOR EACH ROW WHEN (OLD.ended_on IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""
OWN = {"org": "org_key", "lines": ("sector_key",)}
BOTH = {
    "org": "org_key", "lines": ("sector_key", "industry_key"), "also": f"unit_key <@ {SCOPE}",
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("activities", "0010_service")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *append_only("activities_help_visit"),
        *enable("activities_report", **BOTH),
        *enable("activities_claim", **BOTH),
        *enable("activities_thanks", **BOTH),
        *enable("activities_need", **OWN),
        *enable("activities_team", **OWN),
        *enable("activities_volunteer", **OWN),
        *enable("activities_posted_duty", **OWN),
        *enable("activities_household_link", **OWN),
        *enable("activities_help_visit", **OWN),
        # Each side changes what is between them, and neither makes it disappear.
        *keep("activities_report", "false"),
        *keep("activities_claim", "false"),
        *keep("activities_thanks", "false"),
        *keep("activities_need", "false"),
        # What a community asks for is read by everybody who may take it up, and holds no personal data.
        *readable("activities_need"),
        *readable("activities_team"),
    ]
