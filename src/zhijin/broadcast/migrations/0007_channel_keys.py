"""Keys that hold the county, one message for each broadcast and channel, indexes for sweeps, row-level security."""

from django.db import migrations

from zhijin.core.rls import enable

KEYS = """
ALTER TABLE broadcast_channel DROP CONSTRAINT broadcast_channel_pkey;
ALTER TABLE broadcast_channel ADD PRIMARY KEY (id, county);
CREATE INDEX broadcast_channel_place ON broadcast_channel (place_key);
ALTER TABLE broadcast_post DROP CONSTRAINT broadcast_post_pkey;
ALTER TABLE broadcast_post ADD PRIMARY KEY (id, county);
CREATE UNIQUE INDEX broadcast_post_once ON broadcast_post (broadcast_id, channel_id, what, county);
CREATE INDEX broadcast_post_channel ON broadcast_post (channel_id, made_at DESC);
CREATE INDEX broadcast_post_due ON broadcast_post (next_at) WHERE state = 'waiting';
CREATE INDEX broadcast_letter_due ON broadcast_letter (post_id, next_at) WHERE state = 'waiting';
CREATE INDEX broadcast_opus ON broadcast_broadcast (opus_digest) WHERE sent_at IS NOT NULL AND opus_digest <> '';
CREATE INDEX broadcast_shown ON broadcast_broadcast (shown_until) WHERE portal AND shown_until IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("broadcast", "0006_channels")]

    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        *enable("broadcast_channel"),
        *enable("broadcast_post"),
        *enable("broadcast_letter"),
    ]
