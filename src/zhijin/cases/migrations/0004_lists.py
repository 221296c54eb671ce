"""Indexes in the order of the desk's lists: ended cases, a county's newest, what a post must do, today's figures.

Measured with five million cases (docs/explanation/measured.md). What lists count is in the index itself, so
that the figures of today's page read no rows.
"""

from django.db import migrations

FORWARD = """
DROP INDEX cases_case_open_place;
CREATE INDEX cases_case_open_place ON cases_case (place_key, due_at, id)
  INCLUDE (raised_to, org_key) WHERE is_open;
CREATE INDEX cases_case_open_owner ON cases_case (owner_role, due_at, id) WHERE is_open;
CREATE INDEX cases_case_open_raised ON cases_case (raised_to, due_at, id)
  WHERE is_open AND raised_to <> '';
DROP INDEX cases_case_opened;
CREATE INDEX cases_case_opened ON cases_case (opened_at DESC, id DESC) INCLUDE (place_key, org_key);
CREATE INDEX cases_case_county_opened ON cases_case (county, opened_at DESC, id DESC);
CREATE INDEX cases_case_ended ON cases_case (opened_at DESC, id DESC) WHERE NOT is_open;
CREATE INDEX cases_case_county_ended ON cases_case (county, opened_at DESC, id DESC)
  WHERE NOT is_open;
CREATE INDEX cases_case_closed ON cases_case (closed_at) INCLUDE (place_key, org_key, id)
  WHERE closed_at IS NOT NULL;
"""
BACKWARD = """
DROP INDEX cases_case_open_place, cases_case_open_owner, cases_case_open_raised, cases_case_opened,
  cases_case_county_opened, cases_case_ended, cases_case_county_ended, cases_case_closed;
CREATE INDEX cases_case_open_place ON cases_case (place_key, due_at, id) WHERE is_open;
CREATE INDEX cases_case_opened ON cases_case (opened_at DESC, id);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_search")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
