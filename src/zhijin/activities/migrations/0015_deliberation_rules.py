"""Keys and row-level security of deliberation; what was counted and what was passed never changes."""

from django.db import migrations

from zhijin.core.rls import enable

TABLES = (
    "gathering", "proposal", "support", "remark", "matter", "passage", "sitting", "seat", "service_item",
    "service_request",
)  # fmt: skip
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
CREATE INDEX activities_gathering_place ON activities_gathering (place_key, starts_at DESC);
CREATE INDEX activities_proposal_place ON activities_proposal (place_key, made_at DESC);
CREATE INDEX activities_proposal_gathering ON activities_proposal (gathering_id)
  WHERE gathering_id IS NOT NULL;
CREATE UNIQUE INDEX activities_support_once ON activities_support (proposal_id, county, who);
CREATE INDEX activities_remark_proposal ON activities_remark (proposal_id, at);
CREATE INDEX activities_matter_place ON activities_matter (place_key, made_at DESC);
CREATE INDEX activities_matter_proposal ON activities_matter (proposal_id) WHERE proposal_id IS NOT NULL;
CREATE UNIQUE INDEX activities_passage_once ON activities_passage (matter_id, county, number);
CREATE INDEX activities_passage_reference ON activities_passage (reference);
CREATE INDEX activities_sitting_matter ON activities_sitting (matter_id, starts_at);
CREATE UNIQUE INDEX activities_sitting_one ON activities_sitting (matter_id, county)
  WHERE state IN ('called', 'voting');
CREATE INDEX activities_seat_sitting ON activities_seat (sitting_id);
CREATE UNIQUE INDEX activities_seat_code ON activities_seat (code, county);
CREATE INDEX activities_service_item_place ON activities_service_item (place_key, kind);
CREATE INDEX activities_service_request_place ON activities_service_request (place_key, asked_at DESC);
CREATE INDEX activities_service_request_org ON activities_service_request (org_key, due_at);
CREATE UNIQUE INDEX activities_service_request_code ON activities_service_request (code, county);

CREATE TRIGGER activities_sitting_closed BEFORE UPDATE OR DELETE ON activities_sitting
  FOR EACH ROW WHEN (OLD.state IN ('passed', 'failed', 'adjourned')) EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER activities_passage_passed BEFORE UPDATE OR DELETE ON activities_passage
  FOR EACH ROW WHEN (OLD.at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER activities_matter_ended BEFORE UPDATE OR DELETE ON activities_matter
  FOR EACH ROW WHEN (OLD.state <> 'running') EXECUTE FUNCTION core_refuse_change();
"""
OWN = {"org": "org_key", "lines": ("sector_key",)}


class Migration(migrations.Migration):
    dependencies = [("activities", "0014_deliberation")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *enable("activities_gathering", **OWN),
        *enable("activities_proposal", **OWN),
        *enable("activities_support"),
        *enable("activities_remark"),
        *enable("activities_matter", **OWN),
        *enable("activities_passage", **OWN),
        *enable("activities_sitting", **OWN),
        *enable("activities_seat", **OWN),
        # A provider sees what it offers and what is asked of it, wherever the community lies.
        *enable("activities_service_item", org="org_key"),
        *enable("activities_service_request", org="org_key"),
    ]
