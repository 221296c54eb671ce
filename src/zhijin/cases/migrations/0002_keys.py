"""Keys that hold the county, indexes for the desk's lists, row-level security, append-only timeline."""

from django.db import migrations

from zhijin.core.rls import ORGS, append_only, enable

TABLES = ("cases_case", "cases_event", "cases_photo", "cases_party", "cases_request")

KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY (id, county);"
    for table in TABLES
)
CHILDREN = "".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_case FOREIGN KEY (case_id, county)"
    " REFERENCES cases_case (id, county);"
    for table in TABLES[1:]
)
INDEXES = """
CREATE UNIQUE INDEX cases_case_receipt ON cases_case (receipt, county);
CREATE INDEX cases_case_open_due ON cases_case (due_at, id) WHERE is_open;
CREATE INDEX cases_case_open_place ON cases_case (place_key, due_at, id) WHERE is_open;
CREATE INDEX cases_case_changed ON cases_case (changed_at DESC, id);
CREATE INDEX cases_case_place ON cases_case (place_key, opened_at);
CREATE INDEX cases_case_opened ON cases_case (opened_at DESC, id);
CREATE INDEX cases_case_fire ON cases_case (next_fire_at) WHERE next_fire_at IS NOT NULL;
CREATE INDEX cases_case_org ON cases_case (org_key) WHERE org_key IS NOT NULL;
CREATE INDEX cases_case_grams ON cases_case USING gin (grams);
CREATE INDEX cases_case_merged ON cases_case (merged_into) WHERE merged_into IS NOT NULL;
CREATE UNIQUE INDEX cases_event_seq ON cases_event (case_id, county, seq);
CREATE UNIQUE INDEX cases_event_fire ON cases_event (case_id, county, visit, fire)
  WHERE fire IS NOT NULL;
CREATE INDEX cases_event_at ON cases_event USING brin (at);
CREATE INDEX cases_photo_case ON cases_photo (case_id);
CREATE INDEX cases_photo_file ON cases_photo (file_id);
CREATE INDEX cases_party_case ON cases_party (case_id);
CREATE INDEX cases_party_org ON cases_party (org_key, case_id);
CREATE UNIQUE INDEX cases_request_pending ON cases_request (case_id, county, kind)
  WHERE decision = '';
CREATE INDEX cases_request_case ON cases_request (case_id);
CREATE SEQUENCE cases_change_seq;
"""

#: Cases that an organisation was called to; its people see those, wherever they lie.
CALLED = f"id IN (SELECT case_id FROM cases_party WHERE org_key <@ {ORGS})"
#: Whoever sees a case sees what belongs to it, also what happened before it was transferred here.
SEEN = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS + CHILDREN + INDEXES, migrations.RunSQL.noop),
        *append_only("cases_event"),
        *enable("cases_party", org="org_key"),
        *enable("cases_case", org="org_key", also=CALLED),
        *enable("cases_event", also=SEEN),
        *enable("cases_photo", also=SEEN),
        *enable("cases_request", also=SEEN),
    ]
