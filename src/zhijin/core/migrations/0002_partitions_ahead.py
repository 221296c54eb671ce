"""Coming months' partitions through the owner's function; rate windows say when they end."""

from django.db import migrations, models

PARTITION = """
CREATE OR REPLACE FUNCTION core_fact_partition(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text := 'core_fact_' || to_char(month, 'YYYYMM'); other text;
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF core_fact FOR VALUES FROM (%L) TO (%L)', name,
      month::timestamp AT TIME ZONE 'Asia/Shanghai',
      (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai');
  END IF;
  -- Row-level security stands on the whole table: nobody but the owner may reach a part directly.
  FOR other IN SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.oid = to_regclass(name) AND a.grantee <> c.relowner AND a.grantee <> 0 LOOP
    EXECUTE format('REVOKE ALL ON %I FROM %s', name, other);
  END LOOP;
END $$;

CREATE FUNCTION core_fact_partitions(first date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE m date; made integer := 0;
BEGIN
  IF months NOT BETWEEN 1 AND 36 OR abs(first - current_date) > 3660 THEN
    RAISE EXCEPTION 'months out of range: % from %', months, first;
  END IF;
  FOR m IN SELECT generate_series(date_trunc('month', first)::date,
      date_trunc('month', first)::date + (months - 1) * interval '1 month', interval '1 month') LOOP
    IF to_regclass('core_fact_' || to_char(m, 'YYYYMM')) IS NULL THEN
      PERFORM core_fact_partition(m);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION core_fact_partitions(date, integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION core_fact_partition(date) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(PARTITION, "DROP FUNCTION core_fact_partitions(date, integer)"),
        migrations.AddField("ratewindow", "ends", models.BigIntegerField(db_default=0)),
    ]
