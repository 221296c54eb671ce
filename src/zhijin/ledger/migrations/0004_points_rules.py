"""Keys that hold the county, row-level security, and what may happen once only."""

from django.db import migrations

from zhijin.core.rls import append_only, enable

TABLES = (
    "ledger_award", "ledger_appeal", "ledger_card", "ledger_item", "ledger_stock_move",
    "ledger_redemption", "ledger_listing",
)
KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY (id, county);"
    for table in TABLES
)
RULES = """
CREATE UNIQUE INDEX ledger_book_programme ON ledger_book (county, place_code, programme)
  WHERE programme <> '';
CREATE UNIQUE INDEX ledger_award_fact ON ledger_award (county, fact_id, book_id, rule)
  WHERE fact_id IS NOT NULL;
CREATE INDEX ledger_award_place ON ledger_award (place_key, state, id);
CREATE INDEX ledger_award_of ON ledger_award (account_id, day) WHERE account_id IS NOT NULL;
CREATE INDEX ledger_award_record ON ledger_award (record) WHERE state = 'unclaimed';
CREATE INDEX ledger_award_waiting ON ledger_award (appeal_until) WHERE state = 'checked';
CREATE INDEX ledger_appeal_of ON ledger_appeal (award_id);
CREATE INDEX ledger_appeal_open ON ledger_appeal (place_key, due_at) WHERE state = 'open';
CREATE UNIQUE INDEX ledger_appeal_once ON ledger_appeal (county, award_id)
  WHERE kind = 'appeal';
CREATE UNIQUE INDEX ledger_card_code ON ledger_card (code, county);
CREATE UNIQUE INDEX ledger_card_once ON ledger_card (county, holder) WHERE ended_at IS NULL;
CREATE INDEX ledger_item_of ON ledger_item (book_id, title);
ALTER TABLE ledger_item ADD CONSTRAINT ledger_item_bound CHECK (stock >= 0 AND price > 0);
CREATE INDEX ledger_stock_move_of ON ledger_stock_move (item_id, at);
CREATE UNIQUE INDEX ledger_redemption_once ON ledger_redemption (county, account_id, key);
CREATE UNIQUE INDEX ledger_redemption_code ON ledger_redemption (county, code)
  WHERE state = 'reserved';
CREATE INDEX ledger_redemption_of ON ledger_redemption (account_id, made_at);
CREATE INDEX ledger_redemption_open ON ledger_redemption (keep_until) WHERE state = 'reserved';
CREATE INDEX ledger_redemption_item ON ledger_redemption (item_id);
CREATE INDEX ledger_listing_place ON ledger_listing (place_key, state, kind);
CREATE INDEX ledger_listing_ends ON ledger_listing (shown_until) WHERE state = 'shown';
-- A reminder is public only after notice, hearing and a second person, and never longer than 30 days.
ALTER TABLE ledger_listing ADD CONSTRAINT ledger_listing_fair CHECK ((
  state <> 'shown' OR kind = 'honour' AND consent <> '' AND approved_by <> drafted_by
  OR kind = 'reminder' AND heard_at > told_at AND approved_by <> drafted_by
    AND shown_until <= shown_from + interval '30 days') IS TRUE);
-- Nothing is taken that was not told, and whose days for an appeal are not over.
ALTER TABLE ledger_award ADD CONSTRAINT ledger_award_fair CHECK ((
  asked > 0 OR state <> 'posted' OR told_at IS NOT NULL AND posted_at >= appeal_until) IS TRUE);
INSERT INTO ledger_sweep (id, upto) VALUES (1, 0);
"""
#: The sweep's mark has no place: only the platform itself may touch it.
EVERYWHERE = (
    "(SELECT nullif(current_setting('app.scope', true), '')::int8multirange)"
    " @> int8range(0, 1000000000000000000)"
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_points"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS + RULES, migrations.RunSQL.noop),
        *(one for table in TABLES for one in enable(table)),
        *append_only("ledger_stock_move"),
        migrations.RunSQL(
            "ALTER TABLE ledger_sweep ENABLE ROW LEVEL SECURITY;"
            "ALTER TABLE ledger_sweep FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY ledger_sweep_system ON ledger_sweep USING ({EVERYWHERE});"
            "CREATE POLICY ledger_sweep_owner ON ledger_sweep TO CURRENT_USER USING (true);",
            migrations.RunSQL.noop,
        ),
    ]
