"""Whose warnings a place takes as theirs; others are held until somebody has made sure of them."""

from django.db import migrations, models

import zhijin.core.ids
from zhijin.core.rls import enable

KEYS = """
ALTER TABLE broadcast_sender DROP CONSTRAINT broadcast_sender_pkey;
ALTER TABLE broadcast_sender ADD PRIMARY KEY (id, county);
CREATE UNIQUE INDEX broadcast_sender_once ON broadcast_sender (place_code, identifier, county)
  WHERE ended_at IS NULL;
CREATE INDEX broadcast_sender_of ON broadcast_sender (identifier) WHERE ended_at IS NULL;
CREATE INDEX broadcast_sender_place ON broadcast_sender (place_key);
"""
STATES = [
    ("held", "来源待核实"), ("proposed", "建议广播"), ("used", "已转为广播"), ("dismissed", "不广播"),
    ("cancelled", "已解除"),
]  # fmt: skip


def _text(most: int, **more: object) -> models.CharField:
    return models.CharField(max_length=most, **more)


class Migration(migrations.Migration):
    dependencies = [("broadcast", "0009_lexicon")]

    operations = [
        migrations.CreateModel(
            name="Sender",
            fields=[
                ("id", models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ("county", models.IntegerField()),
                ("place_code", _text(15)),
                ("place_key", models.BigIntegerField()),
                ("identifier", _text(120)),
                ("ground", _text(200)),
                ("made_at", models.DateTimeField()),
                ("made_by", _text(64)),
                ("maker", _text(64)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by", _text(64, default="")),
                ("confirmer", _text(64, default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", _text(64, default="")),
            ],
            options={"db_table": "broadcast_sender"},
        ),
        migrations.AddField("alert", "taken_by", _text(64, default="")),
        migrations.AddField("alert", "vouched_by", _text(64, default="")),
        migrations.AddField("alert", "voucher", _text(64, default="")),
        migrations.AddField("alert", "vouched_how", _text(200, default="")),
        migrations.AlterField("alert", "state", _text(10, choices=STATES)),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        *enable("broadcast_sender"),
    ]
