import zhijin.core.ids
from django.db import migrations, models

from zhijin.core.rls import enable


KEYS = """
ALTER TABLE broadcast_word DROP CONSTRAINT broadcast_word_pkey;
ALTER TABLE broadcast_word ADD PRIMARY KEY (id, county);
CREATE UNIQUE INDEX broadcast_word_once ON broadcast_word (place_code, word, county);
CREATE INDEX broadcast_word_place ON broadcast_word (place_key, word);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('broadcast', '0008_errand'),
    ]

    operations = [
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('county', models.IntegerField()),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('word', models.CharField(max_length=12)),
                ('pinyin', models.CharField(max_length=120)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.CharField(max_length=80)),
                ('changer', models.CharField(max_length=60)),
            ],
            options={
                'db_table': 'broadcast_word',
            },
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        *enable("broadcast_word"),
    ]
