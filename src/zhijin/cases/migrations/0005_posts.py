"""What a post must do is found by post and place: with the deadline in it, the planner used it for other lists."""

from django.db import migrations

FORWARD = """
DROP INDEX cases_case_open_owner, cases_case_open_raised;
CREATE INDEX cases_case_open_owner ON cases_case (owner_role, place_key) WHERE is_open;
CREATE INDEX cases_case_open_raised ON cases_case (raised_to, place_key)
  WHERE is_open AND raised_to <> '';
"""
BACKWARD = """
DROP INDEX cases_case_open_owner, cases_case_open_raised;
CREATE INDEX cases_case_open_owner ON cases_case (owner_role, due_at, id) WHERE is_open;
CREATE INDEX cases_case_open_raised ON cases_case (raised_to, due_at, id)
  WHERE is_open AND raised_to <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_lists")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
