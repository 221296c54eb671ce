"""What a run and a month saw of the facts; evidence only of what is not yet frozen; further reasons to compute."""

from django.db import migrations, models

#: What was seen is part of a published result; and evidence is added before a result is frozen, never after.
KEEP = """
CREATE FUNCTION assessment_keep_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'run % has been published and cannot change', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER assessment_run_seen BEFORE UPDATE ON assessment_run FOR EACH ROW
  WHEN (OLD.published_at IS NOT NULL AND OLD.seen IS DISTINCT FROM NEW.seen)
  EXECUTE FUNCTION assessment_keep_seen();
CREATE FUNCTION assessment_keep_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM assessment_run r WHERE r.id = NEW.run_id AND r.county = NEW.county
             AND r.frozen_at IS NOT NULL) THEN
    RAISE EXCEPTION 'run % is frozen: nothing is added to its evidence', NEW.run_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER assessment_evidence_closed BEFORE INSERT ON assessment_evidence
  FOR EACH ROW EXECUTE FUNCTION assessment_keep_evidence();
"""
BACK = """
DROP TRIGGER assessment_evidence_closed ON assessment_evidence;
DROP FUNCTION assessment_keep_evidence();
DROP TRIGGER assessment_run_seen ON assessment_run;
DROP FUNCTION assessment_keep_seen();
"""
REASONS = [
    ("due", "Due"), ("asked", "Asked"), ("late_fact", "Late Fact"), ("appeal", "Appeal"),
    ("adjustment", "Adjustment"), ("revision", "Revision"), ("open", "Open"), ("joined", "Joined"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("assessment", "0005_readable")]

    operations = [
        migrations.AddField("month", "seen", models.TextField(blank=True, default="")),
        migrations.AddField("run", "seen", models.JSONField(default=dict)),
        migrations.AlterField(
            "batch", "reason", models.CharField(choices=REASONS, max_length=16)
        ),
        migrations.AlterField("run", "reason", models.CharField(choices=REASONS, max_length=16)),
        migrations.RunSQL(KEEP, BACK),
    ]
