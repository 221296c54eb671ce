"""The three administrators apart, kept by the database itself whatever writes the grants."""

from django.db import migrations, models

APART = """
CREATE FUNCTION access_grant_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE apart text[] := ARRAY['system_admin', 'security_officer', 'auditor'];
BEGIN
  IF (NEW.valid_to IS NULL OR NEW.valid_to > clock_timestamp()) AND EXISTS (
    SELECT FROM access_grant g
    WHERE g.account_id = NEW.account_id AND g.id <> NEW.id AND g.role <> NEW.role
      AND (g.valid_to IS NULL OR g.valid_to > clock_timestamp())
      AND (NEW.role = ANY (apart) OR g.role = ANY (apart)))
  THEN
    RAISE EXCEPTION 'an administrator holds no other role (account %)', NEW.account_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_grant_apart BEFORE INSERT OR UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_grant_apart();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.RunSQL(
            APART,
            "DROP TRIGGER access_grant_apart ON access_grant; DROP FUNCTION access_grant_apart()",
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role__in", ["auditor", "security_officer", "system_admin"]), _negated=True),
                    models.Q(("hi", 0), ("line_lo", None), ("lo", 0), ("org_key", None), ("place_code", "")),
                    _connector="OR",
                ),
                name="access_grant_nowhere",
            ),
        ),
    ]
