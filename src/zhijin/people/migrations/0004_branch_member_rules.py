"""Keys that hold the county, one current row a person in a branch, row-level security by place, branch and line."""

from django.db import migrations

from zhijin.core.rls import enable

RULES = """
ALTER TABLE people_branch_member DROP CONSTRAINT people_branch_member_pkey;
ALTER TABLE people_branch_member ADD PRIMARY KEY (id, county);
CREATE INDEX people_branch_member_org ON people_branch_member (org_key, valid_to);
CREATE INDEX people_branch_member_place ON people_branch_member (place_key);
CREATE UNIQUE INDEX people_branch_member_once ON people_branch_member (org_key, county, name_blind)
  WHERE valid_to IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_branch_member")]

    operations = [
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        *enable("people_branch_member", org="org_key", lines=("sector_key", "industry_key")),
    ]
