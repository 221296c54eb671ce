"""Row-level security by territory and by line, the indexes of the lists, the next key of a place."""

from django.db import migrations

from zhijin.core.rls import SCOPE, enable

INDEXES = """
CREATE INDEX orgs_organisation_place ON orgs_organisation (place_key, key);
CREATE INDEX orgs_organisation_sector ON orgs_organisation (sector_key, key);
CREATE INDEX orgs_organisation_industry ON orgs_organisation (industry_key, key)
  WHERE industry_key IS NOT NULL;
CREATE UNIQUE INDEX orgs_organisation_credit ON orgs_organisation (credit_code)
  WHERE credit_code <> '' AND valid_to IS NULL;
CREATE UNIQUE INDEX orgs_appointment_once ON orgs_appointment (post_id, person_id)
  WHERE valid_to IS NULL AND person_id IS NOT NULL;
CREATE INDEX orgs_sheet_run_account ON orgs_sheet_run (account_id, at DESC);
"""

#: The next free key of a place. It must count organisations that moved out of the caller's sight too,
#: and two at a time must not get the same: so it runs as the owner, under a lock by place.
NEXT = """
CREATE FUNCTION orgs_next_key(lo bigint, hi bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE highest bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(lo);
  SELECT max(key) INTO highest FROM orgs_organisation WHERE key >= lo AND key < hi;
  RETURN coalesce(highest + 1, lo);
END $$;
"""

MINE = (
    "('account:' || account_id::text) ="
    " (SELECT nullif(current_setting('app.actor', true), ''))"
)
#: A spell is seen by whoever sees its organisation, also one of the time before it moved here.
SEEN = "EXISTS (SELECT 1 FROM orgs_organisation o WHERE o.key = org_id)"


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
        migrations.RunSQL(NEXT, "DROP FUNCTION orgs_next_key(bigint, bigint)"),
        *enable("orgs_organisation", org="key", lines=("sector_key", "industry_key")),
        *enable("orgs_spell", also=SEEN),
        *enable("orgs_post", org="org_id", lines=("sector_key", "industry_key")),
        *enable("orgs_appointment", org="org_id", lines=("sector_key", "industry_key")),
        # Only whoever uploaded; and the platform itself, which sees every place, to clear away.
        *enable("orgs_sheet_run", using="999999999999999999", also=MINE, check=f"{MINE} OR 0::bigint <@ {SCOPE}"),
    ]
