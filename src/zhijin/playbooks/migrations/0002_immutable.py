"""A revision that has been in force never changes, whatever writes to the table."""

from django.db import migrations

IMMUTABLE = """
CREATE FUNCTION playbooks_revision_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR (OLD.state = 'retired') OR NEW.state <> 'retired'
    OR (OLD.id, OLD.playbook, OLD.place_code, OLD.revision, OLD.digest, OLD.title_zh,
        OLD.title_en, OLD.source, OLD.scenarios, OLD.uploaded_at, OLD.uploaded_by,
        OLD.published_at, OLD.published_by)
      IS DISTINCT FROM
       (NEW.id, NEW.playbook, NEW.place_code, NEW.revision, NEW.digest, NEW.title_zh,
        NEW.title_en, NEW.source, NEW.scenarios, NEW.uploaded_at, NEW.uploaded_by,
        NEW.published_at, NEW.published_by)
  THEN
    RAISE EXCEPTION 'revision % of playbook % has been in force and cannot change',
      OLD.revision, OLD.playbook USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER playbooks_revision_immutable BEFORE UPDATE OR DELETE ON playbooks_revision
  FOR EACH ROW EXECUTE FUNCTION playbooks_revision_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0001_initial")]

    operations = [
        migrations.RunSQL(
            IMMUTABLE,
            "DROP TRIGGER playbooks_revision_immutable ON playbooks_revision;"
            "DROP FUNCTION playbooks_revision_immutable()",
        ),
    ]
