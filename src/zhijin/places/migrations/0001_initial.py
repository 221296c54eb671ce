"""Places, their successions and outlines, and runs of the import."""

from __future__ import annotations

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('as_of', models.DateField()),
                ('source', models.CharField(max_length=200)),
                ('covers', models.JSONField(default=list)),
                ('actor', models.CharField(max_length=64)),
                ('rows', models.IntegerField()),
                ('added', models.IntegerField()),
                ('renamed', models.IntegerField()),
                ('vanished', models.IntegerField()),
                ('restored', models.IntegerField()),
                ('finding_count', models.IntegerField()),
                ('findings', models.JSONField(default=list)),
                ('seconds', models.FloatField()),
            ],
            options={
                'db_table': 'places_import_run',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('code', models.CharField(max_length=15, primary_key=True, serialize=False)),
                ('key', models.BigIntegerField(unique=True)),
                ('name', models.CharField(max_length=64)),
                ('level', models.CharField(choices=[('province', '省'), ('prefecture', '市州'), ('county', '县'), ('township', '乡镇街道'), ('village', '村社区'), ('group', '村民组'), ('grid', '网格')], max_length=10)),
                ('kind', models.CharField(blank=True, default='', max_length=12)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('households', models.IntegerField(blank=True, null=True)),
                ('population', models.IntegerField(blank=True, null=True)),
                ('parent', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
            ],
            options={
                'db_table': 'places_place',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='Outline',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('version', models.IntegerField(default=1)),
                ('geometry', models.JSONField()),
                ('min_lon', models.FloatField()),
                ('min_lat', models.FloatField()),
                ('max_lon', models.FloatField()),
                ('max_lat', models.FloatField()),
                ('area_m2', models.BigIntegerField()),
                ('source', models.CharField(max_length=64)),
                ('licence', models.CharField(blank=True, default='', max_length=64)),
                ('simulated', models.BooleanField(default=False)),
                ('drawn_by', models.CharField(default='', max_length=64)),
                ('valid_from', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('valid_to', models.DateTimeField(blank=True, null=True)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outlines', to='places.place')),
            ],
            options={
                'db_table': 'places_outline',
            },
        ),
        migrations.CreateModel(
            name='FormerName',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=64)),
                ('valid_to', models.DateField()),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_names', to='places.place')),
            ],
            options={
                'db_table': 'places_former_name',
                'ordering': ['valid_to', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Succession',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('at', models.DateField()),
                ('kind', models.CharField(choices=[('merge', '合并'), ('split', '拆分'), ('rename', '更名改码')], max_length=8)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('new', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='predecessions', to='places.place')),
                ('old', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='places.place')),
            ],
            options={
                'db_table': 'places_succession',
            },
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(fields=['level', 'key'], name='places_place_level_key'),
        ),
        migrations.AddConstraint(
            model_name='outline',
            constraint=models.UniqueConstraint(fields=('place', 'version'), name='places_outline_version'),
        ),
        migrations.AddConstraint(
            model_name='outline',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('place',), name='places_outline_current'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.UniqueConstraint(fields=('old', 'new'), name='places_succession_once'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(('old', models.F('new')), _negated=True), name='places_succession_other'),
        ),
    ]
