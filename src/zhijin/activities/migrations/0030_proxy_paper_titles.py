"""With a closed application the titles of its papers go too: they were typed by hand and may name whose they are."""

from django.db import migrations

_MAY = """
CREATE OR REPLACE FUNCTION activities_proxy_step_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {empty} AND to_jsonb(NEW){rest} = to_jsonb(OLD){rest}
     AND EXISTS (SELECT FROM activities_proxy p WHERE p.id = OLD.proxy_id AND p.county = OLD.county
                 AND p.state = 'closed')
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'table % is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE FUNCTION activities_proxy_forget_steps(which uuid[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE activities_proxy_step SET {gone}
  WHERE proxy_id = ANY (which)
    AND place_key <@ nullif(current_setting('app.scope', true), '')::int8multirange
$$;
"""


def _rules(columns: str) -> str:
    names = columns.split()
    return _MAY.format(
        empty=" AND ".join(f"NEW.{name} IN ('', OLD.{name})" for name in names),
        rest="".join(f" - '{name}'" for name in names),
        gone=", ".join(f"{name} = ''" for name in names),
    )


class Migration(migrations.Migration):
    dependencies = [("activities", "0029_resolution_seen")]

    operations = [
        migrations.RunSQL(
            _rules("note carrier number photo paper_title"), _rules("note carrier number photo")
        )
    ]
