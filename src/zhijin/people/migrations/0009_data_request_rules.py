"""Keys that hold the county, row-level security by place; a closed request is never changed, none disappears."""

from django.db import migrations

from zhijin.core.rls import enable, keep

RULES = """
ALTER TABLE people_data_request DROP CONSTRAINT people_data_request_pkey;
ALTER TABLE people_data_request ADD PRIMARY KEY (id, county);
CREATE INDEX people_data_request_place ON people_data_request (place_key, due_at);
CREATE INDEX people_data_request_person ON people_data_request (person_id);
CREATE TRIGGER people_data_request_closed BEFORE UPDATE OR DELETE ON people_data_request
  FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0008_data_request")]

    operations = [
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        *enable("people_data_request"),
        *keep("people_data_request", "false"),
    ]
