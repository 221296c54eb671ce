"""A household's number stands once in a village. Where an older database has it twice, the later ones are marked."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Left

#: Of those that share a number the first registered keeps it to itself: the others are told apart by their mark.
TWINS = """
LOCK TABLE people_household IN SHARE ROW EXCLUSIVE MODE;
UPDATE people_household SET twin = true WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY left(place_code, 12), number ORDER BY id) AS turn
        FROM people_household WHERE valid_to IS NULL
    ) AS numbered WHERE turn > 1
);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0012_keeping_rules")]

    operations = [
        migrations.AddField(
            "household", "twin", models.BooleanField(default=False, db_default=False)
        ),
        migrations.RunSQL(TWINS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "household",
            models.UniqueConstraint(
                Left("place_code", 12),
                "number",
                name="people_household_once",
                condition=Q(valid_to=None, twin=False),
            ),
        ),
    ]
