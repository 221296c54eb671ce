"""Keys and row-level security of applications on another's behalf; what was done is only ever added."""

from django.db import migrations

from zhijin.core.rls import append_only, enable, keep

TABLES = ("proxy", "proxy_consent", "proxy_paper", "proxy_step")
KEYS = "".join(
    f"ALTER TABLE activities_{name} DROP CONSTRAINT activities_{name}_pkey;"
    f"ALTER TABLE activities_{name} ADD PRIMARY KEY (id, county);"
    for name in TABLES
)
INDEXES = """
CREATE UNIQUE INDEX activities_proxy_code ON activities_proxy (code_blind, county);
CREATE INDEX activities_proxy_place ON activities_proxy (place_key, due_at);
CREATE INDEX activities_proxy_org ON activities_proxy (org_key, due_at);
CREATE INDEX activities_proxy_consent_of ON activities_proxy_consent (proxy_id);
CREATE INDEX activities_proxy_paper_of ON activities_proxy_paper (proxy_id);
CREATE INDEX activities_proxy_step_of ON activities_proxy_step (proxy_id);
CREATE TRIGGER activities_proxy_consent_withdrawn BEFORE UPDATE OR DELETE ON activities_proxy_consent
  FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""
OWN = {"org": "org_key", "lines": ("sector_key",)}


class Migration(migrations.Migration):
    dependencies = [("activities", "0018_proxy")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *append_only("activities_proxy_step"),
        *(op for name in TABLES for op in enable(f"activities_{name}", **OWN)),
        *(op for name in TABLES for op in keep(f"activities_{name}", "false")),
    ]
