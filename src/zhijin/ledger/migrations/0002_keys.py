"""Keys that hold the county, row-level security, and what no writer may break: entries that sum to zero."""

from django.db import migrations

from zhijin.core.rls import append_only, enable

TABLES = (
    "ledger_book", "ledger_account", "ledger_transfer", "ledger_entry", "ledger_closing",
    "ledger_closing_line",
)
KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY (id, county);"
    for table in TABLES
)
RULES = """
CREATE INDEX ledger_book_place ON ledger_book (place_key);
CREATE UNIQUE INDEX ledger_account_holder ON ledger_account (county, book_id, holder)
  WHERE closed_at IS NULL;
CREATE INDEX ledger_account_of ON ledger_account (holder);
ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_bound
  CHECK (NOT kept OR least IS NULL OR balance >= least);
CREATE UNIQUE INDEX ledger_transfer_once ON ledger_transfer (county, book_id, key);
CREATE UNIQUE INDEX ledger_transfer_reversed ON ledger_transfer (county, reverses)
  WHERE reverses IS NOT NULL;
CREATE INDEX ledger_transfer_day ON ledger_transfer (book_id, day, id);
CREATE INDEX ledger_transfer_record ON ledger_transfer (record) WHERE record <> '';
CREATE UNIQUE INDEX ledger_entry_once ON ledger_entry (transfer_id, account_id, county);
CREATE INDEX ledger_entry_statement ON ledger_entry (account_id, day, at);
CREATE INDEX ledger_entry_day ON ledger_entry (book_id, day);
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_amount CHECK (amount <> 0);
CREATE UNIQUE INDEX ledger_closing_once ON ledger_closing (county, book_id, through);
CREATE UNIQUE INDEX ledger_closing_line_once
  ON ledger_closing_line (county, closing_id, account_id);
CREATE INDEX ledger_closing_line_account ON ledger_closing_line (account_id, through);

-- Runs as the owner: at the end of a transaction the writer's own scope may see nothing any more.
CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE total bigint;
BEGIN
  SELECT sum(amount) INTO total FROM ledger_entry
    WHERE transfer_id = NEW.transfer_id AND county = NEW.county;
  IF total <> 0 THEN
    RAISE EXCEPTION 'transfer % does not sum to zero: %', NEW.transfer_id, total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_zero';
  END IF;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_sums_to_zero() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER ledger_entry_zero AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS + RULES, "DROP FUNCTION ledger_sums_to_zero() CASCADE"),
        *enable("ledger_book"),
        *enable("ledger_account"),
        *enable("ledger_transfer"),
        *enable("ledger_entry"),
        *enable("ledger_closing"),
        *enable("ledger_closing_line"),
        *append_only("ledger_transfer"),
        *append_only("ledger_entry"),
        *append_only("ledger_closing"),
        *append_only("ledger_closing_line"),
    ]
