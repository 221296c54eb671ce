"""Applications on another's behalf, their consents, papers and steps."""

import zhijin.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0017_practice_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Proxy',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('org_key', models.BigIntegerField(null=True)),
                ('org_name', models.CharField(default='', max_length=120)),
                ('sector_key', models.BigIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('kind', models.CharField(max_length=24)),
                ('title', models.CharField(max_length=60)),
                ('revision_id', models.UUIDField()),
                ('who', models.BinaryField(null=True)),
                ('name_masked', models.CharField(max_length=32)),
                ('helper', models.CharField(max_length=64)),
                ('helper_name', models.CharField(max_length=64)),
                ('code_blind', models.BinaryField(max_length=32)),
                ('state', models.CharField(choices=[('open', '收材料'), ('submitted', '已递交窗口'), ('decided', '已办结，送达中'), ('closed', '已送达')], default='open', max_length=9)),
                ('outcome', models.CharField(blank=True, choices=[('', ''), ('done', '办成了'), ('refused', '没有办成'), ('withdrawn', '本人撤回')], default='', max_length=9)),
                ('office', models.CharField(blank=True, default='', max_length=80)),
                ('said', models.CharField(blank=True, default='', max_length=200)),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('satisfied', models.BooleanField(null=True)),
                ('simulated', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'activities_proxy',
            },
        ),
        migrations.CreateModel(
            name='ProxyConsent',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('org_key', models.BigIntegerField(null=True)),
                ('org_name', models.CharField(default='', max_length=120)),
                ('sector_key', models.BigIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('proxy_id', models.UUIDField()),
                ('how', models.CharField(choices=[('paper', '书面委托书'), ('spoken', '当面口头，有见证人'), ('call', '电话录音')], max_length=6)),
                ('told', models.CharField(max_length=120)),
                ('photo', models.CharField(blank=True, default='', max_length=64)),
                ('given_at', models.DateTimeField()),
                ('until', models.DateField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_how', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'activities_proxy_consent',
            },
        ),
        migrations.CreateModel(
            name='ProxyPaper',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('org_key', models.BigIntegerField(null=True)),
                ('org_name', models.CharField(default='', max_length=120)),
                ('sector_key', models.BigIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('proxy_id', models.UUIDField()),
                ('title', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('original', '原件'), ('copy', '复印件'), ('result', '办出来的证照、结果')], max_length=8)),
                ('at', models.CharField(choices=[('helper', '在代办员手里'), ('office', '在办事窗口'), ('post', '在邮寄路上'), ('person', '在本人手里'), ('kept', '窗口留存')], default='helper', max_length=6)),
            ],
            options={
                'db_table': 'activities_proxy_paper',
            },
        ),
        migrations.CreateModel(
            name='ProxyStep',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('org_key', models.BigIntegerField(null=True)),
                ('org_name', models.CharField(default='', max_length=120)),
                ('sector_key', models.BigIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('proxy_id', models.UUIDField()),
                ('paper_id', models.UUIDField()),
                ('paper_title', models.CharField(max_length=60)),
                ('step', models.CharField(choices=[('taken', '从本人收取'), ('submitted', '递交窗口'), ('returned', '窗口退回'), ('kept', '窗口留存不退'), ('issued', '从窗口领取'), ('posted', '寄出'), ('handed', '当面交给本人'), ('delivered', '邮寄签收')], max_length=9)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=64)),
                ('note', models.CharField(blank=True, default='', max_length=120)),
                ('carrier', models.CharField(blank=True, default='', max_length=32)),
                ('number', models.CharField(blank=True, default='', max_length=40)),
                ('signed', models.CharField(blank=True, default='', max_length=7)),
                ('photo', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'db_table': 'activities_proxy_step',
            },
        ),
    ]
