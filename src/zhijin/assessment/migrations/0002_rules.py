"""Keys that hold the county, indexes of the standings, row-level security by place, line and organisation."""

from django.db import migrations

from zhijin.core.rls import LINES, ORGS, SCOPE, enable

WITH_ID = (
    "assessment_run", "assessment_mark", "assessment_follow", "assessment_adjustment",
    "assessment_appeal", "assessment_manual",
)
KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY (id, county);"
    for table in WITH_ID
)
CHILDREN = "".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_run FOREIGN KEY (run_id, county)"
    " REFERENCES assessment_run (id, county);"
    for table in ("assessment_score", "assessment_value", "assessment_mark", "assessment_evidence",
                  "assessment_appeal", "assessment_follow")
)
INDEXES = """
CREATE INDEX assessment_batch_open ON assessment_batch (asked_at)
  WHERE state IN ('waiting', 'computing');
CREATE INDEX assessment_batch_same ON assessment_batch (programme, period_start, fingerprint);
CREATE INDEX assessment_run_period ON assessment_run (county, programme, period_start, state);
CREATE UNIQUE INDEX assessment_run_public
  ON assessment_run (county, programme, period_kind, period_start)
  WHERE state IN ('published', 'frozen');
CREATE UNIQUE INDEX assessment_run_ready
  ON assessment_run (county, programme, period_kind, period_start) WHERE state = 'ready';
CREATE INDEX assessment_score_place ON assessment_score (run_id, place_key);
CREATE INDEX assessment_score_group ON assessment_score (run_id, group_key, rank);
CREATE INDEX assessment_score_org ON assessment_score (org_key, run_id);
CREATE INDEX assessment_score_sector ON assessment_score (run_id, sector_key);
CREATE INDEX assessment_score_industry ON assessment_score (run_id, industry_key)
  WHERE industry_key IS NOT NULL;
CREATE UNIQUE INDEX assessment_mark_once ON assessment_mark (run_id, county, org_key, kind);
CREATE INDEX assessment_mark_org ON assessment_mark (org_key, period_start);
CREATE UNIQUE INDEX assessment_follow_once
  ON assessment_follow (county, programme, period_start, org_key, kind);
CREATE INDEX assessment_follow_org ON assessment_follow (org_key);
CREATE INDEX assessment_follow_due ON assessment_follow (due_at) WHERE case_id IS NULL;
CREATE INDEX assessment_adjustment_org
  ON assessment_adjustment (county, programme, period_start, org_key);
CREATE INDEX assessment_adjustment_open ON assessment_adjustment (place_key)
  WHERE state = 'proposed';
CREATE INDEX assessment_appeal_run ON assessment_appeal (run_id, org_key);
CREATE INDEX assessment_appeal_open ON assessment_appeal (place_key) WHERE state = 'filed';
CREATE UNIQUE INDEX assessment_appeal_once
  ON assessment_appeal (run_id, county, org_key, indicator, fact_id)
  WHERE state IN ('filed', 'accepted');
CREATE INDEX assessment_manual_org ON assessment_manual (county, programme, period_start, org_key);
"""

#: What was published is never edited: a newer run stands beside it. The owner may, for a restore.
IMMUTABLE = """
CREATE FUNCTION assessment_keep_public() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM assessment_run r WHERE r.id = OLD.run_id AND r.county = OLD.county
             AND r.published_at IS NOT NULL) THEN
    RAISE EXCEPTION 'run % has been published and cannot change', OLD.run_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION assessment_keep_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NULL THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.state NOT IN ('published', 'frozen', 'superseded')
    OR (OLD.state <> 'published' AND NEW.state NOT IN (OLD.state, 'superseded'))
    OR (OLD.county, OLD.place_code, OLD.batch, OLD.programme, OLD.revision_id, OLD.period_kind,
        OLD.period_start, OLD.period_end, OLD.reason, OLD.names, OLD.facts_upto, OLD.indicators,
        OLD.dimensions, OLD.orgs, OLD.digest, OLD.ready_at, OLD.published_at, OLD.published_by)
      IS DISTINCT FROM
       (NEW.county, NEW.place_code, NEW.batch, NEW.programme, NEW.revision_id, NEW.period_kind,
        NEW.period_start, NEW.period_end, NEW.reason, NEW.names, NEW.facts_upto, NEW.indicators,
        NEW.dimensions, NEW.orgs, NEW.digest, NEW.ready_at, NEW.published_at, NEW.published_by)
    OR (OLD.frozen_at IS NOT NULL AND (OLD.frozen_at, OLD.canonical, OLD.signature)
      IS DISTINCT FROM (NEW.frozen_at, NEW.canonical, NEW.signature))
  THEN
    RAISE EXCEPTION 'run % has been published and cannot change', OLD.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER assessment_run_public BEFORE UPDATE OR DELETE ON assessment_run
  FOR EACH ROW EXECUTE FUNCTION assessment_keep_run();
""" + "".join(
    f"CREATE TRIGGER {table}_public BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION assessment_keep_public();"
    for table in ("assessment_score", "assessment_value", "assessment_mark", "assessment_evidence")
)

LINES_OF = ("sector_key", "industry_key")
ROWS = (
    "assessment_score", "assessment_value", "assessment_mark", "assessment_follow",
    "assessment_adjustment", "assessment_appeal", "assessment_evidence", "assessment_manual",
)
#: What a run is about (its period, state, digest) may be known to whoever works somewhere in its county,
#: by place, by line or for one organisation; the organisations' rows have their own rule.
CONCERNED = (
    f"int8range(place_key, place_end) && {SCOPE}"
    f" OR coalesce({LINES}, '{{}}') <> '{{}}' OR coalesce({ORGS}, '{{}}') <> '{{}}'"
)
#: Only the platform itself writes runs.
SYSTEM = f"0::bigint <@ {SCOPE}"


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS + CHILDREN + INDEXES, migrations.RunSQL.noop),
        migrations.RunSQL(IMMUTABLE, migrations.RunSQL.noop),
        *[op for table in ROWS for op in enable(table, org="org_key", lines=LINES_OF)],
        *enable("assessment_run", also=CONCERNED, check=SYSTEM),
        *enable("assessment_batch", also=CONCERNED, check=SYSTEM),
    ]
