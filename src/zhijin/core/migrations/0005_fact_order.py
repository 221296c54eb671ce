"""Facts found by commit order, by place and by organisation: what changed since, what stands behind a figure."""

from django.db import migrations

#: BRIN has no operators for xid8; rows lie in the order they were written, so a few pages are read.
INDEXES = """
CREATE INDEX core_fact_tx ON core_fact USING brin ((tx::text::bigint)) WITH (pages_per_range = 16);
CREATE INDEX core_fact_place ON core_fact (place_key, kind, at);
CREATE INDEX core_fact_org ON core_fact (org_key, kind, at) WHERE org_key IS NOT NULL;
"""
#: Months, in China's time, of facts written by transaction ``since`` or a later one. Runs as the owner: a
#: policy would keep the planner from the index. It tells months and numbers, never a fact.
CHANGED = """
CREATE FUNCTION core_fact_changed(since bigint) RETURNS TABLE (month date, facts bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
  FROM core_fact WHERE tx::text::bigint >= since GROUP BY 1 ORDER BY 1
$$;
REVOKE EXECUTE ON FUNCTION core_fact_changed(bigint) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_signing_key")]

    operations = [
        migrations.RunSQL(
            INDEXES, "DROP INDEX core_fact_tx; DROP INDEX core_fact_place; DROP INDEX core_fact_org"
        ),
        migrations.RunSQL(CHANGED, "DROP FUNCTION core_fact_changed(bigint)"),
    ]
