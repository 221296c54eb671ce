"""A case may forget what is personal in it, and only then may words of its timeline go; nothing else of it ever changes."""

from django.db import migrations, models

RULES = """
-- Marked as erased is only what holds nothing any more, and has ended.
ALTER TABLE cases_case ADD CONSTRAINT cases_case_erased CHECK (erased_at IS NULL OR (
  NOT is_open AND text = '' AND sealed IS NULL AND reporter_phone IS NULL AND reporter_blind IS NULL
  AND reporter_name IS NULL AND lon IS NULL AND lat IS NULL));
CREATE INDEX cases_case_keeping ON cases_case (closed_at) WHERE NOT is_open AND erased_at IS NULL;

CREATE FUNCTION cases_event_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.why = '' AND OLD.data @> NEW.data
     AND to_jsonb(NEW) - 'why' - 'data' = to_jsonb(OLD) - 'why' - 'data'
     AND EXISTS (SELECT FROM cases_case c WHERE c.id = OLD.case_id AND c.county = OLD.county
                 AND c.erased_at IS NOT NULL)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'table % is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER cases_event_append_only ON cases_event;
CREATE TRIGGER cases_event_append_only BEFORE DELETE ON cases_event
  FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER cases_event_forget BEFORE UPDATE ON cases_event
  FOR EACH ROW EXECUTE FUNCTION cases_event_forget();

-- The app role may only add to a timeline. This it may ask for, within its scope, and the trigger above decides.
CREATE FUNCTION cases_forget_words(which uuid, home integer, kept text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE cases_event SET why = '', data = (
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(data) WHERE key = ANY (kept))
  WHERE case_id = which AND county = home AND EXISTS (
    SELECT FROM cases_case c WHERE c.id = which AND c.county = home
    AND c.place_key <@ nullif(current_setting('app.scope', true), '')::int8multirange)
$$;
REVOKE ALL ON FUNCTION cases_forget_words FROM PUBLIC;
"""
BACK = """
DROP FUNCTION cases_forget_words;
DROP TRIGGER cases_event_forget ON cases_event;
DROP TRIGGER cases_event_append_only ON cases_event;
CREATE TRIGGER cases_event_append_only BEFORE UPDATE OR DELETE ON cases_event
  FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
DROP FUNCTION cases_event_forget();
DROP INDEX cases_case_keeping;
ALTER TABLE cases_case DROP CONSTRAINT cases_case_erased;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_keep")]

    operations = [
        migrations.AddField("case", "erased_at", models.DateTimeField(null=True)),
        migrations.RunSQL(RULES, BACK),
    ]
