"""Keys and row-level security of elections, grades, postings, plans and study; what was told never changes."""

from django.db import migrations

from zhijin.core.rls import append_only, enable

TABLES = (
    "election", "election_seat", "election_notice", "worker_grade", "posting", "work_log", "county_plan",
    "plan_measure", "plan_progress", "study_survey", "study", "study_result",
)  # fmt: skip
FIXED = ("election", "election_seat", "election_notice", "work_log", "plan_progress", "study_result")
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
CREATE UNIQUE INDEX activities_election_once ON activities_election (org_key, county, number);
CREATE INDEX activities_election_place ON activities_election (place_key, held_on);
CREATE INDEX activities_election_seat_election ON activities_election_seat (election_id);
CREATE UNIQUE INDEX activities_election_seat_once ON activities_election_seat (appointment_id, county);
CREATE INDEX activities_election_seat_place ON activities_election_seat (place_key, held_on);
CREATE UNIQUE INDEX activities_election_notice_once
  ON activities_election_notice (org_key, county, term_ends, overdue);
CREATE UNIQUE INDEX activities_worker_grade_once ON activities_worker_grade (appointment_id, county)
  WHERE until IS NULL;
CREATE INDEX activities_worker_grade_place ON activities_worker_grade (place_key);
CREATE UNIQUE INDEX activities_posting_once ON activities_posting (appointment_id, county);
CREATE INDEX activities_posting_place ON activities_posting (place_key, since);
CREATE INDEX activities_posting_org ON activities_posting (org_key);
CREATE INDEX activities_work_log_posting ON activities_work_log (posting_id, day);
CREATE INDEX activities_work_log_place ON activities_work_log (place_key, day);
CREATE UNIQUE INDEX activities_county_plan_once ON activities_county_plan (place_key, county, year);
CREATE UNIQUE INDEX activities_plan_measure_seq ON activities_plan_measure (plan_id, county, seq);
CREATE INDEX activities_plan_progress_measure ON activities_plan_progress (measure_id, at);
CREATE UNIQUE INDEX activities_study_survey_once ON activities_study_survey (org_key, county, year);
CREATE INDEX activities_study_survey_place ON activities_study_survey (place_key, year);
CREATE UNIQUE INDEX activities_study_once ON activities_study (appointment_id, county)
  WHERE state IN ('applied', 'recommended', 'enrolled');
CREATE INDEX activities_study_place ON activities_study (place_key, year);
CREATE UNIQUE INDEX activities_study_result_once ON activities_study_result (study_id, county, term);

ALTER TABLE activities_election ADD CONSTRAINT activities_election_votes
  CHECK (voted >= 0 AND electors > 0 AND voted <= electors);
ALTER TABLE activities_study ADD CONSTRAINT activities_study_shares
  CHECK (fee_fen > 0 AND (public_fen IS NULL) = (own_fen IS NULL) AND coalesce(public_fen + own_fen, fee_fen) = fee_fen);
ALTER TABLE activities_study_result ADD CONSTRAINT activities_study_result_passed
  CHECK (taken > 0 AND passed BETWEEN 0 AND taken);
"""
OWN = {"org": "org_key", "lines": ("sector_key",)}


class Migration(migrations.Migration):
    dependencies = [("activities", "0012_cadres")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *[step for name in FIXED for step in append_only(f"activities_{name}")],
        *[step for name in TABLES for step in enable(f"activities_{name}", **OWN)],
    ]
