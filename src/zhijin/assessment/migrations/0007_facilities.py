"""What was built in villages is found among all facts at once: a few rows of millions."""

from django.db import migrations

INDEX = (
    "CREATE INDEX IF NOT EXISTS core_fact_facility ON core_fact (place_key)"
    " WHERE kind IN ('facility.begun', 'facility.ended')"
)


class Migration(migrations.Migration):
    dependencies = [("assessment", "0006_evidence"), ("core", "0001_initial")]

    operations = [migrations.RunSQL(INDEX, "DROP INDEX IF EXISTS core_fact_facility")]
