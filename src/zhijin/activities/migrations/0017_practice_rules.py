"""Keys and row-level security of works and shows: what is on the list is for everybody, and nobody deletes it."""

from django.db import migrations

from zhijin.activities.tables import owned

INDEXES = """
CREATE UNIQUE INDEX activities_work_picture ON activities_work (org_key, county, digest)
  WHERE digest <> '' AND withdrawn_at IS NULL;
CREATE INDEX activities_work_place ON activities_work (place_key, finished_on DESC);
CREATE INDEX activities_work_org ON activities_work (org_key, finished_on);
CREATE INDEX activities_show_place ON activities_show (place_key, starts_at DESC);
CREATE INDEX activities_show_org ON activities_show (org_key, starts_at);
ALTER TABLE activities_show ADD CONSTRAINT activities_show_counts CHECK (came >= 0 AND online >= 0);
CREATE TRIGGER activities_show_told BEFORE UPDATE OR DELETE ON activities_show
  FOR EACH ROW WHEN (OLD.state <> 'called') EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER activities_work_withdrawn BEFORE UPDATE OR DELETE ON activities_work
  FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0016_practice")]

    operations = [
        *owned("work", public="withdrawn_at IS NULL", lasting=True),
        *owned("show", public="state <> 'cancelled'", lasting=True),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
    ]
