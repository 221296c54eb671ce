"""Keys that hold the county, marks that make effects happen once, row-level security."""

from django.db import migrations

from zhijin.core.rls import ORGS, enable

TABLES = (
    "programmes_effect", "programmes_publication", "programmes_notice", "programmes_follow_up",
)

KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY (id, county);"
    for table in TABLES
)
INDEXES = """
CREATE UNIQUE INDEX programmes_effect_once ON programmes_effect (county, subject, kind, rule);
CREATE INDEX programmes_effect_case ON programmes_effect (case_id);
CREATE UNIQUE INDEX programmes_publication_once ON programmes_publication (case_id, county, rule);
CREATE INDEX programmes_publication_shown ON programmes_publication (place_key, shown_at DESC)
  WHERE state = 'shown';
CREATE INDEX programmes_publication_state ON programmes_publication (state, place_key);
CREATE INDEX programmes_notice_role ON programmes_notice (role, place_key, id DESC);
CREATE INDEX programmes_notice_account ON programmes_notice (account, id DESC)
  WHERE account IS NOT NULL;
CREATE INDEX programmes_notice_org ON programmes_notice (org_key, id DESC)
  WHERE org_key IS NOT NULL;
CREATE INDEX programmes_notice_case ON programmes_notice (case_id) WHERE case_id IS NOT NULL;
CREATE UNIQUE INDEX programmes_follow_up_once
  ON programmes_follow_up (event_id, county, rule);
CREATE INDEX programmes_follow_up_due ON programmes_follow_up (due_at) WHERE opened IS NULL;
"""
#: What was sent to one account is seen by it, wherever the case lies.
MINE = "account::text = split_part(current_setting('app.actor', true), ':', 2)"
SCOPE = "place_key <@ (SELECT nullif(current_setting('app.scope', true), '')::int8multirange)"


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        *enable("programmes_effect"),
        # Everybody reads what is public; only whoever has the place in scope writes.
        *enable("programmes_publication", also="state = 'shown'", check=SCOPE),
        *enable("programmes_notice", also=f"org_key <@ {ORGS} OR {MINE}"),
        *enable("programmes_follow_up"),
    ]
