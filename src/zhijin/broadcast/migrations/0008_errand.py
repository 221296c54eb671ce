from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('broadcast', '0007_channel_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='broadcast',
            name='errand_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='errand_by',
            field=models.CharField(blank=True, default='', max_length=80),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='errand_done',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='errand_ended',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='errand_failed',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='errand_moved',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='errand_of',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='errand_why',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.RunSQL(
            "CREATE INDEX broadcast_errand ON broadcast_broadcast (errand_moved)"
            " WHERE errand_at IS NOT NULL AND errand_ended IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
