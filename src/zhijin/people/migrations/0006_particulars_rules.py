"""Keys that hold the county, one row a holder, row-level security by place, organisation and line."""

from django.db import migrations

from zhijin.core.rls import enable

RULES = """
ALTER TABLE people_particulars DROP CONSTRAINT people_particulars_pkey;
ALTER TABLE people_particulars ADD PRIMARY KEY (id, county);
CREATE UNIQUE INDEX people_particulars_once ON people_particulars (appointment_id, county);
CREATE INDEX people_particulars_place ON people_particulars (place_key);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0005_cadres")]

    operations = [
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        *enable("people_particulars", org="org_key", lines=("sector_key", "industry_key")),
    ]
