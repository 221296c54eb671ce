"""A closed application forgets its photographed papers and signatures; nothing else of its consents and steps ever changes."""

from django.db import migrations, models


def _forgets(name: str, columns: str, when: str = "") -> str:
    """An UPDATE of ``activities_<name>`` may empty these columns of a closed application, and do nothing else."""
    table = f"activities_{name}"
    empty = " AND ".join(f"NEW.{column} IN ('', OLD.{column})" for column in columns.split())
    rest = "".join(f" - '{column}'" for column in columns.split())
    return f"""
CREATE FUNCTION {table}_forget() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER {table}_forget BEFORE UPDATE ON {table}
  FOR EACH ROW {when} EXECUTE FUNCTION {table}_forget();
"""


RULES = (
    """
DROP TRIGGER activities_proxy_step_append_only ON activities_proxy_step;
CREATE TRIGGER activities_proxy_step_append_only BEFORE DELETE ON activities_proxy_step
  FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
DROP TRIGGER activities_proxy_consent_withdrawn ON activities_proxy_consent;
CREATE TRIGGER activities_proxy_consent_withdrawn BEFORE DELETE ON activities_proxy_consent
  FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
CREATE INDEX activities_proxy_keeping ON activities_proxy (closed_at) WHERE erased_at IS NULL;
"""
    + _forgets("proxy_step", "note carrier number photo")
    + _forgets("proxy_consent", "told photo withdrawn_how", "WHEN (OLD.withdrawn_at IS NOT NULL)")
    + """
-- The app role may only add steps. This it may ask for, within its scope, and the trigger above decides.
CREATE FUNCTION activities_proxy_forget_steps(which uuid[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE activities_proxy_step SET note = '', carrier = '', number = '', photo = ''
  WHERE proxy_id = ANY (which)
    AND place_key <@ nullif(current_setting('app.scope', true), '')::int8multirange
$$;
REVOKE ALL ON FUNCTION activities_proxy_forget_steps FROM PUBLIC;
"""
)
BACK = """
DROP FUNCTION activities_proxy_forget_steps;
DROP INDEX activities_proxy_keeping;
DROP FUNCTION activities_proxy_step_forget() CASCADE;
DROP FUNCTION activities_proxy_consent_forget() CASCADE;
DROP TRIGGER activities_proxy_step_append_only ON activities_proxy_step;
CREATE TRIGGER activities_proxy_step_append_only BEFORE UPDATE OR DELETE ON activities_proxy_step
  FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
DROP TRIGGER activities_proxy_consent_withdrawn ON activities_proxy_consent;
CREATE TRIGGER activities_proxy_consent_withdrawn BEFORE UPDATE OR DELETE ON activities_proxy_consent
  FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0026_course_finish")]

    operations = [
        migrations.AddField("proxy", "erased_at", models.DateTimeField(null=True)),
        migrations.RunSQL(RULES, BACK),
    ]
