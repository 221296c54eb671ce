"""Keys that hold the county, what may stand only once, row-level security, what is shut for good."""

from django.db import migrations

from zhijin.core.rls import LINES, ORGS, SCOPE, append_only, enable

TABLES = (
    "undertaking", "task", "progress", "event", "party", "sheet", "question", "voter",
    "model_unit", "evidence", "objection", "problem", "visit",
)  # fmt: skip
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
ALTER TABLE activities_ballot_box DROP CONSTRAINT activities_ballot_box_pkey;
ALTER TABLE activities_ballot_box ADD PRIMARY KEY (event_id, county);
CREATE INDEX activities_undertaking_place ON activities_undertaking (place_key, state);
CREATE INDEX activities_undertaking_org ON activities_undertaking (org_key);
CREATE UNIQUE INDEX activities_undertaking_once ON activities_undertaking (org_key, county, kind, begins)
  WHERE kind <> 'topic' AND state <> 'closed';
CREATE UNIQUE INDEX activities_task_seq ON activities_task (undertaking_id, county, seq);
CREATE INDEX activities_task_due ON activities_task (due, place_key) WHERE done_at IS NULL;
CREATE INDEX activities_progress_task ON activities_progress (undertaking_id, id);
CREATE INDEX activities_event_place ON activities_event (place_key, kind, id);
CREATE INDEX activities_event_due ON activities_event (due_at) WHERE state = 'open';
CREATE INDEX activities_party_event ON activities_party (event_id, role);
CREATE INDEX activities_party_org ON activities_party (org_key, event_id);
CREATE INDEX activities_party_place ON activities_party (place_key);
CREATE INDEX activities_party_account ON activities_party (account) WHERE account <> '';
CREATE UNIQUE INDEX activities_party_once ON activities_party (event_id, county, org_key)
  WHERE role = 'entrant';
CREATE UNIQUE INDEX activities_party_judge ON activities_party (event_id, county, account)
  WHERE role = 'judge';
CREATE UNIQUE INDEX activities_sheet_judge ON activities_sheet (event_id, county, entrant_id, account)
  WHERE account <> '';
CREATE UNIQUE INDEX activities_sheet_org ON activities_sheet (event_id, county, entrant_id, from_org)
  WHERE account = '';
CREATE INDEX activities_sheet_from ON activities_sheet (from_org, state);
CREATE INDEX activities_sheet_account ON activities_sheet (account, state) WHERE account <> '';
CREATE INDEX activities_question_event ON activities_question (event_id, entrant_id);
CREATE UNIQUE INDEX activities_voter_code ON activities_voter (code, county);
CREATE INDEX activities_voter_event ON activities_voter (event_id);
CREATE UNIQUE INDEX activities_model_once ON activities_model_unit (org_key, county, year, level);
CREATE INDEX activities_model_host ON activities_model_unit (host_key, year);
CREATE UNIQUE INDEX activities_evidence_once ON activities_evidence (unit_id, county, fact_id);
CREATE INDEX activities_objection_unit ON activities_objection (unit_id);
CREATE INDEX activities_problem_event ON activities_problem (event_id);
CREATE INDEX activities_problem_org ON activities_problem (org_key, state);
CREATE INDEX activities_visit_guest ON activities_visit (place_key, id);
CREATE INDEX activities_visit_host ON activities_visit (host_key, id);
CREATE INDEX activities_visit_org ON activities_visit (org_key);
CREATE INDEX activities_visit_host_org ON activities_visit (host_org);

CREATE TRIGGER activities_sheet_shut BEFORE UPDATE OR DELETE ON activities_sheet
  FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER activities_event_signed BEFORE UPDATE ON activities_event FOR EACH ROW
  WHEN ((OLD.notice IS NOT NULL AND NEW.notice IS DISTINCT FROM OLD.notice)
     OR (OLD.document IS NOT NULL AND (NEW.document IS DISTINCT FROM OLD.document
         OR NEW.outcome IS DISTINCT FROM OLD.outcome)))
  EXECUTE FUNCTION core_refuse_change();
"""
OWN_LINES = ("sector_key", "industry_key")
ME = "(SELECT nullif(current_setting('app.actor', true), ''))"
HOST = f"host_key <@ {SCOPE}"


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial"), ("core", "0004_signing_key")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *append_only("activities_progress"),
        *append_only("activities_evidence"),
        *enable("activities_undertaking", org="org_key", lines=OWN_LINES),
        *enable("activities_task", org="org_key", lines=OWN_LINES),
        *enable("activities_progress", org="org_key", lines=OWN_LINES),
        # The host sees everybody; an entrant its own row; a judge theirs.
        *enable(
            "activities_party", org="org_key", lines=OWN_LINES, also=f"{HOST} OR account = {ME}"
        ),
        # Whoever sees a party of an event sees the event.
        *enable(
            "activities_event", lines=("sector_key",),
            also="EXISTS (SELECT FROM activities_party p WHERE p.event_id = activities_event.id)",
            check=f"place_key <@ {SCOPE} OR sector_key <@ {LINES}",
        ),  # fmt: skip
        # Marks are seen by the host and by whoever gives them, never by whom they are about.
        *enable(
            "activities_sheet", using="host_key",
            also=f"from_org <@ {ORGS} OR from_key <@ {SCOPE} OR from_line <@ {LINES} OR account = {ME}",
        ),  # fmt: skip
        *enable(
            "activities_question", using="host_key",
            also="EXISTS (SELECT FROM activities_event e WHERE e.id = event_id)",
        ),  # fmt: skip
        *enable("activities_voter", using="host_key"),
        *enable("activities_ballot_box", using="host_key"),
        *enable("activities_model_unit", org="org_key", lines=OWN_LINES, also=HOST),
        *enable("activities_evidence", org="org_key", lines=OWN_LINES, also=HOST),
        *enable("activities_objection", org="org_key", lines=OWN_LINES, also=HOST),
        *enable("activities_problem", org="org_key", lines=OWN_LINES, also=HOST),
        *enable(
            "activities_visit", org="org_key", lines=OWN_LINES,
            also=f"{HOST} OR host_org <@ {ORGS} OR host_sector <@ {LINES}",
        ),  # fmt: skip
    ]
