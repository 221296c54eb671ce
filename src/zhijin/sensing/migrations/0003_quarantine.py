
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sensing', '0002_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='device',
            name='fault_case',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='device',
            name='held_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='device',
            name='held_on',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='device',
            name='held_why',
            field=models.CharField(blank=True, default='', max_length=12),
        ),
        migrations.AddField(
            model_name='devicestate',
            name='read_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='state',
            field=models.CharField(choices=[('opened', '已开事项'), ('held', '等待时段'), ('dropped', '没有开成'), ('late', '晚到')], max_length=8),
        ),
    ]
