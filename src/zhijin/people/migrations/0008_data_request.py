"""What people ask about their own data."""

import django.db.models.deletion
import zhijin.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0007_member_contact'),
    ]

    operations = [
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('access', '查阅和复制'), ('correct', '更正'), ('erase', '删除')], max_length=7)),
                ('how', models.CharField(max_length=200)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('version_then', models.IntegerField()),
                ('made_by', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('open', '待答复'), ('done', '已照办'), ('refused', '未照办，已说明')], default='open', max_length=7)),
                ('answer', models.CharField(blank=True, default='', max_length=200)),
                ('evidence', models.JSONField(default=dict)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.CharField(blank=True, default='', max_length=64)),
                ('closed_name', models.CharField(blank=True, default='', max_length=64)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to='people.person')),
            ],
            options={
                'db_table': 'people_data_request',
            },
        ),
    ]
