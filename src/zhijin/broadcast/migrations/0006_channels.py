import zhijin.core.ids
from django.db import migrations, models

LEVELS = [('plain', '一般通知'), ('blue', '蓝色'), ('yellow', '黄色'), ('orange', '橙色'), ('red', '红色')]


class Migration(migrations.Migration):

    dependencies = [
        ('broadcast', '0005_circle'),
    ]

    operations = [
        migrations.AddField('broadcast', 'opus_digest', models.CharField(blank=True, default='', max_length=64)),
        migrations.AddField('broadcast', 'opus_size', models.IntegerField(default=0)),
        migrations.AddField('broadcast', 'portal', models.BooleanField(default=False)),
        migrations.AddField('broadcast', 'channels', models.JSONField(default=list)),
        migrations.AddField('broadcast', 'shown_until', models.DateTimeField(null=True)),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('label', models.CharField(max_length=40)),
                ('url', models.BinaryField()),
                ('secret', models.BinaryField(null=True)),
                ('shown', models.CharField(max_length=80)),
                ('settings', models.JSONField(default=dict)),
                ('least', models.CharField(choices=LEVELS, max_length=8)),
                ('shared', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('waiting', '待启用'), ('active', '使用中'), ('suspended', '已停用')], default='waiting', max_length=10)),
                ('why', models.CharField(blank=True, default='', max_length=160)),
                ('failures', models.SmallIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=80)),
                ('maker', models.CharField(max_length=60)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('confirmer', models.CharField(blank=True, default='', max_length=60)),
            ],
            options={'db_table': 'broadcast_channel'},
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('broadcast_id', models.UUIDField()),
                ('channel_id', models.UUIDField()),
                ('kind', models.CharField(max_length=16)),
                ('label', models.CharField(max_length=40)),
                ('what', models.CharField(max_length=6)),
                ('state', models.CharField(choices=[('waiting', '待发送'), ('sent', '已送达'), ('partly', '部分送达'), ('refused', '对方拒收'), ('given_up', '多次未送达'), ('withdrawn', '未发，已撤下')], default='waiting', max_length=10)),
                ('tries', models.SmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField()),
                ('reason', models.CharField(blank=True, default='', max_length=160)),
                ('total', models.IntegerField(default=0)),
                ('done', models.IntegerField(default=0)),
                ('failed', models.IntegerField(default=0)),
                ('segments', models.SmallIntegerField(default=0)),
                ('number', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={'db_table': 'broadcast_post'},
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('pk', models.CompositePrimaryKey('post_id', 'person_id', 'county', blank=True, editable=False, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_key', models.BigIntegerField()),
                ('post_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('refused', 'Refused'), ('given_up', 'Given Up'), ('skipped', 'Skipped')], default='waiting', max_length=10)),
                ('tries', models.SmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=160)),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={'db_table': 'broadcast_letter'},
        ),
    ]
