"""Sheets of enter once, what is remembered of them, the entries saved; who sees which."""

import zhijin.core.ids
from django.db import migrations, models


from zhijin.core.rls import SCOPE, enable

KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY (id, county);"
    for table in ("assessment_filling", "assessment_remembered", "assessment_saved")
)
INDEXES = """
CREATE INDEX assessment_filling_account ON assessment_filling (account_id, made_at DESC);
CREATE INDEX assessment_filling_old ON assessment_filling (made_at) WHERE original IS NOT NULL;
CREATE INDEX assessment_saved_place ON assessment_saved (place_key, year);
"""
#: A sheet is seen by whoever sent it, and by the platform itself, to clear away.
MINE = (
    "('account:' || account_id::text) ="
    " (SELECT nullif(current_setting('app.actor', true), ''))"
)
#: What a county's clerks chose for headers is for whoever works somewhere in the county.
CONCERNED = (
    "int8range(county::bigint * 1000000000000, (county::bigint + 1) * 1000000000000)"
    f" && {SCOPE}"
)


class Migration(migrations.Migration):

    dependencies = [
        ('assessment', '0002_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Filling',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('account_id', models.UUIDField()),
                ('file_name', models.CharField(max_length=120)),
                ('title', models.CharField(default='', max_length=120)),
                ('state', models.CharField(choices=[('mapping', 'Mapping'), ('filled', 'Filled'), ('returned', 'Returned')], default='mapping', max_length=12)),
                ('original', models.BinaryField(null=True)),
                ('fingerprint', models.CharField(max_length=64)),
                ('period_start', models.DateField()),
                ('period_end', models.DateField()),
                ('layout', models.JSONField(default=dict)),
                ('mapping', models.JSONField(default=dict)),
                ('answers', models.JSONField(default=dict)),
                ('asked', models.IntegerField(default=0)),
                ('filled', models.IntegerField(default=0)),
                ('agreed', models.IntegerField(default=0)),
                ('differing', models.IntegerField(default=0)),
                ('saved', models.IntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('filled_at', models.DateTimeField(null=True)),
                ('returned_at', models.DateTimeField(null=True)),
                ('simulated', models.BooleanField(default=False)),
                ('version', models.IntegerField(default=1)),
            ],
            options={
                'db_table': 'assessment_filling',
            },
        ),
        migrations.CreateModel(
            name='Remembered',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('kind', models.CharField(max_length=8)),
                ('sheet', models.CharField(default='', max_length=64)),
                ('header', models.CharField(max_length=64)),
                ('choice', models.CharField(max_length=96)),
                ('rule', models.CharField(default='', max_length=12)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'assessment_remembered',
                'constraints': [models.UniqueConstraint(fields=('county', 'kind', 'sheet', 'header'), name='assessment_remembered_once')],
            },
        ),
        migrations.CreateModel(
            name='Saved',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('year', models.SmallIntegerField()),
                ('entries', models.IntegerField(default=0)),
                ('sheets', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'assessment_saved',
                'constraints': [models.UniqueConstraint(fields=('county', 'place_code', 'year'), name='assessment_saved_once')],
            },
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
        *enable("assessment_filling", using="999999999999999999", also=MINE,
                check=f"{MINE} OR 0::bigint <@ {SCOPE}"),
        *enable("assessment_remembered", using="999999999999999999", also=CONCERNED),
        *enable("assessment_saved"),
    ]
