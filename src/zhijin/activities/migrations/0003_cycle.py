"""Yearly cycles, their steps, and reminders."""

import zhijin.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0002_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cycle',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('sector', models.SmallIntegerField(null=True)),
                ('direct', models.BooleanField(default=True)),
                ('title', models.CharField(max_length=120)),
                ('criteria', models.JSONField(default=list)),
                ('each', models.SmallIntegerField(default=3)),
                ('programme', models.CharField(blank=True, default='', max_length=64)),
                ('begins', models.DateField()),
                ('active', models.BooleanField(default=True)),
                ('made_by', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('simulated', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'activities_cycle',
            },
        ),
        migrations.CreateModel(
            name='CycleStep',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('cycle_id', models.UUIDField()),
                ('host_key', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('remind', '月提醒'), ('dispatch', '季调度'), ('review', '半年互评'), ('collect', '收齐互评'), ('annual', '年度考核')], max_length=8)),
                ('period', models.CharField(max_length=8)),
                ('due_on', models.DateField()),
                ('done_at', models.DateTimeField()),
                ('outcome', models.JSONField(default=dict)),
                ('event_id', models.UUIDField(null=True)),
                ('document', models.BinaryField(null=True)),
                ('document_sig', models.TextField(default='')),
            ],
            options={
                'db_table': 'activities_cycle_step',
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('org_key', models.BigIntegerField(null=True)),
                ('org_name', models.CharField(default='', max_length=120)),
                ('sector_key', models.BigIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('cycle_id', models.UUIDField()),
                ('host_key', models.BigIntegerField()),
                ('period', models.CharField(max_length=8)),
                ('lines', models.JSONField(default=list)),
                ('sent_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'activities_reminder',
            },
        ),
    ]
