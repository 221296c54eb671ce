"""The spine: facts by month, journal, seals, files, idempotency keys, demonstration clock."""

import django.db.models.deletion
import uuid

from django.db import migrations, models
from django.db.models.functions import Now

from zhijin.core.rls import append_only, enable

REFUSE = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
"""

FACT = """
CREATE TABLE core_fact (
  id uuid NOT NULL, at timestamptz NOT NULL, county integer NOT NULL, org_key bigint,
  place_code varchar(15) NOT NULL, place_key bigint NOT NULL, kind varchar(64) NOT NULL,
  subject varchar(64) NOT NULL, actor varchar(64) NOT NULL, value bigint NOT NULL DEFAULT 1,
  attrs jsonb NOT NULL DEFAULT '{}', playbook varchar(64) NOT NULL DEFAULT '',
  revision integer NOT NULL DEFAULT 0, record varchar(64) NOT NULL,
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (county, at, id)
) PARTITION BY RANGE (at);
CREATE TABLE core_fact_rest PARTITION OF core_fact DEFAULT;
CREATE INDEX core_fact_record ON core_fact (record);
CREATE INDEX core_fact_at ON core_fact USING brin (at);
CREATE FUNCTION core_fact_partition(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text := 'core_fact_' || to_char(month, 'YYYYMM');
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF core_fact FOR VALUES FROM (%L) TO (%L)', name,
      month::timestamp AT TIME ZONE 'Asia/Shanghai',
      (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai');
  END IF;
END $$;
SELECT core_fact_partition(m::date)
  FROM generate_series('2025-01-01'::date, '2028-12-01'::date, '1 month') AS m;
"""

JOURNAL_TX = """
ALTER TABLE core_journal ADD COLUMN tx xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX core_journal_at ON core_journal USING brin (at);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION core_refuse_change()"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(FACT, "DROP TABLE core_fact; DROP FUNCTION core_fact_partition")
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Fact",
                    fields=[
                        ("pk", models.CompositePrimaryKey("county", "at", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("id", models.UUIDField()),
                        ("at", models.DateTimeField()),
                        ("county", models.IntegerField()),
                        ("org_key", models.BigIntegerField(null=True)),
                        ("place_code", models.CharField(max_length=15)),
                        ("place_key", models.BigIntegerField()),
                        ("kind", models.CharField(max_length=64)),
                        ("subject", models.CharField(max_length=64)),
                        ("actor", models.CharField(max_length=64)),
                        ("value", models.BigIntegerField(default=1)),
                        ("attrs", models.JSONField(default=dict)),
                        ("playbook", models.CharField(default="", max_length=64)),
                        ("revision", models.IntegerField(default=0)),
                        ("record", models.CharField(max_length=64)),
                    ],
                    options={"db_table": "core_fact"},
                )
            ],
        ),
        *append_only("core_fact"),
        *enable("core_fact", check="true"),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=Now())),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(default="", max_length=64)),
                ("action", models.CharField(max_length=64)),
                ("object", models.CharField(max_length=96)),
                ("place_key", models.BigIntegerField(null=True)),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "core_journal",
                "indexes": [
                    models.Index(fields=["object", "id"], name="core_journal_object"),
                    models.Index(fields=["actor", "id"], name="core_journal_actor"),
                ],
            },
        ),
        migrations.RunSQL(JOURNAL_TX, "ALTER TABLE core_journal DROP COLUMN tx"),
        *append_only("core_journal"),
        migrations.CreateModel(
            name="JournalSeal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="core.journalentry")),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={"db_table": "core_journal_seal"},
        ),
        *append_only("core_journal_seal"),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=64)),
                ("width", models.IntegerField(null=True)),
                ("height", models.IntegerField(null=True)),
                ("stored_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "core_file"},
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("scope", models.CharField(max_length=32)),
                ("key", models.CharField(max_length=64)),
                ("body", models.BinaryField(max_length=32)),
                ("answer", models.CharField(default="", max_length=128)),
                ("at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "db_table": "core_idempotency",
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "key"), name="core_idempotency_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ahead", models.DurationField()),
            ],
            options={"db_table": "core_demo_clock"},
        ),
        migrations.CreateModel(
            name="RateWindow",
            fields=[
                ("key", models.CharField(max_length=96, primary_key=True, serialize=False)),
                ("window", models.BigIntegerField()),
                ("count", models.IntegerField(default=0)),
            ],
            options={"db_table": "core_rate_window"},
        ),
        migrations.CreateModel(
            name="CalendarNotice",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("workday", models.BooleanField()),
                ("source", models.CharField(max_length=200)),
            ],
            options={"db_table": "core_calendar_notice"},
        ),
    ]
